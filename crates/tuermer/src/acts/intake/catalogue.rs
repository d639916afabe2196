//! The KEV catalogue: the whole list replaces the whole list, and only by a newer one.
//!
//! An entry whose CVE nothing else tells of becomes a threat of its own, because CISA may be weeks before the record; it
//! is withdrawn with its entry and replaced by the record.

use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::document::{self, Document};
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
use tuermer_core::threat::Threat;
use tuermer_formats::format::Format;
use tuermer_formats::kev::{Catalogue, Entry};

/// Ingests one catalogue.
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
    if let Some(remark) = older_than_stored(&mut open, &catalogue).await? {
        return Ok(IngestReport::rejected(name, Format::Kev, remark));
    }
    let kev::Difference {
        new,
        changed,
        same,
        withdrawn,
        due_dates_moved,
    } = kev::replace(&mut open, &catalogue, now).await?;
    document::keep(&mut open, document(bytes, name, now)).await?;
    let (gone, retold) = kev::retold(&mut open).await?;
    kev::withdraw(&mut open, &gone, now).await?;
    let mut entries = kev::alone(&mut open).await?;
    entries.extend(retold);
    make_threats(&mut open, actor, name, &entries, now).await?;
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

/// A remark where a catalogue that was released later is stored.
async fn older_than_stored(
    open: &mut Transaction,
    catalogue: &Catalogue,
) -> Result<Option<Remark>> {
    let stored = kev::released_at(open).await?;
    let newer = stored.filter(|stored| catalogue.released_at < *stored);
    Ok(newer.map(|stored| {
        Remark::new(
            "threat.ingest_kev_older",
            &[("released", &catalogue.released_at), ("stored", &stored)],
        )
    }))
}

fn document(bytes: Vec<u8>, source: &str, now: Timestamp) -> Document {
    Document {
        sha256: sha256(&bytes),
        kind: Format::Kev,
        source: source.to_string(),
        received_at: now,
        size: bytes.len() as u64,
        bytes,
        rejected: None,
    }
}

/// Makes threats of entries that stand alone; the words of each entry are its document.
async fn make_threats(
    open: &mut Transaction,
    actor: &Actor,
    source: &str,
    entries: &[Entry],
    now: Timestamp,
) -> Result<()> {
    let mut made = Vec::with_capacity(entries.len());
    let (mut kept, mut journal) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries {
        let threat = tuermer_formats::kev::threat(entry);
        let document = document(tuermer_formats::kev::entry_document(entry)?, source, now);
        let hash = document.sha256.clone();
        kept.push(document.pack());
        journal.push((
            threat.tracking_id.clone(),
            format!("revision {}, sha256 {hash}", threat.revision),
        ));
        made.push((threat, hash));
    }
    supersede_others(open, &made).await?;
    document::keep_many(open, kept).await?;
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

/// Marks the documents superseded that stood for these threats and say something else.
async fn supersede_others(open: &mut Transaction, made: &[(Threat, String)]) -> Result<()> {
    let current: HashMap<&str, &str> = made
        .iter()
        .map(|(threat, hash)| (threat.id.as_str(), hash.as_str()))
        .collect();
    let ids: Vec<&str> = current.keys().copied().collect();
    let stored = threats::stored_revisions(open, &ids).await?;
    let replaced: Vec<String> = stored
        .iter()
        .filter(|(id, revision)| current.get(id.as_str()) != Some(&revision.sha256.as_str()))
        .map(|(_, revision)| revision.sha256.clone())
        .collect();
    document::supersede_many(open, &replaced).await
}
