//! A Shadowserver report, line by line: whose sign is it, and what is new about it.
//!
//! The file is read twice: once for its SHA-256, once for its lines. Up to 50,000 lines are one step;
//! a larger file is written in several, and reading it again completes what was cut off.

use super::source::Content;
use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::{self, Document};
use crate::store::engine::Transaction;
use crate::store::observations::{self, Attributed, Shelf};
use anyhow::Result;
use sha2::{Digest as _, Sha256};
use std::io::Read;
use tuermer_core::constituency::Constituency;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_formats::origin::Origin;
use tuermer_formats::recognise::Kind;
use tuermer_formats::shadowserver::{Malformed, Report};

/// Lines decided and written together.
const BATCH_LINES: u64 = 1_000;
/// Batches of one transaction.
const BATCHES_PER_STEP: u64 = 50;
/// Malformed lines that are named; more are counted.
const MALFORMED_SHOWN: usize = 5;

/// Takes one report.
pub async fn ingest(context: &Context, name: &str, content: Content) -> Result<IngestReport> {
    let reject = |error: &dyn std::fmt::Display| IngestReport::rejected(name, Kind::Shadowserver, Remark::new("threat.ingest_report", &[("error", error)]));
    let size = content.size();
    let (hash, bytes) = match hashed(&content) {
        Ok(hashed) => hashed,
        Err(error) => return Ok(reject(&error)),
    };
    let file = match content.reader() {
        Ok(file) => file,
        Err(error) => return Ok(reject(&error)),
    };
    let mut lines = match Report::new(file, name) {
        Ok(lines) => lines,
        Err(error) => return Ok(reject(&error)),
    };
    let constituency = context.store.constituency().await?;
    let origin = Origin::unjudged(name, context.now(), key);
    let mut this = Intake { context, origin, hash: &hash, shelf: Shelf::new(), report: IngestReport::new(name, Kind::Shadowserver), named: Vec::new() };
    if bytes.is_empty() {
        this.report.remarks.push(Remark::new("threat.ingest_bytes_not_kept", &[("limit", &(limits::DOCUMENT_BYTES >> 20))]));
    }
    let mut open = context.store.begin().await?;
    let source = name.to_string();
    let document = Document { sha256: hash.clone(), kind: "shadowserver", source, received_at: context.now(), size, bytes, rejected: None };
    documents::keep(&mut open, document).await?;
    for batch in 1_u64.. {
        let more = match this.batch(&mut lines, &constituency, &mut open).await? {
            Ok(more) => more,
            Err(error) => return Ok(reject(&error)),
        };
        if !more {
            break;
        }
        if batch % BATCHES_PER_STEP == 0 {
            open.commit().await?;
            open = context.store.begin().await?;
        }
    }
    observations::shelve(&mut open, &this.shelf, &hash).await?;
    open.commit().await?;
    Ok(this.finish())
}

/// SHA-256 and, up to the limit, the bytes.
fn hashed(content: &Content) -> std::io::Result<(String, Vec<u8>)> {
    let mut file = content.reader()?;
    if content.size() <= limits::DOCUMENT_BYTES {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        return Ok((sha256(&bytes), bytes));
    }
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash)?;
    Ok((hex::encode(hash.finalize()), Vec::new()))
}

/// One report on its way.
struct Intake<'a> {
    context: &'a Context,
    origin: Origin,
    hash: &'a str,
    shelf: Shelf,
    report: IngestReport,
    named: Vec<String>,
}

impl Intake<'_> {
    /// Reads, attributes and writes up to [`BATCH_LINES`]; false at the end of the file.
    async fn batch<R: Read>(
        &mut self,
        lines: &mut Report<R>,
        constituency: &Constituency,
        open: &mut Transaction,
    ) -> Result<Result<bool, tuermer_formats::shadowserver::ReportError>> {
        let mut batch = Vec::new();
        let mut more = true;
        for _ in 0..BATCH_LINES {
            match lines.next(&self.origin) {
                Ok(Some(line)) => {
                    self.report.lines = self.report.lines.saturating_add(1);
                    match line {
                        Ok(observation) => self.attribute(observation, constituency, &mut batch),
                        Err(malformed) => self.malformed(&malformed),
                    }
                }
                Ok(None) => {
                    more = false;
                    break;
                }
                Err(error) => return Ok(Err(error.into())),
            }
        }
        let written = observations::write(open, &batch, self.hash, self.context.now()).await?;
        self.report.new = self.report.new.saturating_add(written.new);
        self.report.same = self.report.same.saturating_add(written.same);
        Ok(Ok(more))
    }

    fn attribute(&mut self, observation: Observation, constituency: &Constituency, batch: &mut Vec<Attributed>) {
        let owners = constituency.attribute(&observation.whereabouts());
        if owners.is_empty() {
            let day = observation.observed_at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
            let count = self.shelf.entry((observation.report, day)).or_default();
            *count = count.saturating_add(1);
            self.report.unattributed = self.report.unattributed.saturating_add(1);
        } else {
            batch.push(Attributed { observation, owners });
            self.report.attributed = self.report.attributed.saturating_add(1);
        }
    }

    fn malformed(&mut self, Malformed { line, reason }: &Malformed) {
        self.report.malformed = self.report.malformed.saturating_add(1);
        if self.named.len() < MALFORMED_SHOWN {
            self.named.push(format!("{line} ({reason})"));
        }
    }

    fn finish(mut self) -> IngestReport {
        if !self.named.is_empty() {
            let nothing = self.report.malformed == self.report.lines;
            let key = if nothing { "threat.ingest_all_malformed" } else { "threat.ingest_malformed" };
            let remark = Remark::new(key, &[("count", &self.report.malformed), ("lines", &self.named.join(", "))]);
            if nothing { self.report.rejected.push(remark) } else { self.report.remarks.push(remark) }
        }
        self.report
    }
}

/// Key of a sign: SHA-256 over its distinguishing parts, each with its length.
fn key(parts: &[&str]) -> String {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&bytes)
}
