//! The KEV table: one whole catalogue at a time, and what changed since the last one.

use super::engine::{Transaction, Value};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use tuermer_formats::kev::{Catalogue, Entry};

/// When the stored catalogue was released, in `meta`.
const RELEASED: &str = "kev.released_at";

/// What a catalogue changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Entries that were not there.
    pub new: u64,
    /// Entries with another day, due day ransomware mark or other words.
    pub changed: u64,
    /// Entries as they were.
    pub same: u64,
    /// Entries that are not there any more.
    pub withdrawn: u64,
    /// Of the changed ones: another due day.
    pub due_dates_moved: u64,
}

/// When the stored catalogue was released, if there is one.
pub async fn released_at(open: &mut Transaction) -> Result<Option<Timestamp>> {
    let row = open.read_one("SELECT value FROM meta WHERE key = $1", values![RELEASED]).await?;
    Ok(row.map(|row| row.text(0)).transpose()?.and_then(|text| text.parse().ok()))
}

/// A stored entry and whether it was withdrawn.
type Stored = (Entry, bool);

async fn stored(open: &mut Transaction) -> Result<HashMap<String, Stored>> {
    let sql = "SELECT cve, vendor, product, name, added, due, ransomware, description, notes, withdrawn_at FROM kev";
    let rows = open.read(sql, Vec::new()).await?;
    let entries = rows.iter().map(|row| {
        let entry = Entry {
            cve: row.text(0)?,
            vendor: row.text(1)?,
            product: row.text(2)?,
            name: row.text(3)?,
            added: row.text(4)?.parse()?,
            due: row.text(5)?.parse()?,
            ransomware: row.bool(6)?,
            description: row.text(7)?,
            notes: row.text(8)?,
        };
        Ok((entry.cve.clone(), (entry, row.int_or_null(9)?.is_some())))
    });
    entries.collect()
}

/// Replaces the stored catalogue and raises the gap counter of every threat that carries a CVE whose entry changed.
pub async fn replace(open: &mut Transaction, catalogue: &Catalogue, now: Timestamp) -> Result<Difference> {
    let stored = stored(open).await?;
    let mut difference = Difference::default();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut touched: Vec<&str> = Vec::new();
    for entry in &catalogue.entries {
        match stored.get(&entry.cve) {
            Some((known, false)) if known == entry => {
                difference.same = difference.same.saturating_add(1);
                continue;
            }
            Some((known, false)) => {
                difference.changed = difference.changed.saturating_add(1);
                difference.due_dates_moved = difference.due_dates_moved.saturating_add(u64::from(known.due != entry.due));
            }
            _ => difference.new = difference.new.saturating_add(1),
        }
        let Entry { cve, vendor, product, name, added, due, ransomware, description, notes } = entry;
        touched.push(cve);
        rows.push(values![cve, vendor, product, name, added.to_string(), due.to_string(), *ransomware, description, notes, &catalogue.version, now]);
    }
    open.insert_many(
        "INSERT INTO kev (cve, vendor, product, name, added, due, ransomware, description, notes, catalogue, seen_at)",
        rows,
        "ON CONFLICT (cve) DO UPDATE SET vendor = excluded.vendor, product = excluded.product, name = excluded.name, added = excluded.added,
             due = excluded.due, ransomware = excluded.ransomware, description = excluded.description, notes = excluded.notes, catalogue = excluded.catalogue, withdrawn_at = NULL",
    )
    .await?;
    let listed: HashSet<&str> = catalogue.entries.iter().map(|entry| entry.cve.as_str()).collect();
    for (cve, _) in stored.iter().filter(|(cve, entry)| !entry.1 && !listed.contains(cve.as_str())) {
        open.run("UPDATE kev SET withdrawn_at = $1 WHERE cve = $2", values![now, cve]).await?;
        difference.withdrawn = difference.withdrawn.saturating_add(1);
        touched.push(cve);
    }
    raise(open, &touched).await?;
    open.run(
        "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        values![RELEASED, catalogue.released_at.to_string()],
    )
    .await?;
    Ok(difference)
}

/// Raises the gap counter of the threats that carry these CVEs, once each; gives their number.
pub async fn raise(open: &mut Transaction, cves: &[&str]) -> Result<u64> {
    let cves: HashSet<&str> = cves.iter().copied().collect();
    let carried = open.read("SELECT threat_id, cve FROM vulnerability", Vec::new()).await?;
    let mut threats = HashSet::new();
    for row in &carried {
        if cves.contains(row.text(1)?.as_str()) {
            threats.insert(row.text(0)?);
        }
    }
    let raised = threats.len() as u64;
    for id in threats {
        open.run("UPDATE threat SET facts_revision = facts_revision + 1 WHERE id = $1", values![id]).await?;
    }
    Ok(raised)
}
