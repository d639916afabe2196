//! The rows of one page of verdicts, and how they are written.

use super::placed;
use crate::ground::engine::{Transaction, Value, places};
use crate::values;
use anyhow::Result;
use tuermer_core::exposure::{Exposure, Ground, Match};
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_formats::facts;

/// Rows of one page; one page is written while the next one is judged.
#[derive(Default)]
pub struct Page {
    threat: String,
    verdicts: Vec<Vec<Value>>,
    verdict_grounds: Vec<Vec<Value>>,
    verdict_matches: Vec<Vec<Value>>,
    pub(crate) standings: Vec<Vec<Value>>,
    pub(crate) grounds: Vec<Vec<Value>>,
    /// Organisations whose grounds are replaced.
    pub(crate) replaced: Vec<Value>,
}

impl Page {
    /// Of verdicts on this threat.
    pub(crate) fn new(threat: &ThreatId) -> Self {
        Self {
            threat: threat.as_str().to_string(),
            ..Self::default()
        }
    }

    /// Adds the rows of one verdict.
    pub(crate) fn describe(&mut self, exposure: &Exposure, threat: &ThreatId, number: i64) {
        let threat = threat.as_str();
        let Exposure {
            status,
            certainty,
            mitigated,
            incident,
            severity,
            urgency,
            basis,
            reason,
            question,
            measured,
            decisive,
            ..
        } = exposure;
        let decisive = decisive.as_ref();
        self.verdicts.push(values![
            threat,
            number,
            status.as_str(),
            certainty.as_str(),
            *mitigated,
            *incident,
            severity.as_str(),
            urgency.as_str(),
            &*basis.row,
            &*basis.flaw,
            basis.inputs_text(),
            facts::stored(reason),
            question.as_ref().map_or_else(String::new, facts::stored),
            decisive.map_or("", |d| d.product.as_str()),
            decisive.map_or("", |d| d.version.as_str()),
            decisive.map_or("", |d| d.source.as_str()),
            *measured,
        ]);
        self.add_grounds(exposure, threat, number);
        self.add_matches(exposure, threat, number);
    }

    fn add_grounds(&mut self, exposure: &Exposure, threat: &str, number: i64) {
        for (position, ground) in (0_i64..).zip(&exposure.grounds) {
            let Ground {
                status,
                certainty,
                reason,
                asset: _,
                source,
                place,
                observed_at: _,
            } = ground;
            let row = values![
                threat,
                number,
                position,
                status.as_str(),
                certainty.as_str(),
                facts::stored(reason),
                source.as_str(),
                place
            ];
            self.verdict_grounds.push(row);
        }
    }

    fn add_matches(&mut self, exposure: &Exposure, threat: &str, number: i64) {
        for (position, entry) in placed(exposure) {
            let Match {
                asset: _,
                vulnerability,
                status,
                certainty,
                remediation,
            } = entry;
            let row = values![
                threat,
                number,
                position,
                vulnerability,
                status.as_str(),
                certainty.as_str(),
                remediation.as_str()
            ];
            self.verdict_matches.push(row);
        }
    }

    /// Writes the rows and gives the transaction back.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn write(self, mut open: Transaction) -> Result<Transaction> {
        let Self {
            threat,
            verdicts,
            verdict_grounds,
            verdict_matches,
            standings,
            grounds,
            replaced,
        } = self;
        let known = "ON CONFLICT DO NOTHING";
        open.insert_many(
            "INSERT INTO verdict (threat_id, number, status, certainty, mitigated, incident, severity, urgency, urgency_row, urgency_flaw, urgency_inputs,
             reason, question, product, version, source, measured)",
            verdicts,
            known,
        )
        .await?;
        let head = "INSERT INTO verdict_ground (threat_id, number, position, status, certainty, reason, source, place)";
        open.insert_many(head, verdict_grounds, known).await?;
        let head = "INSERT INTO verdict_match (threat_id, number, position, vulnerability, status, certainty, remediation)";
        open.insert_many(head, verdict_matches, known).await?;
        for page in replaced.chunks(ROWS_PER_STATEMENT) {
            let values = std::iter::once(Value::from(&threat))
                .chain(page.iter().cloned())
                .collect();
            open.run(
                &format!(
                    "DELETE FROM standing_ground WHERE threat_id = $1 AND organisation_id IN ({})",
                    places(2, page.len())
                ),
                values,
            )
            .await?;
        }
        open.insert_many(
            "INSERT INTO standing (threat_id, organisation_id, verdict, asset_id, observed_at, assessed_at, digest)",
            standings,
            "ON CONFLICT (threat_id, organisation_id) DO UPDATE SET verdict = excluded.verdict, asset_id = excluded.asset_id,
                observed_at = excluded.observed_at, assessed_at = excluded.assessed_at, digest = excluded.digest",
        )
        .await?;
        open.insert_many("INSERT INTO standing_ground (threat_id, organisation_id, position, asset_id, observed_at)", grounds, known).await?;
        Ok(open)
    }
}
