//! From what was found to what was told: while one batch is written, the next one is judged.
//!
//! Memory is bounded by the chunks on their way: one read ahead, one being judged, one being written.

use super::content::Content;
use super::judge::{self, Judged, Outcome};
use super::proof::{Proof, Trust};
use super::source::{Chunk, Input, Piece, Place, Reader, Text};
use super::{
    IngestReport, Remark, Word, batch, catalogue, check, estimates, events, knowledge, report,
};
use crate::acts::allow;
use crate::context::Context;
use anyhow::{Context as _, Result};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tuermer_core::limits;
use tuermer_core::rights::{Act, Actor};
use tuermer_formats::format::{Format, Intake, Own};

/// Chunks that wait to be judged.
const CHUNKS_AHEAD: usize = 1;

/// How far it is, for whoever shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Documents that are done.
    pub documents: AtomicU64,
}

/// What was found, with its documents judged.
enum Ready {
    Judged(Judged),
    Text(Text),
    Refused(Place, Format, Remark),
    End(String),
}

/// Takes everything an input holds; `tell` hears of each file, of an archive once at its end, in order and only when it is durable.
///
/// # Errors
/// The store cannot be read or written, or `tell` fails; what was told until then stays.
pub async fn ingest_all(
    context: &Context,
    actor: &Actor,
    input: Input,
    word: Word,
    progress: &Progress,
    tell: &mut (dyn FnMut(IngestReport) -> Result<()> + Send),
) -> Result<()> {
    allow(actor, Act::Ingest)?;
    let (sender, mut receiver) = mpsc::channel(CHUNKS_AHEAD);
    let reading = tokio::task::spawn_blocking(move || Reader::new(sender).read(input));
    let mut teller = Teller {
        archives: HashMap::new(),
        actor,
        word,
        progress,
        tell,
    };
    let mut ready = judged(context, &mut receiver).await?;
    while let Some(chunk) = ready {
        let (next, written) = tokio::join!(
            judged(context, &mut receiver),
            ingest_chunk(context, chunk, &mut teller)
        );
        written?;
        ready = next?;
    }
    drop(receiver);
    reading.await.context("reading the files stopped")
}

/// The next chunk, judged on all cores.
async fn judged(
    context: &Context,
    receiver: &mut mpsc::Receiver<Chunk>,
) -> Result<Option<Vec<Ready>>> {
    let Some(chunk) = receiver.recv().await else {
        return Ok(None);
    };
    let (mut documents, mut order) = (Vec::new(), Vec::with_capacity(chunk.len()));
    for found in chunk {
        order.push(match found {
            Piece::Document(document) => {
                documents.push(document);
                None
            }
            Piece::Text(text) => Some(Ready::Text(text)),
            Piece::Refused(place, kind, remark) => Some(Ready::Refused(place, kind, remark)),
            Piece::End(file) => Some(Ready::End(file)),
        });
    }
    let signed = documents
        .iter()
        .any(|document| matches!(document.proof, Proof::Beside(_)));
    let trust = if signed {
        Trust::load(context).await?
    } else {
        Trust::default()
    };
    let hashed = tokio::task::spawn_blocking(move || judge::hash(documents)).await?;
    let hashes: Vec<&str> = hashed.iter().map(|hashed| hashed.sha256.as_str()).collect();
    let states = context.store.document_states(&hashes).await?;
    let now = context.now();
    let mut judged =
        tokio::task::spawn_blocking(move || judge::judge(hashed, &states, &trust, now))
            .await?
            .into_iter();
    Ok(Some(
        order
            .into_iter()
            .filter_map(|ready| ready.or_else(|| judged.next().map(Ready::Judged)))
            .collect(),
    ))
}

/// Writes a chunk: documents together, everything else in steps of its own, in order.
async fn ingest_chunk(context: &Context, chunk: Vec<Ready>, teller: &mut Teller<'_>) -> Result<()> {
    let mut together = Vec::new();
    for ready in chunk {
        let ready = if teller.word.signs_only {
            only_signs(ready, &teller.word)
        } else {
            ready
        };
        if let Ready::Judged(judged) = ready {
            if !matches!(judged.outcome, Outcome::Whole(_)) {
                together.push(judged);
                continue;
            }
            teller.batch(context, std::mem::take(&mut together)).await?;
            let Judged {
                place,
                kind,
                outcome,
                ..
            } = judged;
            if let Outcome::Whole(bytes) = outcome {
                let source = place.source();
                let (actor, content) = (teller.actor, Content::Bytes(bytes));
                let report = alone(context, actor, &source, kind, content, &teller.word).await?;
                teller.hear(&place, report)?;
            }
            continue;
        }
        teller.batch(context, std::mem::take(&mut together)).await?;
        match ready {
            Ready::Text(text) => {
                let place = text.place.clone();
                let report = self::text(context, teller.actor, text, &teller.word).await?;
                teller.hear(&place, report)?;
            }
            Ready::Refused(place, kind, remark) => {
                let report = IngestReport::rejected(&place.file, kind, remark);
                teller.hear(&place, report)?;
            }
            Ready::End(file) => teller.end(&file)?,
            Ready::Judged(_) => {}
        }
    }
    teller.batch(context, together).await
}

/// What a source of signs sent, with a refusal in the place of everything else.
fn only_signs(ready: Ready, word: &Word) -> Ready {
    let (place, kind) = match &ready {
        Ready::Judged(Judged { place, kind, .. }) => (place, *kind),
        Ready::Text(Text { place, kind, .. }) => (place, *kind),
        Ready::Refused(..) | Ready::End(_) => return ready,
    };
    // A list of what is harmless switches signs off; a mail cannot.
    let taken =
        kind.nature().from_sources && (kind != Format::Warninglist || word.mailbox.is_none());
    if taken {
        ready
    } else {
        Ready::Refused(
            place.clone(),
            kind,
            Remark::new("threat.ingest_signs_only", &[("kind", &kind.as_str())]),
        )
    }
}

/// A file that is taken line by line, or that is no JSON.
async fn text(context: &Context, actor: &Actor, text: Text, word: &Word) -> Result<IngestReport> {
    let Text {
        place,
        kind,
        content,
    } = text;
    let source = place.source();
    if let Some(template) = &word.template {
        return events::firewall(context, &source, content, template.clone(), word).await;
    }
    if let Intake::Refused(key) = kind.nature().intake {
        let remark = Remark::new(key, &[]);
        return Ok(IngestReport::rejected(&place.file, kind, remark));
    }
    alone(context, actor, &source, kind, content, word).await
}

/// What is taken in a step of its own.
async fn alone(
    context: &Context,
    actor: &Actor,
    source: &str,
    kind: Format,
    content: Content,
    word: &Word,
) -> Result<IngestReport> {
    match kind.nature().intake {
        Intake::Events(signs) => events::ingest(context, source, kind, signs, content, word).await,
        Intake::Findings(read) => {
            knowledge::ingest(context, source, kind, read, content, word).await
        }
        Intake::Own(own) => match own {
            Own::Catalogue => match content.whole() {
                Ok(bytes) => catalogue::ingest(context, actor, source, bytes).await,
                Err(remark) => Ok(IngestReport::rejected(source, kind, remark)),
            },
            Own::Estimates => estimates::ingest(context, actor, source, content).await,
            Own::Report => report::ingest(context, source, content, word).await,
            Own::Check => check::ingest(context, actor, source, content, word).await,
            Own::Harmless => knowledge::harmless(context, source, content).await,
        },
        Intake::Threat | Intake::Refused(_) => {
            let remark = Remark::new("threat.ingest_unknown", &[]);
            Ok(IngestReport::rejected(source, kind, remark))
        }
    }
}

/// Tells of files; documents of an archive are added up until its end.
struct Teller<'a> {
    archives: HashMap<String, IngestReport>,
    actor: &'a Actor,
    word: Word,
    progress: &'a Progress,
    tell: &'a mut (dyn FnMut(IngestReport) -> Result<()> + Send),
}

impl Teller<'_> {
    async fn batch(&mut self, context: &Context, batch: Vec<Judged>) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        for (place, report) in batch::ingest_batch(context, self.actor, batch).await? {
            self.hear(&place, report)?;
        }
        Ok(())
    }

    fn hear(&mut self, place: &Place, mut report: IngestReport) -> Result<()> {
        if self.word.member.is_some() && report.kind != Format::Check {
            report
                .remarks
                .push(Remark::new("threat.ingest_member_only", &[]));
        }
        self.progress.documents.fetch_add(1, Ordering::Relaxed);
        // A broken archive is told of at its end, like a whole one.
        if place.document.is_empty() && report.kind != Format::Archive {
            return (self.tell)(IngestReport {
                file: place.file.clone(),
                ..report
            });
        }
        let sum = self
            .archives
            .entry(place.file.clone())
            .or_insert_with(|| IngestReport::new(&place.file, report.kind));
        add(sum, report, &place.document);
        Ok(())
    }

    fn end(&mut self, file: &str) -> Result<()> {
        let sum = self.archives.remove(file);
        (self.tell)(sum.unwrap_or_else(|| {
            IngestReport::rejected(
                file,
                Format::Archive,
                Remark::new("threat.ingest_empty_archive", &[]),
            )
        }))
    }
}

/// Adds a document to the sum of its archive. Remarks about single advisories are left to their threats.
fn add(sum: &mut IngestReport, mut report: IngestReport, document: &str) {
    let first = sum.new.saturating_add(sum.changed).saturating_add(sum.same) == 0;
    if report.rejected.is_empty() && sum.kind != report.kind {
        sum.kind = if first { report.kind } else { Format::Archive };
    }
    for (total, more) in counts(sum).into_iter().zip(counts(&mut report)) {
        *total = total.saturating_add(*more);
    }
    let named = |remark| Remark {
        document: document.to_string(),
        ..remark
    };
    let room = limits::REJECTED_SHOWN.saturating_sub(sum.rejected.len());
    sum.rejected
        .extend(report.rejected.into_iter().take(room).map(named));
    let room = if report.documents == 0 {
        limits::REJECTED_SHOWN.saturating_sub(sum.remarks.len())
    } else {
        0
    };
    sum.remarks
        .extend(report.remarks.into_iter().take(room).map(named));
}

/// Everything that is counted of a document.
fn counts(report: &mut IngestReport) -> [&mut u64; 16] {
    let IngestReport {
        file: _,
        kind: _,
        new,
        changed,
        same,
        rejected: _,
        remarks: _,
        threat: _,
        documents,
        verified,
        ranges,
        ranges_not_understood,
        withdrawn,
        due_dates_moved,
        lines,
        attributed,
        unattributed,
        malformed,
        passed,
        indicators,
        withheld,
    } = report;
    [
        new,
        changed,
        same,
        documents,
        verified,
        ranges,
        ranges_not_understood,
        withdrawn,
        due_dates_moved,
        lines,
        attributed,
        unattributed,
        malformed,
        passed,
        indicators,
        withheld,
    ]
}
