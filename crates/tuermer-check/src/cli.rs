//! The command line: what is asked, where the answer goes, and with which code the program ends.

use crate::check::{self, Progress, Question};
use crate::indicators::Indicators;
use crate::logs::Detectors;
use crate::report::Report;
use crate::say::Language;
use crate::system::{self, Places};
use crate::{clock, html, seal, terminal, times, words};
use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use std::io::{IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tuermer_core::{limits, locale};

/// How the program ends. The numbers are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Logs were read and nothing was found.
    Nothing = 0,
    /// The check could not be made.
    Failed = 1,
    /// Traces of a break-in (2 is for a wrong command line).
    BreakIn = 3,
    /// A weakness or an attempt.
    Sign = 4,
    /// No log and no script could be read: no all-clear.
    Unread = 5,
}

/// Reads what an Exchange server has written, for traces of a break-in. Offline; changes nothing.
#[derive(Debug, Parser)]
#[command(name = "tuermer-check", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Checks an Exchange server, or its copied logs.
    Exchange(Box<Exchange>),
    /// Makes a pair of keys for sealed reports (the chamber does this once).
    Key {
        /// Where the private key goes; the public one is shown.
        #[arg(long, value_name = "FILE")]
        private: PathBuf,
    },
    /// Opens a sealed report (at the chamber).
    Open {
        /// The sealed report.
        report: PathBuf,
        /// The file of the private key.
        #[arg(long, value_name = "FILE")]
        private: PathBuf,
    },
}

/// `exchange` with how it answers.
#[derive(Debug, Args)]
pub struct Exchange {
    #[command(flatten)]
    check: Check,
    /// One line of JSON for each finding, then one with coverage, build and what could not be read
    #[arg(long)]
    json: bool,
    /// Language of the answer
    #[arg(long, value_parser = locale::Language::ALL.map(locale::Language::code))]
    lang: Option<String>,
}

/// What a check is asked.
#[derive(Debug, Args)]
pub struct Check {
    /// Folder with logs of Exchange (may be given again); without any folder the server's own are found
    #[arg(long, value_name = "FOLDER")]
    pub logs: Vec<PathBuf>,
    /// Web folder of Exchange or of IIS, or applicationHost.config (may be given again)
    #[arg(long, value_name = "FOLDER")]
    pub web: Vec<PathBuf>,
    /// Folder with logs of IIS (may be given again)
    #[arg(long, value_name = "FOLDER")]
    pub iis: Vec<PathBuf>,
    /// Event log (.evtx) or exported events, one JSON object a line; a file or a folder (may be given again)
    #[arg(long, value_name = "FILE|FOLDER")]
    pub events: Vec<PathBuf>,
    /// Folder where dumps and archives may be left behind (may be given again)
    #[arg(long, value_name = "FOLDER")]
    pub leftovers: Vec<PathBuf>,
    /// Folder of Exchange; with copied logs, the path it had on the server
    #[arg(long, value_name = "FOLDER")]
    pub install: Option<PathBuf>,
    /// Only signs from this day on, e.g. 2021-02-26
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Build of the server, if known, e.g. 15.1.2507.61
    #[arg(long, value_name = "BUILD")]
    pub build: Option<String>,
    /// Member number or name by which the chamber knows the company
    #[arg(long, value_name = "WORDS")]
    pub reference: Option<String>,
    /// Also write the answer as a page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Seal the report to this public key of the chamber (the key or a file with it); needs --out
    #[arg(long, value_name = "KEY", requires = "out")]
    pub seal: Option<String>,
    /// Also write the report for the chamber (JSON, or sealed with --seal)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Further list of indicators: type,value,source,date (may be given again)
    #[arg(long, value_name = "FILE")]
    pub indicators: Vec<PathBuf>,
}

/// Runs a command line.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    match cli.command {
        Command::Exchange(exchange) => {
            let Exchange { check, json, lang } = *exchange;
            let told = lang.as_deref().and_then(locale::Language::parse);
            let language = told.map_or_else(Language::of_system, Language);
            check.run(json, language)
        }
        Command::Key { private } => key(&private),
        Command::Open { report, private } => open(&report, &private),
    }
}

impl Check {
    /// Checks, shows and writes.
    ///
    /// # Errors
    /// The check could not be made or the answer not be written.
    pub fn run(&self, json: bool, language: Language) -> anyhow::Result<Exit> {
        let question = self.question(language)?;
        // Before hours of reading: a wrong key or list is told at once.
        let key = self.seal.as_deref().map(public_key).transpose()?;
        let install = self
            .install
            .as_ref()
            .map_or(system::INSTALL.into(), |path| path.to_string_lossy());
        let detectors = Detectors::new(self.indicators()?, &install, clock::now())?;
        let report = check::run(&question, &detectors, &mut show_progress(language));
        show(&report, json, language)?;
        if let Some(path) = &self.html {
            write(path, html::page(&report, language).as_bytes(), language)?;
        }
        if let Some(path) = &self.out {
            let document = format!("{:#}\n", report.document());
            match &key {
                Some(key) => write(path, &seal::seal(document.as_bytes(), key)?, language)?,
                None => write(path, document.as_bytes(), language)?,
            }
        }
        Ok(match report.grade.verdict {
            Some(verdict) if verdict.is_break_in() => Exit::BreakIn,
            Some(_) => Exit::Sign,
            None if words::says_something(&report) => Exit::Nothing,
            None => Exit::Unread,
        })
    }

    fn question(&self, language: Language) -> anyhow::Result<Question> {
        let given = [&self.logs, &self.web, &self.iis, &self.events]
            .iter()
            .any(|paths| !paths.is_empty());
        let own = if given {
            None
        } else {
            self.install.clone().or_else(system::install)
        };
        let places = match &own {
            Some(install) => {
                let (exchange, windows) = (system::places(install), system::of_windows());
                let web = exchange.web.into_iter().chain(windows.web).collect();
                Places {
                    logs: exchange.logs,
                    web,
                    iis: windows.iis,
                    events: windows.events,
                    leftovers: [windows.leftovers, self.leftovers.clone()].concat(),
                }
            }
            None if given => Places {
                logs: self.logs.clone(),
                web: self.web.clone(),
                iis: self.iis.clone(),
                events: self.events.clone(),
                leftovers: self.leftovers.clone(),
            },
            None => bail!("{}", language.say("nothing_given")),
        };
        let since = match &self.since {
            Some(text) => Some(
                times::read(text.as_bytes())
                    .with_context(|| format!("--since {text}: not a day like 2021-02-26"))?,
            ),
            None => None,
        };
        if let Some(build) = self.build.as_ref().filter(|build| {
            build.split('.').count() != 4
                || build.split('.').any(|part| part.parse::<u32>().is_err())
        }) {
            bail!(
                "--build {build}: four numbers are needed, e.g. 15.1.2507.61 (the file version of bin\\ExSetup.exe)"
            );
        }
        let host = own
            .as_ref()
            .and_then(|_| std::env::var("COMPUTERNAME").ok());
        let reference = self.reference.as_deref().map(crate::text::clean);
        Ok(Question {
            places,
            install: self.install.clone().or(own),
            since,
            build: self.build.clone(),
            reference,
            host,
        })
    }

    fn indicators(&self) -> anyhow::Result<Indicators> {
        let mut indicators = Indicators::embedded();
        for path in &self.indicators {
            let list = bounded(path, limits::CHECK_INDICATOR_BYTES)?;
            indicators
                .add(&list, &path.to_string_lossy())
                .with_context(|| format!("--indicators {}", path.display()))?;
        }
        Ok(indicators)
    }
}

fn show(report: &Report, json: bool, language: Language) -> anyhow::Result<()> {
    let shown = match json {
        true => {
            let mut out = std::io::stdout().lock();
            report
                .json_lines()
                .iter()
                .try_for_each(|line| writeln!(out, "{line}"))
        }
        false => terminal::write(report, language, &mut anstream::stdout().lock()),
    };
    match shown {
        // Whoever looks at the beginning only (`| head`) has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        shown => shown.context("the answer could not be shown"),
    }
}

/// Shows on the terminal how far the check is, at most four times a second.
fn show_progress(language: Language) -> impl FnMut(Progress) {
    let seen = std::io::stderr().is_terminal();
    let mut last = Instant::now();
    move |progress: Progress| {
        let end = progress.done >= progress.total;
        if !seen || (!end && last.elapsed() < Duration::from_millis(250)) {
            return;
        }
        last = Instant::now();
        let values = [
            ("done", language.size(progress.done)),
            ("total", language.size(progress.total)),
            ("incidents", progress.incidents.to_string()),
        ];
        let line = language.with(
            "progress",
            &values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str())),
        );
        // Only for the eye; a terminal that went away takes nothing with it.
        let _ = write!(
            std::io::stderr(),
            "\r\x1b[K{}",
            if end { String::new() } else { line }
        );
    }
}

/// A whole file, or none: written beside and then put in place, so that an interruption leaves no half report.
fn write(path: &Path, bytes: &[u8], language: Language) -> anyhow::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(error).with_context(|| format!("{} could not be written", path.display()));
    }
    let _ = writeln!(
        anstream::stderr(),
        "{}",
        language.with("wrote", &[("path", &path.display().to_string())])
    );
    Ok(())
}

/// The key itself, or a file that holds it.
fn public_key(text: &str) -> anyhow::Result<String> {
    let key = match text.starts_with("tuermer-") {
        true => text.to_string(),
        false => String::from_utf8_lossy(&bounded(Path::new(text), limits::HASH_FILE_BYTES)?)
            .trim()
            .to_string(),
    };
    seal::seal(b"", &key).with_context(|| format!("--seal {text}"))?;
    Ok(key)
}

fn bounded(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)
        .with_context(|| format!("{} could not be read", path.display()))?;
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} could not be read", path.display()))?;
    if bytes.len() as u64 > most {
        bail!("{} has more than {most} bytes", path.display());
    }
    Ok(bytes)
}

fn key(private: &Path) -> anyhow::Result<Exit> {
    let (public, secret) = seal::generate();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(private).with_context(|| {
        format!(
            "{} could not be made; an existing key is never overwritten",
            private.display()
        )
    })?;
    writeln!(file, "{secret}")
        .with_context(|| format!("{} could not be written", private.display()))?;
    writeln!(anstream::stdout(), "{public}")?;
    Ok(Exit::Nothing)
}

fn open(report: &Path, private: &Path) -> anyhow::Result<Exit> {
    let sealed = bounded(report, limits::SEALED_REPORT_BYTES)?;
    let key = String::from_utf8_lossy(&bounded(private, limits::HASH_FILE_BYTES)?).into_owned();
    let opened = seal::open(&sealed, &key).with_context(|| report.display().to_string())?;
    std::io::stdout().write_all(&opened)?;
    Ok(Exit::Nothing)
}
