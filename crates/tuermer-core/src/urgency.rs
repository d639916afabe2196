//! Until when? The decision table of CISA BOD 26-04 (`cisa:DT_BOD2604` 1.0.0), four yes/no questions.
//!
//! Unknown inputs count as the worse value. Source: `CERTCC/SSVC`,
//! `data/json/decision_tables/cisa/cisa_bod_26_04_1_0_0.json`.

use crate::scale::{Level, Status, Urgency};

/// Inputs of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrgencyInputs {
    /// In KEV, or equal evidence of exploitation.
    pub exploited: bool,
    /// Reachable from public networks.
    pub exposed: bool,
    /// Attackers can automate it.
    pub automatable: bool,
    /// Full control of the system.
    pub total_impact: bool,
}

/// Looks the outcome up and lifts it to "today" for an exploited flaw of level 4 that is open.
pub fn urgency(status: Status, level: Level, inputs: UrgencyInputs) -> Urgency {
    if matches!(status, Status::Fixed | Status::NotAffected) {
        return Urgency::Past;
    }
    if level == Level::Extreme && inputs.exploited {
        return Urgency::Today;
    }
    match (inputs.exploited, inputs.exposed, inputs.automatable, inputs.total_impact) {
        (false, false, false, _) => Urgency::OnUpgrade,
        (false, false, true, _) | (false, true, false, false) => Urgency::Days60,
        (false, true, false, true) | (false, true, true, false) => Urgency::Days14,
        (false, true, true, true) => Urgency::Days3,
        (true, false, false, _) | (true, false, true, false) | (true, true, false, false) => Urgency::Days14,
        (true, true, true, false) => Urgency::Days3,
        (true, false, true, true) | (true, true, _, true) => Urgency::Days3AndTraces,
    }
}

/// Reads automatability and impact from a CVSS vector (our rule): no privileges and no interaction over
/// the network = automatable; high impact on confidentiality or integrity = total. Without vector: the worse value.
pub fn from_cvss_vector(vector: &str) -> (bool, bool) {
    if vector.is_empty() {
        return (true, true);
    }
    let has = |metric: &str| vector.split('/').any(|part| part == metric);
    let automatable = has("AV:N") && has("PR:N") && has("UI:N");
    let total = has("C:H") || has("I:H") || has("VC:H") || has("VI:H") || has("C:C");
    (automatable, total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_table() {
        let row = |exploited, exposed, automatable, total_impact| {
            urgency(Status::Affected, Level::Serious, UrgencyInputs { exploited, exposed, automatable, total_impact })
        };
        let t = true;
        let f = false;
        for (inputs, outcome) in [
            ((f, f, f, f), Urgency::OnUpgrade),
            ((f, f, f, t), Urgency::OnUpgrade),
            ((f, f, t, f), Urgency::Days60),
            ((f, f, t, t), Urgency::Days60),
            ((f, t, f, f), Urgency::Days60),
            ((f, t, f, t), Urgency::Days14),
            ((f, t, t, f), Urgency::Days14),
            ((f, t, t, t), Urgency::Days3),
            ((t, f, f, f), Urgency::Days14),
            ((t, f, f, t), Urgency::Days14),
            ((t, f, t, f), Urgency::Days14),
            ((t, f, t, t), Urgency::Days3AndTraces),
            ((t, t, f, f), Urgency::Days14),
            ((t, t, f, t), Urgency::Days3AndTraces),
            ((t, t, t, f), Urgency::Days3),
            ((t, t, t, t), Urgency::Days3AndTraces),
        ] {
            let (a, b, c, d) = inputs;
            assert_eq!(row(a, b, c, d), outcome, "{inputs:?}");
        }
    }

    #[test]
    fn closed_is_past_and_red_is_today() {
        let worst = UrgencyInputs { exploited: true, exposed: true, automatable: true, total_impact: true };
        assert_eq!(urgency(Status::Fixed, Level::Extreme, worst), Urgency::Past);
        assert_eq!(urgency(Status::Unknown, Level::Extreme, worst), Urgency::Today);
    }
}
