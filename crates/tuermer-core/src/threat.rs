//! What we warn about: an advisory, or an operator's own words on day 0, in one shape.

use crate::ids::ThreatId;
use crate::product::ProductKey;
use crate::scale::{Level, Tlp, words};
use crate::version::VersionRule;
use jiff::Timestamp;
use jiff::civil::Date;

/// One threat in one revision.
///
/// ```
/// use tuermer_core::scale::{Level, Tlp};
/// use tuermer_core::threat::{Threat, ThreatSource, Vulnerability};
///
/// let flaw = Vulnerability { id: "CVE-2021-26855".into(), cvss_tenths: Some(98), ..Vulnerability::default() };
/// let mut threat = Threat {
///     id: "https://chamber.example|T-1".to_string().into(),
///     tracking_id: "T-1".into(),
///     revision: "1".into(),
///     title: "Exchange Server: four flaws".into(),
///     publisher: "Chamber".into(),
///     published_at: "2021-03-02T22:00:00Z".parse()?,
///     released_at: "2021-03-02T22:00:00Z".parse()?,
///     tlp: Tlp::Clear,
///     category: "csaf_security_advisory".into(),
///     source: ThreatSource::Csaf,
///     withdrawn: false,
///     exploited: false,
///     level: None,
///     vulnerabilities: vec![flaw],
///     statements: Vec::new(),
///     references: Vec::new(),
/// };
/// assert_eq!(threat.cves(), ["CVE-2021-26855"]);
/// assert_eq!(threat.level(), Level::Serious);
/// // The publisher says that it is used: one step more.
/// threat.exploited = true;
/// assert_eq!(threat.level(), Level::Extreme);
/// // The officer has the last word.
/// threat.level = Some(Level::Notice);
/// assert_eq!(threat.level(), Level::Notice);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Threat {
    /// `publisher namespace|tracking id`: the same document in any revision.
    pub id: ThreatId,
    /// Tracking id as people write it, for example `BSI-2022-0001`.
    pub tracking_id: String,
    /// Tracking version of the document.
    pub revision: String,
    /// Title as the publisher wrote it, plain text.
    pub title: String,
    /// Publisher's name.
    pub publisher: String,
    /// First public at (initial release date).
    pub published_at: Timestamp,
    /// Current revision released at.
    pub released_at: Timestamp,
    /// Who may see it.
    pub tlp: Tlp,
    /// `document.category` of CSAF.
    pub category: String,
    /// Where it comes from.
    pub source: ThreatSource,
    /// Withdrawn or superseded by its publisher.
    pub withdrawn: bool,
    /// The publisher, or KEV, says it is exploited.
    pub exploited: bool,
    /// Step chosen by the operator, if any; otherwise derived from the vulnerabilities.
    pub level: Option<Level>,
    /// Its flaws; may be empty for an informational advisory.
    pub vulnerabilities: Vec<Vulnerability>,
    /// Which products stand how to which flaw.
    pub statements: Vec<Statement>,
    /// Where to read more (https only).
    pub references: Vec<String>,
}

/// One flaw of a threat.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vulnerability {
    /// CVE id, or the publisher's own id where there is no CVE.
    pub id: String,
    /// Title, plain text.
    pub title: String,
    /// CVSS base score in tenths (98 = 9.8), v3 or v4.
    pub cvss_tenths: Option<u8>,
    /// CVSS vector of that score.
    pub cvss_vector: String,
    /// KEV entry, if CISA lists it.
    pub kev: Option<Kev>,
    /// FIRST's estimate, where there is one.
    pub epss: Option<Epss>,
    /// CISA's answers to the decision points of SSVC (Vulnrichment).
    pub ssvc: Ssvc,
}

/// How likely exploitation is within 30 days (EPSS), in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epss {
    /// Probability × 1,000,000.
    pub probability: u32,
    /// Share of all flaws that are not more likely × 1,000,000.
    pub percentile: u32,
}

/// Decision points of SSVC as published with a flaw; `None` = nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ssvc {
    /// How far exploitation has come.
    pub exploitation: Option<Exploitation>,
    /// Attackers can automate it.
    pub automatable: Option<bool>,
    /// Technical impact is total (full control), not partial.
    pub total_impact: Option<bool>,
}

words! {
    /// SSVC "Exploitation".
    Exploitation {
        /// Nothing known.
        None = "none",
        /// A proof of concept is public.
        PublicPoc = "poc",
        /// Attacks were seen.
        Active = "active",
    }
}

words! {
    /// Where a threat comes from.
    ThreatSource {
        /// Stated by an officer.
        Stated = "stated",
        /// A catalogue entry alone; its record has not come yet.
        Kev = "kev",
        /// A CVE record.
        Cve = "cve",
        /// An advisory.
        Csaf = "csaf",
    }
}

/// CISA's word on a flaw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kev {
    /// Day of listing.
    pub added: Date,
    /// Due day for federal agencies.
    pub due: Date,
    /// Known use by extortion groups.
    pub ransomware: bool,
}

words! {
    /// How a product stands to a flaw (CSAF product status groups).
    ProductStatus {
        /// `known_not_affected`
        NotAffected = "not_affected",
        /// `fixed`, `first_fixed`
        Fixed = "fixed",
        /// `recommended`: the target version, no statement about the flaw.
        Recommended = "recommended",
        /// `unknown`, and everything we could not understand.
        Unknown = "unknown",
        /// `under_investigation`
        UnderInvestigation = "under_investigation",
        /// `known_affected`, `first_affected`, `last_affected`
        Affected = "affected",
    }
}

words! {
    /// What the publisher offers.
    RemedyKind {
        /// `no_fix_planned`
        NoFixPlanned = "no_fix_planned",
        /// `none_available`
        NoneAvailable = "none_available",
        /// `workaround`
        Workaround = "workaround",
        /// `mitigation`
        Mitigation = "mitigation",
        /// `vendor_fix`
        VendorFix = "vendor_fix",
    }
}

/// "This product, in these versions, stands so to that flaw, and this helps."
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Which flaw (index into [`Threat::vulnerabilities`]); `None` for an advisory without flaws.
    pub vulnerability: Option<usize>,
    /// Which product.
    pub product: ProductKey,
    /// Product as the publisher names it, for people.
    pub product_name: String,
    /// Which versions.
    pub versions: VersionRule,
    /// How it stands.
    pub status: ProductStatus,
    /// What helps; the most useful one the publisher offers.
    pub remedy: Option<Remedy>,
    /// VEX flag or impact statement behind "not affected", in the publisher's words.
    pub justification: Option<String>,
}

/// One remediation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// Kind.
    pub kind: RemedyKind,
    /// The publisher's words, plain text.
    pub details: String,
    /// Where it is (https only).
    pub url: Option<String>,
}

impl Threat {
    /// CVE ids in order, without repeats.
    pub fn cves(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self
            .vulnerabilities
            .iter()
            .map(|v| v.id.as_str())
            .filter(|id| id.starts_with("CVE-"))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Exploited by the publisher's word or by KEV.
    pub fn is_exploited(&self) -> bool {
        self.exploited || self.vulnerabilities.iter().any(|v| v.kev.is_some())
    }

    /// The four-step level: the operator's, else from the worst score and exploitation.
    pub fn level(&self) -> Level {
        if let Some(level) = self.level {
            return level;
        }
        let worst = self
            .vulnerabilities
            .iter()
            .filter_map(|v| v.cvss_tenths)
            .max();
        match (worst, self.is_exploited()) {
            (Some(90..), true) | (None, true) => Level::Extreme,
            (Some(70..), true) | (Some(90..), false) => Level::Serious,
            (_, true) | (Some(40..), false) => Level::Elevated,
            _ => Level::Notice,
        }
    }

    /// Statements whose versions we could not read; shown on the threat, never dropped.
    pub fn not_understood(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = self
            .statements
            .iter()
            .filter_map(|s| match &s.versions {
                VersionRule::NotUnderstood(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    }
}
