//! Notices: what a person must know outside the pages. Mailed to every operator once, open until somebody is done with it.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::ground::journal;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::sentence::Sentence;
use tuermer_formats::facts;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Our id.
    pub id: String,
    /// What it is about, for instance `feed.silent`.
    pub kind: String,
    /// What it concerns, for instance the name of a feed.
    pub subject: String,
    /// What it says.
    pub text: Sentence,
    /// The same as a program stored it that did not store sentences without words yet: an open notice of that program is
    /// not repeated. Empty where there can be none.
    pub written: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When every operator had it; `None` = it still must be told.
    pub mailed_at: Option<Timestamp>,
}

fn notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.text(0)?,
        kind: row.text(1)?,
        subject: row.text(2)?,
        text: facts::sentence(&row.text(3)?),
        written: String::new(),
        created_at: row.time(4)?,
        mailed_at: row.time_or_null(5)?,
    })
}

/// Raises a notice; `false` where an open one of the same kind says the same about the same subject.
pub async fn raise(open: &mut Transaction, notice: &Notice) -> Result<bool> {
    let Notice {
        id,
        kind,
        subject,
        text,
        written,
        created_at,
        mailed_at: _,
    } = notice;
    let text = facts::stored(text);
    let sql = "INSERT INTO notice (id, kind, subject, text, created_at)
        SELECT $1, $2, $3, $4, $5
        WHERE NOT EXISTS (SELECT 1 FROM notice WHERE kind = $2 AND subject = $3 AND text IN ($4, $6) AND done_at IS NULL)";
    let raised = open
        .run(sql, values![id, kind, subject, text, *created_at, written])
        .await?
        > 0;
    if raised {
        journal::append(open, *created_at, "system", "notice.raised", subject, kind).await?;
    }
    Ok(raised)
}

/// Closes the open notices of a kind about a subject, because what they told is over.
pub async fn settle(
    open: &mut Transaction,
    kind: &str,
    subject: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE notice SET done_at = $3, done_by = 'system' WHERE kind = $1 AND subject = $2 AND done_at IS NULL";
    open.run(sql, values![kind, subject, now]).await?;
    Ok(())
}

impl Store {
    /// Open notices, oldest first.
    pub async fn notices(&self, limit: usize) -> Result<Vec<Notice>> {
        let sql = "SELECT id, kind, subject, text, created_at, mailed_at FROM notice WHERE done_at IS NULL ORDER BY created_at, id LIMIT $1";
        self.read(sql, values![i64::try_from(limit)?])
            .await?
            .iter()
            .map(notice)
            .collect()
    }

    /// Raises a notice of its own; see [`raise`].
    pub async fn raise_notice(&self, notice: &Notice) -> Result<bool> {
        let mut open = self.begin().await?;
        let raised = raise(&mut open, notice).await?;
        open.commit().await?;
        Ok(raised)
    }

    /// Marks a notice as done; `false` where there is no open one with this id.
    pub async fn finish_notice(&self, now: Timestamp, id: &str, by: &str) -> Result<bool> {
        let mut open = self.begin().await?;
        let done = open
            .run(
                "UPDATE notice SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL",
                values![id, now, by],
            )
            .await?
            > 0;
        if done {
            journal::append(&mut open, now, by, "notice.done", id, "").await?;
        }
        open.commit().await?;
        Ok(done)
    }

    /// One notice, whether or not somebody is done with it.
    pub async fn notice(&self, id: &str) -> Result<Option<Notice>> {
        let sql = "SELECT id, kind, subject, text, created_at, mailed_at FROM notice WHERE id = $1";
        self.read_one(sql, values![id])
            .await?
            .as_ref()
            .map(notice)
            .transpose()
    }

    /// How many notices still must be mailed.
    pub async fn notices_unmailed(&self) -> Result<u64> {
        let sql = "SELECT COUNT(*) FROM notice WHERE mailed_at IS NULL AND (done_by IS NULL OR done_by = 'system')";
        self.read_one(sql, Vec::new())
            .await?
            .map_or(Ok(0), |row| row.count(0))
    }

    /// Notices that must still be mailed to one operator, oldest first; also those that are over, so that an alarm is
    /// followed by its end. A notice that a person closed needs no mail any more.
    pub async fn notices_to_mail(&self, address: &str, limit: usize) -> Result<Vec<String>> {
        let sql = "SELECT n.id FROM notice n
            WHERE n.mailed_at IS NULL AND (n.done_by IS NULL OR n.done_by = 'system')
              AND NOT EXISTS (SELECT 1 FROM notice_delivery d WHERE d.notice_id = n.id AND d.address = $1)
            ORDER BY n.created_at, n.id LIMIT $2";
        self.read(sql, values![address, i64::try_from(limit)?])
            .await?
            .iter()
            .map(|row| row.text(0))
            .collect()
    }
}
