//! What the operator sets for the correlation, and the defaults with their reasons.

use super::detect::Detector;
use crate::limits::{ANONYMITY_LEAST, SECONDS_PER_DAY, SECONDS_PER_HOUR};

/// The operator's choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Which method says "more than usual". The default is the best of `docs/outbreaks.md`.
    pub detector: Detector,
    /// How many campaigns a month may be chance, over all kinds of signs together.
    pub false_alarms_per_month: f64,
    /// Fewest members of a campaign.
    pub members_least: u32,
    /// How far back a campaign may begin, in hours.
    pub look_back_hours: i64,
    /// A member that shows the same sign again within so many days is the same case, not a new one.
    pub same_case_days: i64,
    /// Below this weight (0 to 100, see [`crate::admiralty::Grade::weight`]) a report does not count.
    pub weight_least: u8,
    /// A campaign that only one feed tells of needs a feed of this weight (75 is B2).
    pub weight_alone: u8,
    /// Fewest organisations whose number may be told; never under [`ANONYMITY_LEAST`].
    pub anonymity: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            detector: Detector::Scan,
            false_alarms_per_month: 1.0,
            members_least: 3,
            look_back_hours: 72,
            same_case_days: 7,
            weight_least: 50,
            weight_alone: 75,
            anonymity: ANONYMITY_LEAST,
        }
    }
}

impl Policy {
    /// The look-back in seconds.
    pub fn look_back_seconds(&self) -> i64 {
        self.look_back_hours.max(1).saturating_mul(SECONDS_PER_HOUR)
    }

    /// The time within which signs of a member are one case, in seconds.
    pub fn same_case_seconds(&self) -> i64 {
        self.same_case_days.max(0).saturating_mul(SECONDS_PER_DAY)
    }

    /// Seconds before now of which all signs must be given to [`super::correlate`].
    pub fn needs_seconds(&self) -> i64 {
        self.look_back_seconds() + self.same_case_seconds()
    }
}
