//! Logs to stderr: one event per fact, never names, addresses or message texts. `TUERMER_LOG` sets the level.

use tracing_subscriber::EnvFilter;

/// Starts logging.
pub fn start() {
    // The database driver's remark on a slow statement is the whole statement, thousands of placeholders long.
    let filter = EnvFilter::try_from_env("TUERMER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,sqlx=error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
