//! The whole program as one call: the command line, a runtime, an exit code.
//!
//! It is part of the library because a future is compiled where it is polled: polled by the binary, everything
//! asynchronous would be compiled once more there, in 134 s beside the 171 s of the library.

use crate::{cli, telemetry};
use anyhow::Context as _;
use clap::Parser as _;

/// Reads the command line, does what it says and gives the exit code.
pub fn run() -> u8 {
    let cli = cli::Cli::parse();
    telemetry::start();
    let (json, lang) = (cli.json, cli.lang.clone());
    let runtime = tokio::runtime::Runtime::new().context("no thread can be started");
    match runtime.and_then(|runtime| runtime.block_on(cli::run(cli))) {
        Ok(code) => code,
        Err(error) => cli::report(&error, json, lang.as_deref()) as u8,
    }
}
