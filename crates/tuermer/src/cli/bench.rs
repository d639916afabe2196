//! `tuermer bench`: not built yet.

use super::{Call, Exit};
use anyhow::{Result, bail};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub async fn run(_call: &Call, Args {}: Args) -> Result<Exit> {
    bail!("not built yet")
}
