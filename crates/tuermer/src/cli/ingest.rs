//! `tuermer ingest FILE…`: advisories, records, catalogues and reports from files; one line of answer per file, written
//! only when what it tells is durable.

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::acts::intake::{self, IngestReport, Input, Progress, Word};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::views::ingest::IngestView;
use crate::{acts, stations};
use anyhow::{Error, Result, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tuermer_formats::firewall::Template;
use tuermer_formats::format::Told;

/// How long it runs before it shows how far it is.
const QUIET: Duration = Duration::from_secs(2);
/// How often it shows that.
const TICK: Duration = Duration::from_millis(200);

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSAF, CVE or KEV (JSON, one a line, ZIP), EPSS (CSV); signs: Shadowserver (CSV), IntelMQ, n6 (JSON lines); what to look
    /// for: MISP, STIX, lists of indicators; reports of `tuermer-check`, plain or sealed. Also packed with gzip, xz or ZIP; a
    /// directory means the files beneath.
    /// An address (https://…) is fetched once.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A host in the own house that may be asked for an address.
    #[arg(long, value_name = "HOST")]
    pub allow_private: Vec<String>,
    /// Signs and indicators: how far the source is to be believed, A1 (surely) to F6 (not judged), where the file does not say.
    #[arg(long, value_name = "GRADE")]
    pub grade: Option<String>,
    /// Signs and indicators: who may see them, where the file does not say: clear, green, amber, amber+strict or red.
    #[arg(long, value_name = "LABEL")]
    pub tlp: Option<String>,
    /// Reports of `tuermer-check`: register number of the member whose server was checked, as you know it from elsewhere.
    #[arg(long, value_name = "NUMBER")]
    pub member: Option<String>,
    /// The files are lines of a firewall: which of them are signs, says this template (docs/firewall-template.md).
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Who acts.
    #[command(flatten)]
    pub actor: ActorOrShell,
}

/// What was said of the source, or which option is wrong.
async fn word(context: &Context, args: &Args) -> Result<Word> {
    let Args {
        files: _,
        allow_private: _,
        grade,
        tlp,
        member,
        template,
        actor: _,
    } = args;
    let (grade, tlp) = (
        intake::grade(grade.as_deref())?,
        intake::label(tlp.as_deref())?,
    );
    let member = match member {
        None => None,
        Some(number) => Some(
            context
                .store
                .member_by_number(number)
                .await?
                .ok_or_else(|| wrong_call("threat.ingest_member", [("number", number)]))?,
        ),
    };
    let template = template
        .as_deref()
        .map(read_template)
        .transpose()?
        .map(Arc::new);
    Ok(Word {
        grade,
        tlp,
        member,
        template,
        signs_only: false,
        mailbox: None,
    })
}

fn read_template(path: &Path) -> Result<Template> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        wrong_call(
            "threat.ingest_template",
            [("path", &path.display()), ("error", &error)],
        )
    })?;
    Template::read(&text).map_err(|error| {
        wrong_call(
            "threat.ingest_template",
            [("path", &path.display()), ("error", &error)],
        )
    })
}

/// An address, not a path.
fn address(path: &Path) -> Option<&str> {
    path.to_str()
        .filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

/// Runs it.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    let context = call.open().await?;
    let actor = args.actor.prove(call, &context).await?;
    let word = word(&context, &args).await?;
    let Args {
        files,
        allow_private,
        ..
    } = args;
    let (mut all, mut rejected, mut partly) = (0_u64, 0_u64, 0_u64);
    let mut tell = |report: IngestReport| {
        all = all.saturating_add(1);
        let used = report.documents > report.rejected.len() as u64;
        match (report.rejected.is_empty(), used && report.documents > 1) {
            (true, _) => {}
            (false, true) => partly = partly.saturating_add(1),
            (false, false) => rejected = rejected.saturating_add(1),
        }
        say(call, &report)
    };
    let progress = Progress::default();
    let (addresses, paths): (Vec<PathBuf>, Vec<PathBuf>) = files
        .iter()
        .cloned()
        .partition(|path| address(path).is_some());
    for url in addresses.iter().filter_map(|path| address(path)) {
        tell(
            acts::address::ingest(&context, &actor, url, &allow_private)
                .await
                .map_err(|error| told(call, &error))?,
        )?;
    }
    let input = Input::Files(paths);
    let ingested = watched(
        intake::ingest_all(&context, &actor, input, word, &progress, &mut tell),
        &progress,
    )
    .await;
    context.store.database.close().await;
    ingested?;
    if all == 0 {
        for path in &files {
            call.out.say(&call.out.texts.with(
                "threat.ingest_empty_directory",
                &[("path", &path.display().to_string())],
            ));
        }
    }
    Ok(match rejected {
        0 if all == 0 => Exit::NothingFound,
        0 if partly == 0 => Exit::Ok,
        some if some == all => Exit::Failed,
        _ => Exit::Partial,
    })
}

/// Why an address gave nothing, in the reader's language.
fn told(call: &Call, error: &Error) -> Error {
    anyhow!(stations::poll::sentence(error, call.out.texts.0))
}

/// Shows how far it is when it takes longer and somebody is looking: to stderr, and only where that is a terminal.
async fn watched(ingest: impl Future<Output = Result<()>>, progress: &Progress) -> Result<()> {
    tokio::pin!(ingest);
    let started = Instant::now();
    if let Ok(done) = tokio::time::timeout(QUIET, &mut ingest).await {
        return done;
    }
    let spinner = indicatif::ProgressBar::new_spinner();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            done = &mut ingest => {
                spinner.finish_and_clear();
                return done;
            }
            _ = tick.tick() => {
                let documents = progress.documents.load(Ordering::Relaxed);
                spinner.set_message(format!("{documents} ({}/s)", documents.checked_div(started.elapsed().as_secs().max(1)).unwrap_or(0)));
                spinner.tick();
            }
        }
    }
}

fn say(call: &Call, report: &IngestReport) -> Result<()> {
    if call.out.json {
        return call.out.object(&IngestView::new(report, call.out.texts));
    }
    let texts = call.out.texts;
    let place = |document: &str| match document {
        "" => report.file.clone(),
        document => format!("{}: {document}", report.file),
    };
    for remark in &report.rejected {
        let values = [
            ("file", &*place(&remark.document)),
            ("reason", &remark.sentence(texts)),
        ];
        let line = texts.with("threat.ingest_rejected_line", &values);
        call.out.line(&line);
    }
    if report.rejected.is_empty() || report.documents > 1 {
        say_numbers(call, report);
    }
    for remark in &report.remarks {
        let values = [
            ("file", &*place(&remark.document)),
            ("remark", &remark.sentence(texts)),
        ];
        call.out
            .say(&texts.with("threat.ingest_remark_line", &values));
    }
    Ok(())
}

/// What the file brought, counted: one line, or two for an archive with signs in it.
fn say_numbers(call: &Call, report: &IngestReport) {
    let keys: &[&str] = match report.kind.nature().told {
        Told::Signs => &["threat.ingest_signs_line"],
        Told::Filtered => &["threat.ingest_firewall_line"],
        Told::Findings => &["threat.ingest_knowledge_line"],
        Told::Catalogue => &["threat.ingest_kev_line"],
        Told::Archive if report.lines > 0 => {
            &["threat.ingest_archive_line", "threat.ingest_signs_line"]
        }
        _ if report.documents > 1 => &["threat.ingest_archive_line"],
        _ => &["threat.ingest_line"],
    };
    let not_used = report.rejected.len() as u64;
    let IngestReport {
        new,
        changed,
        same,
        documents,
        withdrawn,
        due_dates_moved,
        lines,
        attributed,
        unattributed,
        malformed,
        passed,
        indicators,
        ..
    } = report;
    let numbers = [
        ("new", new),
        ("changed", changed),
        ("same", same),
        ("documents", documents),
        ("rejected", &not_used),
        ("withdrawn", withdrawn),
        ("due_dates_moved", due_dates_moved),
        ("lines", lines),
        ("attributed", attributed),
        ("unattributed", unattributed),
        ("malformed", malformed),
        ("passed", passed),
        ("indicators", indicators),
    ]
    .map(|(name, number)| (name, number.to_string()));
    let mut values: Vec<(&str, &str)> =
        vec![("file", &report.file), ("kind", report.kind.as_str())];
    values.extend(
        numbers
            .iter()
            .map(|(name, number)| (*name, number.as_str())),
    );
    for key in keys {
        call.out.line(&call.out.texts.with(key, &values));
    }
}
