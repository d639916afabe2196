//! More than usual? The detectors behind one question, so that they can be compared and exchanged.
//!
//! Every detector but the simple rule answers with evidence in nats, built so that a sign among usual signs reaches
//! `h` with a chance of at most `exp(−h)`. With `n` signs a month there are then at most `n · exp(−h)` false alarms, and
//! the operator's number gives `h` ([`super::history::Family::threshold`]): one arithmetic for all of them.
//! Each is asked *at* a sign, so the sign itself is no surprise: what counts is how many others came before it.

use super::baseline::Baseline;
use super::history::Chance;
use super::tail::{ln_tail, shape};
use super::{cusum, exceedance, scan, three};
use crate::scale::words;

words! {
    /// The methods.
    Detector {
        /// Three members in 24 hours, whatever is usual.
        Three = "three",
        /// More in 24 hours than the negative binomial baseline expects.
        Exceedance = "exceedance",
        /// Cumulative sum.
        Cusum = "cusum",
        /// Scan over windows of 6 to 72 hours.
        Scan = "scan",
    }
}

/// One member that newly showed a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrival {
    /// When (seconds since 1970).
    pub at: i64,
    /// 2, or 1 where no evidence lies behind it.
    pub halves: u32,
    /// Which independent voice, see [`super::hour_counts`].
    pub voice: u32,
}

/// One series as a detector sees it.
pub struct View<'a> {
    /// Arrivals by time.
    pub arrivals: &'a [Arrival],
    /// What is usual for it.
    pub own: &'a Baseline,
    /// What is usual for newcomers of its kind, where it may be one.
    pub newcomers: Option<&'a [Chance]>,
    /// Fewest members of a finding.
    pub least: u32,
    /// Halves of all arrivals before each place.
    sums: Vec<u64>,
}

/// The strongest thing that was found in a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// Nats; for the simple rule the number of members.
    pub evidence: f64,
    /// Beginning of what decided (seconds since 1970), exclusive.
    pub from: i64,
    /// End of what decided, inclusive.
    pub to: i64,
    /// Members in it.
    pub seen: u32,
    /// Members usual in it.
    pub expected: f64,
}

impl Detector {
    /// The strongest finding that ends at the arrival number `first` or later; `None` where nothing has enough members.
    pub fn strongest(self, view: &View<'_>, first: usize) -> Option<Finding> {
        match self {
            Self::Three => three::strongest(view, first),
            Self::Exceedance => exceedance::strongest(view, first),
            Self::Cusum => cusum::strongest(view, first),
            Self::Scan => scan::strongest(view, first),
        }
    }

    /// The value from which a finding is an alarm, where `nats` is that of the family.
    pub fn alarm_from(self, nats: f64) -> f64 {
        match self {
            Self::Three => three::MEMBERS,
            Self::Exceedance | Self::Cusum | Self::Scan => nats,
        }
    }
}

impl<'a> View<'a> {
    /// A view of arrivals that are in order.
    pub fn new(
        arrivals: &'a [Arrival],
        own: &'a Baseline,
        newcomers: Option<&'a [Chance]>,
        least: u32,
    ) -> Self {
        let mut sums = Vec::with_capacity(arrivals.len() + 1);
        let mut sum = 0;
        sums.push(sum);
        sums.extend(arrivals.iter().map(|arrival| {
            sum += u64::from(arrival.halves);
            sum
        }));
        Self {
            arrivals,
            own,
            newcomers,
            least,
            sums,
        }
    }

    /// Whole members after `from` up to the arrival number `end`.
    pub(crate) fn members(&self, from: i64, end: usize) -> u32 {
        let start = self.arrivals.partition_point(|arrival| arrival.at <= from);
        self.members_between(start, end)
    }

    /// Whole members from one arrival up to another.
    pub(crate) fn members_between(&self, start: usize, end: usize) -> u32 {
        let halves = self
            .sums
            .get(end + 1)
            .zip(self.sums.get(start))
            .map_or(0, |(after, before)| after.saturating_sub(*before));
        u32::try_from(halves / 2).unwrap_or(u32::MAX)
    }

    /// What is found in the window of so many seconds that ends with the arrival number `end`. The window's evidence is the
    /// smaller one of "unusual for this series" and "unusual for a newcomer of its kind" (`chance`).
    pub(crate) fn window(
        &self,
        end: usize,
        seconds: i64,
        chance: Option<&Chance>,
    ) -> Option<Finding> {
        let to = self.arrivals.get(end)?.at;
        let from = to - seconds;
        let seen = self.members(from, end);
        if seen < self.least.max(1) {
            return None;
        }
        let expected = self.own.expected(from, to);
        // Less than one standard deviation above the mean never alarms, and most windows of busy series end here.
        if f64::from(seen) < expected + (expected * self.own.dispersion).sqrt() {
            return Some(Finding {
                evidence: 0.0,
                from,
                to,
                seen,
                expected,
            });
        }
        // Given one sign, the others follow the same distribution with one more in its shape: a sign is more likely to be met
        // where there are many (the mean over signs, not over windows).
        let own = -ln_tail(
            seen - 1,
            shape(expected, self.own.dispersion) + 1.0,
            self.own.dispersion,
        );
        let evidence = chance.map_or(own, |chance| own.min(newcomer(seen, chance)));
        Some(Finding {
            evidence,
            from,
            to,
            seen,
            expected,
        })
    }
}

/// Evidence against "a newcomer as any other".
pub(crate) fn newcomer(seen: u32, chance: &Chance) -> f64 {
    -ln_tail(seen.saturating_sub(1), chance.shape, chance.dispersion)
}

/// Keeps the stronger of two findings, the earlier where they are equal.
pub(crate) fn stronger(one: Option<Finding>, other: Option<Finding>) -> Option<Finding> {
    match (one, other) {
        (Some(one), Some(other)) if other.evidence > one.evidence => Some(other),
        (None, other) => other,
        (one, _) => one,
    }
}
