//! Signs in numbers: day by day, source by source, and what of the sources could not be read.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use tuermer_core::limits::{LINES_SHOWN, SECONDS_PER_DAY};
use tuermer_core::taxonomy::{IncidentClass, IncidentType};

/// Signs of members on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignDay {
    /// The day (UTC).
    pub day: Date,
    /// Signs of attacks.
    pub attacks: u64,
    /// Signs of weaknesses, and of devices.
    pub weaknesses: u64,
}

impl SignDay {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.attacks.saturating_add(self.weaknesses)
    }
}

/// What one report type told lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Report type, or name of the feed.
    pub report: String,
    /// Signs of members.
    pub signs: u64,
    /// Members with such a sign.
    pub members: u64,
    /// Signs that fit nobody.
    pub strangers: u64,
    /// The newest sign of a member; `None` where there is none.
    pub last_at: Option<Timestamp>,
}

/// A line or element that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedLine {
    /// The file.
    pub source: String,
    /// Number of the line, or name of the element.
    pub place: String,
    /// Why, in one word or few.
    pub reason: String,
    /// When the file was read.
    pub received_at: Timestamp,
}

/// Replaces what of a document could not be read.
pub async fn malformed(
    open: &mut Transaction,
    document: &str,
    lines: &[(String, String)],
) -> Result<()> {
    open.run(
        "DELETE FROM malformed WHERE document_sha256 = $1",
        values![document],
    )
    .await?;
    let rows = (0_i64..)
        .zip(lines)
        .map(|(position, (place, reason))| values![document, position, place, reason])
        .collect();
    open.insert_many(
        "INSERT INTO malformed (document_sha256, position, place, reason)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// Forgets the raw lines of documents that came before `from`; how many parts.
pub async fn forget_lines(open: &mut Transaction, from: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM report_lines WHERE document_sha256 IN (SELECT sha256 FROM document WHERE received_at < $1)";
    open.run(sql, values![from]).await
}

/// Forgets what of documents that came before `from` could not be read; how many lines.
pub async fn forget_malformed(open: &mut Transaction, from: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM malformed WHERE document_sha256 IN (SELECT sha256 FROM document WHERE received_at < $1)";
    open.run(sql, values![from]).await
}

impl Store {
    /// Signs of members, day by day up to today, and how many members have one.
    pub async fn sign_days(&self, now: Timestamp, days: i64) -> Result<(Vec<SignDay>, u64)> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let first = today.checked_sub(jiff::Span::new().try_days(days.saturating_sub(1))?)?;
        let from = first.to_zoned(TimeZone::UTC)?.timestamp();
        let each = SECONDS_PER_DAY.saturating_mul(1_000_000);
        let sql = "SELECT (s.observed_at - $1) / $2, k.class, COUNT(*) FROM sighting s JOIN sighting_kind k ON k.key = s.kind
            WHERE s.observed_at >= $1 GROUP BY 1, 2";
        let mut counted: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
        for row in self.read(sql, values![from, each]).await? {
            let entry = counted.entry(row.int(0)?).or_default();
            let class = row.word(1, "sighting_kind.class", IncidentType::parse)?;
            let attack = is_attack(class.class());
            let sum = if attack { &mut entry.0 } else { &mut entry.1 };
            *sum = sum.saturating_add(row.count(2)?);
        }
        let day = |place: i64| -> Result<SignDay> {
            let (attacks, weaknesses) = counted.get(&place).copied().unwrap_or_default();
            Ok(SignDay {
                day: first.checked_add(jiff::Span::new().try_days(place)?)?,
                attacks,
                weaknesses,
            })
        };
        let sql =
            "SELECT COUNT(DISTINCT s.organisation_id) FROM sighting s WHERE s.observed_at >= $1";
        let members = self
            .read_one(sql, values![from])
            .await?
            .map_or(Ok(0), |row| row.count(0))?;
        Ok(((0..days).map(day).collect::<Result<_>>()?, members))
    }

    /// What each report type told since `from`, the one with most signs of members first.
    pub async fn sign_sources(&self, from: Timestamp) -> Result<Vec<SourceLine>> {
        let empty = |report: &str| SourceLine {
            report: report.to_string(),
            signs: 0,
            members: 0,
            strangers: 0,
            last_at: None,
        };
        let mut all: BTreeMap<String, SourceLine> = BTreeMap::new();
        let sql = "SELECT k.report, COUNT(*), COUNT(DISTINCT s.organisation_id), MAX(s.observed_at) FROM sighting s JOIN sighting_kind k ON k.key = s.kind WHERE s.observed_at >= $1 GROUP BY k.report";
        for row in self.read(sql, values![from]).await? {
            let report = row.text(0)?;
            let line = SourceLine {
                signs: row.count(1)?,
                members: row.count(2)?,
                last_at: row.time_or_null(3)?,
                ..empty(&report)
            };
            all.insert(report, line);
        }
        let day = from.to_zoned(TimeZone::UTC).date().to_string();
        let sql = "SELECT report, CAST(SUM(signs) AS BIGINT) FROM shelf WHERE day >= $1 AND signs > 0 GROUP BY report";
        for row in self.read(sql, values![day]).await? {
            let report = row.text(0)?;
            all.entry(report.clone())
                .or_insert_with(|| empty(&report))
                .strangers = row.count(1)?;
        }
        let mut lines: Vec<SourceLine> = all.into_values().collect();
        lines.sort_by_key(|line| {
            (
                std::cmp::Reverse(line.signs),
                std::cmp::Reverse(line.strangers),
            )
        });
        lines.truncate(LINES_SHOWN);
        Ok(lines)
    }

    /// Lines and elements that could not be read, of the newest documents first: at most `limit`, after `skip`.
    pub async fn malformed(&self, skip: usize, limit: usize) -> Result<Vec<MalformedLine>> {
        let sql = "SELECT d.source, m.place, m.reason, d.received_at FROM malformed m JOIN document d ON d.sha256 = m.document_sha256
            ORDER BY d.received_at DESC, d.sha256, m.position LIMIT $1 OFFSET $2";
        let rows = self
            .read(sql, values![i64::try_from(limit)?, i64::try_from(skip)?])
            .await?;
        let line = |row: &crate::ground::engine::Row| {
            Ok(MalformedLine {
                source: row.text(0)?,
                place: row.text(1)?,
                reason: row.text(2)?,
                received_at: row.time(3)?,
            })
        };
        rows.iter().map(line).collect()
    }
}

/// A weakness is an open door; everything else that happens at a member is an attack or its trace.
pub fn is_attack(class: IncidentClass) -> bool {
    !matches!(
        class,
        IncidentClass::Vulnerable | IncidentClass::Other | IncidentClass::Test
    )
}
