//! Verdicts as they are read: one exposure per organisation and threat, its grounds and matches beneath. How they are
//! written: [`crate::verdicts::writing`].

use crate::Store;
use crate::ground::engine::{Row, Transaction, Value};
use crate::register::constituency::JUDGED;
use crate::values;
use crate::verdicts::pending::Pending;
use crate::verdicts::remediation::{JOINED, effective};
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use tuermer_core::exposure::{Ground, Question, Reason};
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::locale::Language;
use tuermer_core::product::ProductKey;
use tuermer_core::scale::{Certainty, Level, Status, Urgency};
use tuermer_core::threat::Threat;
use tuermer_formats::{facts, reasons};

/// A verdict as listed and shown: with the organisation's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Who.
    pub organisation: OrganisationId,
    /// Register number.
    pub external_id: String,
    /// Company name.
    pub name: String,
    /// Municipality.
    pub city: String,
    /// What.
    pub threat: ThreatId,
    /// Tracking id of the threat.
    pub tracking_id: String,
    /// Is it hit?
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// A stop-gap is in place.
    pub mitigated: bool,
    /// Signs of a break-in.
    pub incident: bool,
    /// How bad.
    pub severity: Level,
    /// Until when.
    pub urgency: Urgency,
    /// Row of the policy that said so.
    pub urgency_row: String,
    /// The flaw it was asked about, empty where the threat names none.
    pub urgency_flaw: String,
    /// What it was asked with, as `Basis::inputs_text` writes it.
    pub urgency_inputs: String,
    /// Why.
    pub reason: Reason,
    /// The question; `None` when nothing is open.
    pub question: Option<Question>,
    /// Product that decided.
    pub product: String,
    /// Version that decided.
    pub version: String,
    /// Who told it.
    pub source: String,
    /// When it was seen or said.
    pub observed_at: Timestamp,
    /// Seen or measured, not only told by the organisation itself.
    pub measured: bool,
    /// When this was judged.
    pub assessed_at: Timestamp,
}

impl Verdict {
    /// The sentence in one language.
    pub fn reason(&self, language: Language) -> String {
        reasons::reason(&self.reason, language)
    }

    /// The question in one language, empty when nothing is open.
    pub fn question(&self, language: Language) -> String {
        let question = self.question.as_ref();
        question.map_or_else(String::new, |question| {
            reasons::question(question, language)
        })
    }
}

/// One thing that was considered, as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownGround {
    /// What it says.
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// Why.
    pub reason: Reason,
    /// Who said so.
    pub source: String,
    /// Where.
    pub place: String,
    /// When.
    pub observed_at: Timestamp,
}

impl From<&Ground> for ShownGround {
    fn from(ground: &Ground) -> Self {
        let Ground {
            status,
            certainty,
            reason,
            asset: _,
            source,
            place,
            observed_at,
        } = ground;
        Self {
            status: *status,
            certainty: *certainty,
            reason: reason.clone(),
            source: source.as_str().to_string(),
            place: place.clone(),
            observed_at: *observed_at,
        }
    }
}

/// Which verdicts are wanted.
#[derive(Debug, Clone, Default)]
pub struct ExposureFilter {
    /// Of this threat.
    pub threat: Option<ThreatId>,
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// With this status.
    pub status: Option<Status>,
    /// As sure as this; "possible" holds the unlikely ones, too.
    pub certainty: Option<Certainty>,
}

const COLUMNS: &str = "e.organisation_id, o.external_id, o.name, o.city, e.threat_id, t.tracking_id, e.status, e.certainty, e.mitigated, e.incident,
    e.severity, e.urgency, e.reason, e.question, e.product, e.version, e.source, e.observed_at, e.measured, e.assessed_at,
    e.urgency_row, e.urgency_flaw, e.urgency_inputs";

/// A stored word of one of the core's lists.
pub(crate) fn word<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| anyhow!("unknown word {text} in the database"))
}

fn verdict(row: &Row) -> Result<Verdict> {
    Ok(Verdict {
        organisation: OrganisationId(row.text(0)?),
        external_id: row.text(1)?,
        name: row.text(2)?,
        city: row.text(3)?,
        threat: ThreatId(row.text(4)?),
        tracking_id: row.text(5)?,
        status: word(&row.text(6)?, Status::parse)?,
        certainty: word(&row.text(7)?, Certainty::parse)?,
        mitigated: row.bool(8)?,
        incident: row.bool(9)?,
        severity: word(&row.text(10)?, Level::parse)?,
        urgency: word(&row.text(11)?, Urgency::parse)?,
        reason: facts::reason(&row.text(12)?),
        question: facts::question(&row.text(13)?),
        product: row.text(14)?,
        version: row.text(15)?,
        source: row.text(16)?,
        observed_at: row.time(17)?,
        measured: row.bool(18)?,
        assessed_at: row.time(19)?,
        urgency_row: row.text(20)?,
        urgency_flaw: row.text(21)?,
        urgency_inputs: row.text(22)?,
    })
}

impl Store {
    /// Verdicts in order of the register, `limit` at most, after `(organisation, threat)`.
    pub async fn exposures(
        &self,
        filter: &ExposureFilter,
        after: Option<(&OrganisationId, &ThreatId)>,
        limit: usize,
    ) -> Result<Vec<Verdict>> {
        let mut values: Vec<Value> = Vec::new();
        let mut conditions = vec!["1 = 1".to_string()];
        let mut equal = |column: &str, value: Option<&str>| {
            if let Some(value) = value {
                values.push(Value::from(value));
                conditions.push(format!("{column} = ${}", values.len()));
            }
        };
        equal("e.threat_id", filter.threat.as_ref().map(ThreatId::as_str));
        equal(
            "e.organisation_id",
            filter.organisation.as_ref().map(OrganisationId::as_str),
        );
        equal("e.status", filter.status.map(Status::as_str));
        equal(
            "e.certainty",
            filter
                .certainty
                .filter(|certainty| *certainty != Certainty::Possible)
                .map(Certainty::as_str),
        );
        if filter.certainty == Some(Certainty::Possible) {
            conditions.push("e.certainty IN ('possible', 'unlikely')".to_string());
        }
        if let Some((organisation, threat)) = after {
            values.push(organisation.as_str().into());
            values.push(threat.as_str().into());
            let (first, second) = (values.len().saturating_sub(1), values.len());
            conditions.push(format!("(e.organisation_id > ${first} OR (e.organisation_id = ${first} AND e.threat_id > ${second}))"));
        }
        values.push(i64::try_from(limit)?.into());
        let sql = format!(
            "SELECT {COLUMNS} FROM exposure e JOIN organisation o ON o.id = e.organisation_id JOIN threat t ON t.id = e.threat_id
             WHERE {} ORDER BY e.organisation_id, e.threat_id LIMIT ${}",
            conditions.join(" AND "),
            values.len()
        );
        self.read(&sql, values).await?.iter().map(verdict).collect()
    }

    /// One verdict.
    pub async fn exposure(
        &self,
        threat: &ThreatId,
        organisation: &OrganisationId,
    ) -> Result<Option<Verdict>> {
        let filter = ExposureFilter {
            threat: Some(threat.clone()),
            organisation: Some(organisation.clone()),
            ..ExposureFilter::default()
        };
        Ok(self.exposures(&filter, None, 1).await?.pop())
    }

    /// Everything that was considered for one verdict, strongest first.
    pub async fn grounds(
        &self,
        threat: &ThreatId,
        organisation: &OrganisationId,
    ) -> Result<Vec<ShownGround>> {
        let sql = "SELECT status, certainty, reason, source, place, observed_at FROM ground WHERE threat_id = $1 AND organisation_id = $2 ORDER BY position";
        let rows = self
            .read(sql, values![threat.as_str(), organisation.as_str()])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ShownGround {
                    status: word(&row.text(0)?, Status::parse)?,
                    certainty: word(&row.text(1)?, Certainty::parse)?,
                    reason: facts::reason(&row.text(2)?),
                    source: row.text(3)?,
                    place: row.text(4)?,
                    observed_at: row.time(5)?,
                })
            })
            .collect()
    }

    /// Per flaw of one verdict: flaw, status, remediation state (CSAF clause 13.7), worst asset first.
    pub async fn matches(
        &self,
        threat: &ThreatId,
        organisation: &OrganisationId,
    ) -> Result<Vec<(String, String, String, String)>> {
        let sql = format!(
            "SELECT m.asset_id, m.vulnerability, m.status, {} FROM asset_match m {JOINED} WHERE m.threat_id = $1 AND m.organisation_id = $2
             ORDER BY m.asset_id, m.vulnerability",
            effective()
        );
        let rows = self
            .read(&sql, values![threat.as_str(), organisation.as_str()])
            .await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?)))
            .collect()
    }
}

/// Makes these threats and organisations due, although nothing about them changed.
pub async fn make_due(
    open: &mut Transaction,
    threats: &[ThreatId],
    organisations: &[OrganisationId],
) -> Result<()> {
    let tables = [
        (
            "threat",
            threats.iter().map(ThreatId::as_str).collect::<Vec<_>>(),
        ),
        (
            "organisation",
            organisations.iter().map(OrganisationId::as_str).collect(),
        ),
    ];
    for (table, ids) in tables {
        for chunk in ids.chunks(ROWS_PER_STATEMENT) {
            let sql = format!(
                "UPDATE {table} SET facts_revision = facts_revision + 1 WHERE id IN ({})",
                places(1, chunk.len())
            );
            open.run(&sql, chunk.iter().map(|id| Value::from(*id)).collect())
                .await?;
        }
    }
    Ok(())
}

/// Notes that a threat was judged at `pending.facts_revision`, in which revision of its document and about which products.
pub async fn threat_judged(
    open: &mut Transaction,
    pending: &Pending<ThreatId>,
    threat: &Threat,
    products: &[ProductKey],
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE threat SET assessed_revision = $2, matched_at = COALESCE(matched_at, $3), judged_revision = $4 WHERE id = $1";
    open.run(
        sql,
        values![
            pending.id.as_str(),
            pending.facts_revision,
            now,
            threat.revision.as_str()
        ],
    )
    .await?;
    open.run(
        "DELETE FROM judged_product WHERE threat_id = $1",
        values![pending.id.as_str()],
    )
    .await?;
    let rows = products
        .iter()
        .map(|product| values![pending.id.as_str(), product.product.as_str()])
        .collect();
    open.insert_many(
        "INSERT INTO judged_product (threat_id, product)",
        rows,
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// Notes that organisations were judged; one whose facts changed meanwhile stays pending. Returns how often that was done.
pub async fn organisations_judged(
    open: &mut Transaction,
    pending: &[Pending<OrganisationId>],
) -> Result<i64> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT) RETURNING value";
    let count = open
        .read_one(sql, values![JUDGED])
        .await?
        .ok_or_else(|| anyhow!("a count that was written is returned"))?
        .text(0)?
        .parse()?;
    let mut by_revision: std::collections::BTreeMap<i64, Vec<&OrganisationId>> =
        std::collections::BTreeMap::new();
    for Pending { id, facts_revision } in pending {
        by_revision.entry(*facts_revision).or_default().push(id);
    }
    for (revision, ids) in by_revision {
        for chunk in ids.chunks(ROWS_PER_STATEMENT) {
            let mut values = values![revision];
            values.extend(chunk.iter().map(|id| Value::from(id.as_str())));
            let places = places(2, chunk.len());
            open.run(
                &format!("UPDATE organisation SET assessed_revision = $1 WHERE id IN ({places})"),
                values,
            )
            .await?;
        }
    }
    Ok(count)
}

/// `$2,$3,…`
fn places(from: usize, count: usize) -> String {
    (from..from.saturating_add(count))
        .map(|place| format!("${place}"))
        .collect::<Vec<_>>()
        .join(",")
}
