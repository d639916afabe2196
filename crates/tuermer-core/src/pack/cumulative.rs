//! The rule of Exchange: cumulative updates, each with its own security updates.
//!
//! That of `CSS-Exchange/Shared/CompareExchangeBuildLevel.ps1`: a build has the update when it is not below the highest
//! build that carries it, or not below the one of its own cumulative update.

use super::number::dotted;
use super::{BuildPack, BuildRow, EndOfLife, Fix, PackJudgement, PackState, ProductLine, month_of};
use jiff::civil::Date;

/// A number as it was seen: with or without its fourth part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Four parts.
    Build([u32; 4]),
    /// Three parts: the cumulative update, nothing about the security update.
    CumulativeUpdate([u32; 3]),
}

impl Seen {
    /// Reads `15.1.2176.9`, `15.01.2176.009`, `15.1.2176`, and `Version 15.1 (Build 2176.2)`. The last is what
    /// Get-ExchangeServer prints: it stays at the build of the cumulative update after a security update, so its
    /// fourth part says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((head, tail)) = text.split_once('(') {
            let head = head.trim().trim_start_matches("Version").trim();
            let tail = tail
                .trim()
                .strip_suffix(')')?
                .trim()
                .trim_start_matches("Build")
                .trim();
            let (first, second) = (dotted(head)?, dotted(tail)?);
            return match (first.as_slice(), second.as_slice()) {
                ([major, minor], [third, ..]) => {
                    Some(Self::CumulativeUpdate([*major, *minor, *third]))
                }
                _ => None,
            };
        }
        match *dotted(text.trim())?.as_slice() {
            [major, minor, third, fourth] => Some(Self::Build([major, minor, third, fourth])),
            [major, minor, third] => Some(Self::CumulativeUpdate([major, minor, third])),
            _ => None,
        }
    }

    fn head(self) -> [u32; 3] {
        match self {
            Self::Build([major, minor, third, _])
            | Self::CumulativeUpdate([major, minor, third]) => [major, minor, third],
        }
    }
}

impl BuildPack {
    /// Line of a number; `None` where no line has it.
    pub fn line(&self, seen: Seen) -> Option<&ProductLine> {
        let [major, minor, third] = seen.head();
        self.lines
            .iter()
            .find(|line| line.holds([major, minor, third, 0]))
    }

    /// Cumulative update of a number: the highest plain one whose third part is not above it (so 15.2.858.2, as the
    /// registry says it, is CU9 although CU9 is 15.2.858.5).
    pub fn cumulative_update<'a>(&'a self, line: &'a ProductLine, seen: Seen) -> Option<&'a str> {
        let [_, _, third] = seen.head();
        let fourth = if let Seen::Build([_, _, _, fourth]) = seen {
            fourth
        } else {
            u32::MAX
        };
        let plain = self
            .rows_of(line)
            .filter(|row| row.update.is_none() && third_of(row) <= third);
        // Of two plain rows with one third part (preview and release) the one not above the build.
        plain
            .max_by_key(|row| {
                let [_, _, third, own] = row.build;
                (third, own <= fourth, own)
            })
            .map(|row| row.cumulative_update.as_str())
    }

    /// Judges a build of three or four parts.
    pub(super) fn judge_cumulative(&self, build: &str, cve: &str, as_of: Date) -> PackJudgement {
        let Some(seen) = Seen::parse(build) else {
            return PackJudgement::plain(PackState::UnknownBuild);
        };
        let Some(line) = self.line(seen) else {
            return PackJudgement::plain(PackState::UnknownProduct);
        };
        let judged = self
            .fixes
            .iter()
            .filter(|fix| fix.cve.eq_ignore_ascii_case(cve))
            .map(|fix| self.judge_fix(line, seen, fix, as_of));
        Self::worst(judged).unwrap_or_else(|| PackJudgement {
            line: Some(line.name.clone()),
            cumulative_update: self.cumulative_update(line, seen).map(str::to_string),
            ..PackJudgement::plain(PackState::NoRule)
        })
    }

    fn judge_fix(&self, line: &ProductLine, seen: Seen, fix: &Fix, as_of: Date) -> PackJudgement {
        let cumulative_update = self.cumulative_update(line, seen).map(str::to_string);
        let carriers: Vec<&BuildRow> = self
            .rows_of(line)
            .filter(|row| row.update.as_deref() == Some(fix.update.as_str()))
            .collect();
        let question = Question {
            carriers: &carriers,
            as_of,
        };
        let state = if carriers.is_empty() {
            without_carrier(line, fix)
        } else {
            self.state(line, seen, &question)
        };
        let own = self.rows_of(line).filter(|row| {
            Some(&row.cumulative_update) == cumulative_update.as_ref() && row.known(as_of)
        });
        let fixed_build = own
            .filter(|row| question.patched(row.build, &row.cumulative_update))
            .map(|row| row.build)
            .min();
        let exists = carriers.iter().any(|row| row.known(as_of));
        let open = matches!(state, PackState::Affected | PackState::UpdateUnknown);
        PackJudgement {
            state,
            line: Some(line.name.clone()),
            fix: self
                .rows
                .iter()
                .any(|row| row.update.as_deref() == Some(fix.update.as_str()) && row.known(as_of))
                .then(|| fix.update.clone()),
            kb: question.kb(cumulative_update.as_deref()),
            fixed_build,
            cumulative_update_first: open && exists && fixed_build.is_none(),
            branch_without_fix: false,
            cumulative_update,
            conditions: fix
                .conditions
                .iter()
                .filter(|condition| condition.asked(as_of))
                .cloned()
                .collect(),
            paid: self.paid_only(line, fix).filter(|_| exists),
        }
    }

    fn state(&self, line: &ProductLine, seen: Seen, question: &Question<'_>) -> PackState {
        let [_, _, third] = match seen {
            Seen::Build(build) => {
                let cumulative_update = self.cumulative_update(line, seen).unwrap_or_default();
                return if question.patched(build, cumulative_update) {
                    PackState::Fixed
                } else {
                    PackState::Affected
                };
            }
            Seen::CumulativeUpdate(head) => head,
        };
        let all: Vec<&BuildRow> = self
            .rows_of(line)
            .filter(|row| third_of(row) == third)
            .collect();
        let mut rows: Vec<&BuildRow> = all
            .iter()
            .copied()
            .filter(|row| row.known(question.as_of))
            .collect();
        if rows.is_empty() {
            // Seeing the cumulative update proves that it exists, not that its security updates do.
            rows = all.into_iter().filter(|row| row.update.is_none()).collect();
        }
        let patched = rows
            .iter()
            .filter(|row| question.patched(row.build, &row.cumulative_update))
            .count();
        match (rows.len(), patched) {
            (0, _) => PackState::UnknownBuild,
            (rows, patched) if rows == patched => PackState::Fixed,
            (_, 0) => PackState::Affected,
            _ => PackState::UpdateUnknown,
        }
    }

    /// "2016 CU19" names a cumulative update, that is three parts of a build.
    pub(super) fn cumulative_from_words(&self, words: &str) -> Option<String> {
        let words: Vec<String> = words
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_uppercase)
            .collect();
        let line = self.lines.iter().find(|line| {
            line.name
                .split(' ')
                .next_back()
                .is_some_and(|last| words.contains(&last.to_uppercase()))
        })?;
        let row = self.rows_of(line).find(|row| {
            row.update.is_none() && words.contains(&row.cumulative_update.to_uppercase())
        })?;
        let [major, minor, third, _] = row.build;
        Some(format!("{major}.{minor}.{third}"))
    }
}

fn third_of(row: &BuildRow) -> u32 {
    let [_, _, third, _] = row.build;
    third
}

/// "Is this update in?", asked on one day: the rows of one line that carry it.
struct Question<'a> {
    carriers: &'a [&'a BuildRow],
    as_of: Date,
}

impl Question<'_> {
    /// The rule: not below the highest build that carries the update, or not below the one of the same cumulative update.
    fn patched(&self, build: [u32; 4], cumulative_update: &str) -> bool {
        let own = |row: &&BuildRow| row.cumulative_update == cumulative_update;
        // A build that is seen proves that it and the builds below it exist, whatever the tables say of their day.
        let known: Vec<&BuildRow> = self
            .carriers
            .iter()
            .copied()
            .filter(|row| row.known(self.as_of) || (own(row) && row.build <= build))
            .collect();
        let reached = |lowest: Option<[u32; 4]>| lowest.is_some_and(|lowest| build >= lowest);
        // Where the sources disagree on the number of an update, the lower one counts.
        let lowest_of = |name: &str| {
            known
                .iter()
                .filter(|row| row.cumulative_update == name)
                .map(|row| row.build)
                .min()
        };
        let highest = known
            .iter()
            .max_by_key(|row| row.build)
            .and_then(|row| lowest_of(&row.cumulative_update));
        reached(highest) || reached(lowest_of(cumulative_update))
    }

    /// KB article: that of the same cumulative update first, else that of the highest.
    fn kb(&self, cumulative_update: Option<&str>) -> Option<String> {
        let known = || {
            self.carriers
                .iter()
                .filter(|row| row.known(self.as_of) && row.kb.is_some())
        };
        let own = known().find(|row| Some(row.cumulative_update.as_str()) == cumulative_update);
        own.or_else(|| known().max_by_key(|row| row.build))
            .and_then(|row| row.kb.clone())
    }
}

/// No build of the line carries the update: out of support before its month ended, or it never had the flaw.
fn without_carrier(line: &ProductLine, fix: &Fix) -> PackState {
    let month_end = month_of(&fix.update).and_then(|first| first.with().day(28).build().ok());
    match (line.end_of_life, month_end) {
        (EndOfLife::NotKnown, _) => PackState::NoStatement,
        (EndOfLife::Day(end), Some(day)) if end < day => PackState::EndOfLife,
        // An update without a month in its name: the line's end alone must do, and doubt is not "never had it".
        (EndOfLife::Day(_), None) => PackState::EndOfLife,
        (EndOfLife::Day(_) | EndOfLife::Open, _) => PackState::NotApplicable,
    }
}
