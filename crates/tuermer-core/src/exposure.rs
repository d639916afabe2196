//! How one organisation stands to one threat, with everything that was considered.

use crate::ids::{AssetId, OrganisationId, ThreatId};
use crate::locale::Phrase;
use crate::scale::{Certainty, Level, Source, Status, Urgency, words};
use crate::urgency::Basis;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Organisation × threat: matches and sightings folded into one statement.
///
/// A company with a version inside the range of the advisory is affected; of one whose version nobody told, that is
/// unknown, and the verdict carries the question that decides. Made by [`crate::assess`]:
///
/// ```
/// # use tuermer_core::{asset::{Asset, Presence}, constituency::Constituency, remeasure::NO_REPORTS};
/// # use tuermer_core::scale::{Source, Tlp, Urgency};
/// # use tuermer_core::threat::{ProductStatus, Statement, Threat, ThreatSource, Vulnerability};
/// # use tuermer_core::urgency::{PolicyRow, Urgencies, UrgencyPolicy};
/// # use tuermer_core::{product::ProductKey, version::VersionRule};
/// use tuermer_core::assess::{Case, assess};
/// use tuermer_core::scale::Status;
///
/// # let now: jiff::Timestamp = "2021-03-03T08:00:00Z".parse()?;
/// # let threat = Threat {
/// #     id: "t".to_string().into(), tracking_id: "T-1".into(), revision: "1".into(), title: "File transfer".into(),
/// #     publisher: "Chamber".into(), published_at: now, released_at: now, tlp: Tlp::Clear,
/// #     category: "csaf_security_advisory".into(), source: ThreatSource::Csaf, withdrawn: false, exploited: false,
/// #     level: None, references: Vec::new(),
/// #     vulnerabilities: vec![Vulnerability { id: "CVE-2025-90001".into(), ..Vulnerability::default() }],
/// #     statements: vec![Statement {
/// #         vulnerability: Some(0), product: ProductKey::new("Beispiel", "Transfer"), product_name: "Transfer".into(),
/// #         versions: VersionRule::parse_range("< 2.4"), status: ProductStatus::Affected, remedy: None, justification: None,
/// #     }],
/// # };
/// # let row = PolicyRow {
/// #     id: "1".into(), inputs: [None; 4], level_at_least: None, epss_at_least: None, outcome: Urgency::Days14,
/// # };
/// # let policy = UrgencyPolicy {
/// #     name: "example".into(), version: "1".into(), source: String::new(), rows: vec![row], lifts: Vec::new(), due_dates: false,
/// # };
/// # let urgencies = Urgencies::of(&policy, &threat);
/// # let transfer = |organisation: &str, version: &str| Asset {
/// #     id: format!("a{organisation}").into(), organisation: organisation.to_string().into(), vendor: "Beispiel".into(),
/// #     product: "Transfer".into(), version: version.into(), build: None, hostname: String::new(), source: Source::Provider,
/// #     observed_at: now, note: String::new(), presence: Presence::OnPremises,
/// # };
/// // An advisory about "Transfer" before 2.4, and three companies that run it.
/// let assets = vec![transfer("o1", "2.3.1"), transfer("o2", "2.4"), transfer("o3", "")];
/// let case = Case { threat: &threat, packs: &[], urgencies: &urgencies, reports: &NO_REPORTS, now };
/// let exposures = assess(case, &Constituency::new(assets, Vec::new()), &[]);
/// let statuses: Vec<Status> = exposures.iter().map(|exposure| exposure.status).collect();
/// assert_eq!(statuses, [Status::Affected, Status::NotAffected, Status::Unknown]);
/// assert!(exposures[2].question.is_some());
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// Who.
    pub organisation: OrganisationId,
    /// What.
    pub threat: ThreatId,
    /// Is it hit?
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// A mitigation is told or seen; the patch is still missing.
    pub mitigated: bool,
    /// Signs of a break-in: another message, by telephone.
    pub incident: bool,
    /// How bad.
    pub severity: Level,
    /// Until when.
    pub urgency: Urgency,
    /// Which row of the policy said so, asked with what.
    pub basis: Basis,
    /// The one sentence.
    pub reason: Reason,
    /// For unknown: the question that would decide it.
    pub question: Option<Question>,
    /// Everything considered, strongest first.
    pub grounds: Vec<Ground>,
    /// Per asset and flaw (CSAF clause 13.7).
    pub matches: Vec<Match>,
    /// What decided was measured or seen, not only the organisation's own word.
    pub measured: bool,
    /// The asset or sign that decided.
    pub decisive: Option<Decisive>,
    /// When this was judged.
    pub assessed_at: Timestamp,
}

/// What decided, as shown beside the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decisive {
    /// Product name as told.
    pub product: String,
    /// Build or version as told.
    pub version: String,
    /// Where it was seen, or who reported it.
    pub source: String,
    /// When.
    pub observed_at: Timestamp,
}

/// One thing that was considered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ground {
    /// What it says about the status.
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// Why.
    pub reason: Reason,
    /// Asset it speaks of; `None` for a sign from outside and for the organisation's own word.
    pub asset: Option<AssetId>,
    /// Who said so.
    pub source: Source,
    /// Report, host or note that carries it ("scan_exchange", "mail.example.de").
    pub place: String,
    /// When it was seen or said.
    pub observed_at: Timestamp,
}

words! {
    /// How far the remedy of one flaw on one asset has come (CSAF clause 13.7).
    RemediationState {
        /// Nothing done.
        NotRemediated = "not_remediated",
        /// Being done.
        InProgress = "in_progress",
        /// Done.
        Done = "done",
    }
}

/// One asset against one flaw.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Match {
    /// Which asset; `None` where only a sign is known.
    pub asset: Option<AssetId>,
    /// CVE or publisher's id.
    pub vulnerability: String,
    /// How it stands.
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
    /// How far the remedy is.
    pub remediation: RemediationState,
}

/// Why, as data: it is stored like this, and the sentence is made from it when it is read, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Reason {
    /// A build that lacks the update.
    BuildBelowFix {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Cumulative update, if known.
        cumulative_update: String,
        /// Update that is missing.
        fix: String,
        /// Its KB article.
        kb: String,
        /// Another cumulative update must come first.
        cumulative_update_first: bool,
        /// Only customers of a paid programme get the update.
        paid: Option<Paid>,
    },
    /// A build that has the update.
    BuildHasFix {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Update that is in.
        fix: String,
    },
    /// The update is in, but a second step that no build shows is not done, or nobody said that it is.
    SecondStep {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Update that is in.
        fix: String,
        /// The step as a phrase.
        step: Phrase,
        /// Somebody said that it is not done; otherwise nobody said anything.
        told_open: bool,
    },
    /// The vendor names the branch as open and gives it no fix.
    BranchWithoutFix {
        /// Branch.
        product: String,
        /// Build as told.
        build: String,
        /// Advisory that says so.
        advisory: String,
    },
    /// Only the cumulative update is known.
    UpdateUnknown {
        /// Product line.
        product: String,
        /// Version as seen.
        version: String,
        /// Update in question.
        fix: String,
    },
    /// Out of support: the vendor makes no statement.
    EndOfLife {
        /// Product line.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The vendor does not name the line for this flaw, and whether it was still supported is not known.
    NoStatement {
        /// Product line.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The build is in no table.
    UnknownBuild {
        /// Product.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The version is told, but the document does not say which versions are affected.
    NoVersionsNamed {
        /// Product.
        product: String,
        /// As told.
        version: String,
    },
    /// Has the product, version not known.
    ProductOnly {
        /// Product.
        product: String,
    },
    /// The version is inside (or outside) the range the publisher names.
    VersionInRange {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// Range or version the publisher names.
        range: String,
    },
    /// The publisher's list names this version as fixed or not affected.
    VersionNotAffected {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// The publisher's justification, may be empty.
        justification: String,
    },
    /// Version and range cannot be compared.
    NotComparable {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// Range in the publisher's words.
        range: String,
    },
    /// A scan tried the flaw and got in.
    ProvenByScan {
        /// Host or address.
        host: String,
        /// CVE.
        cve: String,
    },
    /// The product answers at an address of the organisation.
    SeenFromOutside {
        /// Product.
        product: String,
        /// Host or address.
        host: String,
        /// Version as seen, may be empty.
        version: String,
    },
    /// Signs of a break-in.
    BreakIn {
        /// Host or address.
        host: String,
        /// Kind of sign, for example `webshell`.
        sign: String,
    },
    /// Somebody told us that the product is not there, or only in the cloud.
    NotInUse {
        /// Product.
        product: String,
        /// As a cloud service.
        cloud: bool,
    },
    /// The organisation (or its provider) says it is done.
    ReportedFixed {
        /// Who said so.
        by: Source,
    },
    /// It says it is done, and the reports that had proved the hole do not list it any more.
    NoLongerListed {
        /// Who said so.
        by: Source,
        /// Report type.
        report: String,
        /// Days with a report without it.
        reports: u64,
        /// Days they span.
        days: i64,
    },
    /// It said it was done, and the hole was seen after that.
    SeenAgain {
        /// Who had said so.
        by: Source,
        /// When.
        said_at: Timestamp,
        /// What was seen.
        now: Box<Reason>,
    },
    /// The advisory was withdrawn.
    Withdrawn,
    /// Only read, never judged: what an earlier program stored was a sentence, and the threat was not judged since.
    AsWritten {
        /// The sentence in the languages of that program.
        words: Phrase,
    },
    /// Only read, never judged: another version of the program stored a reason that this one does not know.
    NotKnown {
        /// Its key.
        name: String,
    },
}

/// An update that only customers of a paid programme get.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Paid {
    /// Short name of the programme (`ESU`).
    pub programme: String,
    /// Its last day.
    pub until: Date,
    /// What is to be done without it as a phrase.
    pub instead: Phrase,
    /// Whether this company is a customer; `None` = nobody said.
    pub has: Option<bool>,
}

/// The one question that would decide an unknown, stored like [`Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Question {
    /// Do you run this product yourselves?
    RunsProduct {
        /// Product.
        product: String,
    },
    /// Is this flaw closed? Asked where no version can tell.
    FlawClosed {
        /// Product.
        product: String,
        /// Identifier of the flaw.
        flaw: String,
    },
    /// Which build exactly (ExSetup.exe or HealthChecker, not Get-ExchangeServer)?
    WhichBuild {
        /// Product.
        product: String,
    },
    /// Is this update installed?
    UpdateInstalled {
        /// Product line.
        product: String,
        /// Update.
        fix: String,
        /// KB article, may be empty.
        kb: String,
    },
    /// A condition no build can show.
    Condition {
        /// The pack's key, for example `sessions-ended`.
        condition: String,
        /// The pack's question.
        words: Phrase,
    },
    /// What does the vendor say of this line?
    VendorStatement {
        /// Product line.
        product: String,
    },
    /// When will the product out of support be replaced?
    Replacement {
        /// Product line.
        product: String,
    },
    /// Only read, never asked: see [`Reason::AsWritten`].
    AsWritten {
        /// The question in the languages of that program.
        words: Phrase,
    },
    /// Only read, never asked: see [`Reason::NotKnown`].
    NotKnown {
        /// Its key.
        name: String,
    },
}
