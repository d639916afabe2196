//! The packs of NetScaler and FortiOS: each state once, and the builds of the bulletins.

use super::packs;
use jiff::civil::{Date, date};
use tuermer_core::pack::{BuildPack, PackState};
use tuermer_core::scale::Status;

fn pack(name: &str) -> &'static BuildPack {
    packs().iter().find(|pack| pack.name == name).unwrap()
}

#[track_caller]
fn check(name: &str, rows: &[(&str, &str, PackState)]) {
    let pack = pack(name);
    for (build, cve, expected) in rows {
        let judgement = pack.judge(build, cve, pack.as_of);
        assert_eq!(judgement.state, *expected, "{build} {cve}: {judgement:?}");
    }
}

#[test]
fn the_packs_of_the_program_have_no_mistake() {
    for pack in packs() {
        assert_eq!(pack.problems(date(2026, 8, 19)), [], "{}", pack.name);
    }
    assert_eq!(
        packs()
            .iter()
            .map(|pack| pack.name.as_str())
            .collect::<Vec<_>>(),
        ["exchange", "netscaler", "fortios", "moveit", "mail-servers"]
    );
}

/// One release, two numbers: either is judged alike, and neither is taken for the other.
#[test]
fn moveit() {
    use PackState::{Affected, Fixed, NotApplicable, UnknownBuild, UnknownProduct, UpdateUnknown};
    const CVE: &str = "CVE-2023-34362";
    check(
        "moveit",
        &[
            ("2021.0.5", CVE, Affected),
            ("13.0.5", CVE, Affected),
            // Fixed by the vendor's text, not by the other container: the stricter counts.
            ("2021.0.6", CVE, Affected),
            ("13.0.6", CVE, Affected),
            ("2021.0.7", CVE, Fixed),
            ("13.0.7", CVE, Fixed),
            ("13.0.9", CVE, Fixed),
            ("14.1.5.94", CVE, Affected),
            ("14.1.6.97", CVE, Fixed),
            ("2023.0.1 (15.0.1)", CVE, Affected),
            ("15.0.2", CVE, Fixed),
            ("2023.0", CVE, UpdateUnknown),
            ("2020.1.6", CVE, Affected),
            ("12.0.3", CVE, Affected),
            ("2019.2.1", CVE, Affected),
            ("11.1", CVE, Affected),
            ("16.0.1", CVE, NotApplicable),
            ("2024.1.2", CVE, NotApplicable),
            ("0.9", CVE, UnknownProduct),
            ("latest", CVE, UnknownBuild),
        ],
    );
}

/// What can be had on the day is told: first the builds of 31 May, then those of 9 June.
#[test]
fn moveit_tells_the_build_of_the_day() {
    let pack = packs().iter().find(|pack| pack.name == "moveit").unwrap();
    for (build, day, fixed) in [
        ("13.0.3", date(2023, 6, 2), [13, 0, 6, 0]),
        ("13.0.3", date(2023, 6, 20), [13, 0, 7, 0]),
        ("2021.0.6", date(2023, 6, 20), [2021, 0, 7, 0]),
    ] {
        let judgement = pack.judge(build, "CVE-2023-34362", day);
        assert_eq!(
            (judgement.state, judgement.fixed_build),
            (PackState::Affected, Some(fixed)),
            "{build} {day}"
        );
    }
}

#[test]
fn netscaler() {
    use PackState::{Affected, EndOfLife, Fixed, NoStatement, NotApplicable};
    check(
        "netscaler",
        &[
            // CitrixBleed: the last build before, the first with it, in every branch
            ("14.1-4.42", "CVE-2023-4966", Affected),
            ("14.1-8.50", "CVE-2023-4966", Fixed),
            ("13.1-49.13", "CVE-2023-4966", Affected),
            ("13.1-49.15", "CVE-2023-4966", Fixed),
            ("13.0-92.18", "CVE-2023-4966", Affected),
            ("13.0-92.19", "CVE-2023-4966", Fixed),
            ("13.1-37.159", "CVE-2023-4966", Affected),
            ("13.1-37.164", "CVE-2023-4966", Fixed),
            ("12.1-55.297", "CVE-2023-4966", Affected),
            ("12.1-55.300", "CVE-2023-4966", Fixed),
            // 12.1 ended in May 2023; the bulletin names it vulnerable and gives no build
            ("12.1-65.37", "CVE-2023-4966", Affected),
            ("12.1-65.35", "CVE-2023-3519", Affected),
            // a higher number of FIPS is not a higher number of the branch
            ("13.1-37.38", "CVE-2023-3519", Affected),
            ("13.1-37.159", "CVE-2023-3519", Fixed),
            ("13.1-48.47", "CVE-2023-3519", Affected),
            ("13.1-49.13", "CVE-2023-3519", Fixed),
            // 14.1 came after it
            ("14.1-4.42", "CVE-2023-3519", NotApplicable),
            // CitrixBleed 2 and after
            ("14.1-43.50", "CVE-2025-5777", Affected),
            ("14.1-43.56", "CVE-2025-5777", Fixed),
            ("14.1-43.56", "CVE-2025-6543", Affected),
            ("14.1-47.46", "CVE-2025-6543", Fixed),
            ("13.1-58.32", "CVE-2025-6543", Affected),
            ("12.1-55.328", "CVE-2025-6543", NotApplicable),
            ("14.1-47.46", "CVE-2025-7775", Affected),
            ("14.1-47.48", "CVE-2025-7775", Fixed),
            ("13.1-59.22", "CVE-2025-7775", Fixed),
            ("13.1-37.236", "CVE-2025-7775", Affected),
            ("13.1-37.241", "CVE-2025-7775", Fixed),
            ("12.1-55.330", "CVE-2025-7775", Fixed),
            // named as vulnerable and ended; then ended and not named any more
            ("13.0-92.31", "CVE-2025-5777", Affected),
            ("13.0-92.31", "CVE-2025-7775", EndOfLife),
            ("12.1-65.39", "CVE-2025-7775", EndOfLife),
            ("11.1-65.23", "CVE-2023-3519", NoStatement),
        ],
    );
}

#[test]
fn netscaler_in_words_and_in_2019() {
    use PackState::{
        Affected, Fixed, NoRule, NotApplicable, UnknownBuild, UnknownProduct, UpdateUnknown,
    };
    check(
        "netscaler",
        &[
            // 2019
            ("12.1-55.13", "CVE-2019-19781", Affected),
            ("12.1-55.18", "CVE-2019-19781", Fixed),
            ("13.0-47.22", "CVE-2019-19781", Affected),
            ("10.5-70.12", "CVE-2019-19781", Fixed),
            ("13.1-49.15", "CVE-2019-19781", NotApplicable),
            // as banners and people write it
            ("NS13.1: Build 49.13.nc", "CVE-2023-4966", Affected),
            ("13.1-FIPS 13.1-37.164", "CVE-2023-4966", Fixed),
            ("13.1", "CVE-2023-4966", UpdateUnknown),
            ("14.1", "CVE-2023-3519", NotApplicable),
            ("13.0", "CVE-2025-5777", Affected),
            ("13.1-49", "CVE-2023-4966", UpdateUnknown),
            ("13.1-51", "CVE-2023-4966", Fixed),
            ("15.1-3.2", "CVE-2025-7775", UnknownProduct),
            ("latest", "CVE-2025-7775", UnknownBuild),
            ("13.1-49.15", "CVE-2021-26855", NoRule),
        ],
    );
    let open = pack("netscaler").judge("12.1-65.37", "CVE-2023-4966", date(2023, 11, 1));
    assert!(
        open.branch_without_fix && open.fixed_build.is_none() && open.status() == Status::Affected
    );
    let below = pack("netscaler").judge("13.1-49.13", "CVE-2023-4966", date(2023, 11, 1));
    assert_eq!(
        (below.fix.as_deref(), below.kb.as_deref(), below.fixed_build),
        (Some("13.1-49.15"), Some("CTX579459"), Some([13, 1, 49, 15]))
    );
    assert_eq!(below.line.as_deref(), Some("NetScaler 13.1"));
}

#[test]
fn fortios() {
    use PackState::{Affected, EndOfLife, Fixed, NotApplicable, UnknownProduct, UpdateUnknown};
    check(
        "fortios",
        &[
            ("7.4.2", "CVE-2024-21762", Affected),
            ("7.4.3", "CVE-2024-21762", Fixed),
            ("7.2.6", "CVE-2024-21762", Affected),
            ("v7.2.7,build1577", "CVE-2024-21762", Fixed),
            ("7.0.13", "CVE-2024-21762", Affected),
            ("6.4.15", "CVE-2024-21762", Fixed),
            ("6.2.15", "CVE-2024-21762", Affected),
            ("6.0.17", "CVE-2024-21762", Affected),
            ("7.6.0", "CVE-2024-21762", NotApplicable),
            ("5.6.14", "CVE-2024-21762", EndOfLife),
            ("7.2.2", "CVE-2022-42475", Affected),
            ("7.2.3", "CVE-2022-42475", Fixed),
            ("6.0.15", "CVE-2022-42475", Affected),
            ("6.0.16", "CVE-2022-42475", Fixed),
            ("5.6.14", "CVE-2022-42475", Affected),
            ("7.0.6", "CVE-2022-40684", Affected),
            ("7.0.7", "CVE-2022-40684", Fixed),
            ("6.4.10", "CVE-2022-40684", NotApplicable),
            ("6.0.17", "CVE-2022-40684", EndOfLife),
            ("6.2.13", "CVE-2023-27997", Affected),
            ("6.2.14", "CVE-2023-27997", Fixed),
            ("7.4.0", "CVE-2023-27997", NotApplicable),
            ("7.0.16", "CVE-2024-55591", Affected),
            ("7.0.17", "CVE-2024-55591", Fixed),
            ("7.2.10", "CVE-2024-55591", NotApplicable),
            // the first builds of a branch did not have it
            ("5.4.5", "CVE-2018-13379", NotApplicable),
            ("5.4.6", "CVE-2018-13379", Affected),
            ("5.4.13", "CVE-2018-13379", Fixed),
            ("6.0.4", "CVE-2018-13379", Affected),
            ("6.2.0", "CVE-2018-13379", NotApplicable),
            ("5.4", "CVE-2018-13379", UpdateUnknown),
            ("7.4", "CVE-2024-21762", UpdateUnknown),
            ("8.0.1", "CVE-2024-21762", UnknownProduct),
        ],
    );
}

/// Pack, build, flaw, day, and the key of the question that stays.
const QUESTIONS: &[(&str, &str, &str, Date, Option<&str>)] = &[
    (
        "netscaler",
        "13.1-49.15",
        "CVE-2023-4966",
        date(2023, 10, 20),
        Some("sessions-ended"),
    ),
    (
        "netscaler",
        "13.1-49.15",
        "CVE-2023-4967",
        date(2023, 10, 20),
        None,
    ),
    (
        "netscaler",
        "14.1-43.56",
        "CVE-2025-5777",
        date(2025, 7, 11),
        Some("sessions-ended"),
    ),
    // nobody knew of the links before April 2025; some builds take them away
    ("fortios", "7.4.3", "CVE-2024-21762", date(2024, 3, 1), None),
    (
        "fortios",
        "7.4.3",
        "CVE-2024-21762",
        date(2025, 4, 10),
        Some("symlink-checked"),
    ),
    (
        "fortios",
        "7.4.7",
        "CVE-2024-21762",
        date(2025, 4, 10),
        None,
    ),
    (
        "fortios",
        "6.0.16",
        "CVE-2022-42475",
        date(2025, 4, 10),
        Some("symlink-checked"),
    ),
    (
        "fortios",
        "6.0.5",
        "CVE-2018-13379",
        date(2020, 1, 1),
        Some("passwords-changed"),
    ),
    (
        "exchange",
        "15.2.1544.36",
        "CVE-2025-53786",
        date(2026, 1, 1),
        Some("hybrid-app"),
    ),
    (
        "exchange",
        "15.2.1544.36",
        "CVE-2024-21410",
        date(2026, 1, 1),
        Some("extended-protection"),
    ),
];

/// Build, flaw, day → key of the condition that is still a question.
#[test]
fn what_no_build_shows_stays_a_question() {
    for (name, build, cve, day, key) in QUESTIONS {
        let judgement = pack(name).judge(build, cve, *day);
        assert_eq!(judgement.state, PackState::Fixed, "{build} {cve}");
        assert_eq!(
            judgement
                .conditions
                .first()
                .map(|condition| condition.key.as_str()),
            *key,
            "{build} {cve} {day}"
        );
    }
}

#[test]
fn nothing_is_known_before_its_day() {
    // On 1 January 2020 there was no build against CVE-2019-19781, only a mitigation.
    let before = pack("netscaler").judge("12.1-55.13", "CVE-2019-19781", date(2020, 1, 1));
    assert_eq!(
        (before.state, before.fix, before.fixed_build),
        (PackState::Affected, None, None)
    );
    let after = pack("netscaler").judge("12.1-55.13", "CVE-2019-19781", date(2020, 1, 24));
    assert_eq!(after.fix.as_deref(), Some("12.1-55.18"));
    // A build that is seen exists.
    assert_eq!(
        pack("netscaler")
            .judge("12.1-55.18", "CVE-2019-19781", date(2020, 1, 1))
            .state,
        PackState::Fixed
    );
}
