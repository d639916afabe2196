//! What people reported: one row each, changed only to say whose it is.

use crate::Store;
use crate::ground::engine::{Row, Transaction};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::OrganisationId;
use tuermer_core::sentence::Sentence;
use tuermer_core::witness::{Incident, Since, WitnessReport};
use tuermer_formats::facts;

const COLUMNS: &str = "receipt, received_at, incident, product, since, evidence, words, company, name, reach, organisation_id, known_by";

fn report(row: &Row) -> Result<WitnessReport> {
    Ok(WitnessReport {
        receipt: row.text(0)?,
        received_at: row.time(1)?,
        incident: row.word(2, "witness.incident", Incident::parse)?,
        product: row.text(3)?,
        since: row.word(4, "witness.since", Since::parse)?,
        evidence: row.bool(5)?,
        words: row.text(6)?,
        company: row.text(7)?,
        name: row.text(8)?,
        reach: row.text(9)?,
        organisation: row.text_or_null(10)?.map(OrganisationId),
        known_by: row.text(11)?,
    })
}

/// Keeps a report.
pub async fn insert(open: &mut Transaction, report: &WitnessReport) -> Result<()> {
    let WitnessReport {
        receipt,
        received_at,
        incident,
        product,
        since,
        evidence,
        words,
        company,
        name,
        reach,
        organisation,
        known_by,
    } = report;
    let sql = format!(
        "INSERT INTO witness_report ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    );
    let organisation = organisation.as_ref().map(|id| id.0.clone());
    let row = values![
        receipt,
        *received_at,
        incident.as_str(),
        product,
        since.as_str(),
        *evidence,
        words,
        company,
        name,
        reach,
        organisation,
        known_by
    ];
    open.run(&sql, row).await?;
    Ok(())
}

/// Says whose a report is; `false` where that is known already.
pub async fn assign(
    open: &mut Transaction,
    receipt: &str,
    organisation: &OrganisationId,
    by: &str,
) -> Result<bool> {
    let sql = "UPDATE witness_report SET organisation_id = $2, known_by = $3 WHERE receipt = $1 AND organisation_id IS NULL";
    Ok(open
        .run(sql, values![receipt, organisation.as_str(), by])
        .await?
        > 0)
}

/// Reports since a moment: all of them, and those of people with the same telephone or address.
pub async fn counted(open: &mut Transaction, since: Timestamp, reach: &str) -> Result<(u64, u64)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN reach = $2 THEN 1 ELSE 0 END), 0) FROM witness_report WHERE received_at > $1";
    open.read_one(sql, values![since, reach])
        .await?
        .map_or(Ok((0, 0)), |row| Ok((row.count(0)?, row.count(1)?)))
}

/// Asks for a call about a break-in, once for each organisation that has no such task open.
pub async fn ask_to_call(
    open: &mut Transaction,
    id: &str,
    organisation: &OrganisationId,
    now: Timestamp,
    note: &Sentence,
) -> Result<()> {
    let sql = "INSERT INTO task (id, kind, organisation_id, created_at, note) VALUES ($1, 'incident', $2, $3, $4) ON CONFLICT DO NOTHING";
    open.run(
        sql,
        values![id, organisation.as_str(), now, facts::stored(note)],
    )
    .await?;
    Ok(())
}

impl Store {
    /// Reports, newest first.
    pub async fn witness_reports(&self, limit: usize) -> Result<Vec<WitnessReport>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM witness_report ORDER BY received_at DESC, receipt LIMIT $1"
        );
        self.read(&sql, values![i64::try_from(limit)?])
            .await?
            .iter()
            .map(report)
            .collect()
    }

    /// One report.
    pub async fn witness_report(&self, receipt: &str) -> Result<Option<WitnessReport>> {
        self.read_one(
            &format!("SELECT {COLUMNS} FROM witness_report WHERE receipt = $1"),
            values![receipt],
        )
        .await?
        .as_ref()
        .map(report)
        .transpose()
    }
}
