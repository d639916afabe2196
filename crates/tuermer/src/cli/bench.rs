//! `tuermer bench`: speed and memory, measured on this machine.

pub mod dispatch;

use super::{Call, Exit};
use anyhow::Result;
use clap::Subcommand;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Hand over approved mails.
    Dispatch(dispatch::DispatchArgs),
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::Dispatch(args) => dispatch::run(call, args).await,
    }
}
