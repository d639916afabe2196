//! Exceedance: more members in 24 hours than a negative binomial baseline expects (Farrington et al., "A statistical
//! algorithm for the early detection of outbreaks of infectious disease", J. R. Stat. Soc. A 159, 1996; Noufaily et al.,
//! Statistics in Medicine 32, 2013).
//!
//! Evidence is `−ln P(N ≥ seen)`, asked at each sign.

use super::detect::{Finding, View, stronger};
use super::scan::DAY;
use crate::limits::SECONDS_PER_DAY;

/// The strongest 24 hours.
pub fn strongest(view: &View<'_>, first: usize) -> Option<Finding> {
    let chance = view.newcomers.and_then(|chances| chances.get(DAY));
    (first..view.arrivals.len())
        .map(|end| view.window(end, SECONDS_PER_DAY, chance))
        .fold(None, stronger)
}
