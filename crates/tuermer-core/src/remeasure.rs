//! Re-measuring closes the loop: does what is measured later bear out "done"?
//!
//! ```text
//!            the member says "done"            build with the fix seen, or absent often enough
//!   open ────────────────────────→ fixed (self-reported) ─────────────────────────→ fixed (measured)
//!    ▲  └──────────────── build with the fix seen ────────────────────────────────────↑   │
//!    └───────────────────────── the hole is seen again, and that is said ◄────────────────┘
//! ```
//!
//! Signs are judged in [`crate::assess`]; this file judges their absence. Absence is weak evidence: a server may be switched off, a
//! scan may have been blocked. So it counts only where the report type that once proved the hole came again whole, after
//! "done" was told, on several days. Absence never closes a case of which nobody said that it is fixed.

use jiff::civil::Date;
use std::collections::BTreeMap;

/// On which days each report type came, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportDays(BTreeMap<String, Vec<Date>>);

/// Nothing is known of reports.
pub static NO_REPORTS: ReportDays = ReportDays(BTreeMap::new());

impl FromIterator<(String, Date)> for ReportDays {
    fn from_iter<I: IntoIterator<Item = (String, Date)>>(days: I) -> Self {
        let mut all = Self::default();
        for (report, day) in days {
            all.0.entry(report).or_default().push(day);
        }
        for days in all.0.values_mut() {
            days.sort_unstable();
            days.dedup();
        }
        all
    }
}

/// What absence needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbsencePolicy {
    /// Days with a report in which the hole is not listed.
    pub reports: usize,
    /// Days from the first to the last of them.
    pub days: i64,
}

/// Daily reports miss a host now and then; a week is what Shadowserver's own statistics smooth over.
pub const ABSENCE: AbsencePolicy = AbsencePolicy {
    reports: 3,
    days: 7,
};

/// A hole is not listed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Report type.
    pub report: String,
    /// Days with a report that does not list it.
    pub reports: usize,
    /// Days they span.
    pub days: i64,
}

impl ReportDays {
    /// The weakest absence after `said` among the report types that had proved the hole; `None` where one of them does not
    /// bear out yet that it is closed.
    pub fn absence<'a>(
        &self,
        listed_in: impl IntoIterator<Item = &'a str>,
        said: Date,
        policy: AbsencePolicy,
    ) -> Option<Absence> {
        let mut weakest: Option<Absence> = None;
        for report in listed_in {
            let after = self.0.get(report)?.iter().filter(|day| **day > said);
            let (first, last, reports) = (
                after.clone().next()?,
                after.clone().next_back()?,
                after.count(),
            );
            let days = i64::from(last.since(*first).ok()?.get_days());
            if reports < policy.reports || days < policy.days {
                return None;
            }
            if weakest
                .as_ref()
                .is_none_or(|weakest| (reports, days) < (weakest.reports, weakest.days))
            {
                weakest = Some(Absence {
                    report: report.to_string(),
                    reports,
                    days,
                });
            }
        }
        weakest
    }
}

#[cfg(test)]
mod tests {
    use super::{ABSENCE, ReportDays};
    use jiff::civil::{Date, date};

    fn day(day: i8) -> Date {
        date(2021, 3, day)
    }

    /// Reports by day, those that listed the hole, what their silence proves, and why.
    const ABSENCES: &[(&[(&str, i8)], &[&str], Option<(usize, i64)>, &str)] = &[
        (
            &[
                ("http_vulnerable", 11),
                ("http_vulnerable", 14),
                ("http_vulnerable", 18),
            ],
            &["http_vulnerable"],
            Some((3, 7)),
            "three over a week",
        ),
        (
            &[
                ("http_vulnerable", 18),
                ("http_vulnerable", 11),
                ("http_vulnerable", 14),
            ],
            &["http_vulnerable"],
            Some((3, 7)),
            "in any order",
        ),
        (
            &[
                ("http_vulnerable", 11),
                ("http_vulnerable", 12),
                ("http_vulnerable", 13),
            ],
            &["http_vulnerable"],
            None,
            "too short",
        ),
        (
            &[
                ("http_vulnerable", 11),
                ("http_vulnerable", 18),
                ("http_vulnerable", 18),
            ],
            &["http_vulnerable"],
            None,
            "too few",
        ),
        (
            &[
                ("http_vulnerable", 9),
                ("http_vulnerable", 10),
                ("http_vulnerable", 18),
            ],
            &["http_vulnerable"],
            None,
            "from before it was said",
        ),
        (
            &[("scan_ssl", 11), ("scan_ssl", 14), ("scan_ssl", 18)],
            &["http_vulnerable"],
            None,
            "a report that never listed it",
        ),
        (
            &[("a", 11), ("a", 14), ("a", 18), ("b", 11)],
            &["a", "b"],
            None,
            "one of two is not enough",
        ),
        (
            &[
                ("a", 11),
                ("a", 14),
                ("a", 18),
                ("a", 19),
                ("b", 11),
                ("b", 12),
                ("b", 18),
            ],
            &["a", "b"],
            Some((3, 7)),
            "the weaker speaks",
        ),
        (
            &[("a", 11), ("a", 14), ("a", 18)],
            &[],
            None,
            "what was never measured is not measured by absence",
        ),
    ];

    #[test]
    fn what_absence_proves() {
        for (came, listed_in, wanted, why) in ABSENCES {
            let days: ReportDays = came
                .iter()
                .map(|(report, at)| ((*report).to_string(), day(*at)))
                .collect();
            let absence = days.absence(listed_in.iter().copied(), day(10), ABSENCE);
            assert_eq!(
                absence.map(|absence| (absence.reports, absence.days)),
                *wanted,
                "{why}"
            );
        }
    }
}
