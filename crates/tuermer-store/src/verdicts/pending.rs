//! Whose verdicts are out of date: facts changed since they were judged.

use crate::Store;
use anyhow::Result;
use tuermer_core::ids::{OrganisationId, ThreatId};

/// Something whose facts changed since it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending<Id> {
    /// Who or what.
    pub id: Id,
    /// Revision of its facts when we looked.
    pub facts_revision: i64,
}

impl Store {
    /// True where the facts of a threat or an organisation changed since they were judged.
    pub async fn has_pending(&self) -> Result<bool> {
        let sql =
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM threat WHERE facts_revision <> assessed_revision)
            OR EXISTS (SELECT 1 FROM organisation WHERE facts_revision <> assessed_revision)";
        Ok(self.read_one(sql, Vec::new()).await?.is_some())
    }

    /// Threats and organisations whose facts changed since they were judged.
    pub async fn pending(&self) -> Result<(Vec<Pending<ThreatId>>, Vec<Pending<OrganisationId>>)> {
        let threats = self.read("SELECT id, facts_revision FROM threat WHERE facts_revision <> assessed_revision ORDER BY id", Vec::new()).await?;
        let threats = threats
            .iter()
            .map(|row| {
                Ok(Pending {
                    id: ThreatId(row.text(0)?),
                    facts_revision: row.int(1)?,
                })
            })
            .collect::<Result<_>>()?;
        let rows = self.read("SELECT id, facts_revision FROM organisation WHERE facts_revision <> assessed_revision ORDER BY id", Vec::new()).await?;
        let organisations = rows
            .iter()
            .map(|row| {
                Ok(Pending {
                    id: OrganisationId(row.text(0)?),
                    facts_revision: row.int(1)?,
                })
            })
            .collect::<Result<_>>()?;
        Ok((threats, organisations))
    }
}
