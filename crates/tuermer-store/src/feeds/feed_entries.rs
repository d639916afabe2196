//! What the lists of a feed named, and what became of it, so that nothing is fetched twice.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::provenance::EntryState;

/// One listed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEntry {
    /// When it moved last, as the list says.
    pub updated: String,
    /// What became of it.
    pub state: EntryState,
    /// When it was fetched.
    pub at: Timestamp,
}

/// Keeps what became of a listed document.
pub async fn keep(
    open: &mut Transaction,
    feed: &str,
    url: &str,
    entry: &SeenEntry,
    sha256: &str,
    reason: &str,
) -> Result<()> {
    let SeenEntry { updated, state, at } = entry;
    let sql = "INSERT INTO feed_entry (feed, url, updated, sha256, state, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (feed, url) DO UPDATE SET updated = excluded.updated, sha256 = excluded.sha256, state = excluded.state,
            reason = excluded.reason, at = excluded.at";
    open.run(
        sql,
        values![feed, url, updated, sha256, state.as_str(), reason, *at],
    )
    .await?;
    Ok(())
}

impl Store {
    /// What became of everything a feed ever listed, by address.
    pub async fn feed_entries(&self, feed: &str) -> Result<HashMap<String, SeenEntry>> {
        let rows = self
            .read(
                "SELECT url, updated, state, at FROM feed_entry WHERE feed = $1",
                values![feed],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let state = row.word(2, "feed_entry.state", EntryState::parse)?;
                Ok((
                    row.text(0)?,
                    SeenEntry {
                        updated: row.text(1)?,
                        state,
                        at: row.time(3)?,
                    },
                ))
            })
            .collect()
    }

    /// The ETag of a list as it was when everything in it had been fetched; empty where it was not.
    pub async fn list_etag(&self, feed: &str, url: &str) -> Result<String> {
        let row = self
            .read_one(
                "SELECT etag FROM feed_list WHERE feed = $1 AND url = $2",
                values![feed, url],
            )
            .await?;
        row.map_or(Ok(String::new()), |row| row.text(0))
    }

    /// Keeps the ETag of a list of which everything has been fetched.
    pub async fn keep_list_etag(&self, feed: &str, url: &str, etag: &str) -> Result<()> {
        let mut open = self.begin().await?;
        let sql = "INSERT INTO feed_list (feed, url, etag) VALUES ($1, $2, $3) ON CONFLICT (feed, url) DO UPDATE SET etag = excluded.etag";
        open.run(sql, values![feed, url, etag]).await?;
        open.commit().await
    }
}
