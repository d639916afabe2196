//! What the program knows about a format: what it is recognised by, how it is read, and what is told of it.

use crate::findings::{DocumentError, Found, Summary};
use crate::origin::Origin;
use crate::recognise::{Head, Keys};
use std::io::Read;
use tuermer_core::observation::Observation;

/// Everything the program needs to know about one format.
#[derive(Debug, Clone, Copy)]
pub struct Nature {
    /// What it is recognised by.
    pub marks: Marks,
    /// How intake takes it.
    pub intake: Intake,
    /// What an ingest tells of it.
    pub told: Told,
    /// Who speaks in its signs.
    pub voice: Voice,
    /// True where a source of signs may bring it; whatever else it brings is refused.
    pub from_sources: bool,
}

/// What a format is recognised by; what it does not have is left empty.
#[derive(Debug, Clone, Copy)]
pub struct Marks {
    /// The outermost keys of a JSON document.
    pub keys: fn(&Keys<'_>) -> bool,
    /// Words in the first bytes of a JSON list or of lines of JSON: all of one of these groups.
    pub listed: &'static [&'static [&'static str]],
    /// A word that tells what a broken JSON file was probably meant to be.
    pub broken: Option<&'static str>,
    /// Words in the first bytes of an XML file: one of them.
    pub xml: &'static [&'static str],
    /// The first bytes of a text that is neither JSON nor XML.
    pub text: fn(&Head<'_>) -> bool,
}

/// How intake takes a format.
#[derive(Debug, Clone, Copy)]
pub enum Intake {
    /// One JSON document that becomes a threat; many are written together.
    Threat,
    /// Signs, one event after the other, in memory that does not grow with them.
    Events(Event),
    /// Signs and indicators of one document.
    Findings(Findings),
    /// It replaces what its source told before, or goes a way of its own through intake.
    Own(Own),
    /// It is not taken; the key of the sentence that says what to do with it instead.
    Refused(&'static str),
}

/// The signs of one event: a JSON object of a list, or of a file with one a line.
pub type Event = fn(&[u8], &Origin) -> Result<Vec<Observation>, &'static str>;

/// Reads a document and tells each finding; `title` names it where it does not say so itself.
pub type Findings = fn(
    source: &mut dyn Read,
    title: &str,
    origin: &Origin,
    take: &mut dyn FnMut(Found),
) -> Result<Summary, DocumentError>;

/// Formats that intake takes each in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// A catalogue of known exploited vulnerabilities replaces the one before.
    Catalogue,
    /// The estimates of a day replace those of a day before.
    Estimates,
    /// A report whose lines are looked at before they are read.
    Report,
    /// The report of a check, opened and vouched for.
    Check,
    /// A list of what is harmless.
    Harmless,
}

/// What an ingest tells of a format: which line, and which keys of its JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// What is new, changed and the same.
    Counts,
    /// Threats, their signatures and version ranges.
    Threats,
    /// Entries that are gone or have another due day.
    Catalogue,
    /// Lines and whose they are.
    Signs,
    /// Lines, whose they are, and which no rule asks for.
    Filtered,
    /// Lines, whose they are, and what to look for.
    Findings,
    /// Threats and signs of everything in it.
    Archive,
}

/// Who speaks in the signs of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// The company itself, by its own logs.
    OwnLogs,
    /// The company itself, by the word of a person.
    OwnWord,
    /// One sensor, whatever its reports are called.
    Sensor,
    /// Whoever the single sign names.
    Named,
}

/// Recognised by nothing.
pub(super) const UNMARKED: Marks = Marks {
    keys: |_| false,
    listed: &[],
    broken: None,
    xml: &[],
    text: |_| false,
};

/// Neither recognised nor taken.
pub(super) const UNKNOWN: Nature = Nature {
    marks: UNMARKED,
    intake: Intake::Refused("threat.ingest_unknown"),
    told: Told::Counts,
    voice: Voice::Named,
    from_sources: false,
};
