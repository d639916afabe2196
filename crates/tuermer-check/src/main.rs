//! The `tuermer-check` binary.

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;
use tuermer_check::cli::{self, Exit};

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "✘ {error:#}");
            ExitCode::from(Exit::Failed as u8)
        }
    }
}
