//! One sign of attack or weakness, in RSIT classes, before and after it is attributed to somebody.

use crate::admiralty::Grade;
use crate::ids::{ObservationId, OrganisationId};
use crate::limits;
use crate::scale::words;
use crate::taxonomy::IncidentType;
use crate::tlp::Tlp;
use crate::trace::{Trace, TraceKind};
use ip_network::IpNetwork;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::borrow::Cow;
use std::net::IpAddr;

words! {
    /// Which side of an event the place is on. A scan *from* a member tells of a machine in strange hands, a scan *of* a
    /// member of an attacker; the type of the incident is the same.
    Side {
        /// The trouble is there.
        Source = "source",
        /// It is hit from elsewhere.
        Destination = "destination",
    }
}

/// One sign as a feed reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Key, made from [`Observation::distinguishing`]; makes a file read twice change nothing.
    pub id: ObservationId,
    /// Report type, for example `scan_exchange`, or name of the feed.
    pub report: String,
    /// The source's own id of it; empty if none.
    pub origin_id: String,
    /// When the sensor saw it first (UTC).
    pub observed_at: Timestamp,
    /// When the sensor saw it last; not before `observed_at`.
    pub last_seen_at: Timestamp,
    /// Address seen.
    pub ip: Option<IpAddr>,
    /// Block of addresses, where the source does not tell a single one.
    pub network: Option<IpNetwork>,
    /// Port seen.
    pub port: Option<u16>,
    /// Host name, lower case, without trailing dot.
    pub hostname: Option<String>,
    /// Autonomous system.
    pub asn: Option<u32>,
    /// What it means.
    pub incident: IncidentType,
    /// Whether the trouble is at this place or comes to it.
    pub side: Side,
    /// Severity word of the feed (critical, high, medium, low, info), lower case.
    pub severity: String,
    /// Who may see it.
    pub tlp: Tlp,
    /// How far it is to be believed.
    pub grade: Grade,
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
    /// What the attacker left behind; for correlation.
    pub traces: Vec<Trace>,
    /// Columns we do not use, kept as they came.
    pub extra: Vec<(String, String)>,
}

impl Observation {
    /// A sign of which nothing but kind and time is known yet.
    pub fn new(report: impl Into<String>, observed_at: Timestamp, incident: IncidentType) -> Self {
        Self {
            id: ObservationId(String::new()),
            report: report.into(),
            origin_id: String::new(),
            observed_at,
            last_seen_at: observed_at,
            ip: None,
            network: None,
            port: None,
            hostname: None,
            asn: None,
            incident,
            side: Side::Source,
            severity: String::new(),
            tlp: Tlp::AmberStrict,
            grade: Grade::UNJUDGED,
            tags: Vec::new(),
            proven_cves: Vec::new(),
            vendor: String::new(),
            product: String::new(),
            version: None,
            traces: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// With an id of its day and of the hash that `key` makes of its distinguishing parts: signs that come together lie
    /// together in an index.
    pub fn identified(mut self, key: impl Fn(&[&str]) -> String) -> Self {
        const DAY_MICROSECONDS: i64 = 86_400_000_000;
        let parts = self.distinguishing();
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        let day = self
            .observed_at
            .as_microsecond()
            .div_euclid(DAY_MICROSECONDS);
        let hash = key(&parts);
        let hash = hash.get(..limits::SIGN_HASH_CHARACTERS).unwrap_or(&hash);
        self.id = ObservationId(format!("{day}-{hash}"));
        self
    }

    /// The key that makes two signs distinct: report, day, host and what was seen there.
    fn distinguishing(&self) -> Vec<Cow<'_, str>> {
        let day = self.observed_at.to_zoned(TimeZone::UTC).date().to_string();
        let address = self
            .ip
            .map(|ip| ip.to_string())
            .or_else(|| self.network.map(|network| network.to_string()))
            .unwrap_or_default();
        let port = self.port.map_or(String::new(), |port| port.to_string());
        let (host, version) = (
            self.hostname.as_deref().unwrap_or_default(),
            self.version.as_deref().unwrap_or_default(),
        );
        let mut parts: Vec<Cow<'_, str>> = vec![
            self.report.as_str().into(),
            day.into(),
            address.into(),
            port.into(),
            host.into(),
            self.tags.join(";").into(),
            version.into(),
        ];
        parts.extend((!self.origin_id.is_empty()).then(|| self.origin_id.as_str().into()));
        parts.extend((self.side == Side::Destination).then(|| self.side.as_str().into()));
        parts.extend(self.traces.iter().map(|trace| Cow::Owned(trace.to_text())));
        parts
    }

    /// Seen where this trace points to, where it is an address, block or name.
    pub fn seen_at(mut self, trace: &Trace) -> Self {
        let Whereabouts {
            ip,
            network,
            hostname,
            asn: _,
        } = trace.whereabouts();
        (self.ip, self.network, self.hostname) = (ip, network, hostname.map(Cow::into_owned));
        self
    }

    /// Where it was seen.
    pub fn whereabouts(&self) -> Whereabouts<'_> {
        Whereabouts {
            ip: self.ip,
            network: self.network,
            hostname: self.hostname.as_deref().map(Cow::Borrowed),
            asn: self.asn,
        }
    }
}

impl Trace {
    /// Where the trace points to: of a page or sender the host.
    pub fn whereabouts(&self) -> Whereabouts<'_> {
        let network = self.network();
        let single =
            network.filter(|_| self.kind() == TraceKind::Address && !self.value().contains('/'));
        match single {
            Some(network) => Whereabouts {
                ip: Some(network.network_address()),
                ..Whereabouts::default()
            },
            None => Whereabouts {
                network,
                hostname: self.host().map(Cow::Borrowed),
                ..Whereabouts::default()
            },
        }
    }
}

/// Where something was seen: all that is needed to find whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Whereabouts<'a> {
    /// Address.
    pub ip: Option<IpAddr>,
    /// Block of addresses, where the source does not tell a single one.
    pub network: Option<IpNetwork>,
    /// Host name, lower case, without trailing dot.
    pub hostname: Option<Cow<'a, str>>,
    /// Autonomous system: a weak hint, never used to attribute alone.
    pub asn: Option<u32>,
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
