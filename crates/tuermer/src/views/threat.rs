//! What is warned about: the document with its revisions, comments and readers, and what an act did to it.

use super::{Day, Moment};
use crate::store::documents::comments::{Comment, Reader};
use crate::store::documents::threats::ThreatHead;
use crate::store::views::history::KeptRevision;
use serde::Serialize;
use tuermer_core::revision::Numbering;
use tuermer_core::scale::Status;
use tuermer_core::threat::{Kev, Threat, Vulnerability};
use tuermer_core::urgency::{Urgencies, UrgencyPolicy};

/// What the store knows beside the document.
pub struct Library {
    /// `verified`, `unsigned` or `failed`.
    pub signature: String,
    /// Revisions as they reached us.
    pub revisions: Vec<KeptRevision>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Who has read it.
    pub readers: Vec<Reader>,
}

/// A threat.
#[derive(Debug, Serialize)]
pub struct ThreatView<'a> {
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Its id: publisher and tracking id.
    pub threat_id: &'a str,
    /// Title as the publisher wrote it.
    pub title: &'a str,
    /// Name of the publisher.
    pub source: &'a str,
    /// Its revision.
    pub revision: &'a str,
    /// Category of CSAF.
    pub category: &'a str,
    /// Who may see it.
    pub tlp: &'static str,
    /// `verified`, `unsigned` or `failed`.
    pub signature: &'a str,
    /// First public at.
    pub published_at: Moment,
    /// When this revision was published.
    pub released_at: Moment,
    /// When it was first here.
    pub seen_at: Moment,
    /// Step 1 (grey) to 4 (red).
    pub level: u8,
    /// It is being exploited.
    pub exploited: bool,
    /// Withdrawn or superseded by its publisher.
    pub withdrawn: bool,
    /// The flaws it names.
    pub cves: Vec<&'a str>,
    /// The highest CVSS score, 0 to 10.
    pub cvss: Option<f64>,
    /// Earliest days in the list of exploited flaws.
    pub kev: Option<KevDaysView>,
    /// Each flaw.
    pub vulnerabilities: Vec<FlawView<'a>>,
    /// How many statements about products it makes.
    pub statements: usize,
    /// Version ranges nobody could read.
    pub not_understood: Vec<&'a str>,
    /// Addresses it names.
    pub references: &'a [String],
    /// The highest EPSS, 0 to 1.
    pub epss: Option<f64>,
    /// Until when for somebody of whom nothing more is known.
    pub urgency: DeadlineView,
    /// How its revisions are numbered, a word of `Numbering`.
    pub numbering: Option<&'static str>,
    /// Its revisions as they reached us.
    pub revisions: Vec<RevisionView<'a>>,
    /// Comments, oldest first.
    pub comments: Vec<CommentView<'a>>,
    /// Who has read it.
    pub read_by: Vec<ReaderView<'a>>,
}

impl<'a> ThreatView<'a> {
    /// A threat with what the store knows beside it; the policy sets its deadline.
    pub fn new(
        threat: &'a Threat,
        head: &ThreatHead,
        library: &'a Library,
        policy: &UrgencyPolicy,
    ) -> Self {
        let Library {
            signature,
            revisions,
            comments,
            readers,
        } = library;
        let revision = threat.revision.as_str();
        let flaws = || threat.vulnerabilities.iter();
        Self {
            threat: &threat.tracking_id,
            threat_id: threat.id.as_str(),
            title: &threat.title,
            source: &threat.publisher,
            revision,
            category: &threat.category,
            tlp: threat.tlp.as_str(),
            signature,
            published_at: Moment(threat.published_at),
            released_at: Moment(threat.released_at),
            seen_at: Moment(head.seen_at),
            level: threat.level().number(),
            exploited: threat.is_exploited(),
            withdrawn: threat.withdrawn,
            cves: threat.cves(),
            cvss: flaws().filter_map(|flaw| flaw.cvss_tenths).max().map(score),
            kev: KevDaysView::earliest(threat),
            vulnerabilities: flaws().map(FlawView::from).collect(),
            statements: threat.statements.len(),
            not_understood: threat.not_understood(),
            references: &threat.references,
            epss: flaws()
                .filter_map(|flaw| flaw.epss)
                .map(|epss| epss.probability)
                .max()
                .map(share),
            urgency: DeadlineView::new(threat, policy),
            numbering: Numbering::of(revision).map(Numbering::as_str),
            revisions: revisions
                .iter()
                .map(|kept| RevisionView::new(kept, revision))
                .collect(),
            comments: comments.iter().map(CommentView::from).collect(),
            read_by: readers
                .iter()
                .map(|reader| ReaderView::new(reader, revision))
                .collect(),
        }
    }
}

/// Tenths of CVSS as a score, 0 to 10.
pub fn score(tenths: u8) -> f64 {
    f64::from(tenths) / 10.0
}

/// Millionths as a share, 0 to 1.
pub fn share(millionths: u32) -> f64 {
    f64::from(millionths) / 1_000_000.0
}

/// Days in the list of exploited flaws.
#[derive(Debug, Serialize)]
pub struct KevDaysView {
    /// The first day one of the flaws was listed.
    pub added: Day,
    /// The first day one of them is due.
    pub due: Day,
}

impl KevDaysView {
    fn earliest(threat: &Threat) -> Option<Self> {
        let listed = || {
            threat
                .vulnerabilities
                .iter()
                .filter_map(|flaw| flaw.kev.as_ref())
        };
        let added = listed().map(|kev| kev.added).min()?;
        let due = listed().map(|kev| kev.due).min()?;
        Some(Self {
            added: Day(added),
            due: Day(due),
        })
    }
}

/// One flaw.
#[derive(Debug, Serialize)]
pub struct FlawView<'a> {
    /// CVE id, or the publisher's own.
    pub id: &'a str,
    /// Its title; may be empty.
    pub title: &'a str,
    /// CVSS score, 0 to 10.
    pub cvss: Option<f64>,
    /// CVSS vector; may be empty.
    pub vector: &'a str,
    /// Its entry in the list of exploited flaws.
    pub kev: Option<KevView>,
    /// EPSS, 0 to 1.
    pub epss: Option<f64>,
}

impl<'a> From<&'a Vulnerability> for FlawView<'a> {
    fn from(flaw: &'a Vulnerability) -> Self {
        let Vulnerability {
            id,
            title,
            cvss_tenths,
            cvss_vector,
            kev,
            epss,
            ssvc: _,
        } = flaw;
        Self {
            id,
            title,
            cvss: cvss_tenths.map(score),
            vector: cvss_vector,
            kev: kev.as_ref().map(KevView::from),
            epss: epss.map(|epss| share(epss.probability)),
        }
    }
}

/// An entry in the list of exploited flaws.
#[derive(Debug, Serialize)]
pub struct KevView {
    /// When it was listed.
    pub added: Day,
    /// When it is due.
    pub due: Day,
    /// Extortionists use it.
    pub ransomware: bool,
}

impl From<&Kev> for KevView {
    fn from(kev: &Kev) -> Self {
        let Kev {
            added,
            due,
            ransomware,
        } = kev;
        Self {
            added: Day(*added),
            due: Day(*due),
            ransomware: *ransomware,
        }
    }
}

/// A deadline, and the row of the policy that sets it.
#[derive(Debug, Serialize)]
pub struct DeadlineView {
    /// A word of `Urgency`.
    pub deadline: &'static str,
    /// Traces of a break-in must be searched for as well.
    pub search_for_traces: bool,
    /// Id of the row.
    pub row: String,
}

impl DeadlineView {
    fn new(threat: &Threat, policy: &UrgencyPolicy) -> Self {
        let decided =
            Urgencies::of(policy, threat).decide(Status::Affected, None, std::iter::empty());
        Self {
            deadline: decided.urgency.as_str(),
            search_for_traces: decided.urgency.search_for_traces(),
            row: decided.basis.row.to_string(),
        }
    }
}

/// One revision as it reached us.
#[derive(Debug, Serialize)]
pub struct RevisionView<'a> {
    /// Its number.
    pub revision: &'a str,
    /// When it was published.
    pub released_at: Moment,
    /// When it came.
    pub received_at: Moment,
    /// SHA-256 of the document, hexadecimal.
    pub sha256: &'a str,
    /// It is the one that counts.
    pub latest: bool,
}

impl<'a> RevisionView<'a> {
    fn new(kept: &'a KeptRevision, current: &str) -> Self {
        let KeptRevision {
            revision,
            released_at,
            received_at,
            sha256,
        } = kept;
        Self {
            revision,
            released_at: Moment(*released_at),
            received_at: Moment(*received_at),
            sha256,
            latest: revision == current,
        }
    }
}

/// One comment.
#[derive(Debug, Serialize)]
pub struct CommentView<'a> {
    /// Its id.
    pub comment: &'a str,
    /// The revision it was written to.
    pub revision: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// When.
    pub at: Moment,
    /// What.
    pub words: &'a str,
}

impl<'a> From<&'a Comment> for CommentView<'a> {
    fn from(comment: &'a Comment) -> Self {
        let Comment {
            id,
            revision,
            author,
            at,
            words,
        } = comment;
        Self {
            comment: id,
            revision,
            author,
            at: Moment(*at),
            words,
        }
    }
}

/// Somebody who has read it.
#[derive(Debug, Serialize)]
pub struct ReaderView<'a> {
    /// The account.
    pub account: &'a str,
    /// The revision that was read.
    pub revision: &'a str,
    /// It is the one that counts.
    pub current: bool,
}

impl<'a> ReaderView<'a> {
    fn new(reader: &'a Reader, current: &str) -> Self {
        Self {
            account: &reader.account,
            revision: &reader.revision,
            current: reader.revision == current,
        }
    }
}

/// What an act did to a threat; what does not apply is missing.
#[derive(Debug, Default, Serialize)]
pub struct ThreatStepView<'a> {
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Its id: publisher and tracking id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threat_id: Option<&'a str>,
    /// Id of the comment that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<&'a str>,
    /// Who read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_by: Option<&'a str>,
    /// The revision the act concerns; `null` where none is kept.
    pub revision: Option<&'a str>,
    /// It was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<bool>,
}
