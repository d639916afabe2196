//! The KEV catalogue: the whole list replaces the whole list, and only by a newer one.

use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::{self, Document};
use crate::store::{journal, kev};
use anyhow::Result;
use tuermer_formats::recognise::Kind;

/// Takes one catalogue.
pub async fn ingest(context: &Context, name: &str, bytes: Vec<u8>) -> Result<IngestReport> {
    let catalogue = match tuermer_formats::kev::read(&bytes) {
        Ok(catalogue) => catalogue,
        Err(error) => return Ok(IngestReport::rejected(name, Kind::Kev, Remark::new("threat.ingest_kev", &[("error", &error)]))),
    };
    let mut open = context.store.begin().await?;
    if let Some(stored) = kev::released_at(&mut open).await?
        && catalogue.released_at < stored
    {
        let remark = Remark::new("threat.ingest_kev_older", &[("released", &catalogue.released_at), ("stored", &stored)]);
        return Ok(IngestReport::rejected(name, Kind::Kev, remark));
    }
    let kev::Difference { new, changed, same, withdrawn, due_dates_moved } = kev::replace(&mut open, &catalogue, context.now()).await?;
    let hash = sha256(&bytes);
    let size = bytes.len() as u64;
    let document = Document { sha256: hash, kind: "kev", source: name.to_string(), received_at: context.now(), size, bytes, rejected: None };
    documents::keep(&mut open, document).await?;
    if new.saturating_add(changed).saturating_add(withdrawn) > 0 {
        let detail = format!("new {new}, changed {changed}, withdrawn {withdrawn}");
        journal::append(&mut open, context.now(), "system", "kev.replaced", &catalogue.version, &detail).await?;
    }
    open.commit().await?;
    Ok(IngestReport { new, changed, same, withdrawn, due_dates_moved, ..IngestReport::new(name, Kind::Kev) })
}
