//! The `tuermer` binary.

use clap::Parser as _;
use mimalloc::MiMalloc;
use std::process::ExitCode;
use tuermer::cli;

/// What one thread reads another one frees, millions of times: the system's allocator takes a third of the time for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tuermer::telemetry::start();
    let (json, lang) = (cli.json, cli.lang.clone());
    match cli::run(cli).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => ExitCode::from(cli::report(&error, json, lang.as_deref()) as u8),
    }
}
