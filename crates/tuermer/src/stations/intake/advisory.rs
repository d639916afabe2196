//! A CSAF document becomes a threat, if it passes the mandatory tests and is newer than what we have.

use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::{self, Document};
use crate::store::engine::Transaction;
use crate::store::search::{self, DocumentFields};
use crate::store::{journal, threats};
use anyhow::Result;
use tuermer_csaf::{Finding, Verdict};
use tuermer_formats::csaf::{self, Order, Reading};
use tuermer_formats::recognise::Kind;

/// Findings named in a reason; more are counted.
const FINDINGS_SHOWN: usize = 5;
/// Longest message of a finding, in characters; schema errors repeat whole branches.
const FINDING_CHARACTERS: usize = 200;

/// Takes one document.
pub async fn ingest(context: &Context, name: &str, bytes: Vec<u8>) -> Result<IngestReport> {
    let hash = sha256(&bytes);
    if context.store.document_state(&hash).await?.as_deref() == Some("accepted") {
        return Ok(IngestReport { same: 1, ..IngestReport::new(name, Kind::Csaf) });
    }
    let (bytes, reading) = judge(bytes).await;
    let document =
        Document { sha256: hash, kind: "csaf", source: name.to_string(), received_at: context.now(), size: bytes.len() as u64, bytes, rejected: None };
    let mut open = context.store.begin().await?;
    let report = match reading {
        Ok(reading) => take(context, &mut open, name, document, reading).await?,
        Err(remark) => {
            documents::keep(&mut open, Document { rejected: Some(remark.stored()), ..document }).await?;
            IngestReport::rejected(name, Kind::Csaf, remark)
        }
    };
    open.commit().await?;
    Ok(report)
}

/// Tests and reads a document away from the threads that answer requests. A defect of the
/// validator that ends in a panic rejects the document instead of ending the program.
async fn judge(bytes: Vec<u8>) -> (Vec<u8>, Result<Reading, Remark>) {
    let kept = bytes.clone();
    let judged = tokio::task::spawn_blocking(move || match tuermer_csaf::check(&bytes) {
        Verdict::Passed => csaf::read(&bytes).map_err(|error| Remark::new("threat.ingest_unread", &[("error", &error)])),
        Verdict::NotCsaf(reason) => Err(Remark::new("threat.ingest_not_csaf", &[("reason", &reason)])),
        Verdict::Failed(findings) => Err(failed(&findings)),
    });
    let reading = judged.await.unwrap_or_else(|_| Err(Remark::new("threat.ingest_validator", &[])));
    let draft = |reading: &Reading| reading.status == "draft";
    let reading = match reading {
        Ok(reading) if draft(&reading) => Err(Remark::new("threat.ingest_draft", &[])),
        other => other,
    };
    (kept, reading)
}

fn failed(findings: &[Finding]) -> Remark {
    let shown =
        findings.iter().take(FINDINGS_SHOWN).map(|Finding { test, path, message }| format!("{test} {path}: {}", csaf::plain(message, FINDING_CHARACTERS)));
    let mut list = shown.collect::<Vec<_>>().join("; ");
    let more = findings.len().saturating_sub(FINDINGS_SHOWN);
    if more > 0 {
        list.push_str(&format!("; +{more}"));
    }
    Remark::new("threat.ingest_tests", &[("findings", &csaf::plain(&list, 2_000))])
}

/// Compares with the stored revision and writes what is newer.
async fn take(context: &Context, open: &mut Transaction, name: &str, document: Document, reading: Reading) -> Result<IngestReport> {
    let (fields, Reading { threat, status, .. }) = (DocumentFields::of(&reading), reading);
    let stored = threats::stored_revision(open, &threat.id).await?;
    let mut report = IngestReport { threat: Some(threat.tracking_id.clone()), ..IngestReport::new(name, Kind::Csaf) };
    if let Some(stored) = &stored {
        let order = match csaf::order(&threat.revision, &stored.revision) {
            // The publisher changed the way of counting: only its dates are left to compare.
            Order::Incomparable => match threat.released_at.cmp(&stored.released_at) {
                std::cmp::Ordering::Greater => Order::Newer,
                _ => Order::Older,
            },
            order => order,
        };
        let refused = match order {
            Order::Newer | Order::Incomparable => None,
            Order::Older => Some("threat.ingest_older"),
            Order::Same => Some("threat.ingest_other_bytes"),
        };
        if let Some(key) = refused {
            let remark = Remark::new(key, &[("id", &threat.tracking_id), ("revision", &threat.revision), ("stored", &stored.revision)]);
            if stored.sha256 != document.sha256 && context.store.document_state(&document.sha256).await?.is_none() {
                documents::keep(open, Document { rejected: Some(remark.stored()), ..document }).await?;
            }
            return Ok(IngestReport::rejected(name, Kind::Csaf, remark));
        }
        documents::supersede(open, &stored.sha256).await?;
        report.changed = 1;
    } else {
        report.new = 1;
    }
    let hash = document.sha256.clone();
    documents::keep(open, document).await?;
    threats::write(open, &threat, None, &hash, context.now()).await?;
    search::describe(open, &threat.id, &fields).await?;
    journal::append(open, context.now(), "system", "threat.ingested", &threat.tracking_id, &format!("revision {}, sha256 {hash}", threat.revision)).await?;
    if status != "final" {
        report.remarks.push(Remark::new("threat.ingest_status", &[("status", &status)]));
    }
    let not_understood = threat.not_understood();
    if !not_understood.is_empty() {
        report.remarks.push(Remark::new("threat.ingest_not_understood", &[("count", &not_understood.len())]));
    }
    Ok(report)
}
