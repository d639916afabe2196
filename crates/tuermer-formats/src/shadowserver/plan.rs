//! What stands in which column of a report, decided once for the whole file.
//!
//! Column order is not stable, columns are added without notice: the header alone decides. Then a line is looked at twice
//! at most: for whose it is, and – where it concerns somebody – for everything it says.

use super::meaning::{ReportName, ReportType, report_name};
use super::{Line, ReportError};
use crate::csv_line::Fields;
use tuermer_core::limits;
use tuermer_core::trace::TraceKind;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    LastTime,
    Ip,
    Host,
    /// The host of this page, where no column tells a host.
    HostOfUrl,
    /// The domain of this mail address, where no column tells a host.
    HostOfMail,
    Asn,
    Port,
    Tag,
    Severity,
    Version,
    Vendor,
    Product,
    Cve,
    /// A trace of the attacker; the value is kept among the extra fields, too.
    Trace(TraceKind),
    /// A page of the member itself or of the attacker; what it is depends on the line.
    Page,
    /// Name of malware, or a word for what happened.
    Infection,
    Extra,
}

/// Columns that tell a host name, best first.
const HOSTS: &[&str] = &[
    "hostname",
    "host",
    "http_host",
    "fqdn",
    "domain",
    "victim_domain",
    "website",
    "request",
];
/// Beginnings of the names of columns that tell an address, best first.
const WHOSE: &[&str] = &["", "src", "dst", "http_referer"];

/// The columns of one report.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) name: ReportName,
    pub(super) kind: ReportType,
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<Role>,
    /// Columns up to the last that tells time, address or host.
    pub(super) key_columns: usize,
    /// Columns up to the last with a meaning of its own; a line with less was cut off.
    pub(super) used_columns: usize,
}

impl Plan {
    /// Reads the header line. `file_name` tells the report type.
    ///
    /// # Errors
    /// No `timestamp`, neither address nor host, or too many columns.
    pub fn new(header: &[u8], file_name: &str) -> Result<Self, ReportError> {
        let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header);
        let names: Vec<String> = Fields::of(header)
            .take(limits::CSV_COLUMNS.saturating_add(1))
            .map(|field| field.text().to_lowercase())
            .collect();
        if names.len() > limits::CSV_COLUMNS
            || names
                .iter()
                .any(|name| name.len() > limits::FIELD_CHARACTERS)
        {
            return Err(ReportError::Header);
        }
        let name = report_name(file_name);
        let kind = name.kind();
        let roles = roles(&names, kind.whose);
        let last = |wanted: &dyn Fn(&Role) -> bool| {
            roles
                .iter()
                .rposition(wanted)
                .map_or(0, |at| at.saturating_add(1))
        };
        if !roles.contains(&Role::Time) {
            return Err(ReportError::Column("timestamp"));
        }
        if !roles.iter().any(tells_place) {
            return Err(ReportError::Column("ip"));
        }
        let key_columns =
            last(&|role| *role == Role::Time || *role == Role::Asn || tells_place(role));
        let used_columns = last(&|role| {
            !matches!(
                role,
                Role::Extra | Role::Trace(_) | Role::Page | Role::Infection | Role::LastTime
            )
        });
        Ok(Self {
            name,
            kind,
            key_columns,
            used_columns,
            names,
            roles,
        })
    }

    /// Type of the report, for example `scan_exchange`.
    pub fn report(&self) -> &str {
        &self.name.report
    }

    /// A line of the report, to be looked at.
    pub fn line<'a>(&'a self, number: u64, bytes: &'a [u8]) -> Line<'a> {
        Line {
            plan: self,
            number,
            bytes,
        }
    }
}

fn tells_place(role: &Role) -> bool {
    matches!(
        role,
        Role::Ip | Role::Host | Role::HostOfUrl | Role::HostOfMail
    )
}

fn roles(names: &[String], whose: Option<&'static str>) -> Vec<Role> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let column = |whose: &str, name: &str| {
        if whose.is_empty() {
            name.to_string()
        } else {
            format!("{whose}_{name}")
        }
    };
    let listed = whose.filter(|whose| has(&column(whose, "ip")));
    let whose = listed
        .or_else(|| {
            WHOSE
                .iter()
                .copied()
                .find(|whose| has(&column(whose, "ip")))
        })
        .unwrap_or_default();
    let own_host = column(whose, "hostname");
    let host = Some(own_host.as_str())
        .filter(|name| has(name))
        .or_else(|| {
            HOSTS
                .iter()
                .copied()
                .find(|name| whose.is_empty() && has(name))
        });
    // The first of several columns of the same name counts.
    let mut seen: Vec<&str> = Vec::new();
    let version = [
        "version",
        "product_version",
        "server_version",
        "device_version",
    ]
    .into_iter()
    .find(|name| whose.is_empty() && has(name));
    let mut roles = Vec::with_capacity(names.len());
    for name in names.iter().map(String::as_str) {
        let role = match name {
            _ if seen.contains(&name) => Role::Extra,
            "timestamp" => Role::Time,
            "end_time" | "last_seen_time" => Role::LastTime,
            _ if name == column(whose, "ip") => Role::Ip,
            _ if Some(name) == host => Role::Host,
            "url" | "source_url" if host.is_none() && whose.is_empty() => Role::HostOfUrl,
            "email" if host.is_none() => Role::HostOfMail,
            _ if name == column(whose, "asn") => Role::Asn,
            _ if name == column(whose, "port") => Role::Port,
            _ if Some(name) == version => Role::Version,
            _ => of_any_report(name, whose),
        };
        seen.push(name);
        roles.push(role);
    }
    roles
}

/// Columns that mean the same wherever they stand.
fn of_any_report(name: &str, whose: &str) -> Role {
    match name {
        "tag" => Role::Tag,
        "severity" => Role::Severity,
        "device_vendor" | "vendor" if whose.is_empty() => Role::Vendor,
        "device_model" | "product" if whose.is_empty() => Role::Product,
        "cve" => Role::Cve,
        "md5" | "md5hash" | "sha1" | "sha256" | "sha512" | "payload_md5" => {
            Role::Trace(TraceKind::Hash)
        }
        "cc_url" | "payload_url" | "redirect_target" => Role::Trace(TraceKind::Url),
        "threat_technique_id" => Role::Trace(TraceKind::Technique),
        // The one who commands an attack on a member.
        "src_ip" if whose == "dst" => Role::Trace(TraceKind::Address),
        "url" => Role::Page,
        "family" | "infection" => Role::Infection,
        _ => Role::Extra,
    }
}
