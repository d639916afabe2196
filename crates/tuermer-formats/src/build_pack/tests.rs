//! The Exchange pack: the table of expected answers, its traps, and the day on which something was known.

use super::packs;
use jiff::civil::{Date, date};
use tuermer_core::pack::{BuildPack, PackState};
use tuermer_core::scale::Status;

pub(super) fn pack() -> &'static BuildPack {
    packs().first().unwrap()
}

/// Answers as of the day the tables were read.
#[track_caller]
fn check(rows: &[(&str, &str, PackState)]) {
    let pack = pack();
    for (build, cve, expected) in rows {
        let judgement = pack.judge(build, cve, pack.as_of);
        assert_eq!(judgement.state, *expected, "{build} {cve}: {judgement:?}");
    }
}

/// Eight flaws from March 2021 to June 2026, in the order of the table below.
const FLAWS: [&str; 8] = [
    "CVE-2021-26855",
    "CVE-2021-34473",
    "CVE-2021-31207",
    "CVE-2021-42321",
    "CVE-2022-41082",
    "CVE-2023-21529",
    "CVE-2025-53786",
    "CVE-2026-42897",
];

/// Computed once by the vendor's rule: A affected, f fixed, ? update unknown, E out of support, n not applicable.
const EXPECTED: &[(&str, &str)] = &[
    ("15.0.1395.12", "fAAAAAEE"),
    ("15.0.1473.5", "AAAAAAEE"),
    ("15.0.1497", "??????EE"),
    ("15.0.1497.2", "AAAAAAEE"),
    ("15.0.1497.12", "fAAAAAEE"),
    ("15.0.1497.48", "ffffffEE"),
    ("15.1.2044.12", "AAAAAAAA"),
    ("15.1.2044.13", "fAAAAAAA"),
    ("15.1.2176", "???AAAAA"),
    ("15.1.2176.2", "AAAAAAAA"),
    ("15.1.2176.9", "fAAAAAAA"),
    ("15.1.2176.12", "ffAAAAAA"),
    ("15.1.2242", "f??AAAAA"),
    ("15.1.2242.4", "fAAAAAAA"),
    ("15.1.2242.12", "fffAAAAA"),
    ("15.1.2308", "fff?AAAA"),
    ("15.1.2507.6", "ffffAAAA"),
    ("15.1.2507.16", "fffffAAA"),
    ("15.1.2507.61", "fffffffA"),
    ("15.1.2507.69", "ffffffff"),
    ("15.2.659", "?AAAAAAA"),
    ("15.2.659.12", "fAAAAAAA"),
    ("15.2.721", "?AAAAAAA"),
    ("15.2.721.8", "AAAAAAAA"),
    ("15.2.721.13", "fAAAAAAA"),
    ("15.2.792.10", "fAAAAAAA"),
    ("15.2.858", "f??AAAAA"),
    ("15.2.858.2", "fAAAAAAA"),
    ("15.2.922", "fff?AAAA"),
    ("15.2.1118.40", "ffffffAA"),
    ("15.2.1748.46", "ffffffff"),
    ("15.2.2562.41", "nnnnnnnA"),
];

#[test]
fn expected_answers_come_out() {
    for (build, letters) in EXPECTED {
        for (cve, letter) in FLAWS.iter().zip(letters.chars()) {
            let state = match letter {
                'A' => PackState::Affected,
                'f' => PackState::Fixed,
                '?' => PackState::UpdateUnknown,
                'E' => PackState::EndOfLife,
                _ => PackState::NotApplicable,
            };
            check(&[(build, cve, state)]);
        }
    }
}

#[test]
fn numbers_that_lie_are_read_right() {
    use PackState::{
        Affected, EndOfLife, Fixed, NoRule, NotApplicable, UnknownBuild, UnknownProduct,
        UpdateUnknown,
    };
    check(&[
        // zero padding
        ("15.01.2176.009", "CVE-2021-26855", Fixed),
        ("15.00.1497.002", "CVE-2021-26855", Affected),
        // the sources disagree on the number of CU8's and CU9's update: the lower one counts
        ("15.1.1415.8", "CVE-2021-26855", Fixed),
        ("15.1.1415.9", "CVE-2021-26855", Fixed),
        ("15.1.1415.7", "CVE-2021-26855", Affected),
        ("15.1.1466.13", "CVE-2021-26855", Fixed),
        ("15.1.1466.9", "CVE-2021-26855", Affected),
        // CU22 and its Feb19SU share one number: the cumulative update must not vanish
        ("15.0.1473.3", "CVE-2021-26855", Affected),
        ("15.0.1473", "CVE-2021-26855", UpdateUnknown),
        ("15.0.1473.3", "CVE-2019-0686", Fixed),
        // a higher number is not always the safer one
        ("15.1.2044.13", "CVE-2021-26855", Fixed),
        ("15.1.2106.8", "CVE-2021-26855", Affected),
        // SP1 is CU4
        ("15.0.847.64", "CVE-2021-26855", Fixed),
        ("15.0.847.32", "CVE-2021-26855", Affected),
        ("15.0.847", "CVE-2021-26855", UpdateUnknown),
        // the number the registry shows for CU9
        ("15.2.858.2", "CVE-2021-26855", Fixed),
        ("15.2.858.2", "CVE-2021-34473", Affected),
        // SE shares 15.2 with 2019
        ("15.2.2561.9", "CVE-2021-26855", Fixed),
        ("15.2.2562.17", "CVE-2021-26855", NotApplicable),
        ("15.2.2562", "CVE-2026-42897", UpdateUnknown),
        // builds between and above the rows
        ("15.1.2507.99", "CVE-2026-42897", Fixed),
        ("15.1.2176.10", "CVE-2021-26855", Fixed),
        ("15.1.2177", "CVE-2021-26855", UnknownBuild),
        // out of support never reads not affected; a flaw that 2013 never had does
        ("15.0.1498", "CVE-2026-42897", EndOfLife),
        ("15.0.1497.48", "CVE-2020-16875", NotApplicable),
        // closed twice: the last one counts
        ("15.0.1497.47", "CVE-2023-21707", Affected),
        ("15.0.1497.48", "CVE-2023-21707", Fixed),
        // what Get-ExchangeServer prints is the cumulative update only
        (
            "Version 15.1 (Build 2176.2)",
            "CVE-2021-26855",
            UpdateUnknown,
        ),
        ("Version 15.1 (Build 2242.4)", "CVE-2021-26855", Fixed),
        ("16.x banana", "CVE-2021-26855", UnknownBuild),
        ("15.1", "CVE-2021-26855", UnknownBuild),
        ("15.1.2176.9.1", "CVE-2021-26855", UnknownBuild),
        ("15.1.+2176.9", "CVE-2021-26855", UnknownBuild),
        ("15.1.99999999999.9", "CVE-2021-26855", UnknownBuild),
        ("14.3.123.4", "CVE-2021-26855", UnknownProduct),
        ("15.1.2176.9", "CVE-2021-44228", NoRule),
        ("15.1.2176.9", "cve-2021-26855", Fixed),
    ]);
}

/// The days around the updates of March 2021.
const BEFORE: Date = date(2021, 3, 1);
const NIGHT: Date = date(2021, 3, 2);
const FRIDAY: Date = date(2021, 3, 5);
const AFTER: Date = date(2021, 3, 12);

/// Build, flaw and day; state, the build that closes it, and whether a cumulative update comes first.
const JUDGED_BY_DAY: &[(&str, &str, Date, PackState, Option<[u32; 4]>, bool)] = &[
    (
        "15.2.659.4",
        "CVE-2021-26855",
        FRIDAY,
        PackState::Affected,
        None,
        true,
    ),
    (
        "15.2.659.4",
        "CVE-2021-26855",
        AFTER,
        PackState::Affected,
        Some([15, 2, 659, 12]),
        false,
    ),
    (
        "15.2.659",
        "CVE-2021-26855",
        FRIDAY,
        PackState::Affected,
        None,
        true,
    ),
    (
        "15.2.659",
        "CVE-2021-26855",
        AFTER,
        PackState::UpdateUnknown,
        Some([15, 2, 659, 12]),
        false,
    ),
    (
        "15.2.721.8",
        "CVE-2021-26855",
        NIGHT,
        PackState::Affected,
        Some([15, 2, 721, 13]),
        false,
    ),
    (
        "15.0.1497.10",
        "CVE-2021-26855",
        NIGHT,
        PackState::Affected,
        Some([15, 0, 1497, 12]),
        false,
    ),
    (
        "15.0.1395.10",
        "CVE-2021-26855",
        NIGHT,
        PackState::Affected,
        None,
        true,
    ),
    (
        "15.1.2106.8",
        "CVE-2021-26855",
        NIGHT,
        PackState::Affected,
        Some([15, 1, 2106, 13]),
        false,
    ),
    // no update at all yet: nothing to install, neither this nor another cumulative update
    (
        "15.2.721.8",
        "CVE-2021-26855",
        BEFORE,
        PackState::Affected,
        None,
        false,
    ),
    (
        "15.1.2507.66",
        "CVE-2026-42897",
        date(2026, 5, 20),
        PackState::Affected,
        None,
        false,
    ),
    (
        "15.1.2507.66",
        "CVE-2026-42897",
        date(2026, 6, 9),
        PackState::Affected,
        Some([15, 1, 2507, 69]),
        false,
    ),
    // a build that is seen exists
    (
        "15.2.659.12",
        "CVE-2021-26855",
        FRIDAY,
        PackState::Fixed,
        None,
        false,
    ),
    (
        "15.2.858",
        "CVE-2021-26855",
        FRIDAY,
        PackState::Fixed,
        None,
        false,
    ),
    (
        "15.2.858",
        "CVE-2021-28480",
        FRIDAY,
        PackState::Affected,
        None,
        false,
    ),
    // a cumulative update that never got the update
    (
        "15.2.659.12",
        "CVE-2021-28480",
        date(2021, 5, 1),
        PackState::Affected,
        None,
        true,
    ),
    // a later cumulative update has it from the start
    (
        "15.1.2242.4",
        "CVE-2021-26855",
        date(2021, 5, 1),
        PackState::Fixed,
        Some([15, 1, 2242, 4]),
        false,
    ),
];

/// Build, CVE, day → state, lowest fixed build, other cumulative update first.
#[test]
fn nothing_is_known_before_its_day() {
    let pack = pack();
    for &(build, cve, day, state, fixed_build, first) in JUDGED_BY_DAY {
        let judgement = pack.judge(build, cve, day);
        assert_eq!(
            (
                judgement.state,
                judgement.fixed_build,
                judgement.cumulative_update_first
            ),
            (state, fixed_build, first),
            "{build} {cve} {day}"
        );
    }
    assert_eq!(pack.judge("15.2.721.8", "CVE-2021-26855", BEFORE).fix, None);
    let night = pack.judge("15.2.721.8", "CVE-2021-26855", NIGHT);
    assert_eq!(
        (night.fix.as_deref(), night.kb.as_deref()),
        (Some("Mar21SU"), Some("KB5000871"))
    );
    assert_eq!(
        (night.line.as_deref(), night.cumulative_update.as_deref()),
        (Some("Exchange Server 2019"), Some("CU7"))
    );
}

#[test]
fn what_no_build_shows_is_not_called_fixed() {
    let pack = pack();
    for (build, cve, state, status) in [
        (
            "15.2.1544.36",
            "CVE-2025-53786",
            PackState::Fixed,
            Status::Unknown,
        ),
        (
            "15.2.1544.36",
            "CVE-2024-21410",
            PackState::Fixed,
            Status::Unknown,
        ),
        (
            "15.1.2375.28",
            "CVE-2024-21410",
            PackState::Affected,
            Status::Affected,
        ),
        (
            "15.2.1544.36",
            "CVE-2024-49040",
            PackState::Fixed,
            Status::Fixed,
        ),
        (
            "15.2.1544.36",
            "CVE-2023-21529",
            PackState::Fixed,
            Status::Fixed,
        ),
        (
            "15.0.1497.48",
            "CVE-2026-42897",
            PackState::EndOfLife,
            Status::Unknown,
        ),
        (
            "15.2.2562.17",
            "CVE-2021-26855",
            PackState::NotApplicable,
            Status::NotAffected,
        ),
    ] {
        let judgement = pack.judge(build, cve, pack.as_of);
        assert_eq!(
            (judgement.state, judgement.status()),
            (state, status),
            "{build} {cve}"
        );
    }
}

/// Which servers get an update only as customers of the paid programme; a build that carries it proves it.
#[test]
fn updates_after_the_free_ones_are_paid() {
    let pack = pack();
    for (build, cve, state, paid) in [
        ("15.1.2507.61", "CVE-2026-42897", PackState::Affected, true),
        (
            "15.1.2507",
            "CVE-2026-42897",
            PackState::UpdateUnknown,
            true,
        ),
        ("15.2.1748.43", "CVE-2026-42897", PackState::Affected, true),
        ("15.2.1118.40", "CVE-2026-42897", PackState::Affected, true),
        ("15.1.2507.69", "CVE-2026-42897", PackState::Fixed, true),
        ("15.2.1544.36", "CVE-2025-64666", PackState::Affected, true),
        ("15.1.2507.59", "CVE-2025-59249", PackState::Affected, false),
        ("15.2.2562.41", "CVE-2026-42897", PackState::Affected, false),
        (
            "15.0.1497.48",
            "CVE-2026-42897",
            PackState::EndOfLife,
            false,
        ),
    ] {
        let judgement = pack.judge(build, cve, pack.as_of);
        assert_eq!(
            (judgement.state, judgement.paid.is_some()),
            (state, paid),
            "{build} {cve}"
        );
    }
    // Before it was out nobody could have bought it.
    assert_eq!(
        pack.judge("15.1.2507.61", "CVE-2026-42897", date(2026, 5, 20))
            .paid,
        None
    );
}
