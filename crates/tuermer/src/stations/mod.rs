//! Stations look for what is missing, let the core decide, and write the answer with the next thing to do.
//!
//! Kill the process anywhere: the next round finds the same gap.

pub mod answer;
pub mod assess;
pub mod deliver;
pub mod hindsight;
pub mod intake;
pub mod packs;
pub mod register;
pub mod warn;

use crate::context::Context;
use anyhow::Result;
use serde::Serialize;

/// What one round did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RunReport {
    /// Verdicts.
    pub assess: assess::AssessReport,
    /// Messages.
    pub deliver: deliver::DeliverReport,
}

/// Every station once, in the order of the main line; each works until it finds no gap.
pub async fn run_all(context: &Context) -> Result<RunReport> {
    let assess = assess::run(context).await?;
    let deliver = deliver::run(context).await?;
    Ok(RunReport { assess, deliver })
}
