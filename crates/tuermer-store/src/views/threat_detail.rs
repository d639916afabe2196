//! What an analyst asks about one threat beyond the document itself: where it came from, how much of it was
//! understood, how surely whom it hits, and which row of the policy set which deadline.

use crate::Store;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::{Certainty, Status, Urgency};
use tuermer_core::urgency::{Answered, Basis, Input};

/// Where the stored revision of a threat came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// File name or address, or `stated` for our own.
    pub source: String,
    /// When the document reached us.
    pub received_at: Timestamp,
    /// SHA-256 over its bytes, in hex.
    pub sha256: String,
    /// Version ranges the document names.
    pub ranges: u64,
    /// Of those, the ones we could not read.
    pub not_understood: u64,
}

/// A row of the policy that set the deadline of some open companies, with what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingRow {
    /// Until when.
    pub urgency: Urgency,
    /// Row of the table, `+` and the lift where one shortened the deadline.
    pub row: String,
    /// The flaw that decided; empty where the threat names none.
    pub flaw: String,
    /// The answers it was asked with.
    pub inputs: Vec<(Input, Answered)>,
    /// Open companies with this deadline.
    pub companies: u64,
}

impl Store {
    /// Which rows of the policy set the deadlines of the open companies, the most urgent first, `limit` at most.
    pub async fn deciding_rows(&self, threat: &ThreatId, limit: usize) -> Result<Vec<DecidingRow>> {
        let sql = "SELECT e.urgency, e.urgency_row, e.urgency_flaw, e.urgency_inputs, COUNT(*) FROM exposure e
                   JOIN organisation o ON o.id = e.organisation_id AND o.kind = 'member'
                   WHERE e.threat_id = $1 AND e.status IN ('affected', 'unknown')
                   GROUP BY e.urgency, e.urgency_row, e.urgency_flaw, e.urgency_inputs";
        let mut deciding = Vec::new();
        for row in self.read(sql, values![threat.as_str()]).await? {
            deciding.push(DecidingRow {
                urgency: row.word(0, "exposure.urgency", Urgency::parse)?,
                row: row.text(1)?,
                flaw: row.text(2)?,
                inputs: Basis::parse_inputs(&row.text(3)?),
                companies: row.count(4)?,
            });
        }
        deciding.sort_by(|a, b| {
            (b.urgency, b.companies, &a.row).cmp(&(a.urgency, a.companies, &b.row))
        });
        deciding.truncate(limit);
        Ok(deciding)
    }

    /// Where the stored revision of a threat came from.
    pub async fn provenance(&self, threat: &ThreatId) -> Result<Option<Provenance>> {
        let sql = "SELECT d.source, d.received_at, d.sha256, t.ranges, t.ranges_not_understood
                   FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
        let provenance = |row: crate::ground::row::Row| {
            Ok(Provenance {
                source: row.text(0)?,
                received_at: row.time(1)?,
                sha256: row.text(2)?,
                ranges: row.count(3)?,
                not_understood: row.count(4)?,
            })
        };
        self.read_one(sql, values![threat.as_str()])
            .await?
            .map(provenance)
            .transpose()
    }

    /// Members of one threat by status and certainty, the ones to act on first.
    pub async fn strengths(&self, threat: &ThreatId) -> Result<Vec<(Status, Certainty, u64)>> {
        let sql = "SELECT e.status, e.certainty, COUNT(*) FROM exposure e JOIN organisation o ON o.id = e.organisation_id AND o.kind = 'member'
                   WHERE e.threat_id = $1 GROUP BY e.status, e.certainty";
        let mut strengths = Vec::new();
        for row in self.read(sql, values![threat.as_str()]).await? {
            let status = row.word(0, "exposure.status", Status::parse)?;
            let certainty = row.word(1, "exposure.certainty", Certainty::parse)?;
            strengths.push((status, certainty, row.count(2)?));
        }
        strengths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(strengths)
    }
}
