//! Revisions that were not weighed yet against the one before, and what came of it.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use crate::views::history::KeptRevision;
use anyhow::Result;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::PAGE_ROWS;

/// A revision that was not weighed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unweighed {
    /// Threat.
    pub threat: ThreatId,
    /// Its revision.
    pub revision: KeptRevision,
    /// The one that stood before it; `None` where none is known.
    pub before: Option<KeptRevision>,
}

/// Notes how much a revision changed.
pub async fn weighed(
    open: &mut Transaction,
    threat: &ThreatId,
    sha256: &str,
    step: &str,
) -> Result<()> {
    let sql = "UPDATE threat_revision SET step = $3 WHERE threat_id = $1 AND document_sha256 = $2";
    open.run(sql, values![threat.as_str(), sha256, step])
        .await?;
    Ok(())
}

/// First revisions have nothing before them. Cheap when there are none.
pub async fn first_ones(open: &mut Transaction) -> Result<()> {
    let sql = "UPDATE threat_revision SET step = 'first' WHERE step = '' AND NOT EXISTS
        (SELECT 1 FROM threat_revision e WHERE e.threat_id = threat_revision.threat_id AND e.document_sha256 <> threat_revision.document_sha256
            AND (e.step <> '' OR e.received_at < threat_revision.received_at
                OR (e.received_at = threat_revision.received_at AND e.released_at < threat_revision.released_at)))";
    open.run(sql, Vec::new()).await?;
    Ok(())
}

impl Store {
    /// True where a revision waits to be weighed.
    pub async fn has_unweighed(&self) -> Result<bool> {
        Ok(self
            .read_one(
                "SELECT 1 FROM threat_revision WHERE step = '' LIMIT 1",
                Vec::new(),
            )
            .await?
            .is_some())
    }

    /// Revisions that wait, one page.
    pub async fn unweighed(&self) -> Result<Vec<Unweighed>> {
        let sql = "SELECT threat_id, document_sha256 FROM threat_revision WHERE step = '' ORDER BY threat_id, received_at LIMIT $1";
        let mut found = Vec::new();
        for row in self.read(sql, values![i64::try_from(PAGE_ROWS)?]).await? {
            let (threat, sha256) = (ThreatId(row.text(0)?), row.text(1)?);
            let revisions = self.revisions(&threat).await?;
            let position = revisions
                .iter()
                .position(|revision| revision.sha256 == sha256);
            let before = position
                .and_then(|position| position.checked_sub(1))
                .and_then(|before| revisions.get(before));
            if let Some(revision) = position.and_then(|position| revisions.get(position)) {
                found.push(Unweighed {
                    threat,
                    revision: revision.clone(),
                    before: before.cloned(),
                });
            }
        }
        Ok(found)
    }
}
