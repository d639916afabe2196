//! Signs: observations of organisations, and a shelf that only counts what fits nobody.

mod again;
mod writer;

pub use self::writer::{Maker, Ready, Writer};
use crate::Store;
use crate::ground::engine::Transaction;
use crate::keys::sha256;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits::REPORT_DAYS;
use tuermer_core::observation::{Attribution, Observation};
use tuermer_core::remeasure::ReportDays;

/// Hex digits of the key of a kind: 128 bit.
const KIND_CHARACTERS: usize = 32;

/// One sign with those it belongs to; never empty.
pub struct Attributed {
    /// What was seen.
    pub observation: Observation,
    /// Whose it is and why.
    pub owners: Vec<(OrganisationId, Attribution)>,
}

/// What writing a batch changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Signs that were not there.
    pub new: u64,
    /// Signs that were there already.
    pub same: u64,
}

/// What one document tells of: report and day → signs that fit nobody; zero where all of them are members'.
pub type Shelf = BTreeMap<(String, String), u64>;

/// Raw lines of a report that concern members, packed with gzip.
pub struct Lines {
    /// Place among the parts of the document.
    pub part: i64,
    /// First and last line of the file that stand here.
    pub first: u64,
    /// See `first`.
    pub last: u64,
    /// The lines.
    pub gzip: Vec<u8>,
}

/// Changes with every transaction that brought new signs.
pub const CHANGES: &str = "signs.changes";

/// Keeps raw lines as evidence.
pub async fn keep_lines(open: &mut Transaction, document: &str, parts: Vec<Lines>) -> Result<()> {
    let mut rows = Vec::with_capacity(parts.len());
    for Lines {
        part,
        first,
        last,
        gzip,
    } in parts
    {
        rows.push(values![
            document,
            part,
            i64::try_from(first)?,
            i64::try_from(last)?,
            gzip
        ]);
    }
    let tail = "ON CONFLICT (document_sha256, part) DO UPDATE SET first_line = excluded.first_line, last_line = excluded.last_line, bytes = excluded.bytes";
    open.insert_many(
        "INSERT INTO report_lines (document_sha256, part, first_line, last_line, bytes)",
        rows,
        tail,
    )
    .await?;
    Ok(())
}

/// The key of a row of what signs have in common.
fn key_of(parts: &[&str]) -> String {
    sha256(parts.join("\u{0}").as_bytes())
        .chars()
        .take(KIND_CHARACTERS)
        .collect()
}

/// Puts the counts of one document on the shelf.
pub async fn shelve(open: &mut Transaction, shelf: &Shelf, document: &str) -> Result<()> {
    let mut rows = Vec::with_capacity(shelf.len());
    for ((report, day), signs) in shelf {
        rows.push(values![document, report, day, i64::try_from(*signs)?]);
    }
    open.run(
        "DELETE FROM shelf WHERE document_sha256 = $1",
        values![document],
    )
    .await?;
    open.insert_many(
        "INSERT INTO shelf (document_sha256, report, day, signs)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// A sign as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignLine {
    /// Register number of the organisation.
    pub external_id: String,
    /// Its name.
    pub name: String,
    /// Report type.
    pub report: String,
    /// When it was seen.
    pub observed_at: Timestamp,
    /// Address.
    pub ip: Option<String>,
    /// Port.
    pub port: Option<i64>,
    /// Host.
    pub hostname: Option<String>,
    /// RSIT type.
    pub class: String,
    /// Severity word.
    pub severity: String,
    /// Tags, `;` between them.
    pub tags: String,
    /// Vendor and product.
    pub product: String,
    /// Version.
    pub version: Option<String>,
    /// Why it is theirs.
    pub attribution: String,
    /// Who may see it.
    pub tlp: String,
    /// How far it is to be believed.
    pub grade: String,
}

/// One line of the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfLine {
    /// Report type.
    pub report: String,
    /// Day, `2021-05-14`.
    pub day: String,
    /// Signs that fit nobody.
    pub signs: u64,
}

/// Makes the verdicts due of those who said "done" and stand in reports of these types: that they are not listed any more
/// may bear them out.
pub async fn look_again(open: &mut Transaction, reports: &BTreeSet<&str>) -> Result<()> {
    for report in reports {
        let sql = "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN
            (SELECT a.organisation_id FROM answer a JOIN sighting s ON s.organisation_id = a.organisation_id
             JOIN sighting_kind k ON k.key = s.kind WHERE a.answer = 'done' AND a.undone_at IS NULL AND k.report = $1)";
        open.run(sql, values![*report]).await?;
    }
    Ok(())
}

impl Store {
    /// On which days each report type came whole, over the time in which absence can prove something.
    pub async fn report_days(&self, until: Timestamp) -> Result<ReportDays> {
        let day = |at: Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
        let from = until.checked_sub(jiff::SignedDuration::from_hours(
            REPORT_DAYS.saturating_mul(24),
        ))?;
        let rows = self
            .read(
                "SELECT DISTINCT report, day FROM shelf WHERE day >= $1 AND day <= $2",
                values![day(from).to_string(), day(until).to_string()],
            )
            .await?;
        let read = rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?.parse()?)));
        read.collect::<Result<Vec<(String, jiff::civil::Date)>>>()
            .map(ReportDays::from_iter)
    }

    /// Signs, newest first: at most `limit`, after `skip`.
    pub async fn signs(&self, skip: usize, limit: usize) -> Result<Vec<SignLine>> {
        let sql = "SELECT g.external_id, g.name, k.report, s.observed_at, s.ip, s.port, s.hostname, k.class, k.severity, k.tags, k.vendor, k.product, k.version, s.attribution, k.tlp, k.grade
                   FROM sighting s JOIN sighting_kind k ON k.key = s.kind JOIN organisation g ON g.id = s.organisation_id
                   ORDER BY s.observed_at DESC, s.id, g.id LIMIT $1 OFFSET $2";
        let rows = self
            .read(sql, values![i64::try_from(limit)?, i64::try_from(skip)?])
            .await?;
        rows.iter()
            .map(|row| {
                Ok(SignLine {
                    external_id: row.text(0)?,
                    name: row.text(1)?,
                    report: row.text(2)?,
                    observed_at: row.time(3)?,
                    ip: row.text_or_null(4)?,
                    port: row.int_or_null(5)?,
                    hostname: row.text_or_null(6)?,
                    class: row.text(7)?,
                    severity: row.text(8)?,
                    tags: row.text(9)?,
                    product: format!("{} {}", row.text(10)?, row.text(11)?)
                        .trim()
                        .to_string(),
                    version: row.text_or_null(12)?,
                    attribution: row.text(13)?,
                    tlp: row.text(14)?,
                    grade: row.text(15)?,
                })
            })
            .collect()
    }

    /// Counts of signs that fit nobody, newest day first.
    pub async fn shelf(&self) -> Result<Vec<ShelfLine>> {
        let sql = "SELECT report, day, CAST(SUM(signs) AS BIGINT) FROM shelf WHERE signs > 0 GROUP BY report, day ORDER BY day DESC, report";
        let rows = self.read(sql, Vec::new()).await?;
        rows.iter()
            .map(|row| {
                Ok(ShelfLine {
                    report: row.text(0)?,
                    day: row.text(1)?,
                    signs: row.count(2)?,
                })
            })
            .collect()
    }
}
