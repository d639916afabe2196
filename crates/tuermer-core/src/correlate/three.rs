//! The simple rule: three members in 24 hours, whatever is usual. Kept to compare with, and for the first days without a past.

use super::detect::{Finding, View, stronger};
use crate::limits::SECONDS_PER_DAY;

/// Members from which it alarms.
pub const MEMBERS: f64 = 3.0;

/// The most members of 24 hours; their number stands for evidence.
pub fn strongest(view: &View<'_>, first: usize) -> Option<Finding> {
    let found = (first..view.arrivals.len()).map(|end| {
        let to = view.arrivals.get(end)?.at;
        let from = to - SECONDS_PER_DAY;
        let seen = view.members(from, end);
        (seen >= view.least).then(|| Finding {
            evidence: f64::from(seen),
            from,
            to,
            seen,
            expected: view.own.expected(from, to),
        })
    });
    found.fold(None, stronger)
}
