//! A Shadowserver report, line by line: whose sign is it, and what is new about it.
//!
//! Three threads: one makes the SHA-256, one reads and attributes, one writes. Of each line only day, address and host are
//! looked at; lines that fit nobody are counted and gone. What concerns members is made into signs, and its raw lines are
//! kept compressed. A channel between reader and writer holds the reader back, so memory does not grow with the file.
//! What is written is committed in steps; reading the file again completes what was cut off.

use super::source::Content;
use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::{self, Document};
use crate::store::observations::{self, Attributed, Lines, Shelf};
use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use tokio::sync::mpsc;
use tuermer_core::admiralty::{Credibility, Grade, Reliability};
use tuermer_core::constituency::Constituency;
use tuermer_core::tlp::Tlp;
use tuermer_formats::origin::Origin;
use tuermer_formats::recognise::Kind;
use tuermer_formats::shadowserver::{Line, Malformed, Report, ReportError};

/// Signs written together.
const BATCH_SIGNS: usize = 1_000;
/// Batches that wait for the writer.
const BATCHES_AHEAD: usize = 16;
/// Batches of one transaction.
const BATCHES_PER_STEP: u64 = 50;
/// Raw lines of one part, in bytes before they are compressed.
const PART_BYTES: usize = 256 * 1024;
/// Malformed lines that are named; more are counted.
const MALFORMED_SHOWN: usize = 5;

/// Shadowserver scans the whole net, every day, and has for many years: usually reliable, and probably true. What it tells
/// is for the owner of a network and those who look after it.
fn origin(context: &Context, name: &str) -> Origin {
    let grade = Grade { reliability: Reliability::Usual, credibility: Credibility::Probable };
    Origin { feed: name.to_string(), tlp: Tlp::Amber, grade, now: context.now(), key }
}

/// What the reader hands to the writer.
#[derive(Default)]
struct Batch {
    signs: Vec<Attributed>,
    lines: Vec<Lines>,
}

/// What the reader found out beside the signs.
struct Read {
    shelf: Shelf,
    report: IngestReport,
    named: Vec<String>,
}

/// Takes one report.
pub async fn ingest(context: &Context, name: &str, content: Content) -> Result<IngestReport> {
    let reject = |error: &dyn std::fmt::Display| IngestReport::rejected(name, Kind::Shadowserver, Remark::new("threat.ingest_report", &[("error", error)]));
    let size = content.size();
    let lines = match content.reader().map_err(ReportError::from).and_then(|file| Report::new(file, name)) {
        Ok(lines) => lines,
        Err(error) => return Ok(reject(&error)),
    };
    let snapshot = Arc::new(context.store.constituency().await?);
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let hash = tokio::task::spawn_blocking(move || hashed(&content));
    let reading = tokio::task::spawn_blocking({
        let (origin, name) = (origin(context, name), name.to_string());
        move || read(lines, &snapshot, &origin, &name, &sender)
    });
    let hash = match hash.await? {
        Ok(hash) => hash,
        Err(error) => return Ok(reject(&error)),
    };
    let source = name.to_string();
    let document = Document { sha256: hash.clone(), kind: "shadowserver", source, received_at: context.now(), size, bytes: Vec::new(), rejected: None };
    let written = write(context, document, receiver).await?;
    let Read { shelf, mut report, named } = match reading.await? {
        Ok(read) => read,
        Err(error) => return Ok(reject(&error)),
    };
    let mut open = context.store.begin().await?;
    observations::shelve(&mut open, &shelf, &hash).await?;
    open.commit().await?;
    (report.new, report.same) = (written.new, written.same);
    Ok(finish(report, &named))
}

fn hashed(content: &Content) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut content.reader()?, &mut hash)?;
    Ok(hex::encode(hash.finalize()))
}

/// Writes what the reader hands over, in steps. The document is kept with the first batch, or at the end.
async fn write(context: &Context, document: Document, mut batches: mpsc::Receiver<Batch>) -> Result<observations::Written> {
    let (hash, now) = (document.sha256.clone(), context.now());
    let mut open = context.store.begin().await?;
    documents::keep(&mut open, document).await?;
    let (mut total, mut touched, mut step) = (observations::Written::default(), BTreeSet::new(), 0_u64);
    while let Some(Batch { signs, lines }) = batches.recv().await {
        let written = observations::write(&mut open, &signs, &hash, now, &mut touched).await?;
        observations::keep_lines(&mut open, &hash, lines).await?;
        total.new = total.new.saturating_add(written.new);
        total.same = total.same.saturating_add(written.same);
        step = step.saturating_add(1);
        if step.is_multiple_of(BATCHES_PER_STEP) {
            observations::touch(&mut open, &std::mem::take(&mut touched)).await?;
            open.commit().await?;
            open = context.store.begin().await?;
        }
    }
    observations::touch(&mut open, &touched).await?;
    open.commit().await?;
    Ok(total)
}

/// Reads and attributes all lines; ends early where the writer is gone, whose error is then shown.
fn read<R: std::io::Read>(
    mut lines: Report<R>,
    constituency: &Constituency,
    origin: &Origin,
    name: &str,
    sender: &mpsc::Sender<Batch>,
) -> std::io::Result<Read> {
    let mut sorter = Sorter {
        constituency,
        origin,
        read: Read { shelf: Shelf::new(), report: IngestReport::new(name, Kind::Shadowserver), named: Vec::new() },
        batch: Batch::default(),
        part: Part::default(),
        day: Day::default(),
    };
    let report = lines.plan().report().to_string();
    while let Some(line) = lines.next_line()? {
        sorter.read.report.lines = sorter.read.report.lines.saturating_add(1);
        if let Err(malformed) = line.and_then(|line| sorter.sort(&line)) {
            sorter.malformed(&malformed);
        }
        if sorter.batch.signs.len() >= BATCH_SIGNS && sender.blocking_send(std::mem::take(&mut sorter.batch)).is_err() {
            return Ok(sorter.read);
        }
    }
    sorter.day.count(&report, &mut sorter.read.shelf);
    sorter.batch.lines.extend(sorter.part.close());
    // Where the writer is gone its error is the one to show.
    let _ = sender.blocking_send(std::mem::take(&mut sorter.batch));
    Ok(sorter.read)
}

/// Whose is each line?
struct Sorter<'a> {
    constituency: &'a Constituency,
    origin: &'a Origin,
    read: Read,
    batch: Batch,
    part: Part,
    day: Day,
}

impl Sorter<'_> {
    fn sort(&mut self, line: &Line<'_>) -> Result<(), Malformed> {
        let glance = line.glance()?;
        if !self.constituency.is_known(&glance.whereabouts) {
            if self.day.name != glance.day {
                self.day.count(line.report(), &mut self.read.shelf);
                self.day.name = glance.day.to_string();
            }
            self.day.signs = self.day.signs.saturating_add(1);
            self.read.report.unattributed = self.read.report.unattributed.saturating_add(1);
            return Ok(());
        }
        let observation = line.observation(self.origin)?;
        self.batch.lines.extend(self.part.take(line.number(), line.bytes()));
        let owners = self.constituency.attribute(&glance.whereabouts);
        self.batch.signs.push(Attributed { observation, owners });
        self.read.report.attributed = self.read.report.attributed.saturating_add(1);
        Ok(())
    }

    fn malformed(&mut self, Malformed { line, reason }: &Malformed) {
        self.read.report.malformed = self.read.report.malformed.saturating_add(1);
        if self.read.named.len() < MALFORMED_SHOWN {
            self.read.named.push(format!("{line} ({reason})"));
        }
    }
}

/// Lines of the same day that fit nobody, counted before they are put on the shelf: most lines follow one of their day.
#[derive(Default)]
struct Day {
    name: String,
    signs: u64,
}

impl Day {
    fn count(&mut self, report: &str, shelf: &mut Shelf) {
        if self.signs > 0 {
            let count = shelf.entry((report.to_string(), std::mem::take(&mut self.name))).or_default();
            *count = count.saturating_add(std::mem::take(&mut self.signs));
        }
    }
}

/// Raw lines on their way to be kept.
#[derive(Default)]
struct Part {
    number: i64,
    first: u64,
    last: u64,
    bytes: Vec<u8>,
}

impl Part {
    /// Adds a line; gives a whole part where one is full.
    fn take(&mut self, line: u64, bytes: &[u8]) -> Option<Lines> {
        if self.bytes.is_empty() {
            self.first = line;
        }
        self.last = line;
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(b'\n');
        if self.bytes.len() >= PART_BYTES { self.close() } else { None }
    }

    fn close(&mut self) -> Option<Lines> {
        if self.bytes.is_empty() {
            return None;
        }
        let mut encoder = GzEncoder::new(Vec::with_capacity(self.bytes.len() / 4), Compression::fast());
        // Writing to memory cannot fail.
        let packed = encoder.write_all(&self.bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        self.bytes.clear();
        let number = self.number;
        self.number = number.saturating_add(1);
        Some(Lines { part: number, first: self.first, last: self.last, gzip: packed })
    }
}

fn finish(mut report: IngestReport, named: &[String]) -> IngestReport {
    if !named.is_empty() {
        let nothing = report.malformed == report.lines;
        let key = if nothing { "threat.ingest_all_malformed" } else { "threat.ingest_malformed" };
        let remark = Remark::new(key, &[("count", &report.malformed), ("lines", &named.join(", "))]);
        if nothing { report.rejected.push(remark) } else { report.remarks.push(remark) }
    }
    report
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
