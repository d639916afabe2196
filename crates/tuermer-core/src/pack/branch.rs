//! The rule of NetScaler, FortiOS and most appliances: each branch has its first fixed build for each flaw.
//!
//! A branch the vendor names without a fix is open; a branch that ended before the advisory has no statement.

use super::{
    BuildPack, BuildRow, Condition, EndOfLife, Fix, PackJudgement, PackState, ProductLine, Span,
};
use jiff::civil::Date;
use std::sync::Arc;

impl BuildPack {
    pub(super) fn judge_branch(&self, build: &str, cve: &str, as_of: Date) -> PackJudgement {
        let Some(span) = self.form.read(build) else {
            return PackJudgement::plain(PackState::UnknownBuild);
        };
        let lines = self.lines_of(span);
        if lines.is_empty() {
            return PackJudgement::plain(PackState::UnknownProduct);
        }
        let fixes = || {
            self.fixes
                .iter()
                .filter(|fix| fix.cve.eq_ignore_ascii_case(cve))
        };
        let of_line = |line: &&ProductLine| {
            Self::worst(fixes().map(|fix| self.judge_line(line, span, fix, as_of)))
        };
        let mut judged = lines.iter().filter_map(of_line);
        let named = if let [only] = lines.as_slice() {
            Some(only.name.clone())
        } else {
            None
        };
        let Some(first) = judged.next() else {
            return PackJudgement {
                line: named,
                ..PackJudgement::plain(PackState::NoRule)
            };
        };
        // "13.1" alone may be the FIPS branch: only where all agree is there an answer.
        if judged.all(|other| other.state == first.state) {
            first
        } else {
            PackJudgement::plain(PackState::UpdateUnknown)
        }
    }

    /// Lines a number can belong to: one for a whole build, several for a part of one.
    fn lines_of(&self, span: Span) -> Vec<&ProductLine> {
        if span.is_exact() {
            return self
                .lines
                .iter()
                .find(|line| line.holds(span.low))
                .into_iter()
                .collect();
        }
        self.lines
            .iter()
            .filter(|line| line.from.max(span.low) <= line.to.min(span.high))
            .collect()
    }

    fn judge_line(&self, line: &ProductLine, span: Span, fix: &Fix, as_of: Date) -> PackJudgement {
        let span = Span {
            low: span.low.max(line.from),
            high: span.high.min(line.to),
        };
        // Where the sources disagree on the number of a fix, the lower one counts.
        let carrier = self
            .rows_of(line)
            .filter(|row| row.update.as_ref() == Some(&fix.update))
            .min_by_key(|row| row.build);
        let named = fix.lines.contains(&line.name);
        let (state, fixed_build) = match carrier {
            Some(row) => (against(span, row), row.known(as_of).then_some(row.build)),
            None if named => (PackState::Affected, None),
            None => (unnamed(line, fix), None),
        };
        PackJudgement {
            state,
            line: Some(line.name.clone()),
            cumulative_update: None,
            fix: fixed_build
                .or(carrier
                    .filter(|_| state == PackState::Fixed)
                    .map(|row| row.build))
                .map(|build| self.form.write(build)),
            kb: Some(fix.update.clone()),
            fixed_build,
            cumulative_update_first: false,
            branch_without_fix: named && carrier.is_none(),
            conditions: fix
                .conditions
                .iter()
                .filter(|condition| self.still_asked(condition, line, span, as_of))
                .cloned()
                .collect(),
            paid: self.paid_only(line, fix).filter(|_| fixed_build.is_some()),
        }
    }

    /// Whether a condition is a question on that day, and not settled by the build itself.
    fn still_asked(
        &self,
        condition: &Arc<Condition>,
        line: &ProductLine,
        span: Span,
        as_of: Date,
    ) -> bool {
        let settled = condition
            .settled_from_update
            .as_ref()
            .is_some_and(|update| {
                let row = self
                    .rows_of(line)
                    .filter(|row| row.update.as_ref() == Some(update))
                    .map(|row| row.build)
                    .min();
                row.is_some_and(|build| span.low >= build)
            });
        !settled && condition.asked(as_of)
    }
}

/// A branch that is neither named nor fixed: it never had the flaw, unless it had ended before the advisory.
fn unnamed(line: &ProductLine, fix: &Fix) -> PackState {
    match line.end_of_life {
        EndOfLife::NotKnown => PackState::NoStatement,
        EndOfLife::Day(end) if fix.published.is_none_or(|day| end <= day) => PackState::EndOfLife,
        EndOfLife::Day(_) | EndOfLife::Open => PackState::NotApplicable,
    }
}

/// A number against the first fixed build of its branch.
fn against(span: Span, row: &BuildRow) -> PackState {
    let from = row.affected_from.unwrap_or([0; 4]);
    if span.high < from {
        PackState::NotApplicable
    } else if span.low >= row.build {
        PackState::Fixed
    } else if span.high < row.build && span.low >= from {
        PackState::Affected
    } else {
        PackState::UpdateUnknown
    }
}
