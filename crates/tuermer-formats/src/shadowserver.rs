//! Shadowserver reports of every type, read as a stream in constant memory.
//!
//! The header says once what stands where ([`Plan`]). Of each [`Line`] only time, address and host are looked at, lent from
//! the line; the whole [`Observation`] is made for lines that concern somebody. Types we have never seen work when they
//! have a timestamp and an address or host name. A line that cannot be read costs that line. Times have no zone and are
//! UTC; empty, `0` and `unknown` mean "no value".

mod line_fields;
mod meaning;
mod plan;

pub use crate::records::Malformed;
pub use meaning::{ReportName, report_name};
pub use plan::Plan;

use crate::csaf::plain;
use crate::csv_line::Fields;
use crate::origin::{Origin, host, host_of_url, tags};
use crate::records::Records;
use line_fields::LineFields;
use plan::Role;
use std::borrow::Cow;
use std::io::Read;
use std::net::IpAddr;
use tuermer_core::limits;
use tuermer_core::observation::{Observation, Side, Whereabouts};
use tuermer_core::trace::network;

/// Why a report is refused as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The first line is no header with the columns we need.
    #[error("the header has no column `{0}`")]
    Column(&'static str),
    /// The header is too long.
    #[error(
        "the header has more than {} columns or {} bytes",
        limits::CSV_COLUMNS,
        limits::LINE_BYTES
    )]
    Header,
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A report being read.
pub struct Report<R> {
    records: Records<R>,
    plan: Plan,
}

impl<R: Read> Report<R> {
    /// Reads the header. `file_name` tells the report type.
    ///
    /// # Errors
    /// No header with `timestamp` and an address or host, or the file cannot be read.
    pub fn new(source: R, file_name: &str) -> Result<Self, ReportError> {
        let mut records = Records::of_table(source);
        let plan = match records.next_record()? {
            Some(Ok((_, header))) => Plan::new(header, file_name)?,
            Some(Err(_)) => return Err(ReportError::Header),
            None => return Err(ReportError::Column("timestamp")),
        };
        Ok(Self { records, plan })
    }

    /// What stands in which column.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The next line, not yet looked at, or the next that is none; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn next_line(&mut self) -> std::io::Result<Option<Result<Line<'_>, Malformed>>> {
        let record = self.records.next_record()?;
        Ok(record.map(|record| record.map(|(number, bytes)| self.plan.line(number, bytes))))
    }

    /// The next sign, or the next line that cannot be used; `None` at the end.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn next(
        &mut self,
        origin: &Origin,
    ) -> std::io::Result<Option<Result<Observation, Malformed>>> {
        Ok(self
            .next_line()?
            .map(|line| line.and_then(|line| line.observation(line.glance()?, origin))))
    }
}

/// One line of a report.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    plan: &'a Plan,
    number: u64,
    bytes: &'a [u8],
}

/// What is looked at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance<'a> {
    /// Where it was seen.
    pub whereabouts: Whereabouts<'a>,
    /// The day, `2021-05-14`, in the sensor's words.
    pub day: Cow<'a, str>,
}

impl<'a> Line<'a> {
    /// Number of the line in the file, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The line as it came, without its end.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Report type.
    pub fn report(&self) -> &'a str {
        self.plan.report()
    }

    /// Where and on which day: nothing else of the line is looked at.
    ///
    /// # Errors
    /// The line was cut off, or tells neither address nor host.
    pub fn glance(&self) -> Result<Glance<'a>, Malformed> {
        self.look().map_err(|reason| Malformed {
            line: self.number,
            reason,
        })
    }

    fn look(&self) -> Result<Glance<'a>, &'static str> {
        let (mut whereabouts, mut day, mut count) = (Whereabouts::default(), None, 0_usize);
        for (field, role) in Fields::of(self.bytes)
            .zip(&self.plan.roles)
            .take(self.plan.key_columns)
        {
            count = count.saturating_add(1);
            match role {
                Role::Time => day = Some(field.text()),
                Role::Ip => set_address(&mut whereabouts, field.value())?,
                Role::Asn => whereabouts.asn = field.value().and_then(|text| asn(&text)),
                Role::Host => set_host(&mut whereabouts, field.value()),
                Role::HostOfUrl => {
                    whereabouts.hostname = field
                        .value()
                        .and_then(|text| host_of_url(&text))
                        .map(Cow::Owned)
                }
                Role::HostOfMail => {
                    whereabouts.hostname = field
                        .value()
                        .and_then(|text| host(text.rsplit_once('@')?.1))
                        .map(Cow::Owned)
                }
                _ => {}
            }
        }
        if count < self.plan.key_columns {
            return Err("columns");
        }
        let day = day
            .and_then(|time| prefix(time, "2021-05-14".len()))
            .filter(|day| is_day(day))
            .ok_or("timestamp")?;
        if whereabouts.ip.is_none()
            && whereabouts.network.is_none()
            && whereabouts.hostname.is_none()
        {
            return Err("ip");
        }
        Ok(Glance { whereabouts, day })
    }

    /// Everything the line says, beside what was seen at a glance.
    ///
    /// # Errors
    /// The line was cut off, or tells a time at which nothing can have been seen.
    pub fn observation(
        &self,
        glance: Glance<'_>,
        origin: &Origin,
    ) -> Result<Observation, Malformed> {
        self.read(glance.whereabouts, origin)
            .map_err(|reason| Malformed {
                line: self.number,
                reason,
            })
    }

    fn read(
        &self,
        whereabouts: Whereabouts<'_>,
        origin: &Origin,
    ) -> Result<Observation, &'static str> {
        let Plan {
            name,
            kind,
            names,
            roles,
            used_columns,
            ..
        } = self.plan;
        let mut line = LineFields::default();
        let mut fields = Fields::of(self.bytes);
        let mut count = 0_usize;
        for ((field, role), name) in fields.by_ref().zip(roles).zip(names) {
            count = count.saturating_add(1);
            if let Some(value) = field.value() {
                line.set(*role, name, value)?;
            }
        }
        // Real reports leave columns out at the end; a line that lacks one we use was cut off.
        if count < *used_columns || (count == roles.len() && fields.next().is_some()) {
            return Err("columns");
        }
        let observed_at = origin.seen_at(line.time.as_deref().unwrap_or_default())?;
        let tags = tags(line.tags.as_deref().unwrap_or_default().split([';', ',']));
        let meaning = kind.meaning(&tags, line.cve.as_deref());
        let (vendor, product) =
            kind.product(&tags, line.vendor.as_deref(), line.product.as_deref());
        let severity = line.severity.as_deref().map(str::to_lowercase);
        let severity = severity.map(|text| plain(&text, 20));
        let version = line.version.take();
        Ok(Observation {
            last_seen_at: line.last_seen_at(origin, observed_at),
            ip: whereabouts.ip,
            network: whereabouts.network,
            port: line.port,
            hostname: whereabouts.hostname.map(Cow::into_owned),
            asn: whereabouts.asn,
            side: if kind.is_victim() {
                Side::Destination
            } else {
                Side::Source
            },
            severity: severity.unwrap_or_else(|| kind.severity.to_string()),
            tlp: origin.tlp,
            grade: origin.grade,
            proven_cves: meaning.proven_cves,
            traces: line.traces(meaning.incident),
            tags,
            vendor,
            product,
            version: version.map(|text| plain(&text, limits::FIELD_CHARACTERS)),
            extra: line.extra,
            ..Observation::new(name.report.as_str(), observed_at, meaning.incident)
        }
        .identified(origin.key))
    }
}

/// An address or a block of them; `0.0.0.0` and `::` are no value.
fn set_address(
    whereabouts: &mut Whereabouts<'_>,
    value: Option<Cow<'_, str>>,
) -> Result<(), &'static str> {
    let Some(text) = value else { return Ok(()) };
    if text.contains('/') {
        whereabouts.network = Some(network(&text).ok_or("ip")?);
        return Ok(());
    }
    let ip: IpAddr = text.parse().map_err(|_| "ip")?;
    whereabouts.ip = Some(ip.to_canonical()).filter(|ip| !ip.is_unspecified());
    Ok(())
}

/// A host name; most are written as they are kept.
fn set_host<'a>(whereabouts: &mut Whereabouts<'a>, value: Option<Cow<'a, str>>) {
    let Some(text) = value else { return };
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_')
    };
    // Only what ends in a digit can be an address instead of a name.
    let kept = text.len() <= 253
        && text.bytes().all(plain)
        && text.as_bytes().last().is_some_and(u8::is_ascii_lowercase);
    whereabouts.hostname = if kept {
        Some(text)
    } else {
        host(&text).map(Cow::Owned)
    };
}

/// `64496` or `AS64496`; 0 is no value.
fn asn(text: &str) -> Option<u32> {
    text.strip_prefix("AS")
        .unwrap_or(text)
        .parse()
        .ok()
        .filter(|asn| *asn != 0)
}

fn prefix(text: Cow<'_, str>, bytes: usize) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => text.get(..bytes).map(Cow::Borrowed),
        Cow::Owned(text) => text.get(..bytes).map(|text| Cow::Owned(text.to_string())),
    }
}

/// The shape of a day; whether there was such a day is seen when the line is read.
fn is_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| {
        if matches!(at, 4 | 7) {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    })
}

#[cfg(test)]
mod column_tests;
#[cfg(test)]
mod tests;
