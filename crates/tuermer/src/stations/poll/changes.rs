//! A list of CVE records that moved: each that we do not have in this state is fetched, and must be the record the list names.
//!
//! What could not be fetched is asked for at the next pull; what was rejected only when it moves again.

use crate::context::Context;
use crate::feeds::{Body, Client, FetchError, PullReport, Rejected, Wanted};
use crate::keys::sha256;
use crate::refusal::Refusal;
use crate::stations::intake;
use crate::store::feed_entries::{self, SeenEntry};
use anyhow::{Context as _, Error, Result};
use tokio::task::JoinSet;
use tuermer_core::feed::Feed;
use tuermer_core::limits;
use tuermer_core::provenance::EntryState;
use tuermer_formats::cve_changes::{self, Change};

/// Takes the records that moved, the newest first, at most [`limits::PULL_RECORDS`]; `true` where nothing was left for the next pull.
///
/// # Errors
/// The list cannot be read, or none of its records can be fetched.
pub async fn take(context: &Context, client: &Client, feed: &Feed, bytes: &[u8]) -> Result<(PullReport, bool)> {
    let changes = cve_changes::read(bytes).map_err(|error| Error::new(Refusal::new("feed.error_changes", [("url", &feed.url), ("error", &error)])))?;
    let seen = context.store.feed_entries(&feed.name).await?;
    let mut report = PullReport { discovered: changes.records.len() as u64, tolerated: changes.unusable, ..PullReport::default() };
    let moved: Vec<Change> = changes.records.into_iter().filter(|change| seen.get(&change.url).is_none_or(|seen| seen.updated != change.updated)).collect();
    report.same = report.discovered.saturating_sub(moved.len() as u64);
    let left = moved.len().saturating_sub(limits::PULL_RECORDS);
    let mut waiting = moved.into_iter().take(limits::PULL_RECORDS);
    let mut running: JoinSet<(Change, Result<Body, FetchError>)> = JoinSet::new();
    let (mut failed, mut last) = (0_usize, None);
    loop {
        while running.len() < limits::PROVIDER_PARALLEL && failed < limits::PULL_FAILURES {
            let Some(change) = waiting.next() else { break };
            let client = client.clone();
            running.spawn(async move {
                let fetched = client.body(&change.url, Wanted { limit_bytes: limits::CVE_RECORD_BYTES, ..Wanted::JSON }).await;
                (change, fetched)
            });
        }
        let Some(done) = running.join_next().await else { break };
        match done.context("fetching a record stopped")? {
            (change, Ok(body)) => take_one(context, feed, &change, body.bytes, &mut report).await?,
            (change, Err(error)) => {
                failed = failed.saturating_add(1);
                report.rejected.push(Rejected { document: change.cve, reason: error.sentence() });
                last = Some(error);
            }
        }
    }
    if let (Some(error), true) = (last, failed == report.rejected.len() && report.new == 0 && report.changed == 0) {
        return Err(Error::new(error));
    }
    if left > 0 {
        report.remarks.push(Refusal::new("feed.more_records", [("count", &left)]));
    }
    Ok((report, left == 0 && failed == 0 && waiting.len() == 0))
}

/// Hands one record to intake if it is the one the list names, and notes what became of it.
async fn take_one(context: &Context, feed: &Feed, change: &Change, bytes: Vec<u8>, report: &mut PullReport) -> Result<()> {
    let hash = sha256(&bytes);
    let reason = if cve_changes::record_id(&bytes).as_deref() == Some(change.cve.as_str()) {
        let taken = intake::ingest_bytes(context, &change.url, bytes).await?;
        report.new = report.new.saturating_add(taken.new);
        report.changed = report.changed.saturating_add(taken.changed);
        report.same = report.same.saturating_add(taken.same);
        taken.rejected.into_iter().next().map(Refusal::from)
    } else {
        Some(Refusal::new("feed.error_other_record", [("cve", &change.cve)]))
    };
    let words = reason.as_ref().map(Refusal::kept).unwrap_or_default();
    let state = if reason.is_some() { EntryState::Rejected } else { EntryState::Taken };
    let mut open = context.store.begin().await?;
    let entry = SeenEntry { updated: change.updated.clone(), state, at: context.now() };
    feed_entries::keep(&mut open, &feed.name, &change.url, &entry, &hash, &words).await?;
    open.commit().await?;
    if let Some(reason) = reason
        && report.rejected.len() < limits::REJECTED_SHOWN
    {
        report.rejected.push(Rejected { document: change.cve.clone(), reason });
    }
    Ok(())
}
