//! Documents about attacks: MISP events, STIX bundles, lists of indicators, and MISP's lists of what is harmless.
//!
//! What was seen somewhere is a sign; what to look for is kept as an indicator, and is a sign where it points to a member.

use super::content::{Content, too_big};
use super::gather::{self, File, Gatherer};
use super::{IngestReport, Remark, Word};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::document::{self, Document};
use anyhow::Result;
use tuermer_core::limits;
use tuermer_formats::findings::Found;
use tuermer_formats::format::{Findings, Format};
use tuermer_formats::origin::Origin;
use tuermer_formats::warninglist;

/// Takes one document.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest(
    context: &Context,
    name: &str,
    kind: Format,
    read: Findings,
    content: Content,
    word: &Word,
) -> Result<IngestReport> {
    let content = match bounded(content) {
        Ok(content) => content,
        Err(remark) => return Ok(IngestReport::rejected(name, kind, remark)),
    };
    let (origin, title) = (word.origin(context, name), name.to_string());
    gather::ingest_signs(
        context,
        File {
            name,
            kind,
            content,
            whole: true,
            word,
        },
        move |mut source, gatherer| {
            let mut take = |found| sort(found, &origin, gatherer);
            let summary = read(&mut source, &title, &origin, &mut take);
            let summary = summary.map_err(|error| error.to_string())?;
            gatherer.count(summary.elements);
            gatherer.unusable(summary.unusable, &summary.named);
            Ok(())
        },
    )
    .await
}

/// These are read as a whole: what is packed is unpacked first, up to the limit.
fn bounded(content: Content) -> Result<Content, Remark> {
    match content {
        Content::Packed(_) => Ok(Content::Bytes(content.whole()?)),
        content if content.size() > limits::DOCUMENT_BYTES.saturating_mul(4) => {
            Err(too_big(content.size()))
        }
        content => Ok(content),
    }
}

fn sort(found: Found, origin: &Origin, gatherer: &mut Gatherer<'_>) {
    match found {
        Found::Observation(sign) => {
            gatherer.sign(*sign);
        }
        Found::Indicator(indicator) => gatherer.indicator(*indicator, origin),
        // A word against an indicator: it is counted with what was passed over, and nothing is looked for because of it.
        Found::FalseAlarm(_) => {}
    }
}

/// Keeps a list of what is harmless; it counts from the next file on.
///
/// # Errors
/// The store cannot be read or written.
pub async fn harmless(context: &Context, name: &str, content: Content) -> Result<IngestReport> {
    let reject = |remark| Ok(IngestReport::rejected(name, Format::Warninglist, remark));
    let bytes = match content.whole() {
        Ok(bytes) => bytes,
        Err(remark) => return reject(remark),
    };
    let reading = match warninglist::read(&bytes) {
        Ok(reading) => reading,
        Err(error) => return reject(Remark::new("threat.ingest_report", &[("error", &error)])),
    };
    let (sha256, size, source) = (sha256(&bytes), bytes.len() as u64, name.to_string());
    let before = context.store.document_state(&sha256).await?;
    let mut open = context.store.begin().await?;
    document::keep(
        &mut open,
        Document {
            sha256,
            kind: Format::Warninglist,
            source,
            received_at: context.now(),
            size,
            bytes,
            rejected: None,
        },
    )
    .await?;
    open.commit().await?;
    let mut report = IngestReport::new(name, Format::Warninglist);
    (report.new, report.same) = if before.is_none() { (1, 0) } else { (0, 1) };
    if reading.unusable > 0 {
        report.remarks.push(Remark::new(
            "threat.ingest_unusable",
            &[("count", &reading.unusable)],
        ));
    }
    Ok(report)
}
