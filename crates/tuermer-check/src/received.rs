//! Reads a report that reaches the chamber, as [`crate::report::Report::document`] wrote it, with suspicion, and makes
//! signs of it.
//!
//! Anybody with the chamber's public key can write a report, so the sender must be known from elsewhere: a report without
//! a member who vouches for it raises an alarm, but its build closes no flaw.

use crate::finding::{Kind, Verdict};
use crate::text::clean;
use jiff::Timestamp;
use serde::Deserialize;
use tuermer_core::limits;
use tuermer_core::observation::{Observation, Side};
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::trace::{Trace, TraceKind};

/// Report type of the signs.
pub const REPORT: &str = "tuermer-check";

/// Why a report is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceivedError {
    /// Not JSON, or a key is missing or of another kind.
    #[error("{0}")]
    Json(String),
    /// Written by a newer program.
    #[error("format_version {0} is not known; a newer tuermer reads it")]
    Version(u64),
    /// More than one check can find.
    #[error("{0} findings; a check lists at most {most}", most = limits::CHECK_REPORT_FINDINGS)]
    Findings(usize),
    /// A time at which no check can have run.
    #[error("created_at: {0}")]
    Time(&'static str),
}

/// The document; keys that are not needed here are passed over.
#[derive(Debug, Clone, Deserialize)]
pub struct Received {
    format_version: u64,
    /// When the check ran.
    pub created_at: Timestamp,
    /// The company, in the words of whoever ran it.
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    build: Option<ReceivedBuild>,
    grade: ReceivedGrade,
    #[serde(default)]
    findings: Vec<ReceivedFinding>,
    #[serde(default)]
    coverage: Vec<ReceivedCoverage>,
}

#[derive(Debug, Clone, Deserialize)]
struct ReceivedBuild {
    number: String,
    source: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ReceivedGrade {
    #[serde(default)]
    verdict: Option<String>,
    #[serde(default)]
    step: Option<u8>,
    #[serde(default)]
    since: Option<Timestamp>,
}

#[derive(Debug, Clone, Deserialize)]
struct ReceivedFinding {
    #[serde(default)]
    cve: Option<String>,
    kind: String,
    verdict: String,
    #[serde(default)]
    at: Option<Timestamp>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    subject: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct ReceivedCoverage {
    #[serde(default)]
    from: Option<Timestamp>,
    #[serde(default)]
    to: Option<Timestamp>,
}

/// Whose word the report is, and how its signs are labelled.
#[derive(Debug, Clone, Copy)]
pub struct Vouched {
    /// Somebody says from elsewhere whose report it is.
    pub known: bool,
    /// How far it is to be believed.
    pub grade: tuermer_core::admiralty::Grade,
    /// Who may see it.
    pub tlp: tuermer_core::tlp::Tlp,
    /// Makes the key of a sign.
    pub key: fn(&[&str]) -> String,
}

impl Received {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8], now: Timestamp) -> Result<Self, ReceivedError> {
        let report: Self = serde_json::from_slice(bytes)
            .map_err(|error| ReceivedError::Json(error.to_string()))?;
        if report.format_version != crate::report::FORMAT_VERSION {
            return Err(ReceivedError::Version(report.format_version));
        }
        if report.findings.len() > limits::CHECK_REPORT_FINDINGS {
            return Err(ReceivedError::Findings(report.findings.len()));
        }
        let ahead = jiff::SignedDuration::from_hours(limits::OBSERVED_AHEAD_HOURS);
        if report.created_at.as_second() < limits::OBSERVED_FROM_SECOND {
            return Err(ReceivedError::Time("too old"));
        }
        if report.created_at.duration_since(now) > ahead {
            return Err(ReceivedError::Time("in the future"));
        }
        Ok(report)
    }

    /// How bad it is; `None`: nothing was found.
    pub fn verdict(&self) -> Option<Verdict> {
        verdict(self.grade.verdict.as_deref()?)
    }

    /// The highest step of the ladder.
    pub fn step(&self) -> Option<u8> {
        self.grade.step.filter(|step| (1..=8).contains(step))
    }

    /// From when to when its logs reach together; `None`: no log was read.
    pub fn covered(&self) -> Option<(Timestamp, Timestamp)> {
        let from = self.coverage.iter().filter_map(|log| log.from).min()?;
        Some((from, self.coverage.iter().filter_map(|log| log.to).max()?))
    }

    /// Build of the server: of four parts where a program or a person told it, else the three that a log tells.
    pub fn build(&self) -> Option<String> {
        let ReceivedBuild { number, source } = self.build.as_ref()?;
        let parts: Vec<&str> = number.split('.').collect();
        if parts.len() != 4 || parts.iter().any(|part| part.parse::<u32>().is_err()) {
            return None;
        }
        let told = if source == "log" { 3 } else { 4 };
        Some(parts.into_iter().take(told).collect::<Vec<_>>().join("."))
    }

    /// Its signs: how the server stands now, and the attack or the attempts where there are any.
    pub fn signs(&self, vouched: Vouched) -> Vec<Observation> {
        let state = self.sign(vouched, self.created_at, IncidentType::Other, &[]);
        let grave = |finding: &&ReceivedFinding| {
            verdict(&finding.verdict).is_some_and(Verdict::is_break_in)
        };
        let (break_in, attempts): (Vec<&ReceivedFinding>, Vec<&ReceivedFinding>) =
            self.findings.iter().partition(grave);
        let mut signs = vec![state];
        if self.verdict().is_some_and(Verdict::is_break_in) {
            let at = self.time(self.grade.since.or_else(|| first(&break_in)));
            signs.push(Observation {
                severity: "critical".into(),
                ..self.sign(vouched, at, IncidentType::SystemCompromise, &break_in)
            });
        }
        if !attempts.is_empty() {
            let at = self.time(first(&attempts));
            let attempt = self.sign(vouched, at, IncidentType::IdsAlert, &attempts);
            signs.push(Observation {
                side: Side::Destination,
                severity: "low".into(),
                ..attempt
            });
        }
        signs
            .into_iter()
            .map(|sign| sign.identified(vouched.key))
            .collect()
    }

    /// A time of the logs; one that cannot be is the time of the check.
    fn time(&self, at: Option<Timestamp>) -> Timestamp {
        let can_be = |at: &Timestamp| {
            at.as_second() >= limits::OBSERVED_FROM_SECOND && *at <= self.created_at
        };
        at.filter(can_be).unwrap_or(self.created_at)
    }

    fn sign(
        &self,
        Vouched {
            known,
            grade,
            tlp,
            key: _,
        }: Vouched,
        at: Timestamp,
        incident: IncidentType,
        findings: &[&ReceivedFinding],
    ) -> Observation {
        let kind = |finding: &ReceivedFinding| {
            Kind::ALL
                .iter()
                .map(|kind| kind.word())
                .find(|word| *word == finding.kind)
        };
        let mut tags: Vec<String> = findings
            .iter()
            .filter_map(|finding| kind(finding))
            .map(str::to_string)
            .collect();
        tags.sort_unstable();
        tags.dedup();
        let mut traces: Vec<Trace> = findings
            .iter()
            .flat_map(|finding| finding.traces())
            .collect();
        traces.sort_unstable();
        traces.dedup();
        traces.truncate(limits::SIGN_TRACES);
        Observation {
            // Two checks of one day are two signs.
            origin_id: self.created_at.to_string(),
            last_seen_at: self.created_at,
            hostname: self.host.as_deref().and_then(host),
            tlp,
            grade,
            tags,
            vendor: "Microsoft".into(),
            product: "Exchange Server".into(),
            version: self.build().filter(|_| known),
            traces,
            extra: self.extra(findings),
            ..Observation::new(REPORT, at, incident)
        }
    }

    /// Fields without a place of their own. Flaws stand here and not among the tags: an attempt proves no open hole.
    fn extra(&self, findings: &[&ReceivedFinding]) -> Vec<(String, String)> {
        let mut cves: Vec<&str> = findings
            .iter()
            .filter_map(|finding| finding.cve.as_deref())
            .filter(|text| is_cve(text))
            .collect();
        cves.sort_unstable();
        cves.dedup();
        cves.truncate(limits::TAGS);
        let mut extra: Vec<(String, String)> = (!cves.is_empty())
            .then(|| ("cve".to_string(), cves.join(" ")))
            .into_iter()
            .collect();
        if let Some((from, to)) = self.covered() {
            extra.push(("coverage".to_string(), format!("{from} – {to}")));
        }
        extra.extend(
            self.step()
                .map(|step| ("step".to_string(), step.to_string())),
        );
        extra
    }
}

impl ReceivedFinding {
    /// What the attacker left behind: his address, the file. A name that a script of Exchange could have is no trace.
    fn traces(&self) -> Vec<Trace> {
        let address = self
            .address
            .as_deref()
            .and_then(|text| Trace::new(TraceKind::Address, text));
        let shell = matches!(
            self.kind.as_str(),
            "shell_used" | "shell_used_by_other" | "shell_written" | "foreign_script" | "known_bad"
        );
        let file = self
            .subject
            .as_deref()
            .filter(|_| shell)
            .and_then(|text| Trace::new(TraceKind::Path, text));
        address.into_iter().chain(file).collect()
    }
}

fn first(findings: &[&ReceivedFinding]) -> Option<Timestamp> {
    findings.iter().filter_map(|finding| finding.at).min()
}

fn verdict(word: &str) -> Option<Verdict> {
    [
        Verdict::Probe,
        Verdict::Weakness,
        Verdict::Incident,
        Verdict::Cleaned,
    ]
    .into_iter()
    .find(|verdict| verdict.word() == word)
}

fn is_cve(text: &str) -> bool {
    text.len() <= limits::TAG_CHARACTERS
        && text.starts_with("CVE-")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'C' | b'V' | b'E' | b'-'))
}

/// A machine's name, where it is one.
fn host(text: &str) -> Option<String> {
    let name = clean(text).to_ascii_lowercase();
    let fits = !name.is_empty()
        && name.len() <= 253
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    fits.then_some(name)
}
