//! `tuermer bench`: speed and memory of the main line, measured on this machine in a temporary data directory.

pub mod dispatch;
pub mod import;
pub mod signs;
pub mod threats;

use super::{Call, Exit};
use anyhow::Result;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to measure.
    #[command(subcommand)]
    verb: Verb,
}

/// Verbs.
#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Import members and their inventory.
    Import(import::Args),
    /// Learn of threats and judge who is affected.
    Threats(threats::Args),
    /// Attribute and store a report of signs.
    Signs(signs::Args),
    /// Hand over approved mails.
    Dispatch(dispatch::DispatchArgs),
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::Import(args) => import::run(call, args).await,
        Verb::Threats(args) => threats::run(call, args).await,
        Verb::Signs(args) => signs::run(call, args).await,
        Verb::Dispatch(args) => dispatch::run(call, args).await,
    }
}

/// Largest memory this process ever had resident, in bytes; `None` where the system does not say.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes.saturating_mul(1024))
}
