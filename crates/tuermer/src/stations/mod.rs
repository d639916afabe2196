//! Stations look for what is missing, let the core decide, and write the answer with the next thing to do.
//!
//! Kill the process anywhere: the next round finds the same gap.

pub mod assess;
pub mod correlate;
pub mod deliver;
pub mod forget;
pub mod matching;
pub mod poll;
pub mod provider;
pub mod revise;
pub mod tell;

use crate::context::Context;
use anyhow::Result;
use serde::Serialize;

/// What one round did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RunReport {
    /// New revisions, weighed.
    pub revise: revise::ReviseReport,
    /// Campaigns among the signs.
    pub correlate: correlate::CorrelateReport,
    /// Verdicts.
    pub assess: assess::AssessReport,
    /// Messages.
    pub deliver: deliver::DeliverReport,
    /// What has served its time.
    pub forget: forget::ForgetReport,
}

/// Every station once, in the order of the main line; each works until it finds no gap.
pub async fn run_all(context: &Context) -> Result<RunReport> {
    let revise = revise::run(context).await?;
    let correlate = correlate::run(context).await?;
    let assess = matching::automatic(context).await?;
    let deliver = deliver::run(context).await?;
    let forget = forget::run(context).await?;
    Ok(RunReport {
        revise,
        correlate,
        assess,
        deliver,
        forget,
    })
}

/// What one round did that also asked the world and told the operators.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OnceReport {
    /// Feeds.
    pub poll: poll::PollReport,
    /// The main line.
    #[serde(flatten)]
    pub run: RunReport,
    /// Notices.
    pub tell: tell::TellReport,
}

/// Feeds that are due, then every station once, then what the operators must hear. Beside `serve` only `run --once`
/// comes here; `serve` asks and tells beside its rounds, so that a slow source holds up no warning.
///
/// # Errors
/// The store cannot be read or written, or mail cannot leave because of wrong settings.
pub async fn run_once(context: &Context) -> Result<OnceReport> {
    let poll = poll::run(context).await?;
    let run = run_all(context).await?;
    let tell = tell::run(context).await?;
    Ok(OnceReport { poll, run, tell })
}
