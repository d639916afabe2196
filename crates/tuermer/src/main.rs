//! The `tuermer` binary.

use clap::Parser as _;
use std::process::ExitCode;
use tuermer::cli::{self, Exit};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tuermer::telemetry::start();
    let json = cli.json;
    match cli::run(cli).await {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            cli::report(&error, json);
            ExitCode::from(Exit::Failed as u8)
        }
    }
}
