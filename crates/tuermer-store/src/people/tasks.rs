//! What a person must do: call for help, call because nothing else reaches them, a sign of a break-in.

use crate::Store;
use crate::ground::engine::{Transaction, Value};
use crate::ground::journal;
use crate::values;
use crate::warning::recipients;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::exposure::{Exposure, Reason};
use tuermer_core::ids::OrganisationId;
use tuermer_core::organisation::ways as ways_to;
use tuermer_core::sentence::Sentence;
use tuermer_core::task::TaskKind;
use tuermer_core::warning::{Channel, Way};
use tuermer_formats::facts;

/// One open task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Our id.
    pub id: String,
    /// What is to be done.
    pub kind: TaskKind,
    /// Register number of the organisation.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// Telephone of its best-known contact, may be empty.
    pub phone: String,
    /// Warning it belongs to, if any.
    pub warning: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// What is to be known beforehand.
    pub note: Option<Sentence>,
}

impl Store {
    /// Open tasks, oldest first: cries for help and break-ins before other calls.
    pub async fn tasks(&self, limit: usize, now: Timestamp) -> Result<Vec<Task>> {
        // A task about a break-in comes before any warning: the number is then the one the register knows best.
        let sql = "SELECT t.id, t.kind, o.external_id, o.name, r.ways, t.warning_number, t.created_at, t.note, o.id
            FROM task t JOIN organisation o ON o.id = t.organisation_id
            LEFT JOIN recipient r ON r.warning_number = t.warning_number AND r.organisation_id = t.organisation_id
            WHERE t.done_at IS NULL
            ORDER BY CASE t.kind WHEN 'incident' THEN 0 WHEN 'help' THEN 1 ELSE 2 END, t.created_at, t.id LIMIT $1";
        let rows = self.read(sql, values![i64::try_from(limit)?]).await?;
        let whose = "WHERE c.organisation_id IN (SELECT organisation_id FROM task WHERE done_at IS NULL AND warning_number IS NULL)";
        let contacts = self.contacts_where(whose, Vec::new()).await?;
        rows.iter()
            .map(|row| {
                let ways = match row.text_or_null(4)? {
                    Some(released) => recipients::ways(&released)?,
                    None => contacts
                        .get(&OrganisationId(row.text(8)?))
                        .map_or_else(Vec::new, |people| ways_to(people, false, now)),
                };
                Ok(Task {
                    id: row.text(0)?,
                    kind: row.word(1, "task.kind", TaskKind::parse)?,
                    organisation: row.text(2)?,
                    name: row.text(3)?,
                    phone: number_to_call(&ways),
                    warning: row.text_or_null(5)?,
                    created_at: row.time(6)?,
                    note: facts::some_sentence(&row.text(7)?),
                })
            })
            .collect()
    }

    /// Marks a task done; `false` where there is no open one with this id.
    pub async fn finish_task(&self, now: Timestamp, id: &str, by: &str) -> Result<bool> {
        let mut open = self.begin().await?;
        let done = open
            .run(
                "UPDATE task SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL",
                values![id, now, by],
            )
            .await?
            > 0;
        if done {
            journal::append(&mut open, now, by, "task.done", id, "").await?;
        }
        open.commit().await?;
        Ok(done)
    }
}

/// A person must call those with signs of a break-in: one open task each, whatever the number of threats.
/// The sign is the key, so that a call once made is not asked for again by the next verdict, only by a later sign.
pub fn incident_tasks(found: &[Exposure], now: Timestamp) -> Vec<Vec<Value>> {
    let newest = |exposure: &Exposure| {
        let signs = exposure
            .grounds
            .iter()
            .filter(|ground| matches!(ground.reason, Reason::BreakIn { .. }));
        signs.max_by_key(|ground| ground.observed_at).cloned()
    };
    found
        .iter()
        .filter_map(|exposure| newest(exposure).map(|sign| (exposure, sign)))
        .map(|(exposure, sign)| {
            let id = format!(
                "incident-{}-{}",
                exposure.organisation,
                sign.observed_at.as_microsecond()
            );
            values![
                id,
                "incident",
                exposure.organisation.as_str(),
                exposure.threat.as_str(),
                now,
                facts::stored(&Sentence::new(
                    "verdict.task_break_in",
                    [("reason", sign.reason.into())]
                ))
            ]
        })
        .collect()
}

/// Writes the rows of [`incident_tasks`]. `again`: everything is judged again, and a note that an earlier program wrote as
/// a sentence becomes the fact it was made from; no task arises twice.
pub async fn keep(open: &mut Transaction, rows: Vec<Vec<Value>>, again: bool) -> Result<()> {
    if again {
        for row in &rows {
            if let [id, .., note] = row.as_slice() {
                let sql = "UPDATE task SET note = $2 WHERE id = $1 AND note LIKE '{\"key\":\"as_written\"%'";
                open.run(sql, vec![id.clone(), note.clone()]).await?;
            }
        }
    }
    open.insert_many(
        "INSERT INTO task (id, kind, organisation_id, threat_id, created_at, note)",
        rows,
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// The number a person calls, empty where none is known.
pub(crate) fn number_to_call(ways: &[Way]) -> String {
    ways.iter()
        .find(|way| way.channel == Channel::LAST)
        .map_or(String::new(), |way| way.address.clone())
}
