//! Many judged documents in one transaction: which are newer than what we have, and what is written of them.

use super::judge::{Judged, Outcome, Read};
use super::source::Place;
use super::{IngestReport, Remark};
use crate::context::Context;
use crate::store::documents::document::{self, PackedDocument};
use crate::store::documents::threats::DocumentFields;
use crate::store::documents::threats::{self, StoredRevision, Written};
use crate::store::feeds::signatures::{self, Signature};
use crate::store::ground::engine::Transaction;
use crate::store::ground::journal;
use anyhow::Result;
use std::collections::{HashMap, HashSet};
use tuermer_core::provenance::SignatureState;
use tuermer_core::rights::Actor;
use tuermer_core::threat::{Threat, ThreatSource};
use tuermer_formats::csaf::{self, Order};
use tuermer_formats::kev::REVISION_PREFIX;

/// What is decided about a document that was read.
enum Decision {
    New,
    Newer,
    Same,
    /// Kept and explained, not used; the key of the sentence.
    Refused(&'static str),
}

/// What is written at the end of a batch.
#[derive(Default)]
struct Writing {
    documents: Vec<PackedDocument>,
    superseded: Vec<String>,
    taken: Vec<(Threat, String, DocumentFields)>,
    journal: Vec<(String, String)>,
    hashes: HashSet<String>,
    signatures: Vec<Signature>,
}

/// Ingests documents in one transaction and reports the result of each, in order. Nothing is reported before it is durable.
pub async fn ingest_batch(
    context: &Context,
    actor: &Actor,
    batch: Vec<Judged>,
) -> Result<Vec<(Place, IngestReport)>> {
    let mut open = context.store.begin().await?;
    let ids: HashSet<&str> = batch
        .iter()
        .filter_map(|judged| Some(read(judged)?.threat.id.as_str()))
        .collect();
    let mut stored =
        threats::stored_revisions(&mut open, &ids.into_iter().collect::<Vec<_>>()).await?;
    let (mut writing, mut reports) = (Writing::default(), Vec::with_capacity(batch.len()));
    for judged in batch {
        let place = judged.place.clone();
        let report = ingest_judged(&mut open, judged, &mut stored, &mut writing).await?;
        reports.push((place, report));
    }
    write(context, actor, open, writing).await?;
    Ok(reports)
}

fn read(judged: &Judged) -> Option<&Read> {
    match &judged.outcome {
        Outcome::Threat(read) => Some(read),
        _ => None,
    }
}

/// Ingests one document: decides what it is to what is stored, and adds what must be written.
async fn ingest_judged(
    open: &mut Transaction,
    judged: Judged,
    stored: &mut HashMap<String, StoredRevision>,
    writing: &mut Writing,
) -> Result<IngestReport> {
    let Judged {
        place,
        kind,
        sha256,
        known,
        signature,
        outcome,
    } = judged;
    let file = place.file.as_str();
    let verified = signature
        .as_ref()
        .is_some_and(|signature| signature.state == SignatureState::Verified);
    let report = IngestReport {
        documents: 1,
        verified: u64::from(verified),
        ..IngestReport::new(file, kind)
    };
    // What is proven is kept beside every document that is kept.
    if !matches!(&outcome, Outcome::Refused(_, None) | Outcome::Whole(_)) {
        writing.signatures.extend(signature);
    }
    match outcome {
        Outcome::Same => Ok(IngestReport { same: 1, ..report }),
        Outcome::Refused(remark, document) => {
            if let Some(document) = document {
                writing.keep_once(sha256, *document);
            }
            Ok(IngestReport {
                documents: 1,
                ..IngestReport::rejected(file, kind, remark)
            })
        }
        // Ingested in a step of its own, not here.
        Outcome::Whole(_) => Ok(IngestReport::new(file, kind)),
        Outcome::Threat(read) => {
            ingest_threat(open, *read, (sha256, known), report, stored, writing).await
        }
    }
}

/// Ingests a threat where it is new or newer. `known`: its document is stored already.
async fn ingest_threat(
    open: &mut Transaction,
    read: Read,
    (sha256, known): (String, bool),
    report: IngestReport,
    stored: &mut HashMap<String, StoredRevision>,
    writing: &mut Writing,
) -> Result<IngestReport> {
    let Read {
        threat,
        remarks,
        document,
        fields,
    } = read;
    let before = stored.get(threat.id.as_str());
    let mut report = IngestReport {
        threat: Some(threat.tracking_id.clone()),
        remarks,
        ..report
    };
    match decide(open, before, &threat, &sha256).await? {
        Decision::New => report.new = 1,
        Decision::Newer => report.changed = 1,
        Decision::Same => return Ok(IngestReport { same: 1, ..report }),
        Decision::Refused(key) => {
            let remark = revision_refused(key, &threat, before);
            if !known {
                writing.keep_once(sha256, document.rejected(remark.kept()));
            }
            report.remarks.clear();
            report.verified = 0;
            report.rejected.push(remark);
            return Ok(report);
        }
    }
    count_ranges(&mut report, &threat);
    let revision = StoredRevision {
        revision: threat.revision.clone(),
        released_at: threat.released_at,
        sha256: sha256.clone(),
    };
    let replaced = stored.insert(threat.id.0.clone(), revision);
    writing.add((threat, fields), sha256, document, replaced);
    Ok(report)
}

fn revision_refused(key: &'static str, threat: &Threat, before: Option<&StoredRevision>) -> Remark {
    let stored = before.map_or("", |before| before.revision.as_str());
    Remark::new(
        key,
        &[
            ("id", &threat.tracking_id),
            ("revision", &threat.revision),
            ("stored", &stored),
        ],
    )
}

/// Counts version ranges, with a remark where some are not understood.
fn count_ranges(report: &mut IngestReport, threat: &Threat) {
    let (ranges, not_understood) = threats::ranges(&threat.statements);
    (report.ranges, report.ranges_not_understood) = (ranges, not_understood);
    if not_understood > 0 {
        report.remarks.push(Remark::new(
            "threat.ingest_not_understood",
            &[("count", &not_understood)],
        ));
    }
}

impl Writing {
    /// A document that is kept and not used, once in a batch.
    fn keep_once(&mut self, sha256: String, document: PackedDocument) {
        if self.hashes.insert(sha256) {
            self.documents.push(document);
        }
    }

    fn add(
        &mut self,
        (threat, fields): (Threat, DocumentFields),
        sha256: String,
        document: PackedDocument,
        replaced: Option<StoredRevision>,
    ) {
        self.superseded
            .extend(replaced.map(|replaced| replaced.sha256));
        self.journal.push((
            threat.tracking_id.clone(),
            format!("revision {}, sha256 {sha256}", threat.revision),
        ));
        self.keep_once(sha256.clone(), document);
        self.taken.push((threat, sha256, fields));
    }
}

/// Compares with the stored revision.
async fn decide(
    open: &mut Transaction,
    stored: Option<&StoredRevision>,
    threat: &Threat,
    sha256: &str,
) -> Result<Decision> {
    let Some(stored) = stored else {
        return Ok(Decision::New);
    };
    if stored.sha256 == sha256 {
        return Ok(Decision::Same);
    }
    // The catalogue alone knew of the flaw; now its record has come.
    if threat.source == ThreatSource::Cve && stored.revision.starts_with(REVISION_PREFIX) {
        return Ok(Decision::Newer);
    }
    let order = match csaf::order(&threat.revision, &stored.revision) {
        // The publisher changed the way of counting, or counts by dates: only its dates are left to compare.
        Order::Incomparable => match threat.released_at.cmp(&stored.released_at) {
            std::cmp::Ordering::Greater => Order::Newer,
            _ => Order::Older,
        },
        order => order,
    };
    Ok(match order {
        Order::Newer | Order::Incomparable => Decision::Newer,
        Order::Older => Decision::Refused("threat.ingest_older"),
        // Mirrors write the same record with other blanks.
        Order::Same
            if threat.source == ThreatSource::Cve
                && threats::says_the_same(open, threat).await? =>
        {
            Decision::Same
        }
        Order::Same => Decision::Refused("threat.ingest_other_bytes"),
    })
}

async fn write(
    context: &Context,
    actor: &Actor,
    mut open: Transaction,
    writing: Writing,
) -> Result<()> {
    let Writing {
        documents,
        superseded,
        taken,
        journal,
        hashes: _,
        signatures,
    } = writing;
    if documents.is_empty() && taken.is_empty() && signatures.is_empty() {
        return Ok(());
    }
    let now = context.now();
    document::keep_many(&mut open, documents).await?;
    for signature in &signatures {
        signatures::keep(&mut open, signature).await?;
    }
    document::supersede_many(&mut open, &superseded).await?;
    // Of two revisions in one batch the later one is what we warn about; the earlier one stays as a revision.
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (index, (threat, ..)) in taken.iter().enumerate() {
        last.insert(threat.id.as_str(), index);
    }
    let (mut now_valid, mut earlier) = (Vec::with_capacity(taken.len()), Vec::new());
    for (index, (threat, sha256, fields)) in taken.iter().enumerate() {
        let list = if last.get(threat.id.as_str()) == Some(&index) {
            &mut now_valid
        } else {
            &mut earlier
        };
        list.push(Written {
            threat,
            level: None,
            sha256,
            fields,
        });
    }
    threats::write_many(&mut open, &now_valid, now).await?;
    threats::write_revisions(&mut open, &earlier, now).await?;
    journal::append_many(&mut open, now, actor.name(), "threat.ingested", &journal).await?;
    open.commit().await
}
