//! What a document says, judged away from the store: same bytes as before? valid? which threat?
//!
//! Runs on all cores. A defect of a validator that ends in a panic rejects the document instead of ending the program.

use super::Remark;
use super::proof::{Proof, Trust};
use super::source::{Document as Source, Place};
use crate::keys::sha256;
use crate::store::documents::document::{Document, Known, PackedDocument};
use crate::store::documents::threats::DocumentFields;
use crate::store::feeds::signatures::Signature;
use jiff::Timestamp;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use tuermer_core::limits;
use tuermer_core::threat::Threat;
use tuermer_core::tlp::Tlp;
use tuermer_csaf::{Finding, Verdict};
use tuermer_formats::format::{Format, Intake};
use tuermer_formats::json::JsonError;
use tuermer_formats::recognise;
use tuermer_formats::{csaf, cve};

/// Findings named in a reason; more are counted.
const FINDINGS_SHOWN: usize = 5;
/// Longest message of a finding, in characters; schema errors repeat whole branches.
const FINDING_CHARACTERS: usize = 200;

/// A document with its hash.
#[derive(Debug)]
pub struct Hashed {
    pub source: Source,
    pub sha256: String,
}

/// A document with what became of it before the store was asked.
#[derive(Debug)]
pub struct Judged {
    pub place: Place,
    pub kind: Format,
    pub sha256: String,
    /// The same bytes are in the store, whatever became of them.
    pub known: bool,
    /// What is proven of it, where anything was checked.
    pub signature: Option<Signature>,
    pub outcome: Outcome,
}

/// What a document is.
#[derive(Debug)]
pub enum Outcome {
    /// The same bytes were taken before.
    Same,
    /// A threat.
    Threat(Box<Read>),
    /// Not used; with the document where it is kept as evidence.
    Refused(Remark, Option<Box<PackedDocument>>),
    /// A list that is taken whole, in a step of its own.
    Whole(Vec<u8>),
}

/// A threat as read, and its document.
#[derive(Debug)]
pub struct Read {
    pub threat: Threat,
    pub remarks: Vec<Remark>,
    pub document: PackedDocument,
    pub fields: DocumentFields,
}

/// Hashes documents on all cores.
pub fn hash(documents: Vec<Source>) -> Vec<Hashed> {
    parallel(documents, |source| Hashed {
        sha256: sha256(&source.bytes),
        source,
    })
}

/// Judges documents on all cores; `states` tells which bytes are in the store already, `trust` whose signatures count.
/// Hash and signature come first: nothing of a document that contradicts them is read.
pub fn judge(
    documents: Vec<Hashed>,
    states: &HashMap<String, Known>,
    trust: &Trust,
    now: Timestamp,
) -> Vec<Judged> {
    parallel(documents, |Hashed { source, sha256 }| {
        let known = states.get(&sha256);
        let Source {
            place,
            bytes,
            proof,
        } = source;
        let advisory_only = matches!(proof, Proof::Given(_));
        let signature = match proof.settle(&bytes, &place.source(), trust, now) {
            Ok(evidence) => evidence.map(|evidence| evidence.kept(sha256.clone(), now)),
            Err(remark) => {
                let kind = recognise::broken_json(&bytes);
                return Judged {
                    kind,
                    place,
                    sha256,
                    known: known.is_some(),
                    signature: None,
                    outcome: Outcome::Refused(remark, None),
                };
            }
        };
        // A catalogue is compared entry by entry, however often it comes; who vouches for a report may be known the second time.
        if let Some(Known {
            kind,
            accepted: true,
        }) = known.filter(|known| !matches!(known.kind, Format::Kev | Format::Check))
        {
            return Judged {
                kind: *kind,
                place,
                sha256,
                known: true,
                signature,
                outcome: Outcome::Same,
            };
        }
        let known = known.is_some();
        let (kind, mut outcome) = outcome(&place, &sha256, bytes, now);
        if advisory_only && kind != Format::Csaf && !matches!(outcome, Outcome::Refused(..)) {
            outcome = Outcome::Refused(Remark::new("provider.not_an_advisory", &[]), None);
        }
        Judged {
            place,
            kind,
            sha256,
            known,
            signature,
            outcome,
        }
    })
}

fn outcome(place: &Place, sha256: &str, bytes: Vec<u8>, now: Timestamp) -> (Format, Outcome) {
    let kind = match tuermer_formats::json::check(&bytes) {
        Ok(keys) => recognise::json(&keys),
        Err(error) => {
            let key = if error == JsonError::Values {
                "threat.ingest_values"
            } else {
                "threat.ingest_json"
            };
            let remark = Remark::new(key, &[("error", &error), ("limit", &limits::JSON_VALUES)]);
            return (
                recognise::broken_json(&bytes),
                Outcome::Refused(remark, None),
            );
        }
    };
    match kind.nature().intake {
        Intake::Threat => {}
        Intake::Events(_) | Intake::Findings(_) | Intake::Own(_) => {
            return (kind, Outcome::Whole(bytes));
        }
        Intake::Refused(key) => return (kind, Outcome::Refused(Remark::new(key, &[]), None)),
    }
    let read = if kind == Format::Cve {
        record
    } else {
        advisory
    };
    let reading = catch_unwind(AssertUnwindSafe(|| read(&bytes)))
        .unwrap_or_else(|_| Err(Remark::new("threat.ingest_validator", &[])));
    let size = bytes.len() as u64;
    let document = Document {
        sha256: sha256.to_string(),
        kind,
        source: place.source(),
        received_at: now,
        size,
        bytes,
        rejected: None,
    }
    .pack();
    let outcome = match reading {
        // Not even its bytes are kept.
        Ok((Threat { tlp: Tlp::Red, .. }, ..)) => {
            Outcome::Refused(Remark::new("threat.ingest_red_advisory", &[]), None)
        }
        Ok((threat, remarks, fields)) => Outcome::Threat(Box::new(Read {
            threat,
            remarks,
            document,
            fields,
        })),
        Err(remark) => Outcome::Refused(
            remark.clone(),
            Some(Box::new(document.rejected(remark.kept()))),
        ),
    };
    (kind, outcome)
}

/// A CSAF document: the schema and every mandatory test, then what it says.
fn advisory(bytes: &[u8]) -> Result<(Threat, Vec<Remark>, DocumentFields), Remark> {
    match tuermer_csaf::check(bytes) {
        Verdict::Passed => {}
        Verdict::NotCsaf(reason) => {
            return Err(Remark::new(
                "threat.ingest_not_csaf",
                &[("reason", &reason)],
            ));
        }
        Verdict::Failed(findings) => return Err(failed(&findings)),
    }
    let reading = csaf::read(bytes)
        .map_err(|error| Remark::new("threat.ingest_unread", &[("error", &error)]))?;
    let remarks = match reading.status.as_str() {
        "draft" => return Err(Remark::new("threat.ingest_draft", &[])),
        "final" => Vec::new(),
        other => vec![Remark::new("threat.ingest_status", &[("status", &other)])],
    };
    let fields = DocumentFields::of(&reading);
    Ok((reading.threat, remarks, fields))
}

fn failed(findings: &[Finding]) -> Remark {
    let shown = findings.iter().take(FINDINGS_SHOWN).map(
        |Finding {
             test,
             path,
             message,
         }| {
            format!(
                "{test} {path}: {}",
                csaf::plain(message, FINDING_CHARACTERS)
            )
        },
    );
    let mut list = shown.collect::<Vec<_>>().join("; ");
    let more = findings.len().saturating_sub(FINDINGS_SHOWN);
    if more > 0 {
        list.push_str(&format!("; +{more}"));
    }
    Remark::new(
        "threat.ingest_tests",
        &[("findings", &csaf::plain(&list, 2_000))],
    )
}

/// A CVE record.
fn record(bytes: &[u8]) -> Result<(Threat, Vec<Remark>, DocumentFields), Remark> {
    let cve::Reading { threat, remarks } =
        cve::read(bytes).map_err(|error| Remark::new("threat.ingest_cve", &[("error", &error)]))?;
    let told = remarks.iter().map(|remark| match remark {
        cve::Remark::NoProduct => Remark::new("threat.ingest_cve_no_product", &[]),
        cve::Remark::OldScore => Remark::new("threat.ingest_cve_old_score", &[]),
        cve::Remark::Conflict(product) => {
            Remark::new("threat.ingest_cve_conflict", &[("product", product)])
        }
        cve::Remark::Commits(count) => {
            Remark::new("threat.ingest_cve_commits", &[("count", count)])
        }
    });
    Ok((threat, told.collect(), DocumentFields::default()))
}

/// Runs `work` over all of `list` on all cores and keeps the order.
fn parallel<T: Send, R: Send>(list: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(list.len());
    if cores <= 1 {
        return list.into_iter().map(work).collect();
    }
    let queue = Mutex::new(list.into_iter().enumerate());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((index, one)) = next else { break };
                    let result = work(one);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
