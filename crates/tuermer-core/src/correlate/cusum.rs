//! CUSUM: evidence that adds up over signs and melts with time (Page, Biometrika 41, 1954; for Poisson counts with a changing
//! mean Rogerson and Yamada, Statistics in Medicine 23, 2004).
//!
//! Compares "usual" with "usual and three members a day more", as a log-likelihood ratio: each sign adds `ln(1 + 3 / usual
//! per day)`, each day takes 3; both are divided by the dispersion, because counts scatter more than Poisson. At zero the sum
//! starts afresh with the next sign, and what that first sign adds is not evidence: it is where we began to look. A run
//! reaches `h` by chance with at most `exp(−h)` (Wald), and there are no more runs than signs.

use super::detect::{Finding, View, newcomer, stronger};
use crate::limits::SECONDS_PER_DAY;

/// What an outbreak is taken to add, in members a day.
const MORE_PER_DAY: f64 = 3.0;

/// A run of the sum above zero.
#[derive(Clone, Copy)]
struct Run {
    sum: f64,
    /// What the first sign added.
    first: f64,
    /// Number of the first arrival.
    start: usize,
}

/// The highest sum.
pub fn strongest(view: &View<'_>, first: usize) -> Option<Finding> {
    let longest = view.newcomers.and_then(|chances| chances.last());
    let mut run: Option<Run> = None;
    let mut best = None;
    let mut before = None;
    for (end, arrival) in view.arrivals.iter().enumerate() {
        // Hours between two signs are few: seconds are exact in a float.
        #[allow(clippy::cast_precision_loss)]
        let days = before.map_or(0.0, |before| {
            (arrival.at - before) as f64 / SECONDS_PER_DAY as f64
        });
        before = Some(arrival.at);
        let per_day = view.own.expected(
            arrival.at - SECONDS_PER_DAY / 2,
            arrival.at + SECONDS_PER_DAY / 2,
        );
        let adds = (MORE_PER_DAY / per_day).ln_1p() * f64::from(arrival.halves)
            / 2.0
            / view.own.dispersion;
        let left = run
            .map(|run| Run {
                sum: run.sum - MORE_PER_DAY * days / view.own.dispersion,
                ..run
            })
            .filter(|run| run.sum > 0.0);
        let now = match left {
            Some(run) => Run {
                sum: run.sum + adds,
                ..run
            },
            None => Run {
                sum: adds,
                first: adds,
                start: end,
            },
        };
        run = Some(now);
        if end >= first {
            best = stronger(best, found(view, now, end, longest));
        }
    }
    best
}

/// What a run says at the arrival number `end`.
fn found(
    view: &View<'_>,
    run: Run,
    end: usize,
    longest: Option<&super::history::Chance>,
) -> Option<Finding> {
    let (from, to) = (
        view.arrivals.get(run.start)?.at - 1,
        view.arrivals.get(end)?.at,
    );
    let seen = view.members_between(run.start, end);
    if seen < view.least {
        return None;
    }
    let own = run.sum - run.first;
    let evidence = longest
        .map_or(own, |chance| own.min(newcomer(seen, chance)))
        .max(0.0);
    Some(Finding {
        evidence,
        from,
        to,
        seen,
        expected: view.own.expected(from, to),
    })
}
