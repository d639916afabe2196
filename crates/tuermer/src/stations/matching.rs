//! The run of the matching by itself and its record (clauses 13.10 and 13.12): everything whose facts changed, pooled into
//! one batch. What a person names is matched by `crate::acts::matching`; the two are never pooled.

use super::assess::{self, AssessReport};
use crate::context::Context;
use crate::store::verdicts::match_runs::{MatchRun, Mode};
use anyhow::Result;

/// Judges what is due by itself, and records the run if there was anything.
pub async fn automatic(context: &Context) -> Result<AssessReport> {
    let triggers = context.store.match_triggers().await?;
    let asked_at = context.now();
    let report = assess::run(context).await?;
    if report.threats.saturating_add(report.organisations) > 0 {
        // A pack or a policy makes verdicts due inside the run itself.
        let triggers = if triggers.is_empty() {
            vec!["other_fact".to_string()]
        } else {
            triggers
        };
        record(
            context,
            Mode::Automatic,
            triggers,
            "system",
            asked_at,
            &report,
        )
        .await?;
    }
    Ok(report)
}

/// Keeps what a run did.
///
/// # Errors
/// The database refused.
pub(crate) async fn record(
    context: &Context,
    mode: Mode,
    triggers: Vec<String>,
    by: &str,
    asked_at: jiff::Timestamp,
    report: &AssessReport,
) -> Result<MatchRun> {
    let AssessReport {
        threats,
        organisations,
        exposures,
        ..
    } = *report;
    let run = MatchRun {
        id: context.id()?,
        mode,
        triggers,
        asked_by: by.to_string(),
        asked_at,
        finished_at: Some(context.now()),
        documents: threats,
        organisations,
        exposures,
    };
    context.store.write_match_run(&run).await?;
    Ok(run)
}
