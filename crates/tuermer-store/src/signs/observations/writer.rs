//! Signs on their way into the database: [`Maker`] makes rows of them, wherever there is time for that; [`Writer`] only
//! writes.

use super::again::{self, Again};
use super::{Attributed, CHANGES, Written, key_of};
use crate::ground::engine::{Transaction, Value, places};
use crate::ground::meta;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serializer as _;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits::{ROWS_PER_STATEMENT, SIGN_KINDS};
use tuermer_core::observation::{Attribution, Observation};
use tuermer_core::vouched::Vouched;

/// Makes rows of the signs of one document, batch by batch; rows are written in the order in which they are made.
pub struct Maker {
    document: Arc<str>,
    now: Timestamp,
    /// What signs have in common → its key; its row is made already.
    kinds: HashMap<String, String>,
}

/// Rows of one batch.
pub struct Ready {
    document: Arc<str>,
    kinds: Vec<Vec<Value>>,
    /// In the order of the index: what lies together is written together.
    signs: Vec<Sign>,
    /// How many signs of the source these are; one may belong to several.
    told: usize,
}

/// A sign of one of those it belongs to.
struct Sign {
    /// Place in the batch.
    number: usize,
    owner: OrganisationId,
    id: String,
    kind: String,
    vouched: Vouched,
    row: Vec<Value>,
    traces: Vec<Vec<Value>>,
}

impl Maker {
    /// For the signs of a document that came at `now`.
    pub fn new(document: &str, now: Timestamp) -> Self {
        Self {
            document: document.into(),
            now,
            kinds: HashMap::new(),
        }
    }

    /// Makes the rows of one batch.
    pub fn make(&mut self, batch: Vec<Attributed>) -> Result<Ready> {
        let told = batch.len();
        let (mut signs, mut kinds) = (Vec::with_capacity(told), Vec::new());
        for (
            number,
            Attributed {
                observation,
                owners,
            },
        ) in batch.into_iter().enumerate()
        {
            let kind = self.kind(&observation, &mut kinds);
            for (owner, attribution) in owners {
                signs.push(Sign {
                    number,
                    row: row(&observation, &owner, &attribution, &kind)?,
                    traces: traces(&observation, &owner),
                    owner,
                    id: observation.id.0.clone(),
                    kind: kind.clone(),
                    vouched: Vouched {
                        grade: observation.grade,
                        tlp: observation.tlp,
                    },
                });
            }
        }
        signs.sort_by(|one, other| (&one.owner, &one.id).cmp(&(&other.owner, &other.id)));
        Ok(Ready {
            document: self.document.clone(),
            kinds,
            signs,
            told,
        })
    }

    /// The key of what a sign has in common with others; its row where it was not made before.
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
            &*self.document,
            self.now
        ]);
        if self.kinds.len() >= SIGN_KINDS {
            self.kinds.clear();
        }
        self.kinds.insert(text, key.clone());
        key
    }
}

fn row(
    observation: &Observation,
    owner: &OrganisationId,
    attribution: &Attribution,
    kind: &str,
) -> Result<Vec<Value>> {
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
    } = observation;
    Ok(values![
        owner.as_str(),
        id.as_str(),
        attribution.to_text(),
        kind,
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

fn traces(observation: &Observation, owner: &OrganisationId) -> Vec<Vec<Value>> {
    let Observation { id, traces, .. } = observation;
    let row =
        |trace: &tuermer_core::trace::Trace| values![owner.as_str(), id.as_str(), trace.to_text()];
    traces.iter().map(row).collect()
}

/// Columns we do not use, as a JSON object.
fn as_object(extra: &[(String, String)]) -> Result<String> {
    let mut text = serde_json::Serializer::new(Vec::new());
    text.collect_map(extra.iter().map(|(name, value)| (name, value)))?;
    Ok(String::from_utf8(text.into_inner())?)
}

/// Writes what was made ready.
#[derive(Default)]
pub struct Writer {
    /// Organisations that got a new sign in this transaction.
    touched: HashSet<OrganisationId>,
}

impl Writer {
    /// Writes one batch; [`Writer::touch`] belongs into the same transaction.
    pub async fn write(
        &mut self,
        open: &mut Transaction,
        Ready {
            document,
            kinds,
            mut signs,
            told,
        }: Ready,
    ) -> Result<Written> {
        open.insert_many(
            "INSERT INTO sighting_kind (key, report, class, side, severity, tlp, grade, tags, vendor, product, version, document_sha256, received_at)",
            kinds,
            "ON CONFLICT (key) DO NOTHING",
        )
        .await?;
        let head = "INSERT INTO sighting (organisation_id, id, attribution, kind, origin_id, observed_at, last_seen_at, ip, network, port, hostname, asn, extra)";
        let rows = signs
            .iter_mut()
            .map(|sign| std::mem::take(&mut sign.row))
            .collect();
        let is_new = open.insert_new(head, rows, "organisation_id, id").await?;
        let (mut new, mut traces, mut again) = (HashSet::new(), Vec::new(), Vec::new());
        for (sign, is_new) in signs.iter_mut().zip(is_new) {
            if is_new {
                new.insert(sign.number);
                traces.append(&mut sign.traces);
                self.touch_later(&sign.owner);
            } else {
                again.push(sign.again());
            }
        }
        open.insert_many(
            "INSERT INTO sighting_trace (organisation_id, sighting_id, trace)",
            traces,
            "ON CONFLICT DO NOTHING",
        )
        .await?;
        for owner in again::write(open, again, &document).await? {
            self.touch_later(&owner);
        }
        let new = new.len() as u64;
        Ok(Written {
            new,
            same: (told as u64).saturating_sub(new),
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
}

impl Sign {
    fn again(&self) -> Again<'_> {
        let Self {
            number: _,
            owner,
            id,
            kind,
            vouched,
            row: _,
            traces: _,
        } = self;
        Again {
            owner,
            id,
            kind: kind.clone(),
            vouched: *vouched,
        }
    }
}
