//! Updates that only customers of a paid programme get, after the free ones have ended.
//!
//! Whether somebody is such a customer no build shows, except one that carries such an update already.

use super::{BuildPack, Condition, Fix, ProductLine};
use jiff::civil::Date;
use std::sync::Arc;

/// Which updates of which lines cost extra.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidUpdates {
    /// Short name of the programme, the same in every language: `ESU`.
    pub programme: String,
    /// Lines that get the updates only so.
    pub lines: Vec<String>,
    /// Names of the updates.
    pub updates: Vec<String>,
    /// Last day of the programme.
    pub until: Date,
    /// "Is this company a customer?", the words of a note that tell, and what is to be done if not.
    pub condition: Arc<Condition>,
}

impl BuildPack {
    /// The programme without which a line does not get the update.
    pub(super) fn paid_only(&self, line: &ProductLine, fix: &Fix) -> Option<Arc<PaidUpdates>> {
        self.paid
            .iter()
            .find(|paid| paid.lines.contains(&line.name) && paid.updates.contains(&fix.update))
            .cloned()
    }
}
