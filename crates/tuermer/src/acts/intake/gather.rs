//! Signs on their way from a file to the store: read, attributed, written.
//!
//! Four threads: one makes the SHA-256, one reads and attributes, two more write ([`super::writing`]). What fits nobody is
//! counted and gone; what concerns members is kept with its raw lines, compressed. A channel between reader and writer
//! holds the reader back, so memory does not grow with the file.

mod gatherer;

pub use gatherer::Gatherer;

use self::gatherer::Gathered;
use super::content::Content;
use super::writing::{BATCHES_AHEAD, write};
use super::{IngestReport, Remark, Word};
use crate::context::Context;
use crate::store::documents::document::{self, Document};
use crate::store::signs::counts;
use crate::store::signs::observations;
use anyhow::Result;
use ring::digest::{self, SHA256};
use std::io::Read;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tuermer_formats::format::Format;

/// Bytes that are hashed at once.
const HASH_BLOCK_BYTES: usize = 256 * 1024;
/// Malformed lines that are named in the answer; `tuermer sign malformed` lists more.
const MALFORMED_SHOWN: usize = 5;

/// A file of signs to be ingested.
pub struct File<'a> {
    /// Its name, kept as the source.
    pub name: &'a str,
    /// What it is.
    pub kind: Format,
    /// Its bytes.
    pub content: Content,
    /// The document is kept whole as evidence, not only the lines that concern members.
    pub whole: bool,
    /// What the person or mailbox that delivers the file states about its source.
    pub word: &'a Word,
}

/// Ingests one file. `read` goes through it once; what it cannot go on with is its error, and what came before stays.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest_signs<R>(context: &Context, file: File<'_>, read: R) -> Result<IngestReport>
where
    R: FnOnce(Box<dyn Read + Send>, &mut Gatherer<'_>) -> Result<(), String> + Send + 'static,
{
    let File {
        name,
        kind,
        content,
        whole,
        word,
    } = file;
    let size = content.size();
    let (source, broken) = match content.reader() {
        Ok(source) => UntilBroken::new(source),
        Err(error) => return Ok(IngestReport::rejected(name, kind, not_read_on(&error))),
    };
    let (owners, harmless) = (
        context.store.owners().await?,
        context.store.harmless().await?,
    );
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let hash = tokio::task::spawn_blocking(move || hashed(&content, whole));
    let (source_name, mailbox) = (name.to_string(), word.mailbox.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let origin = (source_name.as_str(), kind, mailbox);
        let mut gatherer = Gatherer::new(&owners, &harmless, origin, &sender);
        let outcome = read(Box::new(source), &mut gatherer);
        (gatherer.finish(), outcome)
    });
    let (hash, bytes, cut) = hash.await?;
    let document = Document {
        sha256: hash.clone(),
        kind,
        source: name.to_string(),
        received_at: context.now(),
        size,
        bytes: Vec::new(),
        rejected: None,
    };
    let written = write(context, document, receiver).await?;
    let (mut gathered, outcome) = reading.await?;
    // Reader and hash go through the bytes each by itself. What the reader cannot go on with has the better words.
    let cut = broken.get().cloned().or(cut.map(|error| error.to_string()));
    let ended = outcome.and_then(|()| cut.map_or(Ok(()), Err));
    let bytes = (whole && ended.is_ok()).then_some(bytes);
    keep_gathered(context, &hash, &gathered, bytes, (word, ended.is_ok())).await?;
    (gathered.report.new, gathered.report.same) = (written.new, written.same);
    Ok(with_remarks(gathered, ended))
}

/// Keeps what was found out beside the signs. `bytes`: the whole document, where it was read to its end and is to be kept
/// as evidence. `complete`: it was read to its end.
async fn keep_gathered(
    context: &Context,
    hash: &str,
    gathered: &Gathered,
    bytes: Option<Vec<u8>>,
    (word, complete): (&Word, bool),
) -> Result<()> {
    let Gathered {
        shelf,
        report,
        named,
    } = gathered;
    let mut open = context.store.begin().await?;
    counts::malformed(&mut open, hash, named).await?;
    if let Some(bytes) = bytes.filter(|_| report.withheld == 0) {
        // Before everything in it was read, nobody knew what its labels allow.
        document::fill(&mut open, hash, bytes).await?;
    }
    // Reports from an ungraded mailbox are not evidence of absence.
    let graded = word
        .mailbox
        .as_ref()
        .is_none_or(|(_, grade)| grade.weight().is_some());
    if complete && graded {
        // A report that came cut counts for no day: what it does not list may stand in the rest.
        observations::shelve(&mut open, shelf, hash).await?;
        let reports = shelf.keys().map(|(report, _)| report.as_str()).collect();
        observations::look_again(&mut open, &reports).await?;
    }
    open.commit().await
}

/// The report with a remark for what could not be read, what was withheld, and why reading ended early.
fn with_remarks(gathered: Gathered, ended: Result<(), String>) -> IngestReport {
    let mut report = with_malformed(gathered.report, &gathered.named);
    if report.withheld > 0 {
        let remark = Remark::new("threat.ingest_red", &[("count", &report.withheld)]);
        report.remarks.push(remark);
    }
    if let Err(error) = ended {
        report.rejected.push(not_read_on(&error));
    }
    report
}

fn not_read_on(error: &dyn std::fmt::Display) -> Remark {
    Remark::new("threat.ingest_report", &[("error", error)])
}

/// Ends where the source breaks, so that all lines before it are read, and keeps why.
struct UntilBroken {
    source: Box<dyn Read + Send>,
    broken: Arc<OnceLock<String>>,
}

impl UntilBroken {
    /// With the place where it is kept why the source broke.
    fn new(source: Box<dyn Read + Send>) -> (Self, Arc<OnceLock<String>>) {
        let broken = Arc::new(OnceLock::new());
        let until = Self {
            source,
            broken: broken.clone(),
        };
        (until, broken)
    }
}

impl Read for UntilBroken {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.source.read(out).or_else(|error| {
            if error.kind() == std::io::ErrorKind::Interrupted {
                return Err(error);
            }
            // Set already where somebody reads on behind the end: the first error is the one to tell.
            let _ = self.broken.set(error.to_string());
            Ok(0)
        })
    }
}

/// SHA-256 of the content, and its bytes where they are wanted: as far as it can be read, with what stopped it.
fn hashed(content: &Content, whole: bool) -> (String, Vec<u8>, Option<std::io::Error>) {
    let (mut hash, mut bytes, mut block) = (
        digest::Context::new(&SHA256),
        Vec::new(),
        vec![0; HASH_BLOCK_BYTES],
    );
    let mut pass = |mut reader: Box<dyn Read + Send>| loop {
        let read = match reader.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => block.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(read);
        if whole {
            bytes.extend_from_slice(read);
        }
    };
    let cut = content.reader().and_then(&mut pass).err();
    (hex::encode(hash.finish()), bytes, cut)
}

fn with_malformed(mut report: IngestReport, named: &[(String, String)]) -> IngestReport {
    if !named.is_empty() {
        let lines: Vec<String> = named
            .iter()
            .take(MALFORMED_SHOWN)
            .map(|(which, why)| format!("{which} ({why})"))
            .collect();
        let nothing = report.malformed == report.lines;
        let key = if nothing {
            "threat.ingest_all_malformed"
        } else {
            "threat.ingest_malformed"
        };
        let remark = Remark::new(
            key,
            &[("count", &report.malformed), ("lines", &lines.join(", "))],
        );
        if nothing {
            report.rejected.push(remark)
        } else {
            report.remarks.push(remark)
        }
    }
    report
}

/// Key of a sign: SHA-256 over its distinguishing parts, each with its length.
pub fn key(parts: &[&str]) -> String {
    let mut hash = digest::Context::new(&SHA256);
    for part in parts {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finish())
}
