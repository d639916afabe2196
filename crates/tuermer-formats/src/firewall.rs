//! Lines of a company's firewall (syslog, RFC 3164 and RFC 5424) as signs, by a template that says which key means what.
//!
//! Source is the attacker, destination the member. Lines no rule asks for are passed over and counted; a line that a rule
//! asks for and that cannot be read is malformed. Nothing of a line is believed beyond its fields: control characters and
//! escape sequences never reach a screen. The template: `docs/firewall-template.md`.

mod head;
mod template;

pub use template::{Rule, Template, TemplateError};

use crate::csaf::plain;
use crate::event::tidy;
use crate::networks::is_public;
use crate::origin::{Origin, host, tags};
use crate::records::{Malformed, Records};
use head::{head, pairs};
use std::io::Read;
use std::net::IpAddr;
use tuermer_core::limits;
use tuermer_core::observation::{Observation, Side};
use tuermer_core::trace::{Trace, TraceKind};

/// A line that is a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignLine {
    /// Its number, from 1.
    pub number: u64,
    /// As it came.
    pub bytes: Vec<u8>,
    /// Its sign.
    pub sign: Observation,
}

/// A log being read.
pub struct Log<'t, R> {
    records: Records<R>,
    template: &'t Template,
    passed: u64,
}

impl<'t, R: Read> Log<'t, R> {
    /// Begins to read.
    pub fn new(source: R, template: &'t Template) -> Self {
        Self {
            records: Records::of_lines(source),
            template,
            passed: 0,
        }
    }

    /// Lines so far that no rule asked for, or that tell of nobody outside.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// The next sign, or the next line that should be one and cannot be used; `None` at the end.
    ///
    /// # Errors
    /// The source cannot be read any further.
    pub fn next(
        &mut self,
        origin: &Origin,
    ) -> std::io::Result<Option<Result<SignLine, Malformed>>> {
        loop {
            let read = match self.records.next_record()? {
                None => return Ok(None),
                Some(Err(malformed)) => return Ok(Some(Err(malformed))),
                Some(Ok((number, bytes))) => {
                    match sign(&String::from_utf8_lossy(bytes), self.template, origin) {
                        Ok(sign) => Ok(sign.map(|sign| SignLine {
                            number,
                            bytes: bytes.to_vec(),
                            sign,
                        })),
                        Err(reason) => Err(Malformed {
                            line: number,
                            reason,
                        }),
                    }
                }
            };
            match read.transpose() {
                Some(read) => return Ok(Some(read)),
                None => self.passed = self.passed.saturating_add(1),
            }
        }
    }
}

/// The sign of one line; nothing where no rule asks for it.
fn sign(
    line: &str,
    template: &Template,
    origin: &Origin,
) -> Result<Option<Observation>, &'static str> {
    let head = head(line);
    let fields = match &template.pattern {
        Some(pattern) => match pattern.fields(head.message) {
            Some(fields) => fields,
            None => return Ok(None),
        },
        None => pairs(head.message),
    };
    let Some(rule) = template.rules.iter().find(|rule| rule.asks_for(&fields)) else {
        return Ok(None);
    };
    let Some(attacker) = attacker(&fields, template)? else {
        return Ok(None);
    };
    let time = value(&fields, &template.time)
        .map(str::to_string)
        .or_else(|| date_and_time(&fields))
        .or(head.time)
        .ok_or("timestamp")?;
    let observed_at = origin.seen_at(&template.in_utc(&time, origin.now))?;
    let (ip, hostname) = member(&fields, template)?;
    let port = value(&fields, &template.port).map(|port| port.parse().map_err(|_| "port"));
    let signature = value(&fields, &template.signature);
    let shown = signature.map(|text| plain(text, limits::NOTE_CHARACTERS));
    let attacker = Trace::new(TraceKind::Address, &attacker.to_string());
    let sign = Observation {
        ip,
        hostname,
        port: port.transpose()?,
        side: Side::Destination,
        severity: rule.severity.clone(),
        tlp: origin.tlp,
        grade: origin.grade,
        tags: tags(signature.into_iter()),
        traces: tidy(attacker.into_iter().collect()),
        extra: shown
            .map(|text| ("signature".to_string(), text))
            .into_iter()
            .collect(),
        ..Observation::new(template.name.as_str(), observed_at, rule.incident)
    };
    Ok(Some(sign.identified(origin.key)))
}

/// The address outside; nothing where it is no public one.
fn attacker(fields: &[(&str, &str)], template: &Template) -> Result<Option<IpAddr>, &'static str> {
    let text = value(fields, &template.attacker).ok_or("attacker")?;
    let ip: IpAddr = text.parse().map_err(|_| "attacker")?;
    Ok(Some(ip.to_canonical()).filter(|ip| is_public(*ip)))
}

/// Address and host of the member. Behind the firewall the address is a private one; then the template says whose
/// firewall it is.
fn member(
    fields: &[(&str, &str)],
    template: &Template,
) -> Result<(Option<IpAddr>, Option<String>), &'static str> {
    let ip = value(fields, &template.member)
        .map(|text| text.parse::<IpAddr>().map_err(|_| "member"))
        .transpose()?;
    let ip = ip
        .map(|ip| ip.to_canonical())
        .filter(|ip| is_public(*ip))
        .or(template.place_ip);
    let hostname = value(fields, &template.host)
        .and_then(host)
        .or_else(|| template.place_host.clone());
    match (ip, &hostname) {
        (None, None) => Err("member"),
        _ => Ok((ip, hostname)),
    }
}

/// The value of the first of these keys that the line has.
fn value<'l>(fields: &[(&'l str, &'l str)], keys: &[String]) -> Option<&'l str> {
    keys.iter().find_map(|key| value_of(fields, key))
}

fn value_of<'l>(fields: &[(&'l str, &'l str)], key: &str) -> Option<&'l str> {
    fields
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| *value)
}

/// `date=2021-03-05 time=10:00:01`
fn date_and_time(fields: &[(&str, &str)]) -> Option<String> {
    Some(format!(
        "{} {}",
        value_of(fields, "date")?,
        value_of(fields, "time")?
    ))
}

#[cfg(test)]
mod tests;
