//! Scan statistic: the most unusual of several windows (Kulldorff, "Prospective time periodic geographical disease
//! surveillance using a scan statistic", J. R. Stat. Soc. A 164, 2001).
//!
//! Zones are the parts of the region and all of it together, without a map: each is a series of its own. What a window
//! should hold comes from its past (expectation-based, Neill, Int. J. Forecasting 25, 2009) and its significance from
//! the negative binomial tail instead of Kulldorff's Poisson ratio with Monte Carlo, because our counts scatter more
//! than Poisson. Looking five times costs `ln 5` of evidence, which is too much rather than too little.

use super::detect::{Finding, View, stronger};
use crate::limits::SECONDS_PER_HOUR;

/// Windows that are looked at, in hours.
pub const WINDOWS_HOURS: [i64; 5] = [6, 12, 24, 48, 72];
/// Place of the day among them.
pub const DAY: usize = 2;

/// The strongest window.
pub fn strongest(view: &View<'_>, first: usize) -> Option<Finding> {
    // Five is exact.
    #[allow(clippy::cast_precision_loss)]
    let price = (WINDOWS_HOURS.len() as f64).ln();
    let ends = (first..view.arrivals.len()).map(|end| {
        let windows = WINDOWS_HOURS.iter().enumerate();
        windows
            .map(|(place, hours)| {
                view.window(
                    end,
                    hours * SECONDS_PER_HOUR,
                    view.newcomers.and_then(|all| all.get(place)),
                )
            })
            .fold(None, stronger)
    });
    let found = ends.fold(None, stronger)?;
    Some(Finding {
        evidence: (found.evidence - price).max(0.0),
        ..found
    })
}
