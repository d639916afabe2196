//! A feed that is a list of files: each that we do not have in this state is fetched and handed to intake.
//!
//! What could not be fetched is asked for at the next pull; what was rejected only when it moves again. Files of signs may be
//! large: they lie on disk, one at a time.

use crate::acts::intake::{self, IngestReport};
use crate::context::Context;
use crate::feeds::{PullReport, Rejected};
use crate::keys::{sha256, sha256_of};
use crate::outgoing::{Client, FetchError, Wanted};
use crate::refusal::Refusal;
use crate::store::feeds::feed_entries::{self, SeenEntry};
use anyhow::{Context as _, Error, Result};
use std::collections::HashMap;
use std::path::Path;
use tempfile::NamedTempFile;
use tokio::task::JoinSet;
use tuermer_core::feed::{Feed, FeedKind};
use tuermer_core::limits;
use tuermer_core::provenance::EntryState;
use tuermer_core::rights::Actor;
use tuermer_formats::{cve_changes, sign_list};

/// Who the journal says did it.
const BY: Actor = Actor::Station("poll");

/// A file the list names.
#[derive(Debug, Clone)]
pub struct ListedFile {
    /// What people call it.
    pub name: String,
    /// Where it is fetched.
    pub url: String,
    /// When it moved last, as the list says.
    pub updated: String,
}

/// A fetched file.
enum Copy {
    Memory(Vec<u8>),
    Disk(NamedTempFile),
}

/// Ingests the CVE records that a list of changes names.
///
/// # Errors
/// The list cannot be read, or none of its records can be fetched.
pub async fn records(
    context: &Context,
    client: &Client,
    feed: &Feed,
    bytes: &[u8],
) -> Result<(PullReport, bool)> {
    let changes = cve_changes::read(bytes).map_err(|error| {
        Error::new(Refusal::new(
            "feed.error_changes",
            [("url", &feed.url), ("error", &error)],
        ))
    })?;
    let entries = changes
        .records
        .into_iter()
        .map(|change| ListedFile {
            name: change.cve,
            url: change.url,
            updated: change.updated,
        })
        .collect();
    ingest_moved(context, client, feed, entries, changes.unusable).await
}

/// Ingests the files of signs that a folder or a manifest names.
///
/// # Errors
/// The list cannot be read, or none of its files can be fetched.
pub async fn signs(
    context: &Context,
    client: &Client,
    feed: &Feed,
    url: &str,
    bytes: &[u8],
) -> Result<(PullReport, bool)> {
    let listed = if sign_list::is_page(bytes) {
        sign_list::page(bytes, url)
    } else {
        sign_list::manifest(bytes, url)
    };
    let listed = listed.map_err(|error| {
        Error::new(Refusal::new(
            "feed.error_list",
            [("url", &feed.url), ("error", &error)],
        ))
    })?;
    let name = |url: &str| url.rsplit('/').next().unwrap_or(url).to_string();
    let entries = listed
        .into_iter()
        .map(|entry| ListedFile {
            name: name(&entry.url),
            url: entry.url,
            updated: entry.updated,
        })
        .collect();
    ingest_moved(context, client, feed, entries, 0).await
}

/// Ingests what moved, in order, at most [`limits::PULL_RECORDS`]; `true` where nothing was left for the next pull.
///
/// # Errors
/// None of them can be fetched.
pub async fn ingest_moved(
    context: &Context,
    client: &Client,
    feed: &Feed,
    entries: Vec<ListedFile>,
    tolerated: u64,
) -> Result<(PullReport, bool)> {
    let seen = context.store.feed_entries(&feed.name).await?;
    let mut report = PullReport {
        discovered: entries.len() as u64,
        tolerated,
        ..PullReport::default()
    };
    let moved = moved(entries, &seen);
    report.same = report.discovered.saturating_sub(moved.len() as u64);
    let left = moved.len().saturating_sub(limits::PULL_RECORDS);
    let mut waiting = moved.into_iter().take(limits::PULL_RECORDS);
    let mut running: JoinSet<(ListedFile, Result<Copy, FetchError>)> = JoinSet::new();
    let (mut failed, mut last) = (0_usize, None);
    let at_once = files_at_once(feed.kind);
    loop {
        while running.len() < at_once && failed < limits::PULL_FAILURES {
            let Some(entry) = waiting.next() else { break };
            let (client, kind, home) = (client.clone(), feed.kind, context.home.0.clone());
            running.spawn(async move {
                let fetched = fetch(&client, kind, &entry.url, &home).await;
                (entry, fetched)
            });
        }
        let Some(done) = running.join_next().await else {
            break;
        };
        match done.context("fetching a file of a list stopped")? {
            (entry, Ok(copy)) => ingest_copy(context, feed, &entry, copy, &mut report).await?,
            (entry, Err(error)) => {
                failed = failed.saturating_add(1);
                report.rejected.push(Rejected {
                    document: entry.name,
                    reason: error.sentence(),
                });
                last = Some(error);
            }
        }
    }
    let nothing_came = failed == report.rejected.len() && report.new == 0 && report.changed == 0;
    if let (Some(error), true) = (last, nothing_came) {
        return Err(Error::new(error));
    }
    if left > 0 {
        report
            .remarks
            .push(Refusal::new("feed.more_records", [("count", &left)]));
    }
    Ok((report, left == 0 && failed == 0 && waiting.len() == 0))
}

/// Files of signs may be large: one at a time.
fn files_at_once(kind: FeedKind) -> usize {
    match kind.tells_signs() {
        true => 1,
        false => limits::PROVIDER_PARALLEL,
    }
}

/// Files that the list names with another time than the one we have.
fn moved(entries: Vec<ListedFile>, seen: &HashMap<String, SeenEntry>) -> Vec<ListedFile> {
    let differs = |entry: &ListedFile| {
        seen.get(&entry.url)
            .is_none_or(|seen| seen.updated != entry.updated)
    };
    entries.into_iter().filter(differs).collect()
}

/// Fetches one file, into memory or beside the database.
async fn fetch(
    client: &Client,
    kind: FeedKind,
    url: &str,
    home: &Path,
) -> Result<Copy, FetchError> {
    if !kind.tells_signs() {
        let wanted = Wanted {
            limit_bytes: limits::CVE_RECORD_BYTES,
            ..Wanted::JSON
        };
        return client
            .body(url, wanted)
            .await
            .map(|body| Copy::Memory(body.bytes));
    }
    let wanted = Wanted {
        limit_bytes: limits::ARCHIVE_BYTES,
        seconds: limits::ARCHIVE_SECONDS,
        ..Wanted::DOCUMENT
    };
    let mut file = NamedTempFile::new_in(home).map_err(|error| FetchError::NotKept {
        url: url.to_string(),
        why: error.to_string(),
    })?;
    client.get_into(url, wanted, file.as_file_mut()).await?;
    Ok(Copy::Disk(file))
}

/// Hands one file to intake if it is what the feed is there for, and notes what became of it.
async fn ingest_copy(
    context: &Context,
    feed: &Feed,
    entry: &ListedFile,
    copy: Copy,
    report: &mut PullReport,
) -> Result<()> {
    let hash = match &copy {
        Copy::Memory(bytes) => sha256(bytes),
        Copy::Disk(file) => sha256_of(file.reopen()?)?,
    };
    let reason = match taken(context, feed, entry, copy).await? {
        Ok(taken) => {
            report.new = report.new.saturating_add(taken.new);
            report.changed = report.changed.saturating_add(taken.changed);
            report.same = report.same.saturating_add(taken.same);
            taken.rejected.into_iter().next().map(Refusal::from)
        }
        Err(reason) => Some(reason),
    };
    let words = reason.as_ref().map(Refusal::kept).unwrap_or_default();
    let state = if reason.is_some() {
        EntryState::Rejected
    } else {
        EntryState::Taken
    };
    let mut open = context.store.begin().await?;
    let seen = SeenEntry {
        updated: entry.updated.clone(),
        state,
        at: context.now(),
    };
    feed_entries::keep(&mut open, &feed.name, &entry.url, &seen, &hash, &words).await?;
    open.commit().await?;
    if let Some(reason) = reason
        && report.rejected.len() < limits::REJECTED_SHOWN
    {
        report.rejected.push(Rejected {
            document: entry.name.clone(),
            reason,
        });
    }
    Ok(())
}

async fn taken(
    context: &Context,
    feed: &Feed,
    entry: &ListedFile,
    copy: Copy,
) -> Result<Result<IngestReport, Refusal>> {
    let bytes = match copy {
        Copy::Memory(bytes) => bytes,
        Copy::Disk(file) => {
            // The API gives reports under an id; their name tells their type.
            let name = if feed.kind == FeedKind::Shadowserver {
                &entry.name
            } else {
                &entry.url
            };
            return intake::ingest_signs_file(context, &BY, feed, name, file.path())
                .await
                .map(Ok);
        }
    };
    if cve_changes::record_id(&bytes).as_deref() != Some(entry.name.as_str()) {
        return Ok(Err(Refusal::new(
            "feed.error_other_record",
            [("cve", &entry.name)],
        )));
    }
    intake::ingest_bytes(context, &BY, &entry.url, bytes)
        .await
        .map(Ok)
}
