//! Logs to stderr: one event per fact, never names, addresses or message texts. `TUERMER_LOG` sets the level,
//! for everything (`info`) or for one part (`warn,tuermer::stations=debug`).

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging.
pub fn start() {
    let wanted = std::env::var("TUERMER_LOG").ok();
    let filter = wanted.and_then(|wanted| wanted.parse().ok());
    // The database driver's remark on a slow statement is the whole statement, thousands of placeholders long.
    let filter: Targets = filter.unwrap_or_else(|| {
        let targets = Targets::new().with_default(LevelFilter::WARN);
        targets.with_target("sqlx", LevelFilter::ERROR)
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
}
