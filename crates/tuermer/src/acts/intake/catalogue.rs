//! The KEV catalogue: the whole list replaces the whole list, and only by a newer one.
//!
//! An entry whose CVE nothing else tells of becomes a threat of its own, because CISA may be weeks before the record; it
//! is withdrawn with its entry and replaced by the record.

use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::documents::{self, Document};
use crate::store::documents::kev;
use crate::store::documents::threats;
use crate::store::documents::threats::DocumentFields;
use crate::store::documents::threats::Written;
use crate::store::ground::engine::Transaction;
use crate::store::ground::journal;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::rights::Actor;
use tuermer_formats::format::Format;
use tuermer_formats::kev::Entry;

/// Takes one catalogue.
pub async fn ingest(
    context: &Context,
    actor: &Actor,
    name: &str,
    bytes: Vec<u8>,
) -> Result<IngestReport> {
    let catalogue = match tuermer_formats::kev::read(&bytes) {
        Ok(catalogue) => catalogue,
        Err(error) => {
            return Ok(IngestReport::rejected(
                name,
                Format::Kev,
                Remark::new("threat.ingest_kev", &[("error", &error)]),
            ));
        }
    };
    let now = context.now();
    let mut open = context.store.begin().await?;
    if let Some(stored) = kev::released_at(&mut open).await?
        && catalogue.released_at < stored
    {
        let remark = Remark::new(
            "threat.ingest_kev_older",
            &[("released", &catalogue.released_at), ("stored", &stored)],
        );
        return Ok(IngestReport::rejected(name, Format::Kev, remark));
    }
    let kev::Difference {
        new,
        changed,
        same,
        withdrawn,
        due_dates_moved,
    } = kev::replace(&mut open, &catalogue, now).await?;
    let document = Document {
        sha256: sha256(&bytes),
        kind: Format::Kev,
        source: name.to_string(),
        received_at: now,
        size: bytes.len() as u64,
        bytes,
        rejected: None,
    };
    documents::keep(&mut open, document).await?;
    let (gone, retold) = kev::retold(&mut open).await?;
    kev::withdraw(&mut open, &gone, now).await?;
    let mut entries = kev::alone(&mut open).await?;
    entries.extend(retold);
    tell(&mut open, actor, name, &entries, now).await?;
    if new.saturating_add(changed).saturating_add(withdrawn) > 0 {
        let detail = format!("new {new}, changed {changed}, withdrawn {withdrawn}");
        let (by, version) = (actor.name(), &catalogue.version);
        journal::append(&mut open, now, by, "kev.replaced", version, &detail).await?;
    }
    open.commit().await?;
    Ok(IngestReport {
        new,
        changed,
        same,
        withdrawn,
        due_dates_moved,
        ..IngestReport::new(name, Format::Kev)
    })
}

/// Makes threats of entries that stand alone; the words of each entry are its document.
async fn tell(
    open: &mut Transaction,
    actor: &Actor,
    source: &str,
    entries: &[Entry],
    now: Timestamp,
) -> Result<()> {
    let mut made = Vec::with_capacity(entries.len());
    let (mut kept, mut journal) = (Vec::with_capacity(entries.len()), Vec::new());
    let ids: Vec<String> = entries
        .iter()
        .map(|entry| tuermer_formats::cve::threat_id(&entry.cve).0)
        .collect();
    let stored =
        threats::stored_revisions(open, &ids.iter().map(String::as_str).collect::<Vec<_>>())
            .await?;
    for entry in entries {
        let bytes = tuermer_formats::kev::entry_document(entry)?;
        let (threat, hash, size) = (
            tuermer_formats::kev::threat(entry),
            sha256(&bytes),
            bytes.len() as u64,
        );
        kept.push(
            Document {
                sha256: hash.clone(),
                kind: Format::Kev,
                source: source.to_string(),
                received_at: now,
                size,
                bytes,
                rejected: None,
            }
            .pack(),
        );
        journal.push((
            threat.tracking_id.clone(),
            format!("revision {}, sha256 {hash}", threat.revision),
        ));
        made.push((threat, hash));
    }
    let current: HashMap<&str, &str> = made
        .iter()
        .map(|(threat, hash)| (threat.id.as_str(), hash.as_str()))
        .collect();
    let replaced = stored
        .iter()
        .filter(|(id, revision)| current.get(id.as_str()) != Some(&revision.sha256.as_str()));
    documents::supersede_many(
        open,
        &replaced
            .map(|(_, revision)| revision.sha256.clone())
            .collect::<Vec<_>>(),
    )
    .await?;
    documents::keep_many(open, kept).await?;
    let fields = DocumentFields::default();
    let written: Vec<Written<'_>> = made
        .iter()
        .map(|(threat, sha256)| Written {
            threat,
            level: None,
            sha256,
            fields: &fields,
        })
        .collect();
    threats::write_many(open, &written, now).await?;
    journal::append_many(open, now, actor.name(), "threat.ingested", &journal).await
}
