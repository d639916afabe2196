//! What is usual for one series: a mean for each day of the week and how much days scatter.
//!
//! After Farrington et al. 1996 and Noufaily et al. 2013 (the systems of England and of most of Europe): days that were
//! themselves unusual weigh less, so that a past outbreak does not hide the next one, and the scatter beyond chance is
//! measured instead of assumed. Two things differ, because ninety days are no five years: the week is a factor
//! for each weekday, drawn towards 1 where a series is rare, and there is no trend – a slow rise over months is
//! no outbreak, and the oldest days leave the memory.

use super::tail::DISPERSION_LEAST;
use crate::limits::SECONDS_PER_DAY;

/// Members that a series is taken to have had before anybody looked: what was never seen is not impossible.
const PRIOR_MEMBERS: f64 = 0.5;
/// Members a weekday must have had before its own figure counts as much as "every day is alike".
const PRIOR_WEEKDAY: f64 = 10.0;
/// Members a series must have had before its scatter counts as much as "by chance".
const PRIOR_SCATTER: f64 = 5.0;
/// Residual above which a past day weighs less (Noufaily 2013).
const UNUSUAL: f64 = 2.58;
/// Rounds of weighing the past; the weights do not move any more after three.
const ROUNDS: usize = 3;

/// What is usual for one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Members with a new sign on an average day.
    pub per_day: f64,
    /// Factor of each day of the week, Monday first; 1 on average.
    pub weekday: [f64; 7],
    /// Variance over mean of the count of a day; a window of any length has the same.
    pub dispersion: f64,
}

/// Day of the week of a day since 1970, Monday = 0; 1 January 1970 was a Thursday.
fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}

impl Baseline {
    /// Learns from the counts of whole days, one after the other, the first on `first_day` (days since 1970, UTC).
    pub fn learn(days: &[f64], first_day: i64) -> Self {
        let mut weights = vec![1.0; days.len()];
        let mut this = Self::weighed(days, &weights, first_day);
        for _ in 1..ROUNDS {
            for ((weight, count), day) in weights.iter_mut().zip(days).zip(first_day..) {
                *weight = this.weight(*count, day);
            }
            this = Self::weighed(days, &weights, first_day);
        }
        this
    }

    /// One round with fixed weights.
    fn weighed(days: &[f64], weights: &[f64], first_day: i64) -> Self {
        let weighed = || {
            days.iter()
                .zip(weights)
                .zip(first_day..)
                .map(|((count, weight), day)| (*count, *weight, weekday(day)))
        };
        let length: f64 = weights.iter().sum();
        let members: f64 = weighed().map(|(count, weight, _)| count * weight).sum();
        let per_day = (members + PRIOR_MEMBERS) / length.max(1.0);

        let mut seen = [PRIOR_WEEKDAY; 7];
        let mut usual = [PRIOR_WEEKDAY; 7];
        for (count, weight, weekday) in weighed() {
            if let (Some(seen), Some(usual)) = (seen.get_mut(weekday), usual.get_mut(weekday)) {
                *seen += count * weight;
                *usual += per_day * weight;
            }
        }
        let mut factors = [1.0; 7];
        for ((factor, seen), usual) in factors.iter_mut().zip(seen).zip(usual) {
            *factor = seen / usual;
        }
        let average = factors.iter().sum::<f64>() / 7.0;
        let factors = factors.map(|factor| factor / average);

        let squares = weighed().map(|(count, weight, weekday)| {
            let mean = per_day * factors.get(weekday).copied().unwrap_or(1.0);
            weight * (count - mean) * (count - mean) / mean
        });
        let scatter = squares.sum::<f64>() / (length - 1.0).max(1.0);
        let sure = members / (members + PRIOR_SCATTER);
        Self {
            per_day,
            weekday: factors,
            dispersion: (1.0 + (scatter - 1.0) * sure).max(DISPERSION_LEAST),
        }
    }

    /// How much a past day counts: Anscombe's residual of a count, which is nearly normal also for small means.
    fn weight(&self, count: f64, day: i64) -> f64 {
        let mean = self.on(day);
        let residual = 1.5 * (count.powf(2.0 / 3.0) - mean.powf(2.0 / 3.0))
            / (mean.powf(1.0 / 6.0) * self.dispersion.sqrt());
        if residual > UNUSUAL {
            (UNUSUAL / residual).powi(2)
        } else {
            1.0
        }
    }

    /// Members usual on one day.
    fn on(&self, day: i64) -> f64 {
        self.per_day * self.weekday.get(weekday(day)).copied().unwrap_or(1.0)
    }

    /// Members usual between two points in time (seconds since 1970).
    pub fn expected(&self, from: i64, to: i64) -> f64 {
        let mut sum = 0.0;
        let mut at = from;
        while at < to {
            let day = at.div_euclid(SECONDS_PER_DAY);
            let end = to.min((day + 1) * SECONDS_PER_DAY);
            // A window has hours to days: seconds are exact in a float.
            #[allow(clippy::cast_precision_loss)]
            let share = (end - at) as f64 / SECONDS_PER_DAY as f64;
            sum += self.on(day) * share;
            at = end;
        }
        sum
    }
}
