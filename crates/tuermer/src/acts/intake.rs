//! Intake: a file becomes a threat, a catalogue or signs; what is wrong with it is said in one sentence.
//!
//! Decides by content what a file is. Each document is taken whole, or nothing of it is used. Raw bytes stay as evidence
//! with SHA-256, source and time. Many documents share a transaction; a document is told of only once that is durable.
//!
//! ```text
//! [source] files, archives, lines → [judge] in parallel: same bytes? valid? read → [batch] one transaction → told
//! ```

// From what was found to what is durable: read, judged, written in batches.
mod batch;
mod bulk;
mod content;
pub mod evidence;
mod judge;
mod packed;
mod proof;
mod source;

// What is no document with a threat: catalogues, estimates, news, words typed by hand.
mod catalogue;
mod estimates;
mod reading;
mod statement;

// Signs: reports line by line, events, knowledge of attacks, checks, and their way to the store.
mod check;
mod events;
mod gather;
mod knowledge;
mod part;
mod report;
mod writing;

pub use bulk::{Progress, ingest_all};
pub use reading::ingest_reading;
pub use source::Input;
pub use statement::{state_threat, state_within};
pub use tuermer_formats::csaf_write::{
    StatedProduct, StatedThreat, StatedVersions, StatementError,
};

use crate::context::Context;
use crate::refusal::{Refusal, wrong_call};
use crate::text::Texts;
use anyhow::Result;
use std::path::Path;
use std::sync::Arc;
use tuermer_core::admiralty::Grade;
use tuermer_core::feed::{Feed, FeedKind};
use tuermer_core::ids::OrganisationId;
use tuermer_core::rights::Actor;
use tuermer_core::tlp::Tlp;
use tuermer_formats::firewall::Template;
use tuermer_formats::format::Format;
use tuermer_formats::origin::Origin;

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IngestReport {
    /// Name as given.
    pub file: String,
    /// What it was.
    pub kind: Format,
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
    /// Documents with a threat in them, whatever became of them; more than one in an archive.
    pub documents: u64,
    /// Of these, documents that are what their publisher signed.
    pub verified: u64,
    /// Different version ranges the taken documents name.
    pub ranges: u64,
    /// Of these, ranges that were not understood.
    pub ranges_not_understood: u64,
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
    /// Lines of a firewall that no rule of the template asks for.
    pub passed: u64,
    /// Things to look for that the file tells.
    pub indicators: u64,
    /// Signs and things to look for with the label RED: for named persons only, so nothing of them is kept.
    pub withheld: u64,
}

/// A sentence as key and values, so that it is said in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Key of the text.
    pub key: &'static str,
    /// Its values.
    pub values: Vec<(&'static str, String)>,
    /// Which document of an archive it is about; empty where it is about the file.
    pub document: String,
}

impl Remark {
    fn new(key: &'static str, values: &[(&'static str, &dyn std::fmt::Display)]) -> Self {
        Self {
            key,
            values: values
                .iter()
                .map(|(name, value)| (*name, value.to_string()))
                .collect(),
            document: String::new(),
        }
    }

    /// The sentence.
    pub fn sentence(&self, texts: Texts) -> String {
        let values: Vec<(&str, &str)> = self
            .values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        texts.with(self.key, &values)
    }

    /// As it is kept with the document.
    fn kept(&self) -> String {
        Refusal::from(self.clone()).kept()
    }
}

impl From<Remark> for Refusal {
    fn from(
        Remark {
            key,
            values,
            document: _,
        }: Remark,
    ) -> Self {
        Self::of(key, values)
    }
}

impl IngestReport {
    fn new(file: &str, kind: Format) -> Self {
        Self {
            file: file.to_string(),
            kind,
            ..Self::default()
        }
    }

    fn rejected(file: &str, kind: Format, remark: Remark) -> Self {
        Self {
            rejected: vec![remark],
            ..Self::new(file, kind)
        }
    }
}

/// What whoever brings a file says of its source; counts where the file itself says nothing.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// How far it is to be believed.
    pub grade: Option<Grade>,
    /// Who may see it.
    pub tlp: Option<Tlp>,
    /// Whose report of a check it is.
    pub member: Option<OrganisationId>,
    /// Which lines of a firewall are signs.
    pub template: Option<Arc<Template>>,
    /// Nothing but signs and what to look for: a source of these cannot slip in an advisory.
    pub signs_only: bool,
    /// It came by mail, and anybody can write one: the name of the mailbox, and the grade of everything in it, whatever that
    /// says of itself.
    pub mailbox: Option<(String, Grade)>,
}

/// A grade as typed.
///
/// # Errors
/// Anything but A1 to F6.
pub fn grade(text: Option<&str>) -> Result<Option<Grade>> {
    text.map(|text| {
        Grade::read(text).ok_or_else(|| wrong_call("threat.ingest_grade", [("text", &text)]))
    })
    .transpose()
}

/// A label as typed.
///
/// # Errors
/// Anything but a label of the Traffic Light Protocol.
pub fn label(text: Option<&str>) -> Result<Option<Tlp>> {
    text.map(|text| {
        Tlp::of_label(text).ok_or_else(|| wrong_call("threat.ingest_label", [("text", &text)]))
    })
    .transpose()
}

impl Word {
    /// What the chamber says of a source of signs.
    fn of_feed(feed: &Feed) -> Self {
        let mailbox = (feed.kind == FeedKind::Mailbox)
            .then(|| (feed.name.clone(), feed.grade.unwrap_or(Grade::UNJUDGED)));
        Self {
            grade: feed.grade,
            tlp: feed.tlp,
            signs_only: true,
            mailbox,
            ..Self::default()
        }
    }

    /// The origin of signs in a file of this name.
    fn origin(&self, context: &Context, name: &str) -> Origin {
        let unjudged = Origin::unjudged(name, context.now(), gather::key);
        Origin {
            grade: self.grade.unwrap_or(unjudged.grade),
            tlp: self.tlp.unwrap_or(unjudged.tlp),
            ..unjudged
        }
    }
}

/// Reads one file. What is wrong with the file is in the report; an error is ours (the database, the disk).
///
/// # Errors
/// The store cannot be read or written; nothing of the step that failed was kept then.
pub async fn ingest(
    context: &Context,
    actor: &Actor,
    name: &str,
    path: &Path,
) -> Result<IngestReport> {
    ingest_one(
        context,
        actor,
        name,
        Input::Files(vec![path.to_path_buf()]),
        Word::default(),
    )
    .await
}

/// Bytes that a source of signs sent; whatever else is in them is refused.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest_signs(
    context: &Context,
    actor: &Actor,
    feed: &Feed,
    name: &str,
    bytes: Vec<u8>,
) -> Result<IngestReport> {
    ingest_one(
        context,
        actor,
        name,
        Input::Bytes {
            name: name.to_string(),
            bytes,
        },
        Word::of_feed(feed),
    )
    .await
}

/// A file that a source of signs sent, read piece by piece; whatever else is in it is refused.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest_signs_file(
    context: &Context,
    actor: &Actor,
    feed: &Feed,
    name: &str,
    path: &Path,
) -> Result<IngestReport> {
    ingest_one(
        context,
        actor,
        name,
        Input::File {
            name: name.to_string(),
            path: path.to_path_buf(),
        },
        Word::of_feed(feed),
    )
    .await
}

/// Bytes from anywhere: a feed, an upload. `name` is kept as the source: an address, or a file name.
///
/// # Errors
/// The store cannot be read or written; nothing of the step that failed was kept then.
pub async fn ingest_bytes(
    context: &Context,
    actor: &Actor,
    name: &str,
    bytes: Vec<u8>,
) -> Result<IngestReport> {
    ingest_one(
        context,
        actor,
        name,
        Input::Bytes {
            name: name.to_string(),
            bytes,
        },
        Word::default(),
    )
    .await
}

async fn ingest_one(
    context: &Context,
    actor: &Actor,
    name: &str,
    input: Input,
    word: Word,
) -> Result<IngestReport> {
    let mut found = None;
    let mut tell = |report: IngestReport| {
        found = Some(IngestReport {
            file: name.to_string(),
            ..report
        });
        Ok(())
    };
    let progress = Progress::default();
    ingest_all(context, actor, input, word, &progress, &mut tell).await?;
    Ok(found.unwrap_or_else(|| {
        IngestReport::rejected(
            name,
            Format::Unknown,
            Remark::new("threat.ingest_not_a_file", &[]),
        )
    }))
}
