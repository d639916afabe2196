//! Signs on their way from a file to the store: whose they are, which raw lines are kept, what is only counted.
//!
//! Four threads: one makes the SHA-256, one reads and attributes, two more write ([`super::writing`]). What fits nobody is
//! counted and gone; what concerns members is kept with its raw lines, compressed. A channel between reader and writer
//! holds the reader back, so memory does not grow with the file.

use super::content::Content;
use super::part::Part;
use super::writing::{BATCHES_AHEAD, Batch, write};
use super::{IngestReport, Remark, Word};
use crate::context::Context;
use crate::store::documents::documents::{self, Document};
use crate::store::signs::observations::{self, Attributed, Shelf};
use crate::store::signs::signs;
use anyhow::Result;
use jiff::tz::TimeZone;
use ring::digest::{self, SHA256};
use std::io::Read;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tuermer_core::admiralty::Grade;
use tuermer_core::harmless::Harmless;
use tuermer_core::limits;
use tuermer_core::observation::Observation;
use tuermer_core::owners::Owners;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::Indicator;
use tuermer_formats::format::Format;
use tuermer_formats::origin::Origin;
use tuermer_formats::records::Malformed;

/// Signs or indicators written together.
const BATCH_SIGNS: usize = 1_000;
/// Bytes that are hashed at once.
const HASH_BLOCK_BYTES: usize = 256 * 1024;
const DAY_SECONDS: i64 = 86_400;
/// Malformed lines that are named in the answer; `tuermer sign malformed` lists more.
const MALFORMED_SHOWN: usize = 5;

/// What the reader found out beside the signs.
struct Gathered {
    shelf: Shelf,
    report: IngestReport,
    /// Which lines or elements could not be read, and why.
    named: Vec<(String, String)>,
}

/// A file of signs to be taken.
pub struct File<'a> {
    /// Its name, kept as the source.
    pub name: &'a str,
    /// What it is.
    pub kind: Format,
    /// Its bytes.
    pub content: Content,
    /// The document is kept whole as evidence, not only the lines that concern members.
    pub whole: bool,
    /// What whoever brings it says of its source.
    pub word: &'a Word,
}

/// Takes one file. `read` goes through it once; what it cannot go on with is its error, and what came before stays.
///
/// # Errors
/// The store cannot be read or written.
pub async fn take<R>(context: &Context, file: File<'_>, read: R) -> Result<IngestReport>
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
    let reject = |error: &dyn std::fmt::Display| {
        IngestReport::rejected(
            name,
            kind,
            Remark::new("threat.ingest_report", &[("error", error)]),
        )
    };
    let size = content.size();
    let reader = match content.reader() {
        Ok(reader) => reader,
        Err(error) => return Ok(reject(&error)),
    };
    let owners = context.store.owners().await?;
    let harmless = context.store.harmless().await?;
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let hash = tokio::task::spawn_blocking(move || hashed(&content, whole));
    let broken = Arc::new(OnceLock::new());
    let reading = tokio::task::spawn_blocking({
        let (name, mailbox, broken_at) = (name.to_string(), word.mailbox.clone(), broken.clone());
        move || {
            let mut gatherer = Gatherer {
                mailbox,
                ..Gatherer::new(&owners, &harmless, &name, kind, &sender)
            };
            let outcome = read(
                Box::new(UntilBroken {
                    source: reader,
                    broken: broken_at.clone(),
                }),
                &mut gatherer,
            );
            (gatherer.finish(), outcome)
        }
    });
    let (hash, bytes, cut) = hash.await?;
    let empty = Vec::new();
    let document = Document {
        sha256: hash.clone(),
        kind,
        source: name.to_string(),
        received_at: context.now(),
        size,
        bytes: empty,
        rejected: None,
    };
    let written = write(context, document, receiver).await?;
    let (
        Gathered {
            shelf,
            mut report,
            named,
        },
        outcome,
    ) = reading.await?;
    // Reader and hash go through the bytes each by itself: what stopped either of them is told.
    let cut = broken.get().cloned().or(cut.map(|error| error.to_string()));
    let mut open = context.store.begin().await?;
    signs::malformed(&mut open, &hash, &named).await?;
    if whole && report.withheld == 0 && outcome.is_ok() && cut.is_none() {
        // Before everything in it was read, nobody knew what its labels allow.
        documents::fill(&mut open, &hash, bytes).await?;
    }
    // What nobody vouches for proves nothing by what it leaves out.
    let counts = word
        .mailbox
        .as_ref()
        .is_none_or(|(_, grade)| grade.weight().is_some());
    if outcome.is_ok() && cut.is_none() && counts {
        // A report that came cut counts for no day: what it does not list may stand in the rest.
        observations::shelve(&mut open, &shelf, &hash).await?;
        observations::look_again(
            &mut open,
            &shelf.keys().map(|(report, _)| report.as_str()).collect(),
        )
        .await?;
    }
    open.commit().await?;
    (report.new, report.same) = (written.new, written.same);
    let mut report = finish(report, &named);
    report.remarks.extend(
        (report.withheld > 0)
            .then(|| Remark::new("threat.ingest_red", &[("count", &report.withheld)])),
    );
    // What the reader cannot go on with has the better words.
    if let Err(error) = outcome.and_then(|()| cut.map_or(Ok(()), Err)) {
        report
            .rejected
            .push(Remark::new("threat.ingest_report", &[("error", &error)]));
    }
    Ok(report)
}

/// Ends where the source breaks, so that all lines before it are read, and keeps why.
struct UntilBroken {
    source: Box<dyn Read + Send>,
    broken: Arc<OnceLock<String>>,
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

/// Sorts what is read: whose is it?
pub struct Gatherer<'a> {
    owners: &'a Owners,
    harmless: &'a Harmless,
    name: String,
    read: Gathered,
    batch: Batch,
    part: Part,
    day: Day,
    /// Report and day since 1970 of the last sign of a member.
    latest: Option<(String, i64)>,
    sender: &'a mpsc::Sender<Batch>,
    /// See [`Word::mailbox`].
    mailbox: Option<(String, Grade)>,
    /// The writer is gone; its error is the one to show.
    gone: bool,
}

impl<'a> Gatherer<'a> {
    fn new(
        owners: &'a Owners,
        harmless: &'a Harmless,
        name: &str,
        kind: Format,
        sender: &'a mpsc::Sender<Batch>,
    ) -> Self {
        let read = Gathered {
            shelf: Shelf::new(),
            report: IngestReport::new(name, kind),
            named: Vec::new(),
        };
        let (batch, part, day) = (Batch::default(), Part::default(), Day::default());
        Self {
            owners,
            harmless,
            name: name.to_string(),
            read,
            batch,
            part,
            day,
            latest: None,
            sender,
            mailbox: None,
            gone: false,
        }
    }

    /// Those whose signs these may be.
    pub fn owners(&self) -> &'a Owners {
        self.owners
    }

    /// The writer is gone: reading on is of no use.
    pub fn is_over(&self) -> bool {
        self.gone
    }

    /// Counts lines, events or elements.
    pub fn count(&mut self, lines: u64) {
        self.read.report.lines = self.read.report.lines.saturating_add(lines);
    }

    /// A sign of nobody we look after.
    pub fn stranger(&mut self, report: &str, day: &str) {
        if self.day.name != day || self.day.report != report {
            self.day.count(&mut self.read.shelf);
            (self.day.report, self.day.name) = (report.to_string(), day.to_string());
        }
        self.day.signs = self.day.signs.saturating_add(1);
        self.read.report.unattributed = self.read.report.unattributed.saturating_add(1);
    }

    /// A sign of a member; false where nothing of it may be kept.
    pub fn of_member(&mut self, mut observation: Observation) -> bool {
        if self.withholds(observation.tlp) {
            return false;
        }
        if let Some((_, grade)) = &self.mailbox {
            observation.grade = *grade;
        }
        let day = observation.observed_at.as_second().div_euclid(DAY_SECONDS);
        if self
            .latest
            .as_ref()
            .is_none_or(|(report, latest)| *latest != day || *report != observation.report)
        {
            let date = observation.observed_at.to_zoned(TimeZone::UTC).date();
            self.read
                .shelf
                .entry((observation.report.clone(), date.to_string()))
                .or_default();
            self.latest = Some((observation.report.clone(), day));
        }
        let owners = self.owners.attribute(&observation.whereabouts());
        self.batch.signs.push(Attributed {
            observation,
            owners,
        });
        self.read.report.attributed = self.read.report.attributed.saturating_add(1);
        self.send_when_full();
        true
    }

    /// RED is for named persons only: it does not go through the system. Counted, so that somebody picks up the telephone.
    fn withholds(&mut self, tlp: Tlp) -> bool {
        let red = tlp == Tlp::Red;
        self.read.report.withheld = self.read.report.withheld.saturating_add(u64::from(red));
        red
    }

    /// A raw line that concerns a member.
    pub fn keep_line(&mut self, number: u64, bytes: &[u8]) {
        self.batch.lines.extend(self.part.take(number, bytes));
    }

    /// A sign, whosever it is; true where it is a member's and may be kept.
    pub fn sign(&mut self, observation: Observation) -> bool {
        if self.owners.is_known(&observation.whereabouts()) {
            return self.of_member(observation);
        }
        if self.withholds(observation.tlp) {
            return false;
        }
        let day = observation
            .observed_at
            .to_zoned(TimeZone::UTC)
            .date()
            .to_string();
        self.stranger(&observation.report, &day);
        false
    }

    /// What to look for. Where it points to a member, that is a sign there, unless somebody lists it as harmless.
    pub fn indicator(&mut self, mut indicator: Indicator, origin: &Origin) {
        if self.withholds(indicator.tlp) {
            return;
        }
        if let Some((mailbox, grade)) = &self.mailbox {
            // Under a name of its own it replaces and withdraws nothing that another source told.
            (indicator.grade, indicator.source) =
                (*grade, format!("{mailbox}: {}", indicator.source));
        }
        self.read.report.indicators = self.read.report.indicators.saturating_add(1);
        let points = self.owners.is_known(&indicator.trace.whereabouts());
        if points && !indicator.withdrawn && self.harmless.covers(&indicator.trace).is_none() {
            self.of_member(self.pointed_at(&indicator, origin));
        }
        self.batch.indicators.push(indicator);
        self.send_when_full();
    }

    fn pointed_at(&self, indicator: &Indicator, origin: &Origin) -> Observation {
        let Indicator {
            trace,
            origin_id,
            source,
            title,
            context,
            tlp,
            grade,
            modified_at,
            ..
        } = indicator;
        let report = if source.is_empty() {
            self.name.as_str()
        } else {
            source
        };
        let sign = Observation {
            origin_id: origin_id.clone(),
            tlp: *tlp,
            grade: *grade,
            traces: context.clone(),
            extra: vec![
                ("indicator".to_string(), trace.to_text()),
                ("title".to_string(), title.clone()),
            ],
            ..Observation::new(report, *modified_at, IncidentType::Undetermined)
        };
        sign.seen_at(trace).identified(origin.key)
    }

    /// A line that cannot be read.
    pub fn malformed(&mut self, Malformed { line, reason }: &Malformed) {
        self.read.report.malformed = self.read.report.malformed.saturating_add(1);
        self.name(&line.to_string(), reason);
    }

    /// Elements that cannot be used, some of them by name: which and why.
    pub fn unusable(&mut self, count: u64, named: &[(String, String)]) {
        self.read.report.malformed = self.read.report.malformed.saturating_add(count);
        named.iter().for_each(|(which, why)| self.name(which, why));
    }

    fn name(&mut self, which: &str, why: &str) {
        if self.read.named.len() < limits::MALFORMED_KEPT {
            self.read.named.push((which.to_string(), why.to_string()));
        }
    }

    fn send_when_full(&mut self) {
        if self.batch.signs.len() >= BATCH_SIGNS || self.batch.indicators.len() >= BATCH_SIGNS {
            self.gone = self
                .sender
                .blocking_send(std::mem::take(&mut self.batch))
                .is_err();
        }
    }

    fn finish(mut self) -> Gathered {
        self.day.count(&mut self.read.shelf);
        self.batch.lines.extend(self.part.close());
        // Where the writer is gone its error is the one to show.
        let _ = self.sender.blocking_send(std::mem::take(&mut self.batch));
        self.read
    }
}

/// Signs of the same report and day that fit nobody, counted before they are put on the shelf: most follow one of their day.
#[derive(Default)]
struct Day {
    report: String,
    name: String,
    signs: u64,
}

impl Day {
    fn count(&mut self, shelf: &mut Shelf) {
        if self.signs > 0 {
            let count = shelf
                .entry((
                    std::mem::take(&mut self.report),
                    std::mem::take(&mut self.name),
                ))
                .or_default();
            *count = count.saturating_add(std::mem::take(&mut self.signs));
        }
    }
}

fn finish(mut report: IngestReport, named: &[(String, String)]) -> IngestReport {
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
