//! What to look for in the own house.

use super::Moment;
use crate::store::signs::indicators::IndicatorLine;
use serde::Serialize;

/// One indicator that counts today.
#[derive(Debug, Serialize)]
pub struct IndicatorView<'a> {
    /// Kind and value, `sha256:…`.
    pub indicator: &'a str,
    /// Who published it.
    pub source: &'a str,
    /// What it stands for.
    pub title: &'a str,
    /// Who may see it.
    pub tlp: &'a str,
    /// How far it is to be believed, `A1` to `F6`.
    pub grade: &'a str,
    /// When its publisher last changed it.
    pub modified: Moment,
    /// Until when it counts.
    pub valid_until: Option<Moment>,
}

impl<'a> From<&'a IndicatorLine> for IndicatorView<'a> {
    fn from(line: &'a IndicatorLine) -> Self {
        let IndicatorLine {
            trace,
            source,
            title,
            tlp,
            grade,
            modified_at,
            valid_until,
        } = line;
        Self {
            indicator: trace,
            source,
            title,
            tlp,
            grade,
            modified: Moment(*modified_at),
            valid_until: valid_until.map(Moment),
        }
    }
}
