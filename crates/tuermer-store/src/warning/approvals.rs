//! Approvals: two people on exactly one content, with a code made outside the database.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::keys::Keys;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::WarningNumber;

/// One approval as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// SHA-256 of content, audience and channels.
    pub content_hash: String,
    /// Who submitted.
    pub submitted_by: String,
    /// Who approved.
    pub approved_by: String,
    /// Number of companies the approver typed.
    pub audience: u64,
    /// Keyed hash over all of it; a row written by anybody without the key does not fit.
    pub mac: String,
}

impl Approval {
    /// The keyed hash this approval must carry.
    pub fn expected_mac(&self, keys: &Keys, number: &WarningNumber) -> String {
        keys.mac(
            "approval",
            &[
                number.as_str(),
                &self.content_hash,
                &self.submitted_by,
                &self.approved_by,
                &self.audience.to_string(),
            ],
        )
    }
}

impl Store {
    /// True once a warning was released in this database, whatever became of it since: the journal forgets nothing.
    pub async fn released_before(&self) -> Result<bool> {
        let sql = "SELECT seq FROM journal WHERE action = 'warning.approved' LIMIT 1";
        Ok(self.read_one(sql, Vec::new()).await?.is_some())
    }

    /// The approval on which a warning stands.
    pub async fn approval(&self, number: &WarningNumber) -> Result<Option<Approval>> {
        let sql = "SELECT a.content_hash, a.submitted_by, a.approved_by, a.audience, a.mac FROM warning w
                   JOIN approval a ON a.warning_number = w.number AND a.content_hash = w.approved_hash WHERE w.number = $1";
        let row = self.read_one(sql, values![number.as_str()]).await?;
        row.map(|row| {
            Ok(Approval {
                content_hash: row.text(0)?,
                submitted_by: row.text(1)?,
                approved_by: row.text(2)?,
                audience: row.count(3)?,
                mac: row.text(4)?,
            })
        })
        .transpose()
    }
}

/// Writes an approval.
pub async fn insert(
    open: &mut Transaction,
    number: &WarningNumber,
    approval: &Approval,
    at: Timestamp,
) -> Result<()> {
    let Approval {
        content_hash,
        submitted_by,
        approved_by,
        audience,
        mac,
    } = approval;
    let sql = "INSERT INTO approval (warning_number, content_hash, submitted_by, approved_by, audience, approved_at, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    open.run(
        sql,
        values![
            number.as_str(),
            content_hash,
            submitted_by,
            approved_by,
            i64::try_from(*audience)?,
            at,
            mac
        ],
    )
    .await?;
    Ok(())
}

/// Removes the approvals of a warning that was changed or stopped; the journal keeps that there were any.
pub async fn remove(open: &mut Transaction, number: &WarningNumber) -> Result<()> {
    open.run(
        "DELETE FROM approval WHERE warning_number = $1",
        values![number.as_str()],
    )
    .await?;
    Ok(())
}
