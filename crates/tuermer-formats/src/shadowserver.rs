//! Shadowserver reports: any type whose lines carry an `ip`, read line by line in constant memory.
//!
//! Column order is not stable: the header says what stands where, and columns we do not know are kept.
//! A line that cannot be read costs that line. Times have no zone and are UTC; empty, `0` and
//! `unknown` mean "no value".

mod lines;
mod meaning;

pub use meaning::{ReportName, report_name};

use crate::csaf::plain;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use lines::Lines;
use std::collections::HashMap;
use std::io::BufRead;
use std::net::IpAddr;
use tuermer_core::ids::ObservationId;
use tuermer_core::limits;
use tuermer_core::observation::Observation;

/// Columns with a meaning of their own; all others are kept as they came.
const KNOWN: &[&str] = &["timestamp", "ip", "port", "hostname", "tag", "asn", "severity", "version", "device_vendor", "device_model"];

/// Why a report is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The first line is no header with the columns we need.
    #[error("the header has no column `{0}`")]
    Column(&'static str),
    /// The header is too long.
    #[error("the header has more than {} columns or {} bytes", limits::CSV_COLUMNS, limits::CSV_FIELD_BYTES)]
    Header,
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
}

/// A report being read.
pub struct Report<R> {
    lines: Lines<R>,
    columns: HashMap<String, usize>,
    names: Vec<String>,
    name: ReportName,
}

impl<R: BufRead> Report<R> {
    /// Reads the header. `file_name` tells the report type.
    ///
    /// # Errors
    /// No header with `timestamp` and `ip`, or the file cannot be read.
    pub fn new(source: R, file_name: &str) -> Result<Self, ReportError> {
        let mut lines = Lines::new(source);
        let header = match lines.next_record()? {
            Some(Ok((_, fields))) => fields,
            Some(Err(_)) => return Err(ReportError::Header),
            None => return Err(ReportError::Column("timestamp")),
        };
        if header.len() > limits::CSV_COLUMNS {
            return Err(ReportError::Header);
        }
        let clean = |name: &String| name.trim_start_matches('\u{feff}').trim().trim_matches('"').to_lowercase();
        let names: Vec<String> = header.iter().map(clean).collect();
        let columns: HashMap<String, usize> = names.iter().enumerate().rev().map(|(index, name)| (name.clone(), index)).collect();
        for needed in ["timestamp", "ip"] {
            if !columns.contains_key(needed) {
                return Err(ReportError::Column(needed));
            }
        }
        Ok(Self { lines, columns, names, name: report_name(file_name) })
    }

    /// Type of the report, for example `scan_exchange`.
    pub fn report(&self) -> &str {
        &self.name.report
    }

    /// The next sign, or the next line that cannot be used; `None` at the end.
    ///
    /// `id` makes the key of an observation from its distinguishing parts (the shell hashes them).
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn next(&mut self, id: impl Fn(&[&str]) -> String) -> Result<Option<Result<Observation, Malformed>>, ReportError> {
        let Some(record) = self.lines.next_record()? else { return Ok(None) };
        Ok(Some(record.and_then(|(line, fields)| self.observation(&fields, id).map_err(|reason| Malformed { line, reason }))))
    }

    fn field<'a>(&self, fields: &'a [String], column: &str) -> Option<&'a str> {
        let text = fields.get(*self.columns.get(column)?)?.trim();
        (!matches!(text.to_ascii_lowercase().as_str(), "" | "0" | "unknown")).then_some(text)
    }

    fn observation(&self, fields: &[String], id: impl Fn(&[&str]) -> String) -> Result<Observation, &'static str> {
        // Real reports leave columns out at the end; a line that lacks one we use was cut off.
        let used = KNOWN.iter().filter_map(|column| self.columns.get(*column)).max().map_or(0, |last| last.saturating_add(1));
        if fields.len() < used || fields.len() > self.names.len() {
            return Err("columns");
        }
        let field = |column| self.field(fields, column);
        let observed_at = field("timestamp").and_then(time).ok_or("timestamp")?;
        let ip = field("ip").map(address).transpose()?.flatten();
        let hostname = field("hostname").and_then(host);
        if ip.is_none() && hostname.is_none() {
            return Err("ip");
        }
        let port = field("port").map(|text| text.parse::<u16>().map_err(|_| "port")).transpose()?;
        let tags = tags(field("tag").unwrap_or(""));
        let meaning = self.name.meaning(&tags, field("device_vendor"), field("device_model"));
        let version = field("version").map(|text| plain(text, limits::FIELD_CHARACTERS));
        let ip_text = ip.map_or(String::new(), |ip| ip.to_string());
        let port_text = port.map_or(String::new(), |port| port.to_string());
        let day = observed_at.to_zoned(TimeZone::UTC).date().to_string();
        let joined = tags.join(";");
        let parts = [self.report(), &day, &ip_text, &port_text, hostname.as_deref().unwrap_or(""), &joined, version.as_deref().unwrap_or("")];
        Ok(Observation {
            id: ObservationId(id(&parts)),
            report: self.report().to_string(),
            observed_at,
            ip,
            port,
            asn: field("asn").and_then(|text| text.trim_start_matches("AS").parse().ok()),
            class: meaning.class,
            severity: field("severity").map_or_else(|| meaning.severity.to_string(), |text| plain(&text.to_lowercase(), 20)),
            proven_cves: tags.iter().filter_map(|tag| crate::csaf::cve_id(tag)).collect(),
            tags,
            hostname,
            vendor: meaning.vendor,
            product: meaning.product,
            version,
            extra: self.extra(fields),
        })
    }

    fn extra(&self, fields: &[String]) -> Vec<(String, String)> {
        let pairs = self.names.iter().zip(fields).filter(|(name, value)| !KNOWN.contains(&name.as_str()) && !value.trim().is_empty());
        pairs.map(|(name, value)| (name.clone(), plain(value, limits::NOTE_CHARACTERS))).collect()
    }
}

/// `2021-05-14 00:11:30`, with or without `T` and zone; without one it is UTC.
fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Timestamp::from_microsecond(time.as_microsecond()).ok();
    }
    let time = text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Timestamp::from_microsecond(time.as_microsecond()).ok()
}

/// An address; `0.0.0.0` and `::` are no value.
fn address(text: &str) -> Result<Option<IpAddr>, &'static str> {
    let ip: IpAddr = text.parse().map_err(|_| "ip")?;
    Ok((!ip.is_unspecified()).then_some(ip))
}

/// Lower-case A-labels without the dot at the end; what is no host name is no value.
fn host(text: &str) -> Option<String> {
    let text = text.trim_end_matches('.');
    let ascii = idna::domain_to_ascii(text).ok()?;
    let fits = !ascii.is_empty() && ascii.len() <= 253 && ascii.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    fits.then_some(ascii)
}

/// Tags in lower case, in order, each once; `;` separates them, in older reports `,`.
fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split([';', ',']).map(|tag| plain(&tag.to_lowercase(), 100)) {
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < 100 {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests;
