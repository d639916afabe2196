//! The golden table: made-up cases that meet every rule, each with its verdict as text.
//!
//! Two programs that write the same table judge alike; where the tables differ, stored verdicts are out of date. The
//! text also names every field of a verdict, so that a fact of another shape shows, too. Build packs and policies are
//! data and followed by themselves.

mod cases;

use self::cases::{answers, asset, assets, date, pack, policy, signs, threats};
use crate::acknowledgement::Acknowledgement;
use crate::assess::{Case, assess};
use crate::asset::Asset;
use crate::constituency::Constituency;
use crate::exposure::Exposure;
use crate::observation::Sighting;
use crate::remeasure::ReportDays;
use crate::threat::Threat;
use crate::urgency::Urgencies;
use crate::version::{ParsedVersion, VersionRule};
use crate::version_order::Scheme;
use jiff::Timestamp;

/// Day of March 2021, in seconds since 1970.
fn march(day: i64) -> Timestamp {
    const FIRST: i64 = 1_614_556_800;
    let second = FIRST.saturating_add(day.saturating_sub(1).saturating_mul(86_400));
    Timestamp::from_second(second).unwrap_or_default()
}

/// Every case with its verdict, one a line; the same program always writes the same text.
pub fn table() -> String {
    let mut table = String::new();
    let mut add = |name: &str, verdict: &dyn std::fmt::Debug| {
        table.push_str(&format!("{name}: {verdict:?}\n"));
    };
    let threats = threats();
    for (name, threat) in &threats {
        for (told, asset) in assets() {
            let found = judge(threat, vec![asset], Vec::new(), None);
            add(&format!("{name} {told}"), &found);
        }
    }
    let Some((_, threat)) = threats.first() else {
        return table;
    };
    for (name, signs) in signs() {
        for answer in answers() {
            let said = answer.as_ref().map(|answer| answer.answer.as_str());
            let asset = asset("2016", "15.1.2176.2", "");
            let found = judge(threat, vec![asset], signs.clone(), answer);
            add(&format!("{name}, answered {said:?}"), &found);
        }
    }
    for (scheme, range, version) in RANGES {
        let rule = VersionRule::parse_range_in(range, *scheme);
        let version = ParsedVersion::in_scheme(version, *scheme);
        let inside = rule.compiled_in(*scheme).contains(&version);
        add(&format!("{scheme:?} {range} {}", version.text()), &inside);
    }
    table
}

/// Orders of versions: scheme, range, version.
const RANGES: &[(Scheme, &str, &str)] = &[
    (Scheme::Generic, "<= 1.10", "1.9"),
    (Scheme::Generic, ">=2.0|<2.4.1", "2.4.1"),
    (Scheme::Generic, "< 7.4.3", "7.4.3-rc1"),
    (Scheme::Semver, "vers:semver/>=1.0.0|<2.0.0", "2.0.0-alpha"),
    (Scheme::Pypi, "vers:pypi/<2.0", "2.0rc1"),
    (Scheme::Maven, "vers:maven/<2.17.1", "2.17.1-SNAPSHOT"),
    (Scheme::Gem, "vers:gem/<3.0.0", "3.0.0.pre1"),
    (Scheme::Debian, "vers:deb/<1:2.3-4", "1:2.3~rc1-1"),
    (Scheme::Rpm, "vers:rpm/<2.4.6-90", "2.4.6-9.el8"),
    (Scheme::Alpine, "vers:alpine/<1.2_p1", "1.2_rc3"),
    (Scheme::OpenSsl, "<1.0.2zg", "1.0.2u"),
    (Scheme::MicrosoftBuild, "< 15.1.2176.9", "15.01.2176.002"),
    (Scheme::FortiOs, "<7.4.3", "7.4.2"),
    (Scheme::NetScaler, "<13.1-59.22", "13.1-51.15"),
    (Scheme::Ivanti, "<22.7R2.5", "22.7R2.4"),
    (Scheme::Unordered, "<2", "1"),
];

fn judge(
    threat: &Threat,
    assets: Vec<Asset>,
    signs: Vec<Sighting>,
    answer: Option<Acknowledgement>,
) -> Vec<Exposure> {
    let packs = [pack()];
    let urgencies = Urgencies::of(&policy(), threat);
    let days = [3, 4, 6, 11].map(|day| ("scan_exchange".to_string(), date(2021, 3, day)));
    let reports: ReportDays = days.into_iter().collect();
    let case = Case {
        threat,
        packs: &packs,
        urgencies: &urgencies,
        reports: &reports,
        now: march(12),
    };
    let answers: Vec<Acknowledgement> = answer.into_iter().collect();
    assess(case, &Constituency::new(assets, signs), &answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule that no case meets could change unseen. The three that need other facts are met by tests of their own.
    #[test]
    fn every_reason_and_question_of_a_verdict_is_met() {
        let written = table();
        assert_eq!(written, table(), "the same program writes the same table");
        for word in [
            "BuildBelowFix",
            "BuildHasFix",
            "SecondStep",
            "UpdateUnknown",
            "EndOfLife",
            "NoStatement",
            "UnknownBuild",
            "NoVersionsNamed",
            "ProductOnly",
            "VersionInRange",
            "VersionNotAffected",
            "NotComparable",
            "ProvenByScan",
            "SeenFromOutside",
            "BreakIn",
            "NotInUse",
            "ReportedFixed",
            "NoLongerListed",
            "SeenAgain",
            "Withdrawn",
            "FlawClosed",
            "WhichBuild",
            "UpdateInstalled",
            "Condition",
            "VendorStatement",
            "Replacement",
            "told_open: true",
            "has: Some(false)",
        ] {
            assert!(written.contains(word), "no case meets {word}");
        }
    }
}
