//! What people reported on `/melden`.

use super::Moment;
use serde::Serialize;
use tuermer_core::witness::WitnessReport;

/// One report.
#[derive(Debug, Serialize)]
pub struct WitnessReportView<'a> {
    /// Its number, `M-…`.
    pub receipt: &'a str,
    /// When it came.
    pub received_at: Moment,
    /// A word of `Incident`.
    pub incident: &'static str,
    /// The product it is about; may be empty.
    pub product: &'a str,
    /// Since when, a word of `Since`.
    pub since: &'static str,
    /// The sender has kept evidence.
    pub evidence: bool,
    /// How far it is to be believed, `A1` to `F6`.
    pub grade: String,
    /// What was written; may be empty.
    pub words: &'a str,
    /// The company as it was typed.
    pub company: &'a str,
    /// Who reported.
    pub name: &'a str,
    /// How to call back.
    pub reach: &'a str,
    /// Number of the member in the register, once somebody has called back.
    pub organisation: Option<&'a str>,
    /// Who called back; empty before.
    pub known_by: &'a str,
}

impl<'a> WitnessReportView<'a> {
    /// A report; `member` is the register number of the member it is assigned to.
    pub fn new(report: &'a WitnessReport, member: Option<&'a str>) -> Self {
        let WitnessReport {
            receipt,
            received_at,
            incident,
            product,
            since,
            evidence,
            words,
            company,
            name,
            reach,
            organisation: _,
            known_by,
        } = report;
        Self {
            receipt,
            received_at: Moment(*received_at),
            incident: incident.as_str(),
            product,
            since: since.as_str(),
            evidence: *evidence,
            grade: report.grade().to_text(),
            words,
            company,
            name,
            reach,
            organisation: member,
            known_by,
        }
    }
}
