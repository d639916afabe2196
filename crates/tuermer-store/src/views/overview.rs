//! How things stand, in counts: for `tuermer status` and the page of the administrator.

use crate::Store;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::Status;

/// Counts of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// Version of the schema.
    pub schema: i64,
    /// Members.
    pub members: u64,
    /// Providers.
    pub providers: u64,
    /// Products of members, as told.
    pub assets: u64,
    /// Threats that are not withdrawn.
    pub threats: u64,
    /// Signs that were attributed or not.
    pub observations: u64,
    /// Verdicts by status.
    pub exposures: Vec<(String, u64)>,
    /// Warnings by state.
    pub warnings: Vec<(String, u64)>,
    /// Deliveries by state.
    pub deliveries: Vec<(String, u64)>,
    /// Open tasks by kind.
    pub tasks: Vec<(String, u64)>,
    /// Organisations and threats whose verdicts are out of date.
    pub pending: u64,
    /// Sources.
    pub feeds: u64,
    /// Of those: the last attempt failed.
    pub feeds_failing: u64,
    /// Of those: silent for longer than their rule.
    pub feeds_silent: u64,
    /// Of those: not asked until resumed.
    pub feeds_paused: u64,
    /// Open notices.
    pub notices: u64,
    /// Notices nobody was told of yet.
    pub notices_unmailed: u64,
    /// Entries of the journal.
    pub journal_entries: u64,
    /// Hash of its last entry; empty when there is none.
    pub journal_hash: String,
    /// When the last entry was written.
    pub journal_at: Option<Timestamp>,
}

impl Store {
    async fn one_count(&self, sql: &str) -> Result<u64> {
        self.read_one(sql, Vec::new())
            .await?
            .map_or(Ok(0), |row| row.count(0))
    }

    async fn counts_by(&self, sql: &str) -> Result<Vec<(String, u64)>> {
        self.read(sql, Vec::new())
            .await?
            .iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect()
    }

    /// Counts of everything, read one after the other.
    pub async fn overview(&self) -> Result<Overview> {
        let schema = self
            .read_one("SELECT MAX(version) FROM schema_version", Vec::new())
            .await?;
        let last = self
            .read_one(
                "SELECT seq, hash, at FROM journal ORDER BY seq DESC LIMIT 1",
                Vec::new(),
            )
            .await?;
        let (journal_entries, journal_hash, journal_at) = match &last {
            Some(row) => (row.count(0)?, row.text(1)?, Some(row.time(2)?)),
            None => (0, String::new(), None),
        };
        let organisations = self
            .one_count(
                "SELECT COUNT(*) FROM organisation WHERE facts_revision <> assessed_revision",
            )
            .await?;
        let threats = self
            .one_count("SELECT COUNT(*) FROM threat WHERE facts_revision <> assessed_revision")
            .await?;
        Ok(Overview {
            schema: schema.map_or(Ok(None), |row| row.int_or_null(0))?.unwrap_or(0),
            members: self.one_count("SELECT COUNT(*) FROM organisation WHERE kind = 'member'").await?,
            providers: self.one_count("SELECT COUNT(*) FROM organisation WHERE kind = 'provider'").await?,
            assets: self.one_count("SELECT COUNT(*) FROM asset").await?,
            threats: self.one_count("SELECT COUNT(*) FROM threat WHERE withdrawn = FALSE").await?,
            observations: self.one_count("SELECT COUNT(*) FROM sighting").await?,
            exposures: self.counts_by("SELECT status, COUNT(*) FROM exposure GROUP BY status ORDER BY status").await?,
            warnings: self.counts_by("SELECT state, COUNT(*) FROM warning GROUP BY state ORDER BY state").await?,
            deliveries: self.counts_by("SELECT state, COUNT(*) FROM delivery GROUP BY state ORDER BY state").await?,
            tasks: self.counts_by("SELECT kind, COUNT(*) FROM task WHERE done_at IS NULL GROUP BY kind ORDER BY kind").await?,
            pending: organisations.saturating_add(threats),
            feeds: self.one_count("SELECT COUNT(*) FROM feed").await?,
            feeds_failing: self.one_count("SELECT COUNT(*) FROM feed WHERE paused = FALSE AND last_error <> ''").await?,
            feeds_silent: self.one_count("SELECT COUNT(*) FROM feed WHERE paused = FALSE AND silent_since IS NOT NULL").await?,
            feeds_paused: self.one_count("SELECT COUNT(*) FROM feed WHERE paused = TRUE").await?,
            notices: self.one_count("SELECT COUNT(*) FROM notice WHERE done_at IS NULL").await?,
            notices_unmailed: self.notices_unmailed().await?,
            journal_entries,
            journal_hash,
            journal_at,
        })
    }

    /// Verdicts of one threat by status, the ones to act on first; every status is named, even with none.
    pub async fn exposures_by_status(&self, threat: &ThreatId) -> Result<Vec<(Status, u64)>> {
        let rows = self
            .read(
                "SELECT status, COUNT(*) FROM exposure WHERE threat_id = $1 GROUP BY status",
                values![threat.as_str()],
            )
            .await?;
        let found = rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.count(1)?)))
            .collect::<Result<Vec<_>>>()?;
        let count = |status: Status| {
            found
                .iter()
                .find(|(word, _)| word == status.as_str())
                .map_or(0, |(_, count)| *count)
        };
        Ok([
            Status::Affected,
            Status::Unknown,
            Status::Fixed,
            Status::NotAffected,
        ]
        .into_iter()
        .map(|status| (status, count(status)))
        .collect())
    }
}
