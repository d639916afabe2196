//! The analyst's reading list: what feeds told, newest first, kept for 90 days.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use anyhow::Result;
use jiff::{Timestamp, ToSpan as _};
use tuermer_core::limits;
use tuermer_formats::atom::Entry;

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Name of the feed.
    pub feed: String,
    /// What the feed calls the entry.
    pub entry: String,
    /// Title, plain text.
    pub title: String,
    /// Where it is (https).
    pub url: String,
    /// What it is about, plain text.
    pub summary: String,
    /// When it was published, or seen where the feed does not say.
    pub published_at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// Who read it.
    pub read_by: Option<String>,
}

/// Keeps the entries of a feed and lets go of old ones. Gives how many were new and how many changed their words.
pub async fn keep(
    open: &mut Transaction,
    feed: &str,
    entries: &[Entry],
    now: Timestamp,
) -> Result<(u64, u64)> {
    let oldest = now.checked_sub((limits::READING_DAYS.saturating_mul(24)).hours())?;
    open.run(
        "DELETE FROM reading WHERE published_at < $1",
        values![oldest],
    )
    .await?;
    let (mut new, mut changed) = (0_u64, 0_u64);
    let mut rows = Vec::new();
    for Entry {
        id,
        title,
        url,
        summary,
        published_at,
    } in entries
    {
        // A feed may date its words in the future; they would stay on top for ever.
        let published_at = published_at.unwrap_or(now).min(now);
        if published_at < oldest {
            continue;
        }
        let known = open
            .read_one(
                "SELECT title, url, summary FROM reading WHERE feed = $1 AND entry = $2",
                values![feed, id],
            )
            .await?;
        match known {
            Some(row)
                if (
                    row.text(0)?.as_str(),
                    row.text(1)?.as_str(),
                    row.text(2)?.as_str(),
                ) == (title, url, summary) =>
            {
                continue;
            }
            Some(_) => changed = changed.saturating_add(1),
            None => new = new.saturating_add(1),
        }
        rows.push(values![feed, id, title, url, summary, published_at, now]);
    }
    open.insert_many(
        "INSERT INTO reading (feed, entry, title, url, summary, published_at, seen_at)",
        rows,
        "ON CONFLICT (feed, entry) DO UPDATE SET title = excluded.title, url = excluded.url, summary = excluded.summary",
    )
    .await?;
    Ok((new, changed))
}

impl Store {
    /// What there is to read, newest first; with `all` also what was read.
    pub async fn reading(&self, all: bool, limit: usize) -> Result<Vec<Reading>> {
        let sql = "SELECT feed, entry, title, url, summary, published_at, read_at, read_by FROM reading
                   WHERE read_at IS NULL OR $1 = TRUE ORDER BY published_at DESC, feed, entry LIMIT $2";
        let rows = self.read(sql, values![all, i64::try_from(limit)?]).await?;
        rows.iter()
            .map(|row| {
                Ok(Reading {
                    feed: row.text(0)?,
                    entry: row.text(1)?,
                    title: row.text(2)?,
                    url: row.text(3)?,
                    summary: row.text(4)?,
                    published_at: row.time(5)?,
                    read_at: row.time_or_null(6)?,
                    read_by: row.text_or_null(7)?,
                })
            })
            .collect()
    }

    /// Marks entries with this id or address as read; gives how many there were. Who read it first stays.
    pub async fn mark_entry_read(&self, entry: &str, account: &str, now: Timestamp) -> Result<u64> {
        let mut open = self.begin().await?;
        let sql = "UPDATE reading SET read_at = COALESCE(read_at, $1), read_by = COALESCE(read_by, $2) WHERE entry = $3 OR url = $3";
        let found = open.run(sql, values![now, account, entry]).await?;
        open.commit().await?;
        Ok(found)
    }
}
