//! The report of a check: findings, grade, coverage and gaps. As JSON for machines; no answer without coverage.

use crate::finding::{Finding, Verdict};
use crate::grade::Grade;
use crate::logs::Problem;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Version of the shape of the document; raised when a key changes its meaning.
pub const FORMAT_VERSION: u64 = 1;

/// The whole answer.
#[derive(Debug, Clone)]
pub struct Report {
    /// When the check ran.
    pub created_at: Timestamp,
    /// The company, as the chamber knows it.
    pub reference: Option<String>,
    /// The server's name, where the machine tells it.
    pub host: Option<String>,
    /// Only signs from this time on were asked for.
    pub since: Option<Timestamp>,
    /// How far it got.
    pub grade: Grade,
    /// The signs, in order of time.
    pub findings: Vec<Finding>,
    /// From when to when each log reaches.
    pub coverage: Vec<Coverage>,
    /// What the coverage leaves open.
    pub gaps: Vec<Gap>,
    /// The build of the server.
    pub build: Option<Build>,
    /// Files that were read.
    pub files_read: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// What could not be read or trusted.
    pub unreadable: Vec<Unreadable>,
    /// How many more of these there are.
    pub unreadable_more: u64,
    /// Files of no kind that is understood: how many, and some of them.
    pub unrecognised: (u64, Vec<String>),
    /// Scripts in web folders: genuine by hash, and those whose build is not in the list.
    pub scripts: (u64, u64),
    /// Signs older than `since`.
    pub older: u64,
}

/// One kind of log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Its name, e.g. `HttpProxy\Owa`.
    pub log: String,
    /// The first time.
    pub from: Option<Timestamp>,
    /// The last time.
    pub to: Option<Timestamp>,
    /// Files read.
    pub files: u64,
}

/// Something that the logs cannot show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// A log that belongs to a full check was not there.
    Missing(String),
    /// A log begins after a known wave of attacks did.
    BeginsAfter {
        /// The log.
        log: String,
        /// Its first time.
        from: Timestamp,
        /// The name of the wave.
        wave: &'static str,
        /// When the wave began.
        began: Timestamp,
    },
}

/// The build and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Four parts.
    pub number: String,
    /// Where it comes from.
    pub source: BuildSource,
}

/// Where the build comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildSource {
    /// Given on the command line.
    Given,
    /// The version of ExSetup.exe: tells the security update, too.
    Program,
    /// A log: tells the cumulative update only.
    Log,
}

impl BuildSource {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Program => "exsetup",
            Self::Log => "log",
        }
    }
}

/// A place that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub file: String,
    /// The line, or the number of the record.
    pub line: Option<u64>,
    /// `problem.<word>` is its sentence.
    pub word: &'static str,
    /// Words of the system, or the value that was odd.
    pub detail: String,
}

impl Unreadable {
    /// From a problem of reading a log.
    pub fn of(file: &str, line: Option<u64>, problem: &Problem) -> Self {
        let (word, detail) = match problem {
            Problem::Overlong => ("overlong", String::new()),
            Problem::Malformed => ("malformed", String::new()),
            Problem::OddTime(time) => ("odd_time", time.clone()),
            Problem::NoColumns => ("no_columns", String::new()),
            Problem::Failed(error) => ("failed", error.clone()),
            Problem::BrokenRecord(error) => ("broken_record", error.clone()),
            Problem::GivenUp => ("given_up", String::new()),
        };
        Self {
            file: file.to_string(),
            line,
            word,
            detail: crate::text::clean(&detail),
        }
    }
}

impl Report {
    /// The lines of `--json`: one for each finding, then one with everything else.
    pub fn json_lines(&self) -> Vec<Value> {
        let mut lines: Vec<Value> = self.findings.iter().map(finding).collect();
        lines.push(Value::Object(self.rest()));
        lines
    }

    /// The document that is sealed, mailed and taken in: the same keys in one object, with what an observation needs.
    pub fn document(&self) -> Value {
        let mut whole = Map::new();
        whole.insert("format".into(), json!("tuermer-check"));
        whole.insert("format_version".into(), json!(FORMAT_VERSION));
        whole.insert("tool_version".into(), json!(env!("CARGO_PKG_VERSION")));
        whole.insert("created_at".into(), json!(self.created_at.to_string()));
        whole.insert("reference".into(), json!(self.reference));
        whole.insert("host".into(), json!(self.host));
        whole.insert("subject".into(), json!("exchange"));
        whole.insert(
            "findings".into(),
            self.findings.iter().map(finding).collect(),
        );
        whole.extend(self.rest());
        Value::Object(whole)
    }

    fn rest(&self) -> Map<String, Value> {
        let coverage = |coverage: &Coverage| json!({"log": coverage.log, "from": time(coverage.from), "to": time(coverage.to), "files": coverage.files});
        let unreadable = |place: &Unreadable| json!({"file": place.file, "line": place.line, "reason": place.word, "detail": place.detail});
        let gap = |gap: &Gap| match gap {
            Gap::Missing(log) => json!({"log": log, "reason": "missing"}),
            Gap::BeginsAfter {
                log,
                from,
                wave,
                began,
            } => {
                json!({"log": log, "reason": "begins_after", "from": from.to_string(), "wave": wave, "wave_began": began.to_string()})
            }
        };
        let build = self
            .build
            .as_ref()
            .map(|build| json!({"number": build.number, "source": build.source.word()}));
        let whole = json!({
            "coverage": self.coverage.iter().map(coverage).collect::<Vec<_>>(),
            "gaps": self.gaps.iter().map(gap).collect::<Vec<_>>(),
            "grade": {"verdict": self.grade.verdict.map(Verdict::word), "step": self.grade.step, "since": time(self.grade.since)},
            "build": build,
            "since": time(self.since),
            "older": self.older,
            "files_read": self.files_read,
            "bytes": self.bytes,
            "scripts_genuine": self.scripts.0,
            "scripts_undecided": self.scripts.1,
            "unreadable": self.unreadable.iter().map(unreadable).collect::<Vec<_>>(),
            "unreadable_more": self.unreadable_more,
            "unrecognised": {"files": self.unrecognised.0, "some": self.unrecognised.1},
        });
        match whole {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn finding(sign: &Finding) -> Value {
    let Finding {
        cve,
        kind,
        step,
        verdict,
        at,
        file,
        line,
        detail,
        address,
        subject,
        count,
    } = sign;
    json!({
        "cve": cve, "kind": kind.word(), "step": step, "verdict": verdict.word(), "at": time(*at), "file": file, "line": line,
        "detail": detail, "address": address, "subject": subject, "count": count,
    })
}
