//! Threats: a header row each; products and statements are read again from the kept document.

use super::engine::Transaction;
use super::{Store, products};
use crate::values;
use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::{Level, Tlp};
use tuermer_core::threat::{Exploitation, Kev, Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;

/// A threat as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatHead {
    /// Our id.
    pub id: ThreatId,
    /// Tracking id.
    pub tracking_id: String,
    /// Tracking version.
    pub revision: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// First public.
    pub published_at: Timestamp,
    /// Stored by us.
    pub seen_at: Timestamp,
    /// First verdicts.
    pub matched_at: Option<Timestamp>,
    /// Level as shown.
    pub level: Level,
    /// Exploited by the publisher's word or KEV.
    pub exploited: bool,
    /// Withdrawn.
    pub withdrawn: bool,
    /// CVEs in order.
    pub cves: Vec<String>,
}

/// Which revision of a threat is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRevision {
    /// Tracking version.
    pub revision: String,
    /// When its publisher released it.
    pub released_at: Timestamp,
    /// The document it stands in.
    pub sha256: String,
}

/// The stored revision of a threat, if any.
pub async fn stored_revision(open: &mut Transaction, id: &ThreatId) -> Result<Option<StoredRevision>> {
    let row = open.read_one("SELECT revision, released_at, document_sha256 FROM threat WHERE id = $1", values![id.as_str()]).await?;
    row.map(|row| Ok(StoredRevision { revision: row.text(0)?, released_at: row.time(1)?, sha256: row.text(2)? })).transpose()
}

/// Writes a threat, new or in a new revision, and raises its gap counter.
pub async fn write(open: &mut Transaction, threat: &Threat, level: Option<Level>, sha256: &str, now: Timestamp) -> Result<()> {
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
        vulnerabilities,
        statements,
        references: _,
    } = threat;
    let (ranges, not_understood) = ranges(statements);
    open.run(
        "INSERT INTO threat (id, tracking_id, revision, title, publisher, category, published_at, released_at, seen_at, tlp, level, withdrawn, exploited,
             document_sha256, changed_at, source, ranges, ranges_not_understood, facts_revision, assessed_revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, 0)
         ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, title = excluded.title, publisher = excluded.publisher, category = excluded.category,
             published_at = excluded.published_at, released_at = excluded.released_at, tlp = excluded.tlp, level = excluded.level,
             withdrawn = excluded.withdrawn, exploited = excluded.exploited, document_sha256 = excluded.document_sha256,
             changed_at = excluded.changed_at, source = excluded.source, ranges = excluded.ranges, ranges_not_understood = excluded.ranges_not_understood, facts_revision = threat.facts_revision + 1",
        values![
            id.as_str(),
            tracking_id,
            revision,
            title,
            publisher,
            category,
            *published_at,
            *released_at,
            now,
            tlp.as_str(),
            level.map(Level::as_str),
            *withdrawn,
            *exploited,
            sha256,
            now,
            source.as_str(),
            ranges,
            not_understood
        ],
    )
    .await?;
    write_vulnerabilities(open, id, vulnerabilities).await?;
    products::write(open, threat, now).await?;
    open.run(
        "INSERT INTO threat_revision (threat_id, document_sha256, revision, released_at, received_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (threat_id, document_sha256) DO NOTHING",
        values![id.as_str(), sha256, revision, *released_at, now],
    )
    .await?;
    Ok(())
}

async fn write_vulnerabilities(open: &mut Transaction, id: &ThreatId, vulnerabilities: &[Vulnerability]) -> Result<()> {
    open.run("DELETE FROM vulnerability WHERE threat_id = $1", values![id.as_str()]).await?;
    let mut rows = Vec::with_capacity(vulnerabilities.len());
    for (position, flaw) in vulnerabilities.iter().enumerate() {
        let Vulnerability { id: cve, title, cvss_tenths, cvss_vector, kev: _, epss: _, ssvc } = flaw;
        let exploitation = ssvc.exploitation.map_or("", Exploitation::as_str);
        let position = i64::try_from(position)?;
        rows.push(values![id.as_str(), position, cve, title, cvss_tenths.map(i64::from), cvss_vector, exploitation, ssvc.automatable, ssvc.total_impact]);
    }
    open.insert_many(
        "INSERT INTO vulnerability (threat_id, position, cve, title, cvss_tenths, cvss_vector, exploitation, automatable, total_impact)",
        rows,
        "",
    )
    .await?;
    Ok(())
}

/// How many version ranges a threat names, and how many of them could not be read.
fn ranges(statements: &[Statement]) -> (i64, i64) {
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
    let count = |some: usize| i64::try_from(some).unwrap_or(i64::MAX);
    (count(texts.len()), count(texts.iter().filter(|(_, not_understood)| *not_understood).count()))
}

/// Raises the gap counter of every threat: what all of them are judged by has changed.
pub async fn raise_all(open: &mut Transaction) -> Result<()> {
    open.run("UPDATE threat SET facts_revision = facts_revision + 1", Vec::new()).await?;
    Ok(())
}

/// A kept document, read again.
pub(super) fn kept(id: &ThreatId, bytes: &[u8]) -> Result<Threat> {
    Ok(tuermer_formats::csaf::read(bytes).with_context(|| format!("the kept document of {id} cannot be read again"))?.threat)
}

/// Tracking ids that begin with `prefix`.
pub async fn tracking_ids(open: &mut Transaction, prefix: &str) -> Result<Vec<String>> {
    let rows = open.read("SELECT tracking_id FROM threat WHERE tracking_id LIKE $1", values![format!("{prefix}%")]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Id and document of our own statement with this tracking id.
pub async fn stated(open: &mut Transaction, tracking_id: &str) -> Result<Option<(ThreatId, Vec<u8>)>> {
    let sql = "SELECT t.id, d.bytes FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE UPPER(t.tracking_id) = $1 AND d.source = 'stated'";
    let row = open.read_one(sql, values![tracking_id.to_uppercase()]).await?;
    row.map(|row| Ok((ThreatId(row.text(0)?), row.bytes(1)?))).transpose()
}

/// CVE, score and KEV membership of a vulnerability row.
type Flaw = (String, Option<u8>, bool);

/// What the level is worked out from, without reading the document again.
fn for_level(level: Option<Level>, exploited: bool, flaws: &[Flaw]) -> Threat {
    let listed = Kev { added: jiff::civil::Date::ZERO, due: jiff::civil::Date::ZERO, ransomware: false };
    let vulnerabilities = flaws.iter().map(|(cve, cvss_tenths, kev)| Vulnerability {
        id: cve.clone(),
        cvss_tenths: *cvss_tenths,
        kev: kev.then(|| listed.clone()),
        ..Vulnerability::default()
    });
    Threat {
        id: ThreatId(String::new()),
        tracking_id: String::new(),
        revision: String::new(),
        title: String::new(),
        publisher: String::new(),
        published_at: Timestamp::UNIX_EPOCH,
        released_at: Timestamp::UNIX_EPOCH,
        tlp: Tlp::Red,
        category: String::new(),
        source: tuermer_core::threat::ThreatSource::Csaf,
        withdrawn: false,
        exploited,
        level,
        vulnerabilities: vulnerabilities.collect(),
        statements: Vec::new(),
        references: Vec::new(),
    }
}

impl Store {
    /// All threats, newest release first.
    pub async fn threats(&self) -> Result<Vec<ThreatHead>> {
        let sql = "SELECT v.threat_id, v.cve, v.cvss_tenths, k.cve FROM vulnerability v
                   LEFT JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL ORDER BY v.threat_id, v.position";
        let mut flaws: HashMap<String, Vec<Flaw>> = HashMap::new();
        for row in self.read(sql, Vec::new()).await? {
            let tenths = row.int_or_null(2)?.and_then(|tenths| u8::try_from(tenths).ok());
            flaws.entry(row.text(0)?).or_default().push((row.text(1)?, tenths, row.text_or_null(3)?.is_some()));
        }
        let sql = "SELECT id, tracking_id, revision, title, publisher, published_at, seen_at, matched_at, level, exploited, withdrawn
                   FROM threat ORDER BY released_at DESC, id";
        let rows = self.read(sql, Vec::new()).await?;
        rows.iter()
            .map(|row| {
                let id = row.text(0)?;
                let level = row.text_or_null(8)?.and_then(|text| Level::parse(&text));
                let judged = for_level(level, row.bool(9)?, flaws.get(&id).map_or(&[][..], Vec::as_slice));
                Ok(ThreatHead {
                    id: ThreatId(id),
                    tracking_id: row.text(1)?,
                    revision: row.text(2)?,
                    title: row.text(3)?,
                    publisher: row.text(4)?,
                    published_at: row.time(5)?,
                    seen_at: row.time(6)?,
                    matched_at: row.time_or_null(7)?,
                    level: judged.level(),
                    exploited: judged.is_exploited(),
                    withdrawn: row.bool(10)?,
                    cves: judged.cves().into_iter().map(str::to_string).collect(),
                })
            })
            .collect()
    }

    /// One threat with everything, KEV joined in.
    pub async fn threat(&self, id: &ThreatId) -> Result<Option<Threat>> {
        let sql = "SELECT t.level, d.bytes FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
        let Some(row) = self.read_one(sql, values![id.as_str()]).await? else { return Ok(None) };
        let level = row.text_or_null(0)?.and_then(|text| Level::parse(&text));
        // The level in a document is believed only where we wrote it ourselves; the row knows.
        let mut threat = Threat { level, ..kept(id, &row.bytes(1)?)? };
        let listed = self.kev_of(id).await?;
        for vulnerability in &mut threat.vulnerabilities {
            vulnerability.kev = listed.get(&vulnerability.id).cloned();
        }
        Ok(Some(threat))
    }

    /// KEV entries of a threat's flaws by CVE.
    async fn kev_of(&self, id: &ThreatId) -> Result<HashMap<String, Kev>> {
        let sql =
            "SELECT k.cve, k.added, k.due, k.ransomware FROM vulnerability v JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL WHERE v.threat_id = $1";
        let mut listed = HashMap::new();
        for row in self.read(sql, values![id.as_str()]).await? {
            let day = |text: String| text.parse().map_err(|error| anyhow!("stored day {text}: {error}"));
            listed.insert(row.text(0)?, Kev { added: day(row.text(1)?)?, due: day(row.text(2)?)?, ransomware: row.bool(3)? });
        }
        Ok(listed)
    }

    /// Whether the document of a threat was stated by hand (`stated`), else the name it came under.
    pub async fn threat_source(&self, id: &ThreatId) -> Result<Option<String>> {
        let sql = "SELECT d.source FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
        self.read_one(sql, values![id.as_str()]).await?.map(|row| row.text(0)).transpose()
    }

    /// Finds a threat by id, tracking id (case-insensitive), CVE, or warning number. Several hits: the newest.
    pub async fn resolve_threat(&self, text: &str) -> Result<Option<ThreatId>> {
        let text = text.trim();
        let upper = text.to_uppercase();
        for (sql, value) in [
            ("SELECT id FROM threat WHERE id = $1", text),
            ("SELECT id FROM threat WHERE UPPER(tracking_id) = $1 ORDER BY released_at DESC, id LIMIT 1", &upper),
            ("SELECT t.id FROM vulnerability v JOIN threat t ON t.id = v.threat_id WHERE v.cve = $1 ORDER BY t.released_at DESC, t.id LIMIT 1", &upper),
            ("SELECT threat_id FROM warning WHERE UPPER(number) = $1", &upper),
        ] {
            if let Some(row) = self.read_one(sql, values![value]).await? {
                return Ok(Some(ThreatId(row.text(0)?)));
            }
        }
        Ok(None)
    }
}
