//! Where the sources of a build pack contradict each other: reported, never silently chosen.

use crate::pack::{BuildPack, BuildRow};
use crate::scale::words;

words! {
    /// In what way the sources disagree.
    ConflictKind {
        /// One update of one cumulative update, two numbers; the lower one counts.
        TwoNumbers = "two-numbers",
        /// One number, two names (a security update with the number of its cumulative update).
        OneNumber = "one-number",
        /// One cumulative update, two names.
        TwoNames = "two-names",
        /// An update one source lists for other cumulative updates but not for this one.
        OneSource = "one-source",
        /// Available later than the tables say.
        LaterThanTold = "later-than-told",
    }
}

/// One contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackConflict {
    /// In what way.
    pub kind: ConflictKind,
    /// Line it concerns.
    pub line: String,
    /// Cumulative update it concerns.
    pub cumulative_update: String,
    /// Security or hotfix update; `None` = the cumulative update itself.
    pub update: Option<String>,
    /// The builds in question, ascending.
    pub builds: Vec<[u32; 4]>,
    /// The names in question, where it is about names.
    pub names: Vec<String>,
    /// Who says so, in the order of the builds, else of the names.
    pub sources: Vec<String>,
}

impl BuildPack {
    /// Every contradiction, in the order of the rows.
    pub fn conflicts(&self) -> Vec<PackConflict> {
        let mut conflicts: Vec<PackConflict> = Vec::new();
        for row in &self.rows {
            let found = [
                self.two_numbers(row),
                self.one_number(row),
                self.one_source(row),
                later(row),
            ];
            conflicts.extend(found.into_iter().flatten());
        }
        conflicts.extend(self.aliases.iter().filter_map(|alias| {
            let rows = self.rows.iter().filter(|row| {
                row.line == alias.line && row.cumulative_update == alias.cumulative_update
            });
            let builds: Vec<[u32; 4]> = rows.map(|row| row.build).collect();
            Some(PackConflict {
                kind: ConflictKind::TwoNames,
                line: alias.line.clone(),
                cumulative_update: alias.cumulative_update.clone(),
                update: None,
                names: vec![alias.cumulative_update.clone(), alias.also.clone()],
                sources: vec![alias.source.clone()],
                builds: Some(builds).filter(|builds| !builds.is_empty())?,
            })
        }));
        conflicts
    }

    /// Told once, at the lowest of the numbers.
    fn two_numbers(&self, row: &BuildRow) -> Option<PackConflict> {
        let mut same: Vec<&BuildRow> = self
            .rows
            .iter()
            .filter(|other| same_update(row, other))
            .collect();
        same.sort_by_key(|other| other.build);
        let lowest = same.first().is_some_and(|first| first.build == row.build);
        let differ = same.last().is_some_and(|last| last.build != row.build);
        (lowest && differ).then(|| conflict(ConflictKind::TwoNumbers, row, &same, Vec::new()))
    }

    /// Told once, at the plain cumulative update.
    fn one_number(&self, row: &BuildRow) -> Option<PackConflict> {
        let other = self
            .rows
            .iter()
            .find(|other| other.build == row.build && other.update.is_some())?;
        if row.update.is_some() {
            return None;
        }
        let names = vec![
            row.cumulative_update.clone(),
            format!(
                "{} {}",
                other.cumulative_update,
                other.update.as_deref().unwrap_or_default()
            ),
        ];
        Some(PackConflict {
            sources: vec![row.source.clone(), other.source.clone()],
            ..conflict(ConflictKind::OneNumber, row, &[row], names)
        })
    }

    fn one_source(&self, row: &BuildRow) -> Option<PackConflict> {
        let update = row.update.as_ref()?;
        let missing = self
            .compared
            .iter()
            .find(|source| !names_source(row, source))?;
        // Only where that source knows the update at all, and no other number of it for this cumulative update.
        let knows = self
            .rows
            .iter()
            .any(|other| other.update.as_ref() == Some(update) && names_source(other, missing));
        let own = self
            .rows
            .iter()
            .any(|other| same_update(row, other) && names_source(other, missing));
        (knows && !own).then(|| conflict(ConflictKind::OneSource, row, &[row], Vec::new()))
    }
}

fn later(row: &BuildRow) -> Option<PackConflict> {
    let (released, available_from) = (row.released?, row.available_from?);
    (available_from > released).then(|| {
        conflict(
            ConflictKind::LaterThanTold,
            row,
            &[row],
            vec![released.to_string(), available_from.to_string()],
        )
    })
}

fn same_update(row: &BuildRow, other: &BuildRow) -> bool {
    row.line == other.line
        && row.cumulative_update == other.cumulative_update
        && row.update == other.update
}

fn names_source(row: &BuildRow, source: &str) -> bool {
    row.source.split('+').any(|name| name == source)
}

fn conflict(
    kind: ConflictKind,
    row: &BuildRow,
    rows: &[&BuildRow],
    names: Vec<String>,
) -> PackConflict {
    PackConflict {
        kind,
        line: row.line.clone(),
        cumulative_update: row.cumulative_update.clone(),
        update: row.update.clone(),
        builds: rows.iter().map(|row| row.build).collect(),
        names,
        sources: rows.iter().map(|row| row.source.clone()).collect(),
    }
}
