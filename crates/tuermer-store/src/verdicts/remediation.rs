//! How far the remedy of one flaw on one asset has come (clause 13.7), as a person marked it and as it follows.
//!
//! Which word counts, per document, flaw and asset: a build that proves the update is `done`. Else what a person marked,
//! unless the company answered later, the asset was seen later (that ends a `done`), or a newer revision changed the
//! remedy. Else what follows from the company's answer, which fills all rows of its assets.
//!
//! When a person marked every open row of an organisation as done, that counts in the verdict like the word of the
//! organisation: fixed, told, until something newer is measured.

use crate::Store;
use crate::ground::engine::{Row, Value};
use crate::ground::journal;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::acknowledgement::{Acknowledgement, Answer};
use tuermer_core::exposure::RemediationState;
use tuermer_core::ids::{AssetId, OrganisationId, ThreatId};
use tuermer_core::scale::Source;

/// Which rows of a document are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// All of one asset.
    Asset(AssetId),
    /// Those of all assets of one organisation.
    Organisation(OrganisationId),
    /// Those of all assets.
    All,
}

/// Joins what is needed to say how far a row has come; `m` is `asset_match`.
pub(crate) const JOINED: &str = "LEFT JOIN asset s ON s.id = m.asset_id
    LEFT JOIN remediation r ON r.threat_id = m.threat_id AND r.vulnerability = m.vulnerability AND r.asset_id = m.asset_id";

/// What a person marked still counts.
const VALID: &str = "r.state IS NOT NULL AND (r.state <> 'done' OR r.at >= s.observed_at)
    AND r.at >= COALESCE((SELECT MAX(a.at) FROM answer a WHERE a.organisation_id = m.organisation_id AND a.threat_id = m.threat_id AND a.undone_at IS NULL), 0)
    AND NOT EXISTS (SELECT 1 FROM threat_product p WHERE p.threat_id = m.threat_id AND p.product_key = s.product_key AND p.since_at > r.at)";

/// How far a row has come, over [`JOINED`].
pub(crate) fn effective() -> String {
    format!(
        "CASE WHEN m.status = 'fixed' THEN 'done' WHEN {VALID} THEN r.state ELSE m.remediation END"
    )
}

impl Store {
    /// Marks rows of a document; `vulnerability` = only this flaw. Gives the number of rows; verdicts that depend on
    /// them become due in the same transaction.
    pub async fn mark_remediation(
        &self,
        threat: &ThreatId,
        vulnerability: Option<&str>,
        which: &Marked,
        state: RemediationState,
        by: &str,
        now: Timestamp,
    ) -> Result<u64> {
        let mut values = values![threat.as_str(), state.as_str(), by, now];
        let mut condition = "m.threat_id = $1 AND m.status <> 'not_affected'".to_string();
        let mut equal = |column: &str, value: &str| {
            values.push(Value::from(value));
            condition.push_str(&format!(" AND {column} = ${}", values.len()));
        };
        if let Some(vulnerability) = vulnerability {
            equal("m.vulnerability", vulnerability);
        }
        match which {
            Marked::Asset(asset) => equal("m.asset_id", asset.as_str()),
            Marked::Organisation(organisation) => equal("m.organisation_id", organisation.as_str()),
            Marked::All => {}
        }
        let mut open = self.begin().await?;
        let sql = format!(
            "INSERT INTO remediation (threat_id, vulnerability, asset_id, state, said_by, at)
             SELECT m.threat_id, m.vulnerability, m.asset_id, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT)
             FROM asset_match m JOIN asset s ON s.id = m.asset_id WHERE {condition}
             ON CONFLICT (threat_id, vulnerability, asset_id) DO UPDATE SET state = excluded.state, said_by = excluded.said_by, at = excluded.at"
        );
        let marked = open.run(&sql, values).await?;
        let sql = "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN
            (SELECT s.organisation_id FROM remediation r JOIN asset s ON s.id = r.asset_id WHERE r.threat_id = $1 AND r.at = $2)";
        open.run(sql, values![threat.as_str(), now]).await?;
        if marked > 0 {
            let detail = format!(
                "{} {}: {marked} rows",
                vulnerability.unwrap_or("all flaws"),
                state.as_str()
            );
            journal::append(
                &mut open,
                now,
                by,
                "remediation.marked",
                threat.tracking_id(),
                &detail,
            )
            .await?;
        }
        open.commit().await?;
        Ok(marked)
    }

    /// Organisations of which a person marked every open row as done, as answers to the threat.
    pub(crate) async fn marks_as_answers(&self, threat: &ThreatId) -> Result<Vec<Acknowledgement>> {
        let sql = format!(
            "SELECT g.organisation_id, g.at FROM
                 (SELECT m.organisation_id AS organisation_id, MAX(CASE WHEN {VALID} AND r.state = 'done' THEN r.at ELSE 0 END) AS at,
                     SUM(CASE WHEN m.status IN ('affected', 'unknown') AND NOT ({VALID} AND r.state = 'done') THEN 1 ELSE 0 END) AS still_open
                  FROM asset_match m {JOINED}
                  WHERE m.threat_id = $1 AND m.organisation_id IN
                      (SELECT q.organisation_id FROM remediation w JOIN asset q ON q.id = w.asset_id WHERE w.threat_id = $1)
                  GROUP BY m.organisation_id) g
             WHERE g.still_open = 0 AND g.at > 0 ORDER BY g.organisation_id"
        );
        let answer = |row: &Row| {
            Ok(Acknowledgement {
                organisation: OrganisationId(row.text(0)?),
                threat: threat.clone(),
                answer: Answer::Done,
                cloud: None,
                by: Source::Register,
                at: row.time(1)?,
            })
        };
        self.read(&sql, values![threat.as_str()])
            .await?
            .iter()
            .map(answer)
            .collect()
    }
}
