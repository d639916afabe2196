//! A feed for people: its entries go to the reading list, as plain text.

use super::{IngestReport, Remark};
use crate::acts::allow;
use crate::context::Context;
use crate::store::feeds::reading;
use anyhow::Result;
use tuermer_core::rights::{Act, Actor};
use tuermer_formats::format::Format;

/// Takes the entries of the feed of this name.
///
/// # Errors
/// The store cannot be written, or there is no feed of this name; nothing was kept then.
pub async fn ingest_reading(
    context: &Context,
    actor: &Actor,
    feed: &str,
    bytes: Vec<u8>,
) -> Result<IngestReport> {
    allow(actor, Act::Ingest)?;
    let read = tokio::task::spawn_blocking(move || tuermer_formats::atom::read(&bytes)).await;
    let told = match read {
        Ok(Ok(told)) => told,
        Ok(Err(error)) => {
            return Ok(IngestReport::rejected(
                feed,
                Format::Atom,
                Remark::new("threat.ingest_atom_broken", &[("error", &error)]),
            ));
        }
        Err(_) => {
            return Ok(IngestReport::rejected(
                feed,
                Format::Atom,
                Remark::new("threat.ingest_validator", &[]),
            ));
        }
    };
    let mut open = context.store.begin().await?;
    let (new, changed) = reading::keep(&mut open, feed, &told.entries, context.now()).await?;
    open.commit().await?;
    let same = (told.entries.len() as u64)
        .saturating_sub(new)
        .saturating_sub(changed);
    let mut report = IngestReport {
        new,
        changed,
        same,
        ..IngestReport::new(feed, Format::Atom)
    };
    if told.left_out > 0 {
        report.remarks.push(Remark::new(
            "threat.ingest_atom_left_out",
            &[("count", &told.left_out)],
        ));
    }
    Ok(report)
}
