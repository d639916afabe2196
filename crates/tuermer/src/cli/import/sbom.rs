//! `tuermer import sbom`: the components of a bill of materials as the inventory of one member.

use super::{Args, show};
use crate::acts::register::{self, BillOptions};
use crate::cli::{Call, Exit};
use crate::refusal::wrong_call;
use crate::text::Texts;
use crate::views::import::{BillImportView, ImportView};
use anyhow::{Context as _, Result, anyhow};
use std::path::Path;
use tuermer_core::limits;
use tuermer_core::scale::Source;
use tuermer_formats::sbom::Bill;

/// Reads a bill of materials.
///
/// # Errors
/// The file cannot be read, is too big, or is no bill.
pub async fn read_bill(texts: Texts, file: &Path) -> Result<Bill> {
    let name = file.display().to_string();
    let size = std::fs::metadata(file)
        .with_context(|| format!("cannot read {name}"))?
        .len();
    if size > limits::DOCUMENT_BYTES {
        let (size, limit) = (
            (size >> 20).to_string(),
            (limits::DOCUMENT_BYTES >> 20).to_string(),
        );
        return Err(anyhow!(
            "{}",
            texts.with(
                "import.sbom_too_big",
                &[("file", &name), ("size", &size), ("limit", &limit)]
            )
        ));
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {name}"))?;
    let bill = tokio::task::spawn_blocking(move || tuermer_formats::sbom::read(&bytes)).await?;
    bill.map_err(|error| {
        anyhow!(
            "{}",
            texts.with(
                "import.sbom_unreadable",
                &[("file", &name), ("error", &error.to_string())]
            )
        )
    })
}

/// Runs it.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    let Args {
        file,
        dry_run,
        source,
        member,
        host,
        actor,
        ..
    } = args;
    let texts = call.out.texts;
    let name = file.display().to_string();
    let Some(member) = member else {
        return Err(wrong_call("import.sbom_member", []));
    };
    let bill = read_bill(texts, &file).await?;
    let context = call.open().await?;
    let actor = actor.prove(call, &context).await?;
    let options = BillOptions {
        member,
        host: host.unwrap_or_default(),
        source: source.map_or(Source::Provider, Source::from),
        dry_run,
    };
    let (format, components, nameless) =
        (bill.format.clone(), bill.components.len(), bill.nameless);
    let report = register::import_bill(&context, &actor, &name, bill, &options).await;
    context.store.database.close().await;
    let report = report?;
    if call.out.json {
        let import = ImportView {
            kind: "sbom",
            ..ImportView::new(&report, None, texts)
        };
        call.out.object(&BillImportView {
            import,
            format: &format,
            nameless,
        })?;
    } else {
        let values = [
            ("file", name.as_str()),
            ("format", &format),
            ("components", &components.to_string()),
            ("nameless", &nameless.to_string()),
        ];
        call.out.line(&texts.with("import.sbom_head", &values));
        show(call, &report, None, false);
    }
    Ok(if report.errors.is_empty() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}
