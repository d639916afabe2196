//! The KEV table: one whole catalogue at a time, what changed since the last one, and the words it had before, so that
//! an earlier day can be asked about.

use crate::ground::engine::{Row, Transaction, Value, places};
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
    /// Entries with another day, due day, ransomware mark or other words.
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
    let row = open
        .read_one("SELECT value FROM meta WHERE key = $1", values![RELEASED])
        .await?;
    Ok(row
        .map(|row| row.text(0))
        .transpose()?
        .and_then(|text| text.parse().ok()))
}

/// A stored entry, since when we know its words, and when it was withdrawn.
struct Stored {
    entry: Entry,
    catalogue: String,
    since: i64,
    withdrawn_at: Option<i64>,
}

async fn stored(open: &mut Transaction) -> Result<HashMap<String, Stored>> {
    let sql = "SELECT cve, vendor, product, name, added, due, ransomware, description, notes, catalogue, withdrawn_at,
                   COALESCE((SELECT MAX(h.until_at) FROM kev_history h WHERE h.cve = kev.cve), seen_at) FROM kev";
    let rows = open.read(sql, Vec::new()).await?;
    let entries = rows.iter().map(|row| {
        let entry = entry(row)?;
        Ok((
            entry.cve.clone(),
            Stored {
                entry,
                catalogue: row.text(9)?,
                withdrawn_at: row.int_or_null(10)?,
                since: row.int(11)?,
            },
        ))
    });
    entries.collect()
}

fn entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        cve: row.text(0)?,
        vendor: row.text(1)?,
        product: row.text(2)?,
        name: row.text(3)?,
        added: row.text(4)?.parse()?,
        due: row.text(5)?.parse()?,
        ransomware: row.bool(6)?,
        description: row.text(7)?,
        notes: row.text(8)?,
    })
}

/// Replaces the stored catalogue and raises the gap counter of every threat that carries a CVE whose entry changed.
pub async fn replace(
    open: &mut Transaction,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Result<Difference> {
    let stored = stored(open).await?;
    let mut difference = Difference::default();
    let (mut rows, mut past, mut touched): (Vec<Vec<Value>>, Vec<Vec<Value>>, Vec<&str>) =
        Default::default();
    for entry in &catalogue.entries {
        let known = stored.get(&entry.cve);
        if !difference.count_listed(known, entry) {
            continue;
        }
        past.extend(known.into_iter().flat_map(|known| history(known, now)));
        touched.push(&entry.cve);
        rows.push(entry_row(entry, &catalogue.version, now));
    }
    write_entries(open, rows, past).await?;
    let withdrawn = entries_left_out(&stored, catalogue);
    for cve in &withdrawn {
        let sql = "UPDATE kev SET withdrawn_at = $1 WHERE cve = $2";
        open.run(sql, values![now, *cve]).await?;
    }
    difference.withdrawn = withdrawn.len() as u64;
    touched.extend(withdrawn);
    raise(open, &touched).await?;
    crate::ground::meta::set(open, RELEASED, &catalogue.released_at.to_string()).await?;
    Ok(difference)
}

impl Difference {
    /// Counts a listed entry against the stored one; true where it must be written.
    fn count_listed(&mut self, known: Option<&Stored>, entry: &Entry) -> bool {
        let counter = match known.filter(|known| known.withdrawn_at.is_none()) {
            None => &mut self.new,
            Some(known) if known.entry == *entry => &mut self.same,
            Some(known) => {
                let moved = u64::from(known.entry.due != entry.due);
                self.due_dates_moved = self.due_dates_moved.saturating_add(moved);
                &mut self.changed
            }
        };
        *counter = counter.saturating_add(1);
        known.is_none_or(|known| known.withdrawn_at.is_some() || known.entry != *entry)
    }
}

/// An entry as a row of `kev`.
fn entry_row(entry: &Entry, catalogue: &str, now: Timestamp) -> Vec<Value> {
    let Entry {
        cve,
        vendor,
        product,
        name,
        added,
        due,
        ransomware,
        description,
        notes,
    } = entry;
    values![
        cve,
        vendor,
        product,
        name,
        added.to_string(),
        due.to_string(),
        *ransomware,
        description,
        notes,
        catalogue,
        now
    ]
}

/// Writes new and changed entries, and the words they had before.
async fn write_entries(
    open: &mut Transaction,
    rows: Vec<Vec<Value>>,
    past: Vec<Vec<Value>>,
) -> Result<()> {
    open.insert_many(
        "INSERT INTO kev_history (cve, since_at, until_at, added, due, ransomware, listed, catalogue)",
        past,
        "ON CONFLICT (cve, until_at) DO NOTHING",
    )
    .await?;
    open.insert_many(
        "INSERT INTO kev (cve, vendor, product, name, added, due, ransomware, description, notes, catalogue, seen_at)",
        rows,
        "ON CONFLICT (cve) DO UPDATE SET vendor = excluded.vendor, product = excluded.product, name = excluded.name, added = excluded.added,
             due = excluded.due, ransomware = excluded.ransomware, description = excluded.description, notes = excluded.notes, catalogue = excluded.catalogue, withdrawn_at = NULL",
    )
    .await?;
    Ok(())
}

/// Stored entries that the catalogue does not list any more.
fn entries_left_out<'a>(
    stored: &'a HashMap<String, Stored>,
    catalogue: &Catalogue,
) -> Vec<&'a str> {
    let listed: HashSet<&str> = catalogue
        .entries
        .iter()
        .map(|entry| entry.cve.as_str())
        .collect();
    stored
        .iter()
        .filter(|(cve, stored)| stored.withdrawn_at.is_none() && !listed.contains(cve.as_str()))
        .map(|(cve, _)| cve.as_str())
        .collect()
}

/// The words an entry had until now; of a withdrawn one also the time in which it was not listed.
fn history(stored: &Stored, now: Timestamp) -> Vec<Vec<Value>> {
    let Stored {
        entry:
            Entry {
                cve,
                added,
                due,
                ransomware,
                ..
            },
        catalogue,
        since,
        withdrawn_at,
    } = stored;
    let words = |since: i64, until: i64, listed: bool| {
        values![
            cve,
            since,
            until,
            added.to_string(),
            due.to_string(),
            *ransomware,
            listed,
            catalogue
        ]
    };
    let now = now.as_microsecond();
    match withdrawn_at {
        Some(withdrawn) => vec![
            words(*since, *withdrawn, true),
            words(*withdrawn, now, false),
        ],
        None => vec![words(*since, now, true)],
    }
}

/// Listed entries whose CVE no stored threat carries.
pub async fn alone(open: &mut Transaction) -> Result<Vec<Entry>> {
    let sql = "SELECT cve, vendor, product, name, added, due, ransomware, description, notes FROM kev WHERE withdrawn_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM vulnerability v JOIN threat t ON t.id = v.threat_id WHERE v.cve = kev.cve AND (t.source <> 'kev' OR t.withdrawn = FALSE))
               ORDER BY cve";
    open.read(sql, Vec::new())
        .await?
        .iter()
        .map(entry)
        .collect()
}

/// Threats made of an entry alone: ids of those whose entry was withdrawn, and the entries whose words changed.
pub async fn retold(open: &mut Transaction) -> Result<(Vec<String>, Vec<Entry>)> {
    let sql = "SELECT k.cve, k.vendor, k.product, k.name, k.added, k.due, k.ransomware, k.description, k.notes, k.withdrawn_at, t.id, t.revision, t.title
               FROM threat t JOIN kev k ON k.cve = t.tracking_id WHERE t.source = 'kev' AND t.withdrawn = FALSE ORDER BY k.cve";
    let (mut withdrawn, mut changed) = (Vec::new(), Vec::new());
    for row in open.read(sql, Vec::new()).await? {
        let entry = entry(&row)?;
        if row.int_or_null(9)?.is_some() {
            withdrawn.push(row.text(10)?);
            continue;
        }
        let told = tuermer_formats::kev::threat(&entry);
        if told.revision != row.text(11)? || told.title != row.text(12)? {
            changed.push(entry);
        }
    }
    Ok((withdrawn, changed))
}

/// Withdraws threats and raises their gap counters.
pub async fn withdraw(open: &mut Transaction, ids: &[String], now: Timestamp) -> Result<()> {
    for id in ids {
        let sql = "UPDATE threat SET withdrawn = TRUE, changed_at = $1, facts_revision = facts_revision + 1 WHERE id = $2";
        open.run(sql, values![now, id]).await?;
    }
    Ok(())
}

/// Raises the gap counter of the threats that carry these CVEs, once each; gives their number.
pub async fn raise(open: &mut Transaction, cves: &[&str]) -> Result<u64> {
    let mut raised = 0_u64;
    for page in cves.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let carried = format!(
            "SELECT threat_id FROM vulnerability WHERE cve IN ({})",
            places(1, page.len())
        );
        let sql = format!(
            "UPDATE threat SET facts_revision = facts_revision + 1 WHERE id IN ({carried})"
        );
        raised = raised.saturating_add(
            open.run(&sql, page.iter().map(|cve| Value::from(*cve)).collect())
                .await?,
        );
    }
    Ok(raised)
}
