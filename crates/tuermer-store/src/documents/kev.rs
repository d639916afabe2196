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
        match known {
            Some(Stored {
                entry: known,
                withdrawn_at: None,
                ..
            }) if known == entry => {
                difference.same = difference.same.saturating_add(1);
                continue;
            }
            Some(Stored {
                entry: known,
                withdrawn_at: None,
                ..
            }) => {
                difference.changed = difference.changed.saturating_add(1);
                difference.due_dates_moved = difference
                    .due_dates_moved
                    .saturating_add(u64::from(known.due != entry.due));
            }
            _ => difference.new = difference.new.saturating_add(1),
        }
        past.extend(known.into_iter().flat_map(|known| history(known, now)));
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
        touched.push(cve);
        rows.push(values![
            cve,
            vendor,
            product,
            name,
            added.to_string(),
            due.to_string(),
            *ransomware,
            description,
            notes,
            &catalogue.version,
            now
        ]);
    }
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
    let listed: HashSet<&str> = catalogue
        .entries
        .iter()
        .map(|entry| entry.cve.as_str())
        .collect();
    for (cve, _) in stored
        .iter()
        .filter(|(cve, stored)| stored.withdrawn_at.is_none() && !listed.contains(cve.as_str()))
    {
        open.run(
            "UPDATE kev SET withdrawn_at = $1 WHERE cve = $2",
            values![now, cve],
        )
        .await?;
        difference.withdrawn = difference.withdrawn.saturating_add(1);
        touched.push(cve);
    }
    raise(open, &touched).await?;
    crate::ground::meta::set(open, RELEASED, &catalogue.released_at.to_string()).await?;
    Ok(difference)
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

/// Threats that are nothing but an entry, where the catalogue took that entry back or says it in other words.
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
