//! What a person must do.

use super::Moment;
use crate::store::people::tasks::Task;
use serde::Serialize;

/// One open task.
#[derive(Debug, Serialize)]
pub struct TaskView<'a> {
    /// Its id.
    pub id: &'a str,
    /// A word of `TaskKind`.
    pub kind: &'static str,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Telephone number to call; may be empty.
    pub phone: &'a str,
    /// Number of the warning it comes from.
    pub warning: Option<&'a str>,
    /// Since when it is open.
    pub created_at: Moment,
    /// What is to be known beforehand; may be empty.
    pub note: &'a str,
}

impl<'a> TaskView<'a> {
    /// A task; `note` is its note in the reader's language.
    pub fn new(task: &'a Task, note: &'a str) -> Self {
        Self {
            id: &task.id,
            kind: task.kind.as_str(),
            organisation: &task.organisation,
            name: &task.name,
            phone: &task.phone,
            warning: task.warning.as_deref(),
            created_at: Moment(task.created_at),
            note,
        }
    }
}
