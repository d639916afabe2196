//! Feeds as rows: the schedule, what each brought last, and since when people are told of its silence.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::ground::journal;
use crate::people::notices::{self, Notice};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::admiralty::Grade;
use tuermer_core::feed::{Feed, FeedCounts, FeedKind};
use tuermer_core::limits;
use tuermer_core::sentence::Sentence;
use tuermer_core::tlp::Tlp;
use tuermer_formats::facts;

const COLUMNS: &str = "name, kind, url, period_seconds, silent_after_seconds, private_hosts, paused, added_at, next_at, etag, last_modified,
    last_attempt_at, last_success_at, last_change_at, last_error, failures, silent_since, told_at,
    discovered, new, changed, verified, rejected, tolerated, grade, tlp, senders";

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// When it ended.
    pub at: Timestamp,
    /// When the feed is asked next.
    pub next_at: Timestamp,
    /// What came of it.
    pub came: Came,
}

/// What came of an attempt, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// The source says that nothing changed.
    Unchanged,
    /// There was something to read.
    Read {
        /// How much.
        counts: FeedCounts,
        /// For the next request.
        etag: String,
        /// For the next request.
        last_modified: String,
    },
    /// It failed.
    Failed {
        /// Why.
        error: Sentence,
    },
}

/// A word of a closed list; empty where nobody said one.
fn word_or_empty<T>(
    row: &Row,
    index: usize,
    column: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    if row.text(index)?.is_empty() {
        Ok(None)
    } else {
        row.word(index, column, parse).map(Some)
    }
}

fn feed(row: &Row) -> Result<Feed> {
    let hosts = row.text(5)?;
    Ok(Feed {
        name: row.text(0)?,
        kind: row.word(1, "feed.kind", FeedKind::parse)?,
        url: row.text(2)?,
        period_seconds: row.int(3)?,
        silent_after_seconds: row.int(4)?,
        private_hosts: hosts.split_whitespace().map(ToString::to_string).collect(),
        paused: row.bool(6)?,
        added_at: row.time(7)?,
        next_at: row.time(8)?,
        etag: row.text(9)?,
        last_modified: row.text(10)?,
        last_attempt_at: row.time_or_null(11)?,
        last_success_at: row.time_or_null(12)?,
        last_change_at: row.time_or_null(13)?,
        last_error: facts::some_sentence(&row.text(14)?),
        failures: row.int(15)?,
        silent_since: row.time_or_null(16)?,
        told_at: row.time_or_null(17)?,
        counts: FeedCounts {
            discovered: row.count(18)?,
            new: row.count(19)?,
            changed: row.count(20)?,
            verified: row.count(21)?,
            rejected: row.count(22)?,
            tolerated: row.count(23)?,
        },
        grade: word_or_empty(row, 24, "feed.grade", Grade::read)?,
        tlp: word_or_empty(row, 25, "feed.tlp", Tlp::parse)?,
        senders: row
            .text(26)?
            .split_whitespace()
            .map(ToString::to_string)
            .collect(),
    })
}

fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Store {
    /// All feeds by name.
    pub async fn feeds(&self) -> Result<Vec<Feed>> {
        let rows = self
            .read(
                &format!("SELECT {COLUMNS} FROM feed ORDER BY name LIMIT $1"),
                values![i64::try_from(limits::FEEDS)?],
            )
            .await?;
        rows.iter().map(feed).collect()
    }

    /// One feed.
    pub async fn feed(&self, name: &str) -> Result<Option<Feed>> {
        self.read_one(
            &format!("SELECT {COLUMNS} FROM feed WHERE name = $1"),
            values![name],
        )
        .await?
        .as_ref()
        .map(feed)
        .transpose()
    }

    /// Adds a feed; `false` where the name is taken.
    pub async fn add_feed(&self, feed: &Feed, by: &str) -> Result<bool> {
        let mut open = self.begin().await?;
        let added = add(&mut open, feed, by).await?;
        open.commit().await?;
        Ok(added)
    }

    /// Pauses or resumes; `false` where there is no such feed. What was resumed is due at once.
    pub async fn pause_feed(
        &self,
        name: &str,
        paused: bool,
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut open = self.begin().await?;
        let sql = "UPDATE feed SET paused = $2, next_at = $3 WHERE name = $1 AND paused <> $2";
        if open.run(sql, values![name, paused, now]).await? > 0 {
            let action = if paused {
                "feed.paused"
            } else {
                "feed.resumed"
            };
            journal::append(&mut open, now, by, action, name, "").await?;
        }
        let found = open
            .read_one("SELECT name FROM feed WHERE name = $1", values![name])
            .await?
            .is_some();
        open.commit().await?;
        Ok(found)
    }

    /// Removes a feed and what it listed, not the documents it brought; `false` where there is none.
    pub async fn remove_feed(&self, name: &str, by: &str, now: Timestamp) -> Result<bool> {
        let mut open = self.begin().await?;
        let removed = open
            .run("DELETE FROM feed WHERE name = $1", values![name])
            .await?
            > 0;
        if removed {
            notices::settle(&mut open, "feed.silent", name, now).await?;
            journal::append(&mut open, now, by, "feed.removed", name, "").await?;
        }
        open.commit().await?;
        Ok(removed)
    }

    /// Takes a feed for one attempt, which counts as failed until it succeeded; `false` where another process was
    /// first. Until the outcome is recorded it is not due for one period.
    pub async fn claim_feed(&self, feed: &Feed, now: Timestamp) -> Result<bool> {
        let last = feed.last_attempt_at.map_or(-1, Timestamp::as_microsecond);
        let next = now
            .checked_add(jiff::SignedDuration::from_secs(feed.period_seconds))
            .unwrap_or(now);
        let sql = "UPDATE feed SET last_attempt_at = $2, next_at = $3, failures = failures + 1 WHERE name = $1 AND COALESCE(last_attempt_at, -1) = $4";
        let mut open = self.begin().await?;
        let claimed = open.run(sql, values![&feed.name, now, next, last]).await? > 0;
        open.commit().await?;
        Ok(claimed)
    }

    /// Records what came of an attempt. A failure keeps everything that was known from the last success.
    pub async fn record_attempt(&self, name: &str, attempted: &Attempted) -> Result<()> {
        let Attempted { at, next_at, came } = attempted;
        let mut open = self.begin().await?;
        match came {
            Came::Failed { error } => {
                let sql = "UPDATE feed SET last_attempt_at = $2, next_at = $3, last_error = $4 WHERE name = $1";
                let error = facts::stored(error);
                open.run(sql, values![name, *at, *next_at, error]).await?;
            }
            Came::Unchanged | Came::Read { .. } => {
                let sql = "UPDATE feed SET last_attempt_at = $2, last_success_at = $2, next_at = $3, failures = 0, last_error = ''
                    WHERE name = $1";
                open.run(sql, values![name, *at, *next_at]).await?;
            }
        }
        if let Came::Read {
            counts,
            etag,
            last_modified,
        } = came
        {
            let FeedCounts {
                discovered,
                new,
                changed,
                verified,
                rejected,
                tolerated,
            } = *counts;
            let sql = "UPDATE feed SET etag = $2, last_modified = $3, discovered = $4, new = $5, changed = $6, verified = $7, rejected = $8, tolerated = $9
                WHERE name = $1";
            let counts = [discovered, new, changed, verified, rejected, tolerated].map(int);
            let [discovered, new, changed, verified, rejected, tolerated] = counts;
            open.run(
                sql,
                values![
                    name,
                    etag,
                    last_modified,
                    discovered,
                    new,
                    changed,
                    verified,
                    rejected,
                    tolerated
                ],
            )
            .await?;
            if new > 0 || changed > 0 {
                open.run(
                    "UPDATE feed SET last_change_at = $2 WHERE name = $1",
                    values![name, *at],
                )
                .await?;
            }
        }
        open.commit().await
    }

    /// Notes that a feed is silent, with the notice that tells it; nothing where that was told already.
    pub async fn feed_fell_silent(
        &self,
        name: &str,
        since: Timestamp,
        notice: &Notice,
    ) -> Result<bool> {
        let mut open = self.begin().await?;
        let sql = "UPDATE feed SET silent_since = $2, told_at = $3 WHERE name = $1 AND silent_since IS NULL AND paused = FALSE";
        let first = open
            .run(sql, values![name, since, notice.created_at])
            .await?
            > 0;
        if first {
            notices::raise(&mut open, notice).await?;
        }
        open.commit().await?;
        Ok(first)
    }

    /// Notes that a silent feed is heard again, with the notice that tells it; nothing where it was not silent.
    pub async fn feed_recovered(&self, name: &str, notice: &Notice) -> Result<bool> {
        let mut open = self.begin().await?;
        let was = open.run("UPDATE feed SET silent_since = NULL, told_at = NULL WHERE name = $1 AND silent_since IS NOT NULL", values![name]).await? > 0;
        if was {
            notices::settle(&mut open, "feed.silent", name, notice.created_at).await?;
            notices::raise(&mut open, notice).await?;
        }
        open.commit().await?;
        Ok(was)
    }

    /// Makes a feed due, so that the next look asks it; `false` where there is none or it is paused.
    pub async fn make_feed_due(&self, name: &str, by: &str, now: Timestamp) -> Result<bool> {
        let mut open = self.begin().await?;
        let due = open
            .run(
                "UPDATE feed SET next_at = $2 WHERE name = $1 AND paused = FALSE",
                values![name, now],
            )
            .await?
            > 0;
        if due {
            journal::append(&mut open, now, by, "feed.wanted", name, "").await?;
        }
        open.commit().await?;
        Ok(due)
    }

    /// Notes in the journal what somebody did with a source.
    pub async fn note_feed(
        &self,
        name: &str,
        action: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<()> {
        let mut open = self.begin().await?;
        journal::append(&mut open, now, actor, action, name, "").await?;
        open.commit().await
    }
}

/// Adds a feed inside a transaction; `false` where the name is taken.
pub async fn add(open: &mut Transaction, feed: &Feed, by: &str) -> Result<bool> {
    let Feed {
        name,
        kind,
        url,
        period_seconds,
        silent_after_seconds,
        private_hosts,
        paused,
        added_at,
        next_at,
        grade,
        tlp,
        senders,
        ..
    } = feed;
    let sql = "INSERT INTO feed (name, kind, url, period_seconds, silent_after_seconds, private_hosts, paused, added_at, next_at, etag, last_modified,
            last_error, failures, discovered, new, changed, verified, rejected, tolerated, grade, tlp, senders)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '', 0, 0, 0, 0, 0, 0, 0, $10, $11, $12) ON CONFLICT (name) DO NOTHING";
    let hosts = private_hosts.join(" ");
    let (grade, tlp) = (
        grade.map(Grade::to_text).unwrap_or_default(),
        tlp.map(Tlp::as_str).unwrap_or_default(),
    );
    let values = values![
        name,
        kind.as_str(),
        url,
        *period_seconds,
        *silent_after_seconds,
        hosts,
        *paused,
        *added_at,
        *next_at,
        grade,
        tlp,
        senders.join(" ")
    ];
    let added = open.run(sql, values).await? > 0;
    if added {
        journal::append(
            open,
            *added_at,
            by,
            "feed.added",
            name,
            &format!("{} {url}", kind.as_str()),
        )
        .await?;
    }
    Ok(added)
}
