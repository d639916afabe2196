//! Re-measuring closes the loop: does what is measured later bear out "fixed", or does it re-open the case?
//!
//! ```text
//!            the member says "done"            build with the fix seen, or absent often enough
//!   open ────────────────────────→ fixed (self-reported) ─────────────────────────→ fixed (measured)
//!    ▲  └──────────────── build with the fix seen ────────────────────────────────────↑   │
//!    └───────────────────────── the sign is seen again, and says so ◄─────────────────────┘
//! ```
//!
//! Absence is weak: a server may be switched off, a scan may have been blocked, a feed may have been cut. So it counts only
//! where the same report type that once listed the sign came complete, covered the address, was measured after the fix
//! was told, and this on several days. Absence never closes a case of which nobody said that it is fixed.

use crate::scale::words;
use jiff::Timestamp;

words! {
    /// How a case stands.
    CaseState {
        /// The sign is there.
        Open = "open",
        /// The organisation or its provider says it is fixed.
        FixedReported = "fixed_reported",
        /// A later measurement bears it out.
        FixedMeasured = "fixed_measured",
    }
}

/// One organisation's case before the look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// How it stands.
    pub state: CaseState,
    /// Since when: the last sign, the statement, or the measurement.
    pub since: Timestamp,
    /// Report types that listed the sign.
    pub listed_in: Vec<String>,
}

/// One report, as far as it speaks of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Report type, for example `scan_exchange`.
    pub report: String,
    /// When the sensor looked: the sign's own time, for absence the end of the report's day.
    pub at: Timestamp,
    /// What it saw.
    pub saw: Saw,
}

/// What a report saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saw {
    /// The sign, in these words ("15.1.2176.4", "webshell").
    Sign(String),
    /// The product with a build that has the fix.
    FixedBuild(String),
    /// Nothing.
    Absent {
        /// The feed came whole on that day (see [`crate::feed`]).
        complete: bool,
        /// The feed covers the address: the organisation's network is among those registered with it.
        covers: bool,
    },
}

/// What absence needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbsencePolicy {
    /// Reports without the sign, one after the other.
    pub reports: usize,
    /// Days from the first to the last of them.
    pub days: i64,
}

impl Default for AbsencePolicy {
    fn default() -> Self {
        // Daily reports miss a host now and then; a week is what Shadowserver's own statistics smooth over.
        Self { reports: 3, days: 7 }
    }
}

/// A case that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where to.
    pub state: CaseState,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Moved,
}

/// Why a case moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// A build with the fix was seen.
    BuildHasFix {
        /// Report type.
        report: String,
        /// Build.
        build: String,
    },
    /// No longer listed, often enough.
    NoLongerListed {
        /// Report type.
        report: String,
        /// Reports without the sign.
        reports: usize,
        /// Days they span.
        days: i64,
    },
    /// Seen again after it was said or measured to be fixed.
    SeenAgain {
        /// Report type.
        report: String,
        /// What was seen.
        sign: String,
        /// What it contradicts.
        was: CaseState,
    },
}

/// How the case moves by these looks, move after move; empty where it stays. Looks may come in any order; those from before
/// the case's state say nothing about it.
pub fn remeasure(case: &Case, looks: &[Look], policy: AbsencePolicy) -> Vec<Change> {
    let mut newer: Vec<&Look> = looks.iter().filter(|look| look.at > case.since).collect();
    // At one moment the sign itself is told last: it is the worse news and stays.
    newer.sort_by_key(|look| (look.at, matches!(look.saw, Saw::Sign(_)), &look.report));
    let mut state = case.state;
    let mut changes = Vec::new();
    let mut absent: Vec<&Look> = Vec::new();
    for look in newer {
        let moved = match &look.saw {
            Saw::Sign(sign) => {
                absent.clear();
                let was = state;
                (was != CaseState::Open).then(|| (CaseState::Open, Moved::SeenAgain { report: look.report.clone(), sign: sign.clone(), was }))
            }
            Saw::FixedBuild(build) => {
                let reason = Moved::BuildHasFix { report: look.report.clone(), build: build.clone() };
                (state != CaseState::FixedMeasured).then_some((CaseState::FixedMeasured, reason))
            }
            Saw::Absent { complete: true, covers: true } if state == CaseState::FixedReported && case.listed_in.contains(&look.report) => {
                absent.push(look);
                long_enough(&absent, look, policy).map(|reason| (CaseState::FixedMeasured, reason))
            }
            Saw::Absent { .. } => None,
        };
        if let Some((next, reason)) = moved {
            state = next;
            changes.push(Change { state, at: look.at, reason });
        }
    }
    changes
}

/// Absence in one report type, often and long enough.
fn long_enough(absent: &[&Look], last: &Look, policy: AbsencePolicy) -> Option<Moved> {
    let same = || absent.iter().filter(|look| look.report == last.report);
    let first = same().next()?;
    let days = (last.at.as_second() - first.at.as_second()) / crate::limits::SECONDS_PER_DAY;
    let reports = same().count();
    (reports >= policy.reports && days >= policy.days).then(|| Moved::NoLongerListed { report: last.report.clone(), reports, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(day * crate::limits::SECONDS_PER_DAY).unwrap()
    }

    fn look(report: &str, day: i64, saw: Saw) -> Look {
        Look { report: report.into(), at: at(day), saw }
    }

    #[test]
    fn what_moves_a_case_and_what_does_not() {
        use CaseState::{FixedMeasured, FixedReported, Open};
        let sign = |day| look("scan_exchange", day, Saw::Sign("15.1.2176.4".into()));
        let fixed = |day| look("scan_exchange", day, Saw::FixedBuild("15.1.2176.9".into()));
        let away = |day| look("scan_exchange", day, Saw::Absent { complete: true, covers: true });
        let other = |day| look("scan_ssl", day, Saw::Absent { complete: true, covers: true });
        let cut = |day| look("scan_exchange", day, Saw::Absent { complete: false, covers: true });
        let elsewhere = |day| look("scan_exchange", day, Saw::Absent { complete: true, covers: false });
        let rows: Vec<(CaseState, Vec<Look>, Option<(CaseState, i64)>, &str)> = vec![
            (FixedReported, vec![fixed(11)], Some((FixedMeasured, 11)), "a fixed build is proof"),
            (Open, vec![fixed(11)], Some((FixedMeasured, 11)), "also where nobody said anything"),
            (FixedReported, vec![fixed(9)], None, "a look from before the statement"),
            (FixedReported, vec![away(11), away(14), away(18)], Some((FixedMeasured, 18)), "three reports over seven days"),
            (FixedReported, vec![away(18), away(11), away(14)], Some((FixedMeasured, 18)), "in any order"),
            (FixedReported, vec![away(11), away(12), away(13)], None, "too short"),
            (FixedReported, vec![away(11), away(18)], None, "too few"),
            (FixedReported, vec![other(11), other(14), other(18)], None, "a report type that never listed it"),
            (FixedReported, vec![away(11), cut(14), cut(18)], None, "a feed that came cut"),
            (FixedReported, vec![away(11), elsewhere(14), elsewhere(18)], None, "an address the feed does not cover"),
            (FixedReported, vec![away(11), other(14), away(18)], None, "types are not added up"),
            (Open, vec![away(11), away(14), away(18)], None, "absence alone closes nothing"),
            (FixedReported, vec![sign(11)], Some((Open, 11)), "seen again"),
            (FixedMeasured, vec![sign(11)], Some((Open, 11)), "seen again after a measurement"),
            (FixedReported, vec![away(11), away(12), sign(13), away(18)], Some((Open, 13)), "seen in between: absence starts afresh, and the case is open"),
            (FixedReported, vec![fixed(11), sign(11)], Some((Open, 11)), "both at one moment: the worse stays"),
            (FixedMeasured, vec![sign(11), fixed(12)], Some((FixedMeasured, 12)), "open for a day and measured again"),
            (Open, vec![sign(11)], None, "still open"),
            (FixedMeasured, vec![fixed(12), away(13)], None, "nothing new"),
        ];
        for (state, looks, expected, why) in rows {
            let case = Case { state, since: at(10), listed_in: vec!["scan_exchange".into()] };
            let changes = remeasure(&case, &looks, AbsencePolicy::default());
            assert_eq!(changes.last().map(|change| (change.state, change.at.as_second() / crate::limits::SECONDS_PER_DAY)), expected, "{why}");
        }
    }

    #[test]
    fn the_reason_says_what_was_seen() {
        let case = Case { state: CaseState::FixedReported, since: at(10), listed_in: vec![] };
        let looks = [look("event4", 12, Saw::Sign("webshell".into())), look("scan_exchange", 13, Saw::FixedBuild("15.1.2176.9".into()))];
        let changes = remeasure(&case, &looks, AbsencePolicy::default());
        assert_eq!(changes.len(), 2, "a case that was open for a day was open, and it is told");
        assert_eq!(changes[0].reason, Moved::SeenAgain { report: "event4".into(), sign: "webshell".into(), was: CaseState::FixedReported });
    }
}
