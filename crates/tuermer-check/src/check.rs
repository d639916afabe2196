//! One check: reads what it is given, in order, and puts the answer together. Never writes.

use crate::baseline::Baseline;
use crate::collect::Collected;
use crate::finding::{Finding, Kind, Verdict};
use crate::kind::{LogKind, PROTOCOLS};
use crate::logs::{self, Detectors, LogRead};
use crate::report::{Build, BuildSource, Coverage, Gap, Report, Unreadable};
use crate::system::Places;
use crate::walk::{self, Found, Reason};
use crate::web::{Judge, Look};
use crate::{blocks, content, evtx, grade, program, times};
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

/// Waves of attacks that a log should reach back to: name and begin (docs/check.md names the sources).
const WAVES: &[(&str, &str)] = &[
    ("ProxyLogon", "2021-02-26T00:00:00Z"),
    ("ProxyShell", "2021-08-09T00:00:00Z"),
    ("ProxyNotShell", "2022-09-30T00:00:00Z"),
    ("OWASSRF", "2023-01-10T00:00:00Z"),
];

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
    let logs: Vec<Found> = [&places.logs, &places.iis, &places.events]
        .into_iter()
        .flatten()
        .flat_map(|root| check.below(root))
        .collect();
    let web: Vec<Found> = places
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
    fn below(&mut self, root: &Path) -> Vec<Found> {
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

    fn log(&mut self, file: &Found, progress: &mut dyn FnMut(Progress)) {
        let name = shown(&file.path);
        let (head, source) = match head(&file.path) {
            Ok(opened) => opened,
            Err(error) => return self.failed(&file.path, &error),
        };
        let mut text = Vec::new();
        let readable = blocks::in_utf8(&head, head.as_slice()).read_to_end(&mut text);
        let Some(kind) = readable
            .ok()
            .and_then(|_| LogKind::of(&text, &file.path.to_string_lossy()))
        else {
            return self.unrecognised(&name);
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let (detectors, before, total) = (self.detectors, self.seen.done, self.seen.total);
        let (incidents_before, mut incidents) = (self.seen.incidents, self.seen.incidents);
        let mut signs = Vec::new();
        let collected = &mut self.collected;
        let take = |mut sign: Finding| {
            incidents += u64::from(sign.verdict.is_break_in());
            sign.file.clone_from(&name);
            signs.push(sign);
            // In bounded memory: what was found goes on before the file ends.
            if signs.len() >= 64 {
                signs.drain(..).for_each(|sign| collected.push(sign));
            }
        };
        let read = match kind {
            LogKind::Evtx => evtx_file(&file.path, detectors, take),
            _ => {
                let tell = |done: u64| {
                    progress(Progress {
                        done: before + done,
                        total,
                        incidents: incidents_before,
                    })
                };
                logs::read(
                    kind,
                    &head,
                    head.as_slice().chain(source),
                    &mut buffer,
                    detectors,
                    take,
                    tell,
                )
            }
        };
        signs.drain(..).for_each(|sign| collected.push(sign));
        (self.buffer, self.seen.incidents) = (buffer, incidents);
        self.seen.done += file.bytes;
        self.took_in(
            &kind.label(&file.path.to_string_lossy()),
            &name,
            if kind == LogKind::Evtx {
                file.bytes
            } else {
                read.bytes
            },
            read,
        );
        progress(self.seen);
    }

    fn unrecognised(&mut self, name: &str) {
        self.report.unrecognised.0 += 1;
        if self.report.unrecognised.1.len() < 10 {
            self.report.unrecognised.1.push(name.to_string());
        }
    }

    /// What a log told besides its signs.
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

    fn web(&mut self, files: &[Found]) {
        let baseline = Baseline::embedded();
        // A log tells the CU, and the hashes of a CU are not those of its security updates.
        let build = self
            .report
            .build
            .clone()
            .filter(|build| build.source != BuildSource::Log)
            .map(|build| build.number);
        let detectors = self.detectors;
        let judge = Judge {
            baseline: &baseline,
            indicators: &detectors.indicators,
            build: build.as_deref(),
        };
        for file in files {
            let name = shown(&file.path);
            if name.to_lowercase().ends_with("applicationhost.config") {
                self.configuration(file, &name);
                continue;
            }
            match judge.file(&file.path, file.bytes) {
                Ok(Look::Genuine) => self.report.scripts.0 += 1,
                Ok(Look::Undecided) => self.report.scripts.1 += 1,
                Ok(Look::Other) => {}
                Ok(Look::Sign(sign)) => {
                    let at =
                        modified(&file.path).filter(|at| times::is_plausible(*at, detectors.now));
                    self.collected.push(Finding {
                        file: name,
                        at,
                        ..*sign
                    });
                }
                Err(error) => {
                    self.failed(&file.path, &error);
                    continue;
                }
            }
            self.report.files_read += 1;
            self.report.bytes += file.bytes;
        }
    }

    fn configuration(&mut self, file: &Found, name: &str) {
        let mut text = Vec::new();
        let read = File::open(&file.path)
            .and_then(|file| file.take(limits::CHECK_CONFIG_BYTES).read_to_end(&mut text));
        if let Err(error) = read {
            return self.failed(&file.path, &error);
        }
        self.report.files_read += 1;
        self.report.bytes += file.bytes;
        for (line, sign) in content::odd_folders(&String::from_utf8_lossy(&text)) {
            self.collected.push(Finding {
                file: name.to_string(),
                line: Some(line as u64),
                ..sign
            });
        }
    }

    fn leftover(&mut self, path: &Path) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        let dump = name.starts_with("lsass") && name.ends_with("dmp");
        let archive = [".7z", ".zip", ".rar"]
            .iter()
            .any(|ending| name.ends_with(ending));
        if dump || archive {
            let sign = Finding::new(
                Kind::Leftover,
                if dump {
                    Verdict::Incident
                } else {
                    Verdict::Weakness
                },
                &name,
            );
            self.collected.push(Finding {
                file: shown(path),
                at: modified(path),
                ..sign
            });
        }
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

/// What nobody can say.
fn gaps(coverage: &[Coverage], with_web: bool) -> Vec<Gap> {
    let covers = |log: &str| {
        coverage.iter().any(|covered| {
            covered.from.is_some()
                && (covered.log == log || covered.log.starts_with(&format!("{log}\\")))
        })
    };
    let expected = [r"ECP\Server".to_string(), "OABGeneratorLog".into()]
        .into_iter()
        .chain(
            PROTOCOLS
                .iter()
                .map(|protocol| format!(r"HttpProxy\{protocol}")),
        );
    let mut gaps: Vec<Gap> = expected
        .chain(["IIS".into(), "Events".into()])
        .filter(|log| !covers(log))
        .map(Gap::Missing)
        .collect();
    if !with_web {
        gaps.push(Gap::Missing("Web".into()));
    }
    for (wave, began) in WAVES {
        let Ok(began) = began.parse::<Timestamp>() else {
            continue;
        };
        let late = coverage
            .iter()
            .filter(|covered| covered.log != "Test-ProxyLogon" && covered.log != "Events");
        gaps.extend(
            late.filter_map(|covered| Some((covered, covered.from.filter(|from| *from > began)?)))
                .map(|(covered, from)| Gap::BeginsAfter {
                    log: covered.log.clone(),
                    from,
                    wave,
                    began,
                }),
        );
    }
    gaps
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
