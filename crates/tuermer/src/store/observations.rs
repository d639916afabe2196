//! Signs: observations of organisations, and a shelf that only counts what fits nobody.

mod again;

use self::again::Again;
use super::engine::{Transaction, Value, places};
use super::{Store, meta};
use crate::keys::sha256;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serializer as _;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits::{REPORT_DAYS, ROWS_PER_STATEMENT, SIGN_KINDS};
use tuermer_core::observation::{Attribution, Observation};
use tuermer_core::remeasure::ReportDays;
use tuermer_core::vouched::Vouched;

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

/// Writes the signs of one document, batch by batch.
pub struct Writer {
    document: String,
    now: Timestamp,
    /// What signs have in common → its key; written already.
    kinds: HashMap<String, String>,
    /// Organisations that got a new sign in this transaction.
    touched: HashSet<OrganisationId>,
}

impl Writer {
    /// For the signs of a document that came at `now`.
    pub fn new(document: &str, now: Timestamp) -> Self {
        Self {
            document: document.to_string(),
            now,
            kinds: HashMap::new(),
            touched: HashSet::new(),
        }
    }

    /// Writes one batch; [`Writer::touch`] belongs into the same transaction.
    pub async fn write(&mut self, open: &mut Transaction, batch: &[Attributed]) -> Result<Written> {
        let (mut told, mut kinds) = (Vec::with_capacity(batch.len()), Vec::new());
        for (
            number,
            Attributed {
                observation,
                owners,
            },
        ) in batch.iter().enumerate()
        {
            let kind = self.kind(observation, &mut kinds);
            told.extend(owners.iter().map(|(owner, attribution)| Told {
                number,
                observation,
                owner,
                attribution,
                kind: kind.clone(),
            }));
        }
        open.insert_many(
            "INSERT INTO sighting_kind (key, report, class, side, severity, tlp, grade, tags, vendor, product, version, document_sha256, received_at)",
            kinds,
            "ON CONFLICT (key) DO NOTHING",
        )
        .await?;
        // In the order of the index: what lies together is written together.
        told.sort_by(|one, other| {
            (one.owner, &one.observation.id).cmp(&(other.owner, &other.observation.id))
        });
        let head = "INSERT INTO sighting (organisation_id, id, attribution, kind, origin_id, observed_at, last_seen_at, ip, network, port, hostname, asn, extra)";
        let rows = told.iter().map(Told::row).collect::<Result<_>>()?;
        let is_new = open.insert_new(head, rows, "organisation_id, id").await?;
        let (mut new, mut traces, mut again) = (HashSet::new(), Vec::new(), Vec::new());
        for (told, is_new) in told.into_iter().zip(is_new) {
            if is_new {
                new.insert(told.number);
                traces.extend(told.traces());
                self.touch_later(told.owner);
            } else {
                again.push(told.again());
            }
        }
        open.insert_many(
            "INSERT INTO sighting_trace (organisation_id, sighting_id, trace)",
            traces,
            "ON CONFLICT DO NOTHING",
        )
        .await?;
        for owner in again::write(open, again, &self.document).await? {
            self.touch_later(&owner);
        }
        let new = new.len() as u64;
        Ok(Written {
            new,
            same: (batch.len() as u64).saturating_sub(new),
        })
    }

    fn touch_later(&mut self, owner: &OrganisationId) {
        if !self.touched.contains(owner) {
            self.touched.insert(owner.clone());
        }
    }

    /// Raises the gap counter of organisations that got new signs, in the transaction in which those are written.
    pub async fn touch(&mut self, open: &mut Transaction) -> Result<()> {
        if self.touched.is_empty() {
            return Ok(());
        }
        // In order, which makes it unlikely that two processes wait for each other; where they do, one of them is told and tries again.
        let touched: BTreeSet<OrganisationId> = self.touched.drain().collect();
        let touched: Vec<&OrganisationId> = touched.iter().collect();
        for page in touched.chunks(ROWS_PER_STATEMENT) {
            let sql = format!(
                "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN ({})",
                places(1, page.len())
            );
            open.run(
                &sql,
                page.iter().map(|id| Value::from(id.as_str())).collect(),
            )
            .await?;
        }
        meta::count(open, CHANGES).await?;
        Ok(())
    }

    /// The key of what a sign has in common with others; its row where it was not written before.
    fn kind(&mut self, observation: &Observation, rows: &mut Vec<Vec<Value>>) -> String {
        let Observation {
            report,
            incident,
            side,
            severity,
            tlp,
            grade,
            tags,
            vendor,
            product,
            version,
            ..
        } = observation;
        let (tags, grade) = (tags.join(";"), grade.to_text());
        let version_text = version.as_deref().unwrap_or("\u{1}");
        let parts = [
            report.as_str(),
            incident.as_str(),
            side.as_str(),
            severity,
            tlp.as_str(),
            &grade,
            &tags,
            vendor,
            product,
            version_text,
            &self.document,
        ];
        let text = parts.join("\u{0}");
        if let Some(key) = self.kinds.get(&text) {
            return key.clone();
        }
        let key = key_of(&parts);
        rows.push(values![
            &key,
            report,
            incident.as_str(),
            side.as_str(),
            severity,
            tlp.as_str(),
            grade,
            tags,
            vendor,
            product,
            version.as_ref(),
            &self.document,
            self.now
        ]);
        if self.kinds.len() >= SIGN_KINDS {
            self.kinds.clear();
        }
        self.kinds.insert(text, key.clone());
        key
    }
}

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

/// A sign of one of those it belongs to.
struct Told<'a> {
    /// Place in the batch.
    number: usize,
    observation: &'a Observation,
    owner: &'a OrganisationId,
    attribution: &'a Attribution,
    kind: String,
}

impl<'a> Told<'a> {
    fn row(&self) -> Result<Vec<Value>> {
        let Observation {
            id,
            origin_id,
            observed_at,
            last_seen_at,
            ip,
            network,
            port,
            hostname,
            asn,
            extra,
            ..
        } = self.observation;
        Ok(values![
            self.owner.as_str(),
            id.as_str(),
            self.attribution.to_text(),
            &self.kind,
            origin_id,
            *observed_at,
            *last_seen_at,
            ip.map(|ip| ip.to_string()),
            network.map(|network| network.to_string()),
            port.map(i64::from),
            hostname.as_ref(),
            asn.map(i64::from),
            as_object(extra)?,
        ])
    }

    fn traces(&self) -> impl Iterator<Item = Vec<Value>> + use<'a> {
        let (owner, id) = (self.owner, &self.observation.id);
        self.observation
            .traces
            .iter()
            .map(move |trace| values![owner.as_str(), id.as_str(), trace.to_text()])
    }

    fn again(self) -> Again<'a> {
        let Observation { id, grade, tlp, .. } = self.observation;
        Again {
            owner: self.owner,
            id: id.as_str(),
            kind: self.kind,
            vouched: Vouched {
                grade: *grade,
                tlp: *tlp,
            },
        }
    }
}

/// Columns we do not use, as a JSON object.
fn as_object(extra: &[(String, String)]) -> Result<String> {
    let mut text = serde_json::Serializer::new(Vec::new());
    text.collect_map(extra.iter().map(|(name, value)| (name, value)))?;
    Ok(String::from_utf8(text.into_inner())?)
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
