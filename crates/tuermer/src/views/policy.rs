//! The decision table of deadlines.

use super::Keyed;
use super::threat::share;
use serde::Serialize;
use tuermer_core::urgency::{Input, PolicyRow, UrgencyPolicy};
use tuermer_formats::urgency_policy::outcome_key;

/// One row of the table.
#[derive(Debug, Serialize)]
pub struct PolicyRowView<'a> {
    /// Name of the table.
    pub policy: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Id of the row.
    pub row: &'a str,
    /// It shortens what another row says.
    pub lift: bool,
    /// The answer it wants to each question; `null` where it wants none.
    pub inputs: Keyed<&'static str, Option<bool>>,
    /// The step from which on it counts, 1 to 4.
    pub level_at_least: Option<u8>,
    /// The EPSS from which on it counts, 0 to 1.
    pub epss_at_least: Option<f64>,
    /// What it says, a word of the file.
    pub outcome: &'static str,
    /// The same as a word of `Urgency`.
    pub deadline: &'static str,
}

impl<'a> PolicyRowView<'a> {
    /// A row of a table; `lift` where it stands among the lifts.
    pub fn new(policy: &'a UrgencyPolicy, row: &'a PolicyRow, lift: bool) -> Self {
        let PolicyRow {
            id,
            inputs,
            level_at_least,
            epss_at_least,
            outcome,
        } = row;
        let inputs = Input::ALL.iter().zip(inputs);
        Self {
            policy: &policy.name,
            version: &policy.version,
            row: id,
            lift,
            inputs: Keyed(
                inputs
                    .map(|(input, wanted)| (input.as_str(), *wanted))
                    .collect(),
            ),
            level_at_least: level_at_least.map(|level| level.number()),
            epss_at_least: epss_at_least.map(share),
            outcome: outcome_key(*outcome),
            deadline: outcome.as_str(),
        }
    }
}

/// A file that could replace the table.
#[derive(Debug, Serialize)]
pub struct PolicyView<'a> {
    /// Its name.
    pub policy: &'a str,
    /// Its version.
    pub version: &'a str,
    /// How many rows.
    pub rows: usize,
    /// How many lifts.
    pub lifts: usize,
}

impl<'a> From<&'a UrgencyPolicy> for PolicyView<'a> {
    fn from(policy: &'a UrgencyPolicy) -> Self {
        Self {
            policy: &policy.name,
            version: &policy.version,
            rows: policy.rows.len(),
            lifts: policy.lifts.len(),
        }
    }
}
