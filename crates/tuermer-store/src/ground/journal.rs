//! The audit journal: append-only, each entry chained to the one before by its hash.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::keys::sha256;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::WarningNumber;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3, … without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Account, or `system`.
    pub actor: String,
    /// What was done, for example `warning.approved`.
    pub action: String,
    /// To what, for example `W-2021-001`.
    pub subject: String,
    /// Facts, never names or addresses of members.
    pub detail: String,
    /// Hash of the entry before; 64 zeros for the first.
    pub previous_hash: String,
    /// SHA-256 over everything above.
    pub hash: String,
}

const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn hash(seq: i64, at: Timestamp, parts: [&str; 5]) -> String {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(&at.as_microsecond().to_be_bytes());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&bytes)
}

/// Appends an entry inside the transaction of the deed it tells of.
pub async fn append(
    open: &mut Transaction,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    append_many(open, at, actor, action, &[(subject, detail)]).await
}

/// Appends one entry for each subject and detail.
pub async fn append_many<T: AsRef<str>>(
    open: &mut Transaction,
    at: Timestamp,
    actor: &str,
    action: &str,
    told: &[(T, T)],
) -> Result<()> {
    open.alone().await?;
    let last = open
        .read_one(
            "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1",
            Vec::new(),
        )
        .await?;
    let (mut seq, mut previous) = match last {
        Some(row) => (row.int(0)?, row.text(1)?),
        None => (0, FIRST.to_string()),
    };
    let mut rows = Vec::with_capacity(told.len());
    for (subject, detail) in told {
        let (subject, detail) = (subject.as_ref(), detail.as_ref());
        seq = seq.saturating_add(1);
        let hash = hash(seq, at, [actor, action, subject, detail, &previous]);
        rows.push(values![
            seq,
            at,
            actor,
            action,
            subject,
            detail,
            std::mem::replace(&mut previous, hash.clone()),
            hash
        ]);
    }
    open.insert_many(
        "INSERT INTO journal (seq, at, actor, action, subject, detail, previous_hash, hash)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// What checking the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// All entries fit.
    Whole {
        /// How many.
        entries: u64,
        /// Hash of the last one: write it down outside to notice a cut tail.
        last_hash: String,
    },
    /// The first entry that does not fit.
    Broken {
        /// Its number.
        seq: i64,
    },
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        seq: row.int(0)?,
        at: row.time(1)?,
        actor: row.text(2)?,
        action: row.text(3)?,
        subject: row.text(4)?,
        detail: row.text(5)?,
        previous_hash: row.text(6)?,
        hash: row.text(7)?,
    })
}

impl Store {
    /// Entries after `after`, oldest first.
    pub async fn journal(&self, after: i64, limit: usize) -> Result<Vec<Entry>> {
        let limit = i64::try_from(limit)?;
        let sql = "SELECT seq, at, actor, action, subject, detail, previous_hash, hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
        self.read(sql, values![after, limit])
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// What was done to one subject, newest first, at most `limit` entries.
    pub async fn journal_of(&self, subject: &str, limit: usize) -> Result<Vec<Entry>> {
        let sql = "SELECT seq, at, actor, action, subject, detail, previous_hash, hash FROM journal WHERE subject = $1 ORDER BY seq DESC LIMIT $2";
        self.read(sql, values![subject, i64::try_from(limit)?])
            .await?
            .iter()
            .map(entry)
            .collect()
    }

    /// Who sent the warning back, as long as nobody submitted it again.
    pub async fn returned_by(&self, number: &WarningNumber) -> Result<Option<String>> {
        let sql = "SELECT actor, action FROM journal WHERE subject = $1 AND action IN ('warning.returned', 'warning.submitted') ORDER BY seq DESC LIMIT 1";
        let Some(row) = self.read_one(sql, values![number.as_str()]).await? else {
            return Ok(None);
        };
        Ok((row.text(1)? == "warning.returned").then_some(row.text(0)?))
    }

    /// Checks every entry against the one before.
    pub async fn verify_journal(&self) -> Result<Chain> {
        let mut previous = FIRST.to_string();
        let mut seq = 0_i64;
        loop {
            let page = self.journal(seq, tuermer_core::limits::PAGE_ROWS).await?;
            if page.is_empty() {
                return Ok(Chain::Whole {
                    entries: u64::try_from(seq)?,
                    last_hash: previous,
                });
            }
            for entry in page {
                let expected = hash(
                    entry.seq,
                    entry.at,
                    [
                        &entry.actor,
                        &entry.action,
                        &entry.subject,
                        &entry.detail,
                        &previous,
                    ],
                );
                if entry.seq != seq.saturating_add(1)
                    || entry.previous_hash != previous
                    || entry.hash != expected
                {
                    return Ok(Chain::Broken { seq: entry.seq });
                }
                seq = entry.seq;
                previous = entry.hash;
            }
        }
    }
}
