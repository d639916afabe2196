//! Threats: a header row each; products and statements are read again from the kept document.

mod fields;
mod write;

pub use fields::{DocumentFields, describe};
pub use write::{
    Written, ranges, says_the_same, stored_revisions, write, write_many, write_revisions,
};

use crate::Store;
use crate::documents::document;
use crate::documents::epss;
use crate::ground::engine::Transaction;
use crate::ground::row::Row;
use crate::values;
use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::{Level, Tlp};
use tuermer_core::threat::{Epss, Kev, Threat, ThreatSource, Vulnerability};

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
    /// Of its flaws, the one most likely to be exploited soon.
    pub epss: Option<Epss>,
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
pub async fn stored_revision(
    open: &mut Transaction,
    id: &ThreatId,
) -> Result<Option<StoredRevision>> {
    let row = open
        .read_one(
            "SELECT revision, released_at, document_sha256 FROM threat WHERE id = $1",
            values![id.as_str()],
        )
        .await?;
    row.map(|row| {
        Ok(StoredRevision {
            revision: row.text(0)?,
            released_at: row.time(1)?,
            sha256: row.text(2)?,
        })
    })
    .transpose()
}

/// Raises the gap counter of every threat: what all of them are judged by has changed.
pub async fn raise_all(open: &mut Transaction) -> Result<()> {
    open.run(
        "UPDATE threat SET facts_revision = facts_revision + 1",
        Vec::new(),
    )
    .await?;
    Ok(())
}

/// The threat in a kept document, from the columns kind, bytes and encoding.
pub(crate) fn kept(
    id: &ThreatId,
    row: &Row,
    kind: usize,
    bytes: usize,
    encoding: usize,
) -> Result<Threat> {
    let document = document::unpacked(row, bytes, encoding)?;
    let threat = tuermer_formats::threat_document::read(document::format(row, kind)?, &document);
    threat.with_context(|| format!("the kept document of {id} cannot be read again"))
}

/// A threat as its kept document tells it, without what the store knows beside it.
pub(crate) async fn as_kept(open: &mut Transaction, id: &ThreatId) -> Result<Option<Threat>> {
    let sql = "SELECT d.kind, d.bytes, d.encoding FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
    open.read_one(sql, values![id.as_str()])
        .await?
        .map(|row| kept(id, &row, 0, 1, 2))
        .transpose()
}

/// Tracking ids that begin with `prefix`.
pub async fn tracking_ids(open: &mut Transaction, prefix: &str) -> Result<Vec<String>> {
    let rows = open
        .read(
            "SELECT tracking_id FROM threat WHERE tracking_id LIKE $1",
            values![format!("{prefix}%")],
        )
        .await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Id and document of our own statement with this tracking id.
pub async fn stated(
    open: &mut Transaction,
    tracking_id: &str,
) -> Result<Option<(ThreatId, Vec<u8>)>> {
    let sql = "SELECT t.id, d.bytes, d.encoding FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE UPPER(t.tracking_id) = $1 AND d.source = 'stated'";
    let row = open
        .read_one(sql, values![tracking_id.to_uppercase()])
        .await?;
    row.map(|row| Ok((ThreatId(row.text(0)?), document::unpacked(&row, 1, 2)?)))
        .transpose()
}

/// What a list needs of a flaw.
pub(crate) struct Flaw {
    pub(crate) cve: String,
    pub(crate) cvss_tenths: Option<u8>,
    pub(crate) kev: bool,
    pub(crate) epss: Option<Epss>,
}

impl Flaw {
    /// A row of `cve, cvss_tenths, kev.cve, epss.probability, epss.percentile` that begins at column `first`.
    pub(crate) fn read(row: &Row, first: usize) -> Result<Self> {
        let column = |place: usize| first.saturating_add(place);
        Ok(Self {
            cve: row.text(column(0))?,
            cvss_tenths: row
                .int_or_null(column(1))?
                .and_then(|tenths| u8::try_from(tenths).ok()),
            kev: row.text_or_null(column(2))?.is_some(),
            epss: row
                .int_or_null(column(3))?
                .map(|_| epss::estimate(row, column(3)))
                .transpose()?,
        })
    }
}

/// The level as shown: the stated one, else worked out from scores and exploitation.
pub(crate) fn level_of(stated: Option<Level>, exploited: bool, flaws: &[Flaw]) -> Level {
    for_level(stated, exploited, flaws).level()
}

/// What the level is worked out from, without reading the document again.
fn for_level(level: Option<Level>, exploited: bool, flaws: &[Flaw]) -> Threat {
    let listed = Kev {
        added: jiff::civil::Date::ZERO,
        due: jiff::civil::Date::ZERO,
        ransomware: false,
    };
    let vulnerabilities = flaws.iter().map(|flaw| Vulnerability {
        id: flaw.cve.clone(),
        cvss_tenths: flaw.cvss_tenths,
        kev: flaw.kev.then(|| listed.clone()),
        epss: flaw.epss,
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
        let sql = "SELECT v.threat_id, v.cve, v.cvss_tenths, k.cve, e.probability, e.percentile FROM vulnerability v
                   LEFT JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL
                   LEFT JOIN epss e ON e.cve = v.cve ORDER BY v.threat_id, v.position";
        let mut flaws: HashMap<String, Vec<Flaw>> = HashMap::new();
        for row in self.read(sql, Vec::new()).await? {
            flaws
                .entry(row.text(0)?)
                .or_default()
                .push(Flaw::read(&row, 1)?);
        }
        let sql = "SELECT id, tracking_id, revision, title, publisher, published_at, seen_at, matched_at, level, exploited, withdrawn
                   FROM threat ORDER BY released_at DESC, id";
        let rows = self.read(sql, Vec::new()).await?;
        rows.iter()
            .map(|row| {
                let id = row.text(0)?;
                let level = row.word_or_null(8, "threat.level", Level::parse)?;
                let judged = for_level(
                    level,
                    row.bool(9)?,
                    flaws.get(&id).map_or(&[][..], Vec::as_slice),
                );
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
                    epss: judged
                        .vulnerabilities
                        .iter()
                        .filter_map(|flaw| flaw.epss)
                        .max_by_key(|epss| epss.probability),
                    cves: judged.cves().into_iter().map(str::to_string).collect(),
                })
            })
            .collect()
    }

    /// One threat with everything, KEV joined in.
    pub async fn threat(&self, id: &ThreatId) -> Result<Option<Threat>> {
        let sql = "SELECT t.level, t.withdrawn, t.source, d.kind, d.bytes, d.encoding FROM threat t JOIN document d ON d.sha256 = t.document_sha256
             WHERE t.id = $1";
        let Some(row) = self.read_one(sql, values![id.as_str()]).await? else {
            return Ok(None);
        };
        let mut threat = kept(id, &row, 3, 4, 5)?;
        // The level in a document is believed only where we wrote it ourselves; the row knows. It also knows that the
        // catalogue took an entry back, which no document says.
        threat.level = row.word_or_null(0, "threat.level", Level::parse)?;
        threat.withdrawn = row.bool(1)?;
        threat.source = row.word(2, "threat.source", ThreatSource::parse)?;
        let (listed, estimates) = (self.kev_of(id).await?, self.epss_of(id).await?);
        for vulnerability in &mut threat.vulnerabilities {
            vulnerability.kev = listed.get(&vulnerability.id).cloned();
            vulnerability.epss = estimates.get(&vulnerability.id).copied();
        }
        Ok(Some(threat))
    }

    /// KEV entries of a threat's flaws by CVE.
    async fn kev_of(&self, id: &ThreatId) -> Result<HashMap<String, Kev>> {
        let sql = "SELECT k.cve, k.added, k.due, k.ransomware FROM vulnerability v JOIN kev k ON k.cve = v.cve AND k.withdrawn_at IS NULL WHERE v.threat_id = $1";
        let mut listed = HashMap::new();
        for row in self.read(sql, values![id.as_str()]).await? {
            let day = |text: String| {
                text.parse()
                    .map_err(|error| anyhow!("stored day {text}: {error}"))
            };
            listed.insert(
                row.text(0)?,
                Kev {
                    added: day(row.text(1)?)?,
                    due: day(row.text(2)?)?,
                    ransomware: row.bool(3)?,
                },
            );
        }
        Ok(listed)
    }

    /// Whether the document of a threat was stated by hand (`stated`), else the name it came under.
    pub async fn threat_source(&self, id: &ThreatId) -> Result<Option<String>> {
        let sql = "SELECT d.source FROM threat t JOIN document d ON d.sha256 = t.document_sha256 WHERE t.id = $1";
        self.read_one(sql, values![id.as_str()])
            .await?
            .map(|row| row.text(0))
            .transpose()
    }

    /// Finds a threat by id, tracking id (case-insensitive), CVE, or warning number. Several hits: the newest.
    pub async fn resolve_threat(&self, text: &str) -> Result<Option<ThreatId>> {
        let text = text.trim();
        let upper = text.to_uppercase();
        for (sql, value) in [
            ("SELECT id FROM threat WHERE id = $1", text),
            (
                "SELECT id FROM threat WHERE UPPER(tracking_id) = $1 ORDER BY released_at DESC, id LIMIT 1",
                &upper,
            ),
            (
                "SELECT t.id FROM vulnerability v JOIN threat t ON t.id = v.threat_id WHERE v.cve = $1 ORDER BY t.released_at DESC, t.id LIMIT 1",
                &upper,
            ),
            (
                "SELECT threat_id FROM warning WHERE UPPER(number) = $1",
                &upper,
            ),
        ] {
            if let Some(row) = self.read_one(sql, values![value]).await? {
                return Ok(Some(ThreatId(row.text(0)?)));
            }
        }
        Ok(None)
    }
}
