//! The template of a firewall: the meaning of its keys, and which lines are signs.

use super::head::MONTHS;
use crate::origin::host;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use tuermer_core::limits;
use tuermer_core::taxonomy::IncidentType;

/// Which keys mean what; the first that a line has counts.
#[derive(Debug, Clone)]
pub struct Template {
    /// Name of the source, kept as the report of its signs.
    pub name: String,
    /// Zone of times without one.
    pub zone: TimeZone,
    /// Address of the company whose firewall it is, for lines with a private one.
    pub place_ip: Option<IpAddr>,
    /// Host of that company, for the same.
    pub place_host: Option<String>,
    /// How a message is taken apart; `None`: `key=value`.
    pub pattern: Option<Pattern>,
    /// Keys of the time.
    pub time: Vec<String>,
    /// Keys of the attacker's address.
    pub attacker: Vec<String>,
    /// Keys of the member's address.
    pub member: Vec<String>,
    /// Keys of the member's port.
    pub port: Vec<String>,
    /// Keys of the member's host name.
    pub host: Vec<String>,
    /// Keys of the name of the attack.
    pub signature: Vec<String>,
    /// Which lines are signs, in order; the first that fits counts.
    pub rules: Vec<Rule>,
}

/// Which lines are signs of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What such a line means.
    pub incident: IncidentType,
    /// Severity word, may be empty.
    pub severity: String,
    /// Keys with the values of which one must stand there; `*`: any.
    pub when: Vec<(String, Vec<String>)>,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not TOML, or a field that is not known.
    #[error("{0}")]
    Syntax(String),
    /// Larger than we read.
    #[error(
        "more than {} bytes or {} rules",
        limits::TEMPLATE_BYTES,
        limits::TEMPLATE_RULES
    )]
    TooLarge,
    /// A value that is none.
    #[error("{field} = {value:?}: {hint}")]
    Value {
        /// Name of the field.
        field: &'static str,
        /// What stands there.
        value: String,
        /// What could stand there.
        hint: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    place: Option<String>,
    #[serde(default)]
    pattern: Option<String>,
    #[serde(default)]
    fields: RawFields,
    rule: Vec<RawRule>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawFields {
    time: Option<Vec<String>>,
    attacker: Option<Vec<String>>,
    member: Option<Vec<String>>,
    port: Option<Vec<String>>,
    host: Option<Vec<String>>,
    signature: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    incident: String,
    #[serde(default)]
    severity: String,
    when: BTreeMap<String, Vec<String>>,
}

impl Template {
    /// Reads a template (TOML).
    ///
    /// # Errors
    /// What is wrong with it, with the field.
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        if text.len() > limits::TEMPLATE_BYTES {
            return Err(TemplateError::TooLarge);
        }
        let Raw {
            name,
            zone,
            place,
            pattern,
            fields,
            rule,
        } = toml::from_str(text).map_err(|error| TemplateError::Syntax(error.to_string()))?;
        if rule.len() > limits::TEMPLATE_RULES {
            return Err(TemplateError::TooLarge);
        }
        let zone = read_zone(zone.as_deref())?;
        let RawFields {
            time,
            attacker,
            member,
            port,
            host,
            signature,
        } = fields;
        let short = crate::csaf::plain(&name.to_lowercase(), limits::FEED_NAME_CHARACTERS);
        if short.is_empty() {
            return Err(invalid("name", &name, "a name"));
        }
        let (place_ip, place_host) = read_place(place.as_deref())?;
        Ok(Self {
            name: short,
            zone,
            place_ip,
            place_host,
            pattern: pattern.as_deref().map(Pattern::read).transpose()?,
            time: keys(time, &[]),
            attacker: keys(attacker, &["attacker", "src", "srcip", "src_ip", "source"]),
            member: keys(member, &["member", "dst", "dstip", "dst_ip", "destination"]),
            port: keys(port, &["port", "dpt", "dstport", "dst_port"]),
            host: keys(host, &["host", "dhost", "hostname"]),
            signature: keys(signature, &["signature", "attack", "msg"]),
            rules: rule.into_iter().map(Rule::read).collect::<Result<_, _>>()?,
        })
    }

    /// A time of this firewall in a form that says its zone. Where the year is missing it is the one in which the moment is not
    /// in the future.
    pub(super) fn in_utc(&self, time: &str, now: Timestamp) -> String {
        let with_year = |year: i16| {
            let month = MONTHS
                .iter()
                .position(|name| time.starts_with(name))?
                .saturating_add(1);
            let (day, clock) = time.get(4..)?.trim().split_once(' ')?;
            let day: u8 = day.parse().ok()?;
            self.at(&format!("{year:04}-{month:02}-{day:02}T{}", clock.trim()))
        };
        let year = now.to_zoned(self.zone.clone()).year();
        let ahead = SignedDuration::from_hours(limits::OBSERVED_AHEAD_HOURS);
        let this_year = with_year(year).filter(|at| at.duration_since(now) <= ahead);
        let at = this_year
            .or_else(|| with_year(year.saturating_sub(1)))
            .or_else(|| self.at(time));
        at.map_or_else(|| time.to_string(), |at| at.to_string())
    }

    /// A time without zone, in the zone of the firewall.
    fn at(&self, time: &str) -> Option<Timestamp> {
        if time.parse::<Timestamp>().is_ok() {
            return None;
        }
        Some(
            time.parse::<DateTime>()
                .ok()?
                .to_zoned(self.zone.clone())
                .ok()?
                .timestamp(),
        )
    }
}

impl Rule {
    fn read(raw: RawRule) -> Result<Self, TemplateError> {
        let RawRule {
            incident,
            severity,
            when,
        } = raw;
        let hint = "a type of RSIT such as scanner, ids-alert or brute-force";
        let known = IncidentType::read(&incident).ok_or(TemplateError::Value {
            field: "incident",
            value: incident,
            hint,
        })?;
        Ok(Self {
            incident: known,
            severity: crate::csaf::plain(&severity.to_lowercase(), 20),
            when: when.into_iter().collect(),
        })
    }

    /// True where every key has one of its values.
    pub(super) fn asks_for(&self, fields: &[(&str, &str)]) -> bool {
        self.when.iter().all(|(key, values)| {
            let mut stated = fields
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(key));
            stated.any(|(_, value)| {
                values
                    .iter()
                    .any(|wanted| wanted == "*" || wanted.eq_ignore_ascii_case(value))
            })
        })
    }
}

/// The zone of times without one; UTC where the template names none.
fn read_zone(name: Option<&str>) -> Result<TimeZone, TemplateError> {
    let Some(name) = name else {
        return Ok(TimeZone::UTC);
    };
    TimeZone::get(name).map_err(|_| invalid("zone", name, "a zone such as Europe/Berlin"))
}

/// Whose firewall it is: an address or a host name.
fn read_place(place: Option<&str>) -> Result<(Option<IpAddr>, Option<String>), TemplateError> {
    let Some(place) = place else {
        return Ok((None, None));
    };
    if let Ok(ip) = place.parse() {
        return Ok((Some(ip), None));
    }
    let host = host(place).ok_or_else(|| invalid("place", place, "an address or host name"))?;
    Ok((None, Some(host)))
}

/// The keys of the template, else the usual ones.
fn keys(own: Option<Vec<String>>, usual: &[&str]) -> Vec<String> {
    own.unwrap_or_else(|| usual.iter().map(|key| (*key).to_string()).collect())
}

fn invalid(field: &'static str, value: &str, hint: &'static str) -> TemplateError {
    TemplateError::Value {
        field,
        value: value.to_string(),
        hint,
    }
}

/// A message as fixed pieces with fields between them: `DROP SRC={attacker} DST={member}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    before: String,
    /// Fields with the piece behind each; empty: the rest of the line.
    fields: Vec<(String, String)>,
}

impl Pattern {
    fn read(text: &str) -> Result<Self, TemplateError> {
        let wrong = |hint| TemplateError::Value {
            field: "pattern",
            value: text.to_string(),
            hint,
        };
        let mut pieces = text.split('{');
        let before = pieces.next().unwrap_or_default().to_string();
        let mut fields: Vec<(String, String)> = Vec::new();
        for piece in pieces {
            let (name, behind) = piece
                .split_once('}')
                .ok_or_else(|| wrong("a brace is not closed"))?;
            if fields.last().is_some_and(|(_, between)| between.is_empty()) {
                return Err(wrong("something must stand between two fields"));
            }
            fields.push((name.trim().to_string(), behind.to_string()));
        }
        if fields.is_empty() || fields.len() > limits::LOG_PAIRS {
            Err(wrong("fields in braces, such as {attacker}"))
        } else {
            Ok(Self { before, fields })
        }
    }

    /// The fields of a message that fits; each ends at the first place where its piece stands. No way back, so no line can make it slow.
    pub(super) fn fields<'p>(&'p self, message: &'p str) -> Option<Vec<(&'p str, &'p str)>> {
        let (_, mut rest) = message.split_once(&self.before)?;
        let mut found = Vec::with_capacity(self.fields.len());
        for (name, behind) in &self.fields {
            let (value, after) = if behind.is_empty() {
                (rest, "")
            } else {
                rest.split_once(behind.as_str())?
            };
            found.push((name.as_str(), value.trim()));
            rest = after;
        }
        Some(found)
    }
}
