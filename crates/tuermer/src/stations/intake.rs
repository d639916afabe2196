//! Intake: a file becomes a threat, a catalogue or signs; what is wrong with it is said in one sentence.
//!
//! Decides by content what a file is. Each file is one step: it is taken whole, or nothing of it is
//! used. Raw bytes stay as evidence with SHA-256, source and time.

mod advisory;
mod catalogue;
pub mod evidence;
mod report;
mod statement;

pub use statement::state_threat;
pub use tuermer_formats::csaf_write::{StatedProduct, StatedThreat, StatedVersions, StatementError};

use crate::context::Context;
use crate::refusal::Refusal;
use crate::text::Texts;
use anyhow::Result;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_formats::json::JsonError;
use tuermer_formats::recognise::{self, Kind};

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IngestReport {
    /// Name as given.
    pub file: String,
    /// What it was.
    pub kind: Kind,
    /// Threats, entries or signs that were not there.
    pub new: u64,
    /// Threats in a new revision; entries that changed.
    pub changed: u64,
    /// What was there already.
    pub same: u64,
    /// Why it was not used; empty when it was.
    pub rejected: Vec<Remark>,
    /// What a person should know although it was used.
    pub remarks: Vec<Remark>,
    /// Id of the threat it became.
    pub threat: Option<String>,
    /// KEV: entries that are not listed any more.
    pub withdrawn: u64,
    /// KEV: entries with another due day.
    pub due_dates_moved: u64,
    /// Signs: lines below the header.
    pub lines: u64,
    /// Signs: lines that belong to somebody.
    pub attributed: u64,
    /// Signs: lines that fit nobody.
    pub unattributed: u64,
    /// Signs: lines that cannot be read.
    pub malformed: u64,
}

/// A sentence as key and values, so that it is said in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Key of the text.
    pub key: &'static str,
    /// Its values.
    pub values: Vec<(&'static str, String)>,
}

impl Remark {
    fn new(key: &'static str, values: &[(&'static str, &dyn std::fmt::Display)]) -> Self {
        Self { key, values: values.iter().map(|(name, value)| (*name, value.to_string())).collect() }
    }

    /// The sentence.
    pub fn sentence(&self, texts: Texts) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        texts.with(self.key, &values)
    }

    /// The sentence as stored with the document.
    fn stored(&self) -> String {
        self.sentence(Texts(Language::German))
    }
}

impl From<Remark> for Refusal {
    fn from(Remark { key, values }: Remark) -> Self {
        Self::of(key, values)
    }
}

impl IngestReport {
    fn new(file: &str, kind: Kind) -> Self {
        Self {
            file: file.to_string(),
            kind,
            new: 0,
            changed: 0,
            same: 0,
            rejected: Vec::new(),
            remarks: Vec::new(),
            threat: None,
            withdrawn: 0,
            due_dates_moved: 0,
            lines: 0,
            attributed: 0,
            unattributed: 0,
            malformed: 0,
        }
    }

    fn rejected(file: &str, kind: Kind, remark: Remark) -> Self {
        Self { rejected: vec![remark], ..Self::new(file, kind) }
    }
}

/// Reads one file. What is wrong with the file is in the report; an error is ours (the database, the disk).
///
/// # Errors
/// The store cannot be read or written; nothing of the file was kept then.
pub async fn ingest(context: &Context, name: &str, path: &Path) -> Result<IngestReport> {
    let reject = |kind, remark| Ok(IngestReport::rejected(name, kind, remark));
    let (mut file, size, head) = match open(path) {
        Ok(opened) => opened,
        Err(remark) => return reject(Kind::Unknown, remark),
    };
    if head.is_empty() {
        return reject(Kind::Unknown, Remark::new("threat.ingest_empty", &[]));
    }
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return reject(Kind::Unknown, Remark::new("threat.ingest_utf16", &[]));
    }
    if !recognise::looks_like_json(&head) {
        return match recognise::table(&head) {
            Kind::Shadowserver => report::ingest(context, name, path, size).await,
            kind => reject(kind, Remark::new("threat.ingest_unknown", &[])),
        };
    }
    if size > limits::DOCUMENT_BYTES {
        let limit = limits::DOCUMENT_BYTES >> 20;
        return reject(recognise::broken_json(&head), Remark::new("threat.ingest_too_big", &[("size", &(size >> 20)), ("limit", &limit)]));
    }
    let mut bytes = head;
    if let Err(error) = file.by_ref().take(limits::DOCUMENT_BYTES).read_to_end(&mut bytes) {
        return reject(Kind::Unknown, Remark::new("threat.ingest_unreadable", &[("error", &error)]));
    }
    ingest_json(context, name, bytes).await
}

/// The open file, its size and its first bytes, already read.
fn open(path: &Path) -> Result<(File, u64, Vec<u8>), Remark> {
    let unreadable = |error: std::io::Error| Remark::new("threat.ingest_unreadable", &[("error", &error)]);
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Remark::new("threat.ingest_not_a_file", &[]));
    }
    let mut head = Vec::new();
    file.by_ref().take(recognise::HEAD_BYTES as u64).read_to_end(&mut head).map_err(unreadable)?;
    Ok((file, metadata.len(), head))
}

/// Bytes from anywhere: a feed, an upload. `name` is kept as the source: an address, or a file name.
///
/// # Errors
/// The store cannot be read or written; nothing of the bytes was kept then.
pub async fn ingest_bytes(context: &Context, name: &str, bytes: Vec<u8>) -> Result<IngestReport> {
    let reject = |kind, remark| Ok(IngestReport::rejected(name, kind, remark));
    if bytes.is_empty() {
        return reject(Kind::Unknown, Remark::new("threat.ingest_empty", &[]));
    }
    if !recognise::looks_like_json(&bytes) {
        return reject(Kind::Unknown, Remark::new("threat.ingest_unknown", &[]));
    }
    ingest_json(context, name, bytes).await
}

async fn ingest_json(context: &Context, name: &str, bytes: Vec<u8>) -> Result<IngestReport> {
    let keys = match tuermer_formats::json::check(&bytes) {
        Ok(keys) => keys,
        Err(error) => {
            let kind = recognise::broken_json(&bytes);
            let key = if error == JsonError::Values { "threat.ingest_values" } else { "threat.ingest_json" };
            return Ok(IngestReport::rejected(name, kind, Remark::new(key, &[("error", &error), ("limit", &limits::JSON_VALUES)])));
        }
    };
    match recognise::json(&keys) {
        Kind::Csaf => advisory::ingest(context, name, bytes).await,
        Kind::Kev => catalogue::ingest(context, name, bytes).await,
        kind => Ok(IngestReport::rejected(name, kind, Remark::new("threat.ingest_unknown", &[]))),
    }
}
