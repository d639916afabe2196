//! Signs of the last ninety days: counts for each hour and series, from which the usual number is learned.
//!
//! A count is the number of members that newly showed a sign, in halves, because a report without evidence counts
//! half. Hours without a sign take no memory. Never holds who it was.

use super::baseline::Baseline;
use super::policy::Policy;
use super::scan::WINDOWS_HOURS;
use super::sign::{KeyKind, SignKey};
use super::tail::DISPERSION_LEAST;
use crate::limits::{CORRELATE_HISTORY_DAYS, CORRELATE_SERIES, SECONDS_PER_DAY, SECONDS_PER_HOUR};
use crate::taxonomy::IncidentType;
use jiff::Timestamp;
use std::collections::HashMap;

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series {
    /// What the signs share.
    pub key: SignKey,
    /// Their class.
    pub class: IncidentType,
    /// Part of the region; empty for all of it. Only products are counted by region, too.
    pub region: String,
}

/// One row of the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourCount {
    /// Of which series.
    pub series: Series,
    /// Hours since 1970 (UTC).
    pub hour: i64,
    /// Members that newly showed it × 2.
    pub halves: u32,
}

/// Series of one kind and class share what is known about a newcomer among them, and a budget of false alarms.
pub type FamilyName = (KeyKind, IncidentType);

/// What is usual, as of one point in time.
#[derive(Debug, Clone)]
pub struct History {
    series: HashMap<Series, Vec<(i64, u32)>>,
    families: HashMap<FamilyName, Family>,
    first_day: i64,
    days: usize,
    /// Series that found no place ([`CORRELATE_SERIES`]).
    pub left_out: usize,
}

impl History {
    /// Learns from rows in any order, of one series and hour at most one. What lies in the look-back of `now`, or before
    /// the memory begins, is not looked at.
    pub fn learn(
        rows: impl IntoIterator<Item = HourCount>,
        policy: &Policy,
        now: Timestamp,
    ) -> Self {
        let end = (now.as_second() - policy.look_back_seconds()).div_euclid(SECONDS_PER_DAY);
        let hours = |day: i64| day * (SECONDS_PER_DAY / SECONDS_PER_HOUR);
        let mut series: HashMap<Series, Vec<(i64, u32)>> = HashMap::new();
        let mut left_out = 0;
        let mut first_hour = hours(end);
        for HourCount {
            series: name,
            hour,
            halves,
        } in rows
        {
            if hour < hours(end - CORRELATE_HISTORY_DAYS) || hour >= hours(end) {
                continue;
            }
            if series.len() >= CORRELATE_SERIES && !series.contains_key(&name) {
                left_out += 1;
                continue;
            }
            first_hour = first_hour.min(hour);
            series.entry(name).or_default().push((hour, halves));
        }
        series
            .values_mut()
            .for_each(|counts| counts.sort_unstable());
        let first_day = (first_hour * SECONDS_PER_HOUR).div_euclid(SECONDS_PER_DAY);
        let days = usize::try_from(end - first_day).unwrap_or(0);
        let mut this = Self {
            series,
            families: HashMap::new(),
            first_day,
            days,
            left_out,
        };
        this.families = this.learn_families();
        this
    }

    fn learn_families(&self) -> HashMap<FamilyName, Family> {
        let mut members: HashMap<FamilyName, Vec<&[(i64, u32)]>> = HashMap::new();
        for (name, counts) in &self.series {
            members
                .entry((name.key.kind(), name.class))
                .or_default()
                .push(counts);
        }
        members
            .into_iter()
            .map(|(name, series)| {
                (
                    name,
                    Family::learn(has_a_past(name), series.into_iter(), self.days),
                )
            })
            .collect()
    }

    /// Whole days of the memory.
    pub fn days(&self) -> usize {
        self.days
    }

    /// What is usual for one series.
    pub fn baseline(&self, series: &Series) -> Baseline {
        let counts = self.series.get(series).map_or(&[][..], Vec::as_slice);
        Baseline::learn(&per_day(counts, self.first_day, self.days), self.first_day)
    }

    /// What is known about one kind and class.
    pub fn family(&self, name: FamilyName) -> Family {
        self.families
            .get(&name)
            .cloned()
            .unwrap_or_else(|| Family::learn(has_a_past(name), std::iter::empty(), self.days))
    }

    /// How many kinds and classes share the budget of false alarms.
    pub fn families(&self) -> usize {
        self.families.len().max(1)
    }
}

/// Products stay; networks, senders, indicators and file names come and go.
fn has_a_past((kind, _): FamilyName) -> bool {
    kind == KeyKind::Product
}

/// Counts of hours as members of whole days.
pub fn per_day(counts: &[(i64, u32)], first_day: i64, days: usize) -> Vec<f64> {
    let mut sums = vec![0.0; days];
    for (hour, halves) in counts {
        let day = (hour * SECONDS_PER_HOUR).div_euclid(SECONDS_PER_DAY) - first_day;
        if let Some(sum) = usize::try_from(day).ok().and_then(|day| sums.get_mut(day)) {
            *sum += f64::from(*halves) / 2.0;
        }
    }
    sums
}

/// What is known about one kind and class of series.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Signs of a month: each of them is one test that can fail to be chance.
    pub tests_per_month: f64,
    /// For what has no past of its own: how many further members were usually hit with the same key before, for each
    /// of [`WINDOWS_HOURS`]. `None` for products, which have a past.
    pub newcomers: Option<Vec<Chance>>,
}

impl Family {
    /// Learns from all series of the family, hours of each in order, over so many days. `has_a_past`: they stay, so that each has a baseline of its own.
    // A memory has at most ninety days.
    #[allow(clippy::cast_precision_loss)]
    pub fn learn<'a>(
        has_a_past: bool,
        series: impl Iterator<Item = &'a [(i64, u32)]>,
        days: usize,
    ) -> Self {
        let mut signs = 0.0;
        let mut companions = Companions::default();
        for counts in series {
            signs += counts
                .iter()
                .map(|(_, halves)| f64::from(*halves) / 2.0)
                .sum::<f64>();
            if !has_a_past {
                companions.add(counts);
            }
        }
        let tests_per_month = (signs * MONTH_DAYS / days.max(1) as f64).max(TESTS_LEAST);
        Self {
            tests_per_month,
            newcomers: (!has_a_past).then(|| companions.chances()),
        }
    }

    /// Evidence (in nats) from which a false alarm of this family is as rare as its share of the budget: of `n` tests a
    /// month, `n · exp(−threshold)` alarm by chance.
    pub fn threshold(&self, false_alarms_per_month: f64, families: usize) -> f64 {
        // There are never so many families that a float could not hold them.
        #[allow(clippy::cast_precision_loss)]
        let share = false_alarms_per_month.max(f64::MIN_POSITIVE) / families.max(1) as f64;
        (self.tests_per_month / share).ln().max(0.0)
    }
}

/// A negative binomial count, see [`super::tail::ln_tail`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// Shape.
    pub shape: f64,
    /// Variance over mean.
    pub dispersion: f64,
}

/// Days in which a key that was never seen before is a newcomer.
const NEWCOMER_DAYS: i64 = 7;
/// Signs that a family is taken to have had before anybody looked: five, one of them with one companion.
const PRIOR_SIGNS: f64 = 5.0;
/// Signs of a month below which no family is taken to be: the rarest have too few to count on.
const TESTS_LEAST: f64 = 30.0;
/// Days over which the signs of a month are counted.
const MONTH_DAYS: f64 = 30.0;

/// How many companions a sign of a newcomer has: other members hit with the same key before it.
struct Companions {
    signs: f64,
    /// Sum and sum of squares, for each window.
    sums: [(f64, f64); WINDOWS_HOURS.len()],
}

impl Default for Companions {
    fn default() -> Self {
        Self {
            signs: PRIOR_SIGNS,
            sums: [(1.0, 1.0); WINDOWS_HOURS.len()],
        }
    }
}

impl Companions {
    /// Adds the first days of one series.
    fn add(&mut self, counts: &[(i64, u32)]) {
        let Some((first, _)) = counts.first() else {
            return;
        };
        let young = counts.partition_point(|(hour, _)| *hour < first + NEWCOMER_DAYS * 24);
        let young = counts.get(..young).unwrap_or_default();
        for (place, (hour, halves)) in young.iter().enumerate() {
            let here = f64::from(*halves) / 2.0;
            self.signs += here;
            for ((sum, squares), window) in self.sums.iter_mut().zip(WINDOWS_HOURS) {
                let before = young
                    .get(..place)
                    .unwrap_or_default()
                    .iter()
                    .rev()
                    .take_while(|(earlier, _)| *earlier > hour - window);
                let before = before
                    .map(|(_, halves)| f64::from(*halves) / 2.0)
                    .sum::<f64>();
                // The first of this hour has `before` companions, the last of it also those of the hour.
                let last = before + (here - 1.0).max(0.0);
                *sum += here * (before + last) / 2.0;
                *squares += here * (before * before + before * last + last * last) / 3.0;
            }
        }
    }

    fn chances(self) -> Vec<Chance> {
        let chance = |(sum, squares): (f64, f64)| {
            let mean = sum / self.signs;
            let dispersion = ((squares / self.signs - mean * mean) / mean).max(DISPERSION_LEAST);
            Chance {
                shape: mean / (dispersion - 1.0),
                dispersion,
            }
        };
        self.sums.into_iter().map(chance).collect()
    }
}
