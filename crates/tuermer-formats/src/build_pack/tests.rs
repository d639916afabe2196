//! The Exchange pack: the table of expected answers, its traps, and the day on which something was known.

use super::{defect, files, packs, read};
use jiff::civil::date;
use tuermer_core::pack::{BuildPack, EndOfLife, PackState};
use tuermer_core::scale::Status;

fn pack() -> &'static BuildPack {
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

#[test]
fn the_files_are_whole() {
    assert!(defect().is_none(), "{:?}", defect());
    let pack = pack();
    assert_eq!(
        pack.rows
            .iter()
            .map(|row| row.build)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        300
    );
    assert_eq!(pack.rows.len(), 303);
    assert_eq!(pack.fixes.len(), 124);
    assert!(
        pack.lines
            .iter()
            .any(|line| line.name == "Exchange Server SE" && line.end_of_life == EndOfLife::Open)
    );
}

#[test]
fn one_bad_row_refuses_the_file_and_names_the_place() {
    let (pack, builds) = files("exchange").unwrap();
    let whole = |text: &str| text.to_string();
    let line = |text: &str, of: &str| 1 + text.lines().position(|line| line.contains(of)).unwrap();
    let at = |of: &str| format!("builds.csv line {}, field", line(builds, of));
    for (pack, builds, says) in [
        (
            pack.replace("format = 2", "format = 3"),
            whole(builds),
            format!(
                "pack.toml line {}, field format: \"3\"",
                line(pack, "format = 2")
            ),
        ),
        (
            whole(pack),
            builds.replace("15.1.2176.9,", "15.1.2176.x,"),
            format!("{} build: \"15.1.2176.x\"", at("15.1.2176.9,")),
        ),
        (
            whole(pack),
            builds.replacen("2021-04-13", "13.04.2021", 1),
            format!("{} released: \"13.04.2021\"", at("2021-04-13")),
        ),
        (
            whole(pack),
            builds.replace("15.1.2176.9,2016", "15.1.2176.9,2017"),
            format!("{} line: \"2017\"", at("15.1.2176.9,")),
        ),
        (
            pack.replace("\"Jan22SU\"", "\"Jan32SU\""),
            whole(builds),
            whole("\"Jan32SU\" is an update no build carries"),
        ),
        (
            whole(pack),
            builds.replace("build,line,cu", "build,line,cv"),
            whole("unknown field `cv`"),
        ),
        (
            pack.replace("name = \"exchange\"", "name = \"Ex change\""),
            whole(builds),
            whole("field name: \"Ex change\""),
        ),
        (
            pack.replace("exchange-cu-su", "exchange"),
            whole(builds),
            whole("field rule: \"exchange\""),
        ),
        (
            pack.replace("four-dotted", "dots"),
            whole(builds),
            whole("field form: \"dots\""),
        ),
        (
            pack.replace("branch = \"15.0\"", "branch = \"15.x\""),
            whole(builds),
            whole("field branch: \"15.x\""),
        ),
        (
            pack.replace("branch = \"15.0\"\n", ""),
            whole(builds),
            whole("field line: \"2013\""),
        ),
        (
            pack.replace("as_of = \"2026-08-19\"", "as_of = \"19.08.2026\""),
            whole(builds),
            whole("field as_of"),
        ),
        (
            pack.replace("\"hybrid-app\"\nflaws", "\"hybrid\"\nflaws"),
            whole(builds),
            whole("field fix.condition: \"hybrid\""),
        ),
        (
            pack.replace("\"CVE-2021-42321\"", "\"CVE 2021\""),
            whole(builds),
            whole("field fix.flaws: \"CVE 2021\""),
        ),
        (
            pack.replace("untold = \"holds\"", "untold = \"maybe\""),
            whole(builds),
            whole("field condition.untold: \"maybe\""),
        ),
        (
            pack.replace("[[alias]]\nline = \"2013\"", "[[alias]]\nline = \"2014\""),
            whole(builds),
            whole("field alias.line: \"2014\""),
        ),
        (
            pack.replace(
                "products = [[\"Microsoft\", \"Exchange Server\"]]",
                "products = []",
            ),
            whole(builds),
            whole("names no product"),
        ),
        (
            pack.replace("title = \"Microsoft", "titel = \"Microsoft"),
            whole(builds),
            whole("titel"),
        ),
        ("x".repeat(5_000_000), whole(builds), whole("4194304")),
    ] {
        let error = read(&pack, &builds).expect_err(&says).to_string();
        assert!(error.contains(&says), "{error} / {says}");
    }
}

#[test]
fn a_pack_may_stand_in_one_file() {
    let (pack, builds) = files("netscaler").unwrap();
    let one = pack.replace("as_of =", &format!("builds = '''\n{builds}'''\nas_of ="));
    assert_eq!(read(&one, "").unwrap(), read(pack, builds).unwrap());
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

/// Build, CVE, day → state, lowest fixed build, other cumulative update first.
#[test]
fn nothing_is_known_before_its_day() {
    use PackState::{Affected, Fixed, UpdateUnknown};
    let pack = pack();
    let (before, night, friday, after) = (
        date(2021, 3, 1),
        date(2021, 3, 2),
        date(2021, 3, 5),
        date(2021, 3, 12),
    );
    for (build, cve, day, state, fixed_build, first) in [
        ("15.2.659.4", "CVE-2021-26855", friday, Affected, None, true),
        (
            "15.2.659.4",
            "CVE-2021-26855",
            after,
            Affected,
            Some([15, 2, 659, 12]),
            false,
        ),
        ("15.2.659", "CVE-2021-26855", friday, Affected, None, true),
        (
            "15.2.659",
            "CVE-2021-26855",
            after,
            UpdateUnknown,
            Some([15, 2, 659, 12]),
            false,
        ),
        (
            "15.2.721.8",
            "CVE-2021-26855",
            night,
            Affected,
            Some([15, 2, 721, 13]),
            false,
        ),
        (
            "15.0.1497.10",
            "CVE-2021-26855",
            night,
            Affected,
            Some([15, 0, 1497, 12]),
            false,
        ),
        (
            "15.0.1395.10",
            "CVE-2021-26855",
            night,
            Affected,
            None,
            true,
        ),
        (
            "15.1.2106.8",
            "CVE-2021-26855",
            night,
            Affected,
            Some([15, 1, 2106, 13]),
            false,
        ),
        // no update at all yet: nothing to install, neither this nor another cumulative update
        (
            "15.2.721.8",
            "CVE-2021-26855",
            before,
            Affected,
            None,
            false,
        ),
        (
            "15.1.2507.66",
            "CVE-2026-42897",
            date(2026, 5, 20),
            Affected,
            None,
            false,
        ),
        (
            "15.1.2507.66",
            "CVE-2026-42897",
            date(2026, 6, 9),
            Affected,
            Some([15, 1, 2507, 69]),
            false,
        ),
        // a build that is seen exists
        ("15.2.659.12", "CVE-2021-26855", friday, Fixed, None, false),
        ("15.2.858", "CVE-2021-26855", friday, Fixed, None, false),
        ("15.2.858", "CVE-2021-28480", friday, Affected, None, false),
        // a cumulative update that never got the update
        (
            "15.2.659.12",
            "CVE-2021-28480",
            date(2021, 5, 1),
            Affected,
            None,
            true,
        ),
        // a later cumulative update has it from the start
        (
            "15.1.2242.4",
            "CVE-2021-26855",
            date(2021, 5, 1),
            Fixed,
            Some([15, 1, 2242, 4]),
            false,
        ),
    ] {
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
    assert_eq!(pack.judge("15.2.721.8", "CVE-2021-26855", before).fix, None);
    let night = pack.judge("15.2.721.8", "CVE-2021-26855", night);
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
