//! One sign of attack or weakness, in RSIT classes, before and after it is attributed to somebody.

use crate::ids::{ObservationId, OrganisationId};
use crate::scale::words;
use jiff::Timestamp;
use std::net::IpAddr;

words! {
    /// Reference Security Incident Taxonomy 1003, the classes we act on.
    SignClass {
        /// Information about a device, no weakness.
        Information = "other",
        /// `vulnerable: potentially-unwanted-accessible`
        Accessible = "potentially-unwanted-accessible",
        /// `vulnerable: vulnerable-system`
        VulnerableSystem = "vulnerable-system",
        /// `malicious-code: infected-system`
        InfectedSystem = "infected-system",
        /// `intrusions: system-compromise`, for instance a web shell: an incident, not a weakness.
        SystemCompromise = "system-compromise",
    }
}

impl SignClass {
    /// True where somebody has already broken in: telephone first, no mass mail.
    pub fn is_incident(self) -> bool {
        matches!(self, Self::InfectedSystem | Self::SystemCompromise)
    }
}

/// One sign as a feed reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Key: report + day + host + what was seen; makes a file read twice change nothing.
    pub id: ObservationId,
    /// Report type, for example `scan_exchange`.
    pub report: String,
    /// When the sensor saw it (UTC).
    pub observed_at: Timestamp,
    /// Address seen.
    pub ip: Option<IpAddr>,
    /// Port seen.
    pub port: Option<u16>,
    /// Host name, lower case, without trailing dot.
    pub hostname: Option<String>,
    /// Autonomous system.
    pub asn: Option<u32>,
    /// What it means.
    pub class: SignClass,
    /// Severity word of the feed (critical, high, medium, low, info), lower case.
    pub severity: String,
    /// Tags in lower case.
    pub tags: Vec<String>,
    /// CVEs the sensor *tried* and found open (tag `cve-…`), upper case: proof, not guess.
    pub proven_cves: Vec<String>,
    /// Vendor of the product seen, empty if none.
    pub vendor: String,
    /// Product seen, empty if none.
    pub product: String,
    /// Version as seen from outside; three parts for Exchange (cumulative update only).
    pub version: Option<String>,
    /// Columns we do not use, kept as they came.
    pub extra: Vec<(String, String)>,
}

/// Why a sign is somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribution {
    /// The address lies in this network of the organisation.
    Network(String),
    /// The host name is exactly this one.
    Host(String),
    /// The host name lies below this domain.
    Domain(String),
    /// The organisation reported it itself: through its own link (`link`), or as this account found out by calling back.
    Told(String),
}

impl Attribution {
    /// Stored form `network:192.0.2.0/24`, `host:…`, `domain:…`, `told:…`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Network(value) => format!("network:{value}"),
            Self::Host(value) => format!("host:{value}"),
            Self::Domain(value) => format!("domain:{value}"),
            Self::Told(value) => format!("told:{value}"),
        }
    }
}

/// A sign that belongs to an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Whose.
    pub organisation: OrganisationId,
    /// Why theirs.
    pub attribution: Attribution,
    /// What was seen.
    pub observation: Observation,
}
