//! `tuermer ingest FILE…`: advisories, catalogues and reports from files; one line of answer per file.

use super::{Call, Exit};
use crate::stations::intake::{self, IngestReport};
use anyhow::Result;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tuermer_formats::recognise::Kind;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSAF or KEV (JSON), Shadowserver (CSV); a directory means its files in the order of their names.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Runs it.
pub async fn run(call: &Call, Args { files }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let (mut all, mut rejected) = (0_u64, 0_u64);
    for path in files.iter().flat_map(|path| listed(call, path)) {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let report = intake::ingest(&context, &name, &path).await?;
        all = all.saturating_add(1);
        rejected = rejected.saturating_add(u64::from(!report.rejected.is_empty()));
        say(call, &IngestReport { file: path.display().to_string(), ..report })?;
    }
    context.store.database.close().await;
    Ok(match rejected {
        0 if all == 0 => Exit::NothingFound,
        0 => Exit::Ok,
        some if some == all => Exit::Failed,
        _ => Exit::Partial,
    })
}

/// Files that lie beside documents: hashes and signatures, no documents themselves.
const BESIDE: &[&str] = &["asc", "sha256", "sha512"];

/// The file itself, or the documents of a directory in the order of their names (not those beneath).
fn listed(call: &Call, path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    let Ok(entries) = std::fs::read_dir(path) else { return vec![path.to_path_buf()] };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file() && !beside(path)).collect();
    files.sort();
    if files.is_empty() {
        call.out.say(&call.out.texts.with("threat.ingest_empty_directory", &[("path", &path.display().to_string())]));
    }
    files
}

fn beside(path: &Path) -> bool {
    path.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| BESIDE.contains(&extension))
}

fn say(call: &Call, report: &IngestReport) -> Result<()> {
    if call.out.json {
        return call.out.object(&object(call, report));
    }
    let texts = call.out.texts;
    let file = report.file.as_str();
    for remark in &report.rejected {
        call.out.line(&texts.with("threat.ingest_rejected_line", &[("file", file), ("reason", &remark.sentence(texts))]));
    }
    if report.rejected.is_empty() {
        let key = match report.kind {
            Kind::Shadowserver => "threat.ingest_signs_line",
            Kind::Kev => "threat.ingest_kev_line",
            _ => "threat.ingest_line",
        };
        let IngestReport { new, changed, same, withdrawn, due_dates_moved, lines, attributed, unattributed, malformed, .. } = report;
        let numbers = [
            ("new", new),
            ("changed", changed),
            ("same", same),
            ("withdrawn", withdrawn),
            ("due_dates_moved", due_dates_moved),
            ("lines", lines),
            ("attributed", attributed),
            ("unattributed", unattributed),
            ("malformed", malformed),
        ]
        .map(|(name, number)| (name, number.to_string()));
        let mut values: Vec<(&str, &str)> = vec![("file", file), ("kind", report.kind.as_str())];
        values.extend(numbers.iter().map(|(name, number)| (*name, number.as_str())));
        call.out.line(&texts.with(key, &values));
    }
    for remark in &report.remarks {
        call.out.say(&texts.with("threat.ingest_remark_line", &[("file", file), ("remark", &remark.sentence(texts))]));
    }
    Ok(())
}

fn object(call: &Call, report: &IngestReport) -> Value {
    let IngestReport { file, kind, new, changed, same, rejected, remarks, threat, withdrawn, due_dates_moved, lines, attributed, unattributed, malformed } =
        report;
    let rejected: Vec<Value> = rejected.iter().map(|remark| json!({"reason": remark.sentence(call.out.texts)})).collect();
    let remarks: Vec<String> = remarks.iter().map(|remark| remark.sentence(call.out.texts)).collect();
    let mut object = json!({"file": file, "kind": kind.as_str(), "new": new, "changed": changed, "same": same, "rejected": rejected, "remarks": remarks});
    let more = match kind {
        Kind::Csaf => json!({"threat": threat}),
        Kind::Kev => json!({"withdrawn": withdrawn, "due_dates_moved": due_dates_moved}),
        Kind::Shadowserver => json!({"lines": lines, "attributed": attributed, "unattributed": unattributed, "malformed": malformed}),
        _ => json!({}),
    };
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}
