//! Runs of the matching and their record (clauses 13.10 to 13.12).
//!
//! By themselves: everything whose facts changed, pooled into one batch. By hand: exactly the documents and assets a
//! person names, in a run of their own. The two are never pooled: what is due by itself is judged first, as its own run.

use super::assess::{self, AssessReport};
use crate::context::Context;
use crate::store::exposures;
use crate::store::match_runs::{MatchRun, Mode};
use anyhow::Result;
use tuermer_core::ids::{OrganisationId, ThreatId};

/// Judges what is due by itself, and records the run if there was anything.
pub async fn automatic(context: &Context) -> Result<AssessReport> {
    let triggers = context.store.match_triggers().await?;
    let asked_at = context.now();
    let report = assess::run(context).await?;
    if report.threats.saturating_add(report.organisations) > 0 {
        // A pack or a policy makes verdicts due inside the run itself.
        let triggers = if triggers.is_empty() { vec!["other_fact".to_string()] } else { triggers };
        record(context, Mode::Automatic, triggers, "system", asked_at, &report).await?;
    }
    Ok(report)
}

/// What a person names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Documents, matched with all assets.
    pub threats: Vec<ThreatId>,
    /// Organisations of the assets named, matched with all documents.
    pub organisations: Vec<OrganisationId>,
}

/// Matches what a person names, whether or not anything changed.
pub async fn manual(context: &Context, subjects: &Subjects, triggers: Vec<String>, by: &str) -> Result<MatchRun> {
    automatic(context).await?;
    let asked_at = context.now();
    let mut open = context.store.begin().await?;
    exposures::make_due(&mut open, &subjects.threats, &subjects.organisations).await?;
    open.commit().await?;
    let report = assess::run(context).await?;
    record(context, Mode::Manual, triggers, by, asked_at, &report).await
}

async fn record(context: &Context, mode: Mode, triggers: Vec<String>, by: &str, asked_at: jiff::Timestamp, report: &AssessReport) -> Result<MatchRun> {
    let AssessReport { threats, organisations, exposures, .. } = *report;
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
