//! What a person must do: call for help, call because nothing else reaches them, a sign of a break-in.

use crate::Store;
use crate::ground::journal;
use crate::values;
use crate::warning::recipients;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::OrganisationId;
use tuermer_core::organisation::ways as ways_to;
use tuermer_core::task::TaskKind;
use tuermer_core::warning::{Channel, Way};

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
    /// Note.
    pub note: String,
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
                    note: row.text(7)?,
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

/// The number a person calls, empty where none is known.
pub(crate) fn number_to_call(ways: &[Way]) -> String {
    ways.iter()
        .find(|way| way.channel == Channel::LAST)
        .map_or(String::new(), |way| way.address.clone())
}
