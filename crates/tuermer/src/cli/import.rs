//! `tuermer import`: lists of members, providers, inventory and networks, with a report before anything is written.

mod arguments;
mod sbom;

pub use arguments::{KindArgument, SourceArgument};
pub use sbom::read_bill;

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::acts::register::{
    self, ImportKind, ImportOptions, ImportReport, Input, Mapping, RowError, Shape,
};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::text::Texts;
use crate::views::import::{ImportView, row_reason};
use anyhow::{Context as _, Result, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tuermer_core::limits;
use tuermer_core::rights::Actor;
use tuermer_core::scale::Source;
use tuermer_formats::problem::Fault;

/// Every error of the last import, for a spreadsheet.
const ERROR_FILE: &str = "import-fehler.csv";
/// How long an import runs before it shows how far it is.
const QUIET: Duration = Duration::from_secs(2);

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the list holds.
    #[arg(value_enum)]
    pub kind: KindArgument,
    /// CSV (UTF-8, UTF-16, Windows-1252; `;`, `,` or tab) or XLSX; for sbom CycloneDX (JSON, XML) or SPDX (JSON, tag-value).
    pub file: PathBuf,
    /// Compare and count, but write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// TOML file with lines `"Name of the column" = "field"`.
    #[arg(long, value_name = "MAP.toml")]
    pub map: Option<PathBuf>,
    /// Write the good rows although others have errors.
    #[arg(long)]
    pub skip_errors: bool,
    /// Who says so, where the rows do not tell [default: register].
    #[arg(long, value_enum)]
    pub source: Option<SourceArgument>,
    /// sbom: number of the member whose inventory it is.
    #[arg(long, value_name = "NUMBER")]
    pub member: Option<String>,
    /// sbom: host it runs on.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub actor: ActorOrShell,
}

/// Runs it.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    if matches!(args.kind, KindArgument::Sbom) {
        return sbom::run(call, args).await;
    }
    let Args {
        kind,
        file,
        dry_run,
        map,
        skip_errors,
        source,
        member,
        host,
        actor,
    } = args;
    if member.is_some() || host.is_some() {
        return Err(wrong_call("import.only_sbom", []));
    }
    let texts = call.out.texts;
    let mapping = map
        .as_deref()
        .map(|path| mapping(texts, path))
        .transpose()?
        .unwrap_or_default();
    let context = call.open().await?;
    let actor = actor.prove(call, &context).await?;
    let rows = Arc::new(AtomicU64::new(0));
    let options = ImportOptions {
        dry_run,
        skip_errors,
        mapping,
        source: source.map(Source::from),
        progress: Some(Arc::clone(&rows)),
        ..ImportOptions::default()
    };
    let name = file.display().to_string();
    let report = watched(
        &context,
        &actor,
        kind.into(),
        &name,
        Input::File(file),
        &options,
        &rows,
    )
    .await;
    context.store.database.close().await;
    let report = report.map_err(|error| explained(texts, &name, error))?;
    let failed = !report.errors.is_empty();
    let error_file = failed.then(|| write_errors(call, &report)).flatten();
    if call.out.json {
        call.out
            .object(&ImportView::new(&report, error_file, texts))?;
    } else {
        show(call, &report, error_file, skip_errors);
    }
    Ok(exit(&report, skip_errors))
}

fn exit(report: &ImportReport, skip_errors: bool) -> Exit {
    match (report.errors.is_empty(), skip_errors) {
        (true, _) => Exit::Ok,
        (false, true) => Exit::Partial,
        (false, false) => Exit::Failed,
    }
}

fn mapping(texts: Texts, path: &Path) -> Result<Mapping> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    Mapping::parse(&text).map_err(|fault| explained(texts, &name, fault.into()))
}

/// A file that is no table, as one sentence with file, line and what to do; other errors as they are.
fn explained(texts: Texts, file: &str, error: anyhow::Error) -> anyhow::Error {
    let Some(Fault {
        problem,
        line,
        detail,
    }) = error.downcast_ref::<Fault>()
    else {
        return error;
    };
    let sentence = texts.with(problem.key(), &[("detail", detail)]);
    match line {
        Some(line) => anyhow!(
            "{}",
            texts.with(
                "import.fault_at",
                &[
                    ("file", file),
                    ("line", &line.to_string()),
                    ("sentence", &sentence)
                ]
            )
        ),
        None => anyhow!("{file}: {sentence}"),
    }
}

/// Imports, and shows how far it is when it takes longer and somebody is looking.
async fn watched(
    context: &Context,
    actor: &Actor,
    kind: ImportKind,
    name: &str,
    input: Input,
    options: &ImportOptions,
    rows: &AtomicU64,
) -> Result<ImportReport> {
    let import = register::import(context, actor, kind, name, input, options);
    tokio::pin!(import);
    if let Ok(report) = tokio::time::timeout(QUIET, &mut import).await {
        return report;
    }
    // Draws to stderr, and only where that is a terminal.
    let spinner = indicatif::ProgressBar::new_spinner();
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            report = &mut import => {
                spinner.finish_and_clear();
                return report;
            }
            _ = tick.tick() => {
                spinner.set_message(format!("{name}: {}", rows.load(Ordering::Relaxed)));
                spinner.tick();
            }
        }
    }
}

/// The report for people.
fn show(call: &Call, report: &ImportReport, error_file: Option<&str>, skip_errors: bool) {
    let texts = call.out.texts;
    let out = &call.out;
    show_shape(call, report);
    show_columns(call, report);
    let [new, changed, same, errors] =
        [report.new, report.changed, report.same, report.error_rows].map(grouped);
    out.line(&format!(
        "  {}",
        texts.with(
            "import.counts",
            &[
                ("new", &new),
                ("changed", &changed),
                ("same", &same),
                ("errors", &errors)
            ]
        )
    ));
    show_rows(call, &report.errors, "import.row");
    let hidden = report
        .errors
        .len()
        .saturating_sub(limits::IMPORT_ERRORS_SHOWN);
    if let Some(file) = error_file {
        let key = if hidden > 0 {
            "import.more_errors"
        } else {
            "import.errors_in"
        };
        out.line(&format!(
            "  {}",
            texts.with(key, &[("count", &grouped(hidden as u64)), ("file", file)])
        ));
    }
    show_rows(call, &report.warnings, "import.row_warning");
    let hidden = (report
        .warnings
        .len()
        .saturating_sub(limits::IMPORT_ERRORS_SHOWN) as u64)
        .saturating_add(report.more_warnings);
    if hidden > 0 {
        out.line(&format!(
            "  {}",
            texts.with("import.more_warnings", &[("count", &grouped(hidden))])
        ));
    }
    show_end(call, report, skip_errors);
}

/// What kind of file it is, and how many rows it has.
fn show_shape(call: &Call, report: &ImportReport) {
    let (out, texts) = (&call.out, call.out.texts);
    let rows = grouped(report.rows);
    match &report.shape {
        Some(Shape::Spreadsheet { sheet }) => out.line(&texts.with(
            "import.head_sheet",
            &[("file", &report.file), ("sheet", sheet), ("rows", &rows)],
        )),
        Some(Shape::Text {
            encoding,
            separator,
        }) => {
            let separator = if *separator == '\t' {
                "Tab".to_string()
            } else {
                separator.to_string()
            };
            out.line(&texts.with(
                "import.head_text",
                &[
                    ("file", &report.file),
                    ("encoding", encoding),
                    ("separator", &separator),
                    ("rows", &rows),
                ],
            ));
        }
        None => {}
    }
}

/// The columns that were recognised, and those that were not.
fn show_columns(call: &Call, report: &ImportReport) {
    let (out, texts) = (&call.out, call.out.texts);
    let columns: Vec<String> = report.columns.iter().map(recognised).collect();
    let mut line = texts.with("import.columns", &[("columns", &columns.join(", "))]);
    if !report.unknown_columns.is_empty() {
        let unknown: Vec<String> = report
            .unknown_columns
            .iter()
            .map(|name| format!("«{name}»"))
            .collect();
        line.push_str("   ");
        line.push_str(&texts.with(
            "import.unknown_columns",
            &[("columns", &unknown.join(", "))],
        ));
    }
    out.line(&format!("  {line}"));
}

fn show_end(call: &Call, report: &ImportReport, skip_errors: bool) {
    let texts = call.out.texts;
    if let Some(reach) = &report.reachability {
        let total = reach
            .letter_only
            .saturating_add(reach.one_channel)
            .saturating_add(reach.two_channels)
            .max(1);
        let share = |count: u64| {
            format!(
                "{} ({} %)",
                grouped(count),
                count.saturating_mul(100).saturating_add(total / 2) / total
            )
        };
        let values = [
            share(reach.letter_only),
            share(reach.one_channel),
            share(reach.two_channels),
        ];
        let [none, one, two] = values.each_ref().map(String::as_str);
        call.out.line(&texts.with(
            "import.reachability",
            &[("none", none), ("one", one), ("two", two)],
        ));
    }
    let errors = !report.errors.is_empty();
    let command = |flags: &str| {
        format!(
            "tuermer import {} {}{flags}",
            report.kind.as_str(),
            report.file
        )
    };
    let accepted = !report.dry_run && (skip_errors || !errors);
    let key = if accepted && !report.written {
        "import.nothing_new"
    } else if report.written {
        "import.written"
    } else {
        "import.not_written"
    };
    let next = if accepted {
        "tuermer run --once".to_string()
    } else {
        command(if errors || skip_errors {
            " --skip-errors"
        } else {
            ""
        })
    };
    call.out.say(&texts.with(key, &[("command", &next)]));
}

/// The first rows, in columns one below the other.
fn show_rows(call: &Call, rows: &[RowError], key: &str) {
    let texts = call.out.texts;
    let shown = rows
        .get(..rows.len().min(limits::IMPORT_ERRORS_SHOWN))
        .unwrap_or(&[]);
    let width = |text: fn(&RowError) -> &str| {
        shown
            .iter()
            .map(|row| text(row).chars().count())
            .max()
            .unwrap_or(0)
            .min(30)
    };
    let (column, value) = (width(|row| &row.column), width(|row| &row.value));
    for row in shown {
        let head = texts.with(key, &[("row", &format!("{:<5}", row.row))]);
        let reason = row_reason(row, texts);
        call.out.line(&format!(
            "  {head} {:<column$}  {:<value$}  {reason}",
            row.column, row.value
        ));
    }
}

fn recognised(column: &register::Column) -> String {
    if column.header.eq_ignore_ascii_case(column.field) {
        column.header.clone()
    } else {
        format!("{}→{}", column.header, column.field)
    }
}

/// `25 117`: groups of three digits with a narrow blank between them.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index) % 3 == 0 {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes all errors where the caller stands; a folder that cannot be written to is said, not fatal.
fn write_errors(call: &Call, report: &ImportReport) -> Option<&'static str> {
    match error_table(call.out.texts, report)
        .and_then(|bytes| std::fs::write(ERROR_FILE, bytes).map_err(Into::into))
    {
        Ok(()) => Some(ERROR_FILE),
        Err(error) => {
            call.out.say(&call.out.texts.with(
                "import.error_file_failed",
                &[("file", ERROR_FILE), ("error", &error.to_string())],
            ));
            None
        }
    }
}

/// With mark and `;`, as spreadsheets of the region open it by a double click.
fn error_table(texts: Texts, report: &ImportReport) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(vec![0xef, 0xbb, 0xbf]);
    writer.write_record(texts.get("import.error_columns").split(';'))?;
    for error in &report.errors {
        let reason = row_reason(error, texts);
        writer.write_record([
            error.row.to_string(),
            harmless(&error.column),
            harmless(&error.value),
            harmless(&reason),
        ])?;
    }
    writer.into_inner().map_err(|error| anyhow!("{error}"))
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe (ASVS 1.2.10).
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) {
        format!("'{cell}")
    } else {
        cell.to_string()
    }
}

#[cfg(test)]
mod tests;
