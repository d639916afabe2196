//! What is wrong with a build pack although every field of it can be read. Contradictions of its sources are another
//! matter ([`crate::pack_conflict`]): those are told and kept, these refuse the pack.

use crate::pack::{BuildPack, BuildRow, Condition, PackRule};
use crate::scale::words;
use jiff::civil::Date;
use std::collections::HashSet;

words! {
    /// What is wrong.
    ProblemKind {
        /// The same build for the same line and update stands there twice.
        DuplicateBuild = "duplicate_build",
        /// A build outside the numbers of its line.
        OutsideLine = "outside_line",
        /// A line whose numbers belong all to lines above it.
        HiddenLine = "hidden_line",
        /// A build carries the fix of an update no flaw and no condition names: a slip of the pen.
        NobodysUpdate = "nobodys_update",
        /// No build carries the fix: everything named stays open.
        NoBuilds = "no_builds",
        /// The flaw would begin after its fix.
        AffectedAfterFix = "affected_after_fix",
        /// A day that has not come.
        FutureDay = "future_day",
        /// The same flaw and update twice.
        DuplicateFlaw = "duplicate_flaw",
        /// A condition without its question or its step in one of the languages.
        NoWords = "no_words",
        /// A paid update that no build of its lines carries: a slip of the pen, and everybody would count as customer.
        NotCarried = "not_carried",
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackProblem {
    /// What.
    pub kind: ProblemKind,
    /// Where: a build, a line, a flaw, a condition.
    pub place: String,
    /// What stands there: an update, a day.
    pub value: String,
}

impl PackProblem {
    /// True where the pack must not be used; the others are told.
    pub fn refuses(&self) -> bool {
        self.kind != ProblemKind::NoBuilds
    }
}

impl BuildPack {
    /// Everything that is wrong on a day, in the order of the files.
    pub fn problems(&self, today: Date) -> Vec<PackProblem> {
        let mut found = Vec::new();
        if self.as_of > today {
            found.push(problem(ProblemKind::FutureDay, "as_of", self.as_of));
        }
        self.check_lines(&mut found);
        self.check_rows(&mut found, today);
        self.check_fixes(&mut found, today);
        self.check_paid(&mut found);
        found
    }

    fn check_lines(&self, found: &mut Vec<PackProblem>) {
        for (index, line) in self.lines.iter().enumerate() {
            let hidden = self
                .lines
                .iter()
                .take(index)
                .any(|above| above.from <= line.from && line.to <= above.to);
            if hidden {
                found.push(problem(
                    ProblemKind::HiddenLine,
                    &line.name,
                    self.form.write(line.from),
                ));
            }
        }
    }

    fn check_rows(&self, found: &mut Vec<PackProblem>, today: Date) {
        let mut seen = HashSet::new();
        // Updates whose builds bring the condition of a fix with them.
        let settling = self
            .fixes
            .iter()
            .flat_map(|fix| &fix.conditions)
            .filter_map(|condition| condition.settled_from_update.as_deref());
        let named: HashSet<&str> = self
            .fixes
            .iter()
            .map(|fix| fix.update.as_str())
            .chain(settling)
            .collect();
        for row in &self.rows {
            let BuildRow {
                build,
                line,
                cumulative_update,
                update,
                affected_from,
                released,
                available_from,
                kb: _,
                source: _,
            } = row;
            let place = self.form.write(*build);
            let update_name = update.as_deref().unwrap_or_default();
            if !seen.insert((build, line, cumulative_update, update)) {
                found.push(problem(ProblemKind::DuplicateBuild, &place, update_name));
            }
            let own = self.lines.iter().find(|candidate| candidate.holds(*build));
            if own.is_none_or(|own| own.name != *line) {
                found.push(problem(ProblemKind::OutsideLine, &place, line));
            }
            if self.rule == PackRule::BranchFixedBuild && !named.contains(update_name) {
                found.push(problem(ProblemKind::NobodysUpdate, &place, update_name));
            }
            if affected_from.is_some_and(|from| from >= *build) {
                found.push(problem(ProblemKind::AffectedAfterFix, &place, update_name));
            }
            for day in [released, available_from]
                .into_iter()
                .flatten()
                .filter(|day| **day > today)
            {
                found.push(problem(ProblemKind::FutureDay, &place, day));
            }
        }
    }

    fn check_fixes(&self, found: &mut Vec<PackProblem>, today: Date) {
        let mut seen = HashSet::new();
        let mut told = HashSet::new();
        for fix in &self.fixes {
            if !seen.insert((&fix.cve, &fix.update)) {
                found.push(problem(ProblemKind::DuplicateFlaw, &fix.cve, &fix.update));
            }
            if let Some(day) = fix.published.filter(|day| *day > today) {
                found.push(problem(ProblemKind::FutureDay, &fix.cve, day));
            }
            if !self
                .rows
                .iter()
                .any(|row| row.update.as_ref() == Some(&fix.update))
            {
                found.push(problem(ProblemKind::NoBuilds, &fix.cve, &fix.update));
            }
            for condition in &fix.conditions {
                if told.insert(condition.key.as_str()) && wordless(condition) {
                    found.push(problem(ProblemKind::NoWords, &condition.key, &fix.cve));
                }
            }
        }
    }

    /// An update nobody carries, a question without words: whoever is asked for a paid programme must understand it.
    fn check_paid(&self, found: &mut Vec<PackProblem>) {
        for paid in &self.paid {
            if wordless(&paid.condition) {
                found.push(problem(
                    ProblemKind::NoWords,
                    &paid.condition.key,
                    &paid.programme,
                ));
            }
            let carried = |update: &String| {
                self.rows.iter().any(|row| {
                    row.update.as_ref() == Some(update) && paid.lines.contains(&row.line)
                })
            };
            for update in paid.updates.iter().filter(|update| !carried(update)) {
                found.push(problem(ProblemKind::NotCarried, &paid.programme, update));
            }
        }
    }
}

fn wordless(condition: &Condition) -> bool {
    [&condition.question, &condition.step]
        .iter()
        .flat_map(|phrase| phrase.texts())
        .any(|words| words.trim().is_empty())
}

fn problem(kind: ProblemKind, place: &str, value: impl ToString) -> PackProblem {
    PackProblem {
        kind,
        place: place.to_string(),
        value: value.to_string(),
    }
}
