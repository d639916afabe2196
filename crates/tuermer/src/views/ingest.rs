//! Result of ingesting one file.

use crate::acts::intake::{IngestReport, Remark};
use crate::text::Texts;
use serde::Serialize;
use tuermer_formats::format::Told;

/// Result of ingesting one file; which counts there are depends on its format.
#[derive(Debug, Serialize)]
pub struct IngestView<'a> {
    /// The file.
    pub file: &'a str,
    /// Its format.
    pub kind: &'static str,
    /// Documents or lines that are new.
    pub new: u64,
    /// Of them changed.
    pub changed: u64,
    /// Of them known.
    pub same: u64,
    /// What was refused, and why.
    pub rejected: Vec<RemarkView<'a>>,
    /// What else is to be known, in the reader's language.
    pub remarks: Vec<String>,
    /// Formats that bring threats.
    #[serde(flatten)]
    pub advisories: Option<AdvisoryCounts<'a>>,
    /// Catalogues.
    #[serde(flatten)]
    pub catalogue: Option<CatalogueCounts>,
    /// Formats that bring signs.
    #[serde(flatten)]
    pub signs: Option<SignCounts>,
    /// What may not be kept because of its label; missing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withheld: Option<u64>,
}

impl<'a> IngestView<'a> {
    /// A report with its sentences in the reader's language.
    pub fn new(report: &'a IngestReport, texts: Texts) -> Self {
        let told = report.kind.nature().told;
        let advisories = matches!(told, Told::Threats | Told::Archive);
        let signs = matches!(
            told,
            Told::Archive | Told::Filtered | Told::Signs | Told::Findings
        );
        let remarks = report.remarks.iter();
        Self {
            file: &report.file,
            kind: report.kind.as_str(),
            new: report.new,
            changed: report.changed,
            same: report.same,
            rejected: report
                .rejected
                .iter()
                .map(|remark| RemarkView::new(remark, texts))
                .collect(),
            remarks: remarks.map(|remark| remark.sentence(texts)).collect(),
            advisories: advisories.then(|| AdvisoryCounts::from(report)),
            catalogue: (told == Told::Catalogue).then_some(CatalogueCounts {
                withdrawn: report.withdrawn,
                due_dates_moved: report.due_dates_moved,
            }),
            signs: signs.then_some(SignCounts {
                lines: report.lines,
                attributed: report.attributed,
                unattributed: report.unattributed,
                malformed: report.malformed,
                passed: (told == Told::Filtered).then_some(report.passed),
                indicators: (told == Told::Findings).then_some(report.indicators),
            }),
            withheld: (report.withheld > 0).then_some(report.withheld),
        }
    }
}

/// What was refused.
#[derive(Debug, Serialize)]
pub struct RemarkView<'a> {
    /// The document inside the file; missing where it is the file itself.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub document: &'a str,
    /// Why, in the reader's language.
    pub reason: String,
}

impl<'a> RemarkView<'a> {
    fn new(remark: &'a Remark, texts: Texts) -> Self {
        Self {
            document: &remark.document,
            reason: remark.sentence(texts),
        }
    }
}

/// Counts of advisories.
#[derive(Debug, Serialize)]
pub struct AdvisoryCounts<'a> {
    /// Tracking id, where the file is one document.
    pub threat: Option<&'a str>,
    /// How many documents.
    pub documents: u64,
    /// Of them with a good signature.
    pub verified: u64,
    /// How many version ranges.
    pub ranges: u64,
    /// Of them not understood.
    pub ranges_not_understood: u64,
}

impl<'a> From<&'a IngestReport> for AdvisoryCounts<'a> {
    fn from(report: &'a IngestReport) -> Self {
        Self {
            threat: report.threat.as_deref(),
            documents: report.documents,
            verified: report.verified,
            ranges: report.ranges,
            ranges_not_understood: report.ranges_not_understood,
        }
    }
}

/// Counts of a catalogue.
#[derive(Debug, Serialize)]
pub struct CatalogueCounts {
    /// Entries that are gone.
    pub withdrawn: u64,
    /// Entries with another due day.
    pub due_dates_moved: u64,
}

/// Counts of signs.
#[derive(Debug, Serialize)]
pub struct SignCounts {
    /// How many lines.
    pub lines: u64,
    /// Of them with a member they concern.
    pub attributed: u64,
    /// Of them that fit no member.
    pub unattributed: u64,
    /// Of them that could not be read.
    pub malformed: u64,
    /// Lines no rule asks for; only for a firewall's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<u64>,
    /// Indicators; only where the format brings some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indicators: Option<u64>,
}
