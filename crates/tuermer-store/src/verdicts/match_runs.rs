//! Runs of the matching, by hand and by themselves (clauses 13.10 to 13.12).

use crate::Store;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::{AssetId, OrganisationId};

/// Who started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A person.
    Manual,
    /// A station.
    Automatic,
}

impl Mode {
    /// The word as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Automatic => "automatic",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Manual, Self::Automatic]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRun {
    /// Our id.
    pub id: String,
    /// Who started it.
    pub mode: Mode,
    /// What set it off: `document`, `asset`; by themselves `new_document`, `major_version`, `minor_version`,
    /// `patch_version`, `other_fact`, `new_asset`.
    pub triggers: Vec<String>,
    /// Account, or `system`.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When it ended; `None` = it did not.
    pub finished_at: Option<Timestamp>,
    /// Documents matched.
    pub documents: u64,
    /// Organisations matched.
    pub organisations: u64,
    /// Verdicts.
    pub exposures: u64,
}

impl Store {
    /// Writes a run, begun or ended.
    pub async fn write_match_run(&self, run: &MatchRun) -> Result<()> {
        let MatchRun {
            id,
            mode,
            triggers,
            asked_by,
            asked_at,
            finished_at,
            documents,
            organisations,
            exposures,
        } = run;
        let count = |count: u64| i64::try_from(count);
        let mut open = self.begin().await?;
        open.run(
            "INSERT INTO match_run (id, mode, trigger_kind, asked_by, asked_at, finished_at, documents, organisations, exposures)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET finished_at = excluded.finished_at, documents = excluded.documents,
                 organisations = excluded.organisations, exposures = excluded.exposures",
            values![id, mode.as_str(), triggers.join(","), asked_by, *asked_at, *finished_at, count(*documents)?, count(*organisations)?, count(*exposures)?],
        )
        .await?;
        open.commit().await
    }

    /// The newest runs, newest first.
    pub async fn match_runs(&self, limit: usize) -> Result<Vec<MatchRun>> {
        let sql = "SELECT id, mode, trigger_kind, asked_by, asked_at, finished_at, documents, organisations, exposures
                   FROM match_run ORDER BY asked_at DESC, id DESC LIMIT $1";
        let rows = self.read(sql, values![i64::try_from(limit)?]).await?;
        rows.iter()
            .map(|row| {
                Ok(MatchRun {
                    id: row.text(0)?,
                    mode: crate::verdicts::exposures::word(&row.text(1)?, Mode::parse)?,
                    triggers: row.text(2)?.split(',').map(str::to_string).collect(),
                    asked_by: row.text(3)?,
                    asked_at: row.time(4)?,
                    finished_at: row.time_or_null(5)?,
                    documents: row.count(6)?,
                    organisations: row.count(7)?,
                    exposures: row.count(8)?,
                })
            })
            .collect()
    }

    /// What makes an automatic run due, in words: documents by how much they changed, and assets.
    pub async fn match_triggers(&self) -> Result<Vec<String>> {
        let mut triggers = Vec::new();
        // A revision weighs only if nothing was judged since it came.
        let sql = "SELECT DISTINCT CASE WHEN t.assessed_revision = 0 THEN 'new_document'
                WHEN r.step IN ('major', 'minor', 'patch') AND r.received_at = t.changed_at
                    AND NOT EXISTS (SELECT 1 FROM match_run x WHERE x.mode = 'automatic' AND x.asked_at > r.received_at) THEN r.step || '_version'
                ELSE 'other_fact' END
            FROM threat t LEFT JOIN threat_revision r ON r.threat_id = t.id AND r.document_sha256 = t.document_sha256
            WHERE t.facts_revision <> t.assessed_revision ORDER BY 1";
        for row in self.read(sql, Vec::new()).await? {
            triggers.push(row.text(0)?);
        }
        if self
            .read_one(
                "SELECT 1 FROM organisation WHERE facts_revision <> assessed_revision LIMIT 1",
                Vec::new(),
            )
            .await?
            .is_some()
        {
            triggers.push("new_asset".to_string());
        }
        Ok(triggers)
    }

    /// Whose this asset is.
    pub async fn owner_of(&self, asset: &AssetId) -> Result<Option<OrganisationId>> {
        let row = self
            .read_one(
                "SELECT organisation_id FROM asset WHERE id = $1",
                values![asset.as_str()],
            )
            .await?;
        row.map(|row| Ok(OrganisationId(row.text(0)?))).transpose()
    }
}
