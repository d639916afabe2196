//! What analysts say about a threat, who has read which revision, and the removal of a threat (clauses 12.1, 12.2).

use crate::Store;
use crate::ground::engine::Transaction;
use crate::ground::journal;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;

/// One comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Our id.
    pub id: String,
    /// Revision that was looked at.
    pub revision: String,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// The words, plain text.
    pub words: String,
}

/// Who has read a threat, and in which revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Account.
    pub account: String,
    /// The last revision that was read.
    pub revision: String,
    /// When.
    pub at: Timestamp,
}

/// What became of the wish to remove a threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone; its documents stay as evidence.
    Removed,
    /// People were warned of it, or are about to be: it stays.
    Warned(String),
}

impl Store {
    /// Comments on a threat, oldest first.
    pub async fn comments(&self, threat: &ThreatId) -> Result<Vec<Comment>> {
        let sql = "SELECT id, revision, author, at, words FROM comment WHERE threat_id = $1 ORDER BY at, id";
        let rows = self.read(sql, values![threat.as_str()]).await?;
        let comment = |row: &crate::ground::row::Row| {
            Ok(Comment {
                id: row.text(0)?,
                revision: row.text(1)?,
                author: row.text(2)?,
                at: row.time(3)?,
                words: row.text(4)?,
            })
        };
        rows.iter().map(comment).collect()
    }

    /// Who has read a threat.
    pub async fn readers(&self, threat: &ThreatId) -> Result<Vec<Reader>> {
        let sql =
            "SELECT account, revision, at FROM threat_read WHERE threat_id = $1 ORDER BY account";
        let rows = self.read(sql, values![threat.as_str()]).await?;
        rows.iter()
            .map(|row| {
                Ok(Reader {
                    account: row.text(0)?,
                    revision: row.text(1)?,
                    at: row.time(2)?,
                })
            })
            .collect()
    }

    /// Adds a comment on a revision.
    pub async fn add_comment(&self, threat: &ThreatId, comment: &Comment) -> Result<()> {
        let Comment {
            id,
            revision,
            author,
            at,
            words,
        } = comment;
        let mut open = self.begin().await?;
        let sql = "INSERT INTO comment (id, threat_id, revision, author, at, words) VALUES ($1, $2, $3, $4, $5, $6)";
        open.run(
            sql,
            values![id, threat.as_str(), revision, author, *at, words],
        )
        .await?;
        journal::append(
            &mut open,
            *at,
            author,
            "threat.commented",
            threat.tracking_id(),
            &format!("revision {revision}"),
        )
        .await?;
        open.commit().await
    }

    /// Marks a revision as read by a person.
    pub async fn mark_read(&self, threat: &ThreatId, reader: &Reader) -> Result<()> {
        let Reader {
            account,
            revision,
            at,
        } = reader;
        let mut open = self.begin().await?;
        open.run(
            "INSERT INTO threat_read (threat_id, account, revision, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (threat_id, account) DO UPDATE SET revision = excluded.revision, at = excluded.at",
            values![threat.as_str(), account, revision, *at],
        )
        .await?;
        open.commit().await
    }

    /// Removes a threat with its verdicts. Its documents stay as evidence, marked as removed, and so does the journal;
    /// a call about a break-in stays open.
    pub async fn remove_threat(
        &self,
        threat: &ThreatId,
        by: &str,
        why: &str,
        now: Timestamp,
    ) -> Result<Removal> {
        let mut open = self.begin().await?;
        let sql = "SELECT number FROM warning WHERE threat_id = $1 ORDER BY number DESC LIMIT 1";
        if let Some(row) = open.read_one(sql, values![threat.as_str()]).await? {
            return Ok(Removal::Warned(row.text(0)?));
        }
        forget(&mut open, threat, by, why).await?;
        journal::append(
            &mut open,
            now,
            by,
            "threat.removed",
            threat.tracking_id(),
            why,
        )
        .await?;
        open.commit().await?;
        Ok(Removal::Removed)
    }
}

async fn forget(open: &mut Transaction, threat: &ThreatId, by: &str, why: &str) -> Result<()> {
    open.run(
        "UPDATE task SET threat_id = NULL WHERE threat_id = $1",
        values![threat.as_str()],
    )
    .await?;
    let reason = format!("removed by {by}: {why}");
    let sql = "UPDATE document SET state = 'rejected', reason = $2 WHERE sha256 IN (SELECT document_sha256 FROM threat_revision WHERE threat_id = $1)";
    open.run(sql, values![threat.as_str(), reason]).await?;
    // Before its verdicts: each of these would be looked up among all who stand on one.
    open.run(
        "DELETE FROM standing WHERE threat_id = $1",
        values![threat.as_str()],
    )
    .await?;
    open.run("DELETE FROM threat WHERE id = $1", values![threat.as_str()])
        .await?;
    Ok(())
}
