//! How one organisation stands to one threat, with everything that was considered.

mod reason;

pub use reason::{Paid, Question, Reason};

use crate::ids::{AssetId, OrganisationId, ThreatId};
use crate::scale::{Certainty, Level, Source, Status, Urgency, words};
use crate::urgency::Basis;
use jiff::Timestamp;

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
