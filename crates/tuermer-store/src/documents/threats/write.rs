//! Writes threats in bulk: headers, flaws, revisions. A write raises the gap counter, so that everybody is judged again.

use super::StoredRevision;
use crate::documents::products;
use crate::documents::threats::DocumentFields;
use crate::ground::engine::{Transaction, places};
use crate::ground::row::Value;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits;
use tuermer_core::scale::Level;
use tuermer_core::threat::{Exploitation, Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;

/// A threat with what its document does not tell.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The threat.
    pub threat: &'a Threat,
    /// The officer's level, if any.
    pub level: Option<Level>,
    /// Its document.
    pub sha256: &'a str,
    /// What only the search needs of it.
    pub fields: &'a DocumentFields,
}

/// The stored revisions of these threats.
pub async fn stored_revisions(
    open: &mut Transaction,
    ids: &[&str],
) -> Result<HashMap<String, StoredRevision>> {
    let mut found = HashMap::new();
    for page in ids.chunks(limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT id, revision, released_at, document_sha256 FROM threat WHERE id IN ({})",
            places(1, page.len())
        );
        for row in open
            .read(&sql, page.iter().map(|id| Value::from(*id)).collect())
            .await?
        {
            found.insert(
                row.text(0)?,
                StoredRevision {
                    revision: row.text(1)?,
                    released_at: row.time(2)?,
                    sha256: row.text(3)?,
                },
            );
        }
    }
    Ok(found)
}

/// Writes a threat, new or in a new revision, and raises its gap counter.
pub async fn write(
    open: &mut Transaction,
    threat: &Threat,
    level: Option<Level>,
    sha256: &str,
    now: Timestamp,
) -> Result<()> {
    write_many(
        open,
        &[Written {
            threat,
            level,
            sha256,
            fields: &DocumentFields::default(),
        }],
        now,
    )
    .await
}

/// Writes threats, new or in new revisions, each id once, and raises their gap counters.
pub async fn write_many(
    open: &mut Transaction,
    threats: &[Written<'_>],
    now: Timestamp,
) -> Result<()> {
    let rows = threats
        .iter()
        .map(|written| header(*written, now))
        .collect();
    open.insert_many(
        "INSERT INTO threat (id, tracking_id, revision, title, publisher, published_at, released_at, tlp, category, source, withdrawn, exploited, level,
             document_sha256, seen_at, changed_at, ranges, ranges_not_understood, facts_revision, assessed_revision,
             csaf_version, publisher_category, document_status, aggregate_severity)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, title = excluded.title, publisher = excluded.publisher, category = excluded.category,
             published_at = excluded.published_at, released_at = excluded.released_at, tlp = excluded.tlp, level = excluded.level,
             withdrawn = excluded.withdrawn, exploited = excluded.exploited, document_sha256 = excluded.document_sha256, changed_at = excluded.changed_at,
             source = excluded.source, ranges = excluded.ranges, ranges_not_understood = excluded.ranges_not_understood,
             csaf_version = excluded.csaf_version, publisher_category = excluded.publisher_category, document_status = excluded.document_status,
             aggregate_severity = excluded.aggregate_severity,
             facts_revision = threat.facts_revision + 1",
    )
    .await?;
    for page in threats.chunks(limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "DELETE FROM vulnerability WHERE threat_id IN ({})",
            places(1, page.len())
        );
        open.run(
            &sql,
            page.iter()
                .map(|written| Value::from(written.threat.id.as_str()))
                .collect(),
        )
        .await?;
    }
    open.insert_many(
        "INSERT INTO vulnerability (threat_id, position, cve, title, cvss_tenths, cvss_vector, exploitation, automatable, total_impact)",
        threats.iter().flat_map(|written| flaws(&written.threat.id, &written.threat.vulnerabilities)).collect(),
        "",
    )
    .await?;
    products::write(
        open,
        &threats
            .iter()
            .map(|written| written.threat)
            .collect::<Vec<_>>(),
        now,
    )
    .await?;
    write_revisions(open, threats, now).await
}

/// Notes revisions without making them what we warn about.
pub async fn write_revisions(
    open: &mut Transaction,
    threats: &[Written<'_>],
    now: Timestamp,
) -> Result<()> {
    let revision = |Written { threat, sha256, .. }: &Written<'_>| {
        values![
            threat.id.as_str(),
            *sha256,
            &threat.revision,
            threat.released_at,
            now
        ]
    };
    open.insert_many(
        "INSERT INTO threat_revision (threat_id, document_sha256, revision, released_at, received_at)",
        threats.iter().map(revision).collect(),
        "ON CONFLICT (threat_id, document_sha256) DO NOTHING",
    )
    .await?;
    Ok(())
}

/// Whether the stored document of this threat says the same in other bytes.
pub async fn says_the_same(open: &mut Transaction, threat: &Threat) -> Result<bool> {
    let sql = "SELECT d.kind, d.bytes, d.encoding FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
    let Some(row) = open.read_one(sql, values![threat.id.as_str()]).await? else {
        return Ok(false);
    };
    Ok(super::kept(&threat.id, &row, 0, 1, 2)? == *threat)
}

fn header(
    Written {
        threat,
        level,
        sha256,
        fields,
    }: Written<'_>,
    now: Timestamp,
) -> Vec<Value> {
    let Threat {
        id,
        tracking_id,
        revision,
        title,
        publisher,
        published_at,
        released_at,
        tlp,
        category,
        source,
        withdrawn,
        exploited,
        level: _,
        vulnerabilities: _,
        statements,
        references: _,
    } = threat;
    let (ranges, not_understood) = ranges(statements);
    let count = |some: u64| i64::try_from(some).unwrap_or(i64::MAX);
    let mut row = values![
        id.as_str(),
        tracking_id,
        revision,
        title,
        publisher,
        *published_at,
        *released_at,
        tlp.as_str(),
        category,
        source.as_str()
    ];
    row.extend(values![
        *withdrawn,
        *exploited,
        level.map(Level::as_str),
        sha256,
        now,
        now,
        count(ranges),
        count(not_understood),
        1_i64,
        0_i64
    ]);
    row.extend(fields.values());
    row
}

fn flaws(id: &ThreatId, vulnerabilities: &[Vulnerability]) -> Vec<Vec<Value>> {
    let flaw = |(position, flaw): (usize, &Vulnerability)| {
        let Vulnerability {
            id: cve,
            title,
            cvss_tenths,
            cvss_vector,
            kev: _,
            epss: _,
            ssvc,
        } = flaw;
        let exploitation = ssvc.exploitation.map_or("", Exploitation::as_str);
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        values![
            id.as_str(),
            position,
            cve,
            title,
            cvss_tenths.map(i64::from),
            cvss_vector,
            exploitation,
            ssvc.automatable,
            ssvc.total_impact
        ]
    };
    vulnerabilities.iter().enumerate().map(flaw).collect()
}

/// How many different version ranges the statements name, and how many of them could not be read.
pub fn ranges(statements: &[Statement]) -> (u64, u64) {
    let mut texts: Vec<(&str, bool)> = statements
        .iter()
        .filter_map(|statement| match &statement.versions {
            VersionRule::Range(range) => Some((range.text.as_str(), false)),
            VersionRule::NotUnderstood(text) => Some((text.as_str(), true)),
            VersionRule::All | VersionRule::Exactly(_) => None,
        })
        .collect();
    texts.sort_unstable();
    texts.dedup();
    (
        texts.len() as u64,
        texts
            .iter()
            .filter(|(_, not_understood)| *not_understood)
            .count() as u64,
    )
}
