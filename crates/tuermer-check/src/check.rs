//! One check: reads what it is given, in order, and puts the answer together. Never writes.

mod gaps;
mod server_files;

use crate::collect::Collected;
use crate::finding::Finding;
use crate::kind::LogKind;
use crate::logs::{self, Detectors, LogRead};
use crate::report::{Build, BuildSource, Coverage, Report, Unreadable};
use crate::system::Places;
use crate::walk::{self, FoundFile, Reason};
use crate::{blocks, evtx, grade, program};
use gaps::gaps;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;
use tuermer_core::limits;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Where to look.
    pub places: Places,
    /// The folder of Exchange on this machine, for the version of ExSetup.exe.
    pub install: Option<std::path::PathBuf>,
    /// Only signs from this time on.
    pub since: Option<Timestamp>,
    /// The build, where somebody knows it.
    pub build: Option<String>,
    /// The company, as the chamber knows it.
    pub reference: Option<String>,
    /// The server's name.
    pub host: Option<String>,
}

/// How far the check is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Bytes read of `total`.
    pub done: u64,
    /// Bytes of all files.
    pub total: u64,
    /// Break-ins so far.
    pub incidents: u64,
}

/// Runs a check.
pub fn run(
    question: &Question,
    detectors: &Detectors,
    progress: &mut dyn FnMut(Progress),
) -> Report {
    let mut check = Check {
        question,
        detectors,
        collected: Collected::default(),
        coverage: BTreeMap::new(),
        report: empty(question, detectors),
        buffer: Vec::new(),
        seen: Progress::default(),
        log_build: None,
    };
    let places = &question.places;
    let logs: Vec<FoundFile> = [&places.logs, &places.iis, &places.events]
        .into_iter()
        .flatten()
        .flat_map(|root| check.below(root))
        .collect();
    let web: Vec<FoundFile> = places
        .web
        .iter()
        .flat_map(|root| check.below(root))
        .collect();
    check.seen.total = logs.iter().map(|file| file.bytes).sum();
    for file in &logs {
        check.log(file, progress);
    }
    check.build();
    check.web(&web);
    for root in &places.leftovers {
        for file in check.below(root) {
            check.leftover(&file.path);
        }
    }
    check.finish(!places.web.is_empty())
}

fn empty(question: &Question, detectors: &Detectors) -> Report {
    Report {
        created_at: detectors.now,
        reference: question.reference.clone(),
        host: question.host.clone(),
        since: question.since,
        grade: grade::grade(&[]),
        findings: Vec::new(),
        coverage: Vec::new(),
        gaps: Vec::new(),
        build: None,
        files_read: 0,
        bytes: 0,
        unreadable: Vec::new(),
        unreadable_more: 0,
        unrecognised: (0, Vec::new()),
        scripts: (0, 0),
        older: 0,
    }
}

/// A check while it runs.
struct Check<'q> {
    question: &'q Question,
    detectors: &'q Detectors,
    collected: Collected,
    coverage: BTreeMap<String, Coverage>,
    report: Report,
    buffer: Vec<u8>,
    seen: Progress,
    /// The highest build a log named.
    log_build: Option<(Vec<u32>, String)>,
}

impl Check<'_> {
    fn below(&mut self, root: &Path) -> Vec<FoundFile> {
        let walk = walk::below(root);
        for (path, reason) in walk.left_out {
            let (word, detail) = match reason {
                Reason::Link => ("link", String::new()),
                Reason::TooDeep => ("too_deep", String::new()),
                Reason::TooMany => ("too_many", String::new()),
                Reason::Failed(error) => ("failed", error),
            };
            self.unreadable(Unreadable {
                file: shown(&path),
                line: None,
                word,
                detail,
            });
        }
        walk.files
    }

    fn unreadable(&mut self, place: Unreadable) {
        match self.report.unreadable.len() < limits::CHECK_UNREADABLE {
            true => self.report.unreadable.push(place),
            false => self.report.unreadable_more += 1,
        }
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        self.unreadable(Unreadable {
            file: shown(path),
            line: None,
            word: "failed",
            detail: crate::text::clean(&error.to_string()),
        });
    }

    fn log(&mut self, file: &FoundFile, progress: &mut dyn FnMut(Progress)) {
        let name = shown(&file.path);
        let (head, source) = match head(&file.path) {
            Ok(opened) => opened,
            Err(error) => return self.failed(&file.path, &error),
        };
        let Some(kind) = kind_of(&head, &file.path) else {
            return self.unrecognised(&name);
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let (detectors, seen) = (self.detectors, self.seen);
        let mut signs = Signs {
            file: &name,
            waiting: Vec::new(),
            collected: &mut self.collected,
            break_ins: 0,
        };
        let read = match kind {
            LogKind::Evtx => evtx_file(&file.path, detectors, |sign| signs.add(sign)),
            _ => {
                let report = |done: u64| {
                    progress(Progress {
                        done: seen.done + done,
                        ..seen
                    })
                };
                let content = head.as_slice().chain(source);
                let add = |sign| signs.add(sign);
                logs::read(kind, &head, content, &mut buffer, detectors, add, report)
            }
        };
        self.seen.incidents += signs.finish();
        self.buffer = buffer;
        self.seen.done += file.bytes;
        let bytes = match kind {
            LogKind::Evtx => file.bytes,
            _ => read.bytes,
        };
        let label = kind.label(&file.path.to_string_lossy());
        self.took_in(&label, &name, bytes, read);
        progress(self.seen);
    }

    fn unrecognised(&mut self, name: &str) {
        self.report.unrecognised.0 += 1;
        if self.report.unrecognised.1.len() < 10 {
            self.report.unrecognised.1.push(name.to_string());
        }
    }

    /// What a log says besides its signs.
    fn took_in(&mut self, label: &str, name: &str, bytes: u64, read: LogRead) {
        self.report.files_read += 1;
        self.report.bytes += bytes;
        let coverage = self
            .coverage
            .entry(label.to_string())
            .or_insert_with(|| Coverage {
                log: label.to_string(),
                from: None,
                to: None,
                files: 0,
            });
        coverage.files += 1;
        coverage.from = [coverage.from, read.from].into_iter().flatten().min();
        coverage.to = [coverage.to, read.to].into_iter().flatten().max();
        for (line, problem) in &read.problems {
            self.unreadable(Unreadable::of(name, *line, problem));
        }
        let parts = |number: &str| {
            number
                .split('.')
                .map(|part| part.parse().unwrap_or(0))
                .collect::<Vec<u32>>()
        };
        if let Some(build) = read
            .build
            .map(|number| (parts(&number), number))
            .filter(|build| self.log_build.as_ref().is_none_or(|known| build > known))
        {
            self.log_build = Some(build);
        }
    }

    /// The most honest source wins.
    fn build(&mut self) {
        let given = self.question.build.clone().map(|number| Build {
            number,
            source: BuildSource::Given,
        });
        let program = || {
            let path = self
                .question
                .install
                .as_ref()?
                .join("bin")
                .join("ExSetup.exe");
            let mut bytes = Vec::new();
            File::open(path)
                .ok()?
                .take(limits::CHECK_PROGRAM_BYTES)
                .read_to_end(&mut bytes)
                .ok()?;
            program::file_version(&bytes).map(|number| Build {
                number,
                source: BuildSource::Program,
            })
        };
        let log = self.log_build.take().map(|(_, number)| Build {
            number,
            source: BuildSource::Log,
        });
        self.report.build = given.or_else(program).or(log);
    }

    fn finish(mut self, with_web: bool) -> Report {
        self.report.findings = grade::correlate(self.collected.finish());
        // After the signs were put together: who placed a shell is known even where only its use is asked for.
        if let Some(since) = self.question.since {
            let all = self.report.findings.len();
            self.report
                .findings
                .retain(|sign| sign.at.is_none_or(|at| at >= since));
            self.report.older = (all - self.report.findings.len()) as u64;
        }
        self.report.grade = grade::grade(&self.report.findings);
        if let Some(since) = self.question.since {
            for coverage in self.coverage.values_mut() {
                coverage.from = coverage
                    .from
                    .map(|from| from.max(since))
                    .filter(|from| coverage.to.is_some_and(|to| *from <= to));
                coverage.to = coverage.to.filter(|to| *to >= since);
            }
        }
        self.report.coverage = self.coverage.into_values().collect();
        self.report.gaps = gaps(&self.report.coverage, with_web);
        self.report
    }
}

/// Signs of one log on their way to the others, in bounded memory: they go on before the file ends.
struct Signs<'c> {
    file: &'c str,
    waiting: Vec<Finding>,
    collected: &'c mut Collected,
    break_ins: u64,
}

impl Signs<'_> {
    fn add(&mut self, mut sign: Finding) {
        self.break_ins += u64::from(sign.verdict.is_break_in());
        self.file.clone_into(&mut sign.file);
        self.waiting.push(sign);
        if self.waiting.len() >= 64 {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        let collected = &mut *self.collected;
        self.waiting.drain(..).for_each(|sign| collected.push(sign));
    }

    /// Hands on the rest; how many were break-ins.
    fn finish(mut self) -> u64 {
        self.hand_on();
        self.break_ins
    }
}

/// What kind of log a file is, by its beginning and its name.
fn kind_of(head: &[u8], path: &Path) -> Option<LogKind> {
    let mut text = Vec::new();
    blocks::in_utf8(head, head).read_to_end(&mut text).ok()?;
    LogKind::of(&text, &path.to_string_lossy())
}

/// The beginning of a file, and the file behind it.
fn head(path: &Path) -> io::Result<(Vec<u8>, File)> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(8 * 1024).read_to_end(&mut head)?;
    Ok((head, file))
}

fn evtx_file(path: &Path, detectors: &Detectors, take: impl FnMut(Finding)) -> LogRead {
    match File::open(path) {
        Ok(file) => evtx::read(BufReader::new(file), detectors, take),
        Err(error) => LogRead {
            problems: vec![(None, logs::Problem::Failed(error.to_string()))],
            ..LogRead::default()
        },
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(std::fs::metadata(path).ok()?.modified().ok()?).ok()
}

fn shown(path: &Path) -> String {
    crate::text::clean(&path.to_string_lossy())
}
