//! Orders of versions: rows for each of them.

use super::{Scheme, Version};
use std::cmp::Ordering;

/// Rows of one order: ascending chains, equal pairs, pairs without an answer, texts that are no version.
pub(super) struct Rows {
    pub(super) ascending: &'static [&'static [&'static str]],
    pub(super) equal: &'static [(&'static str, &'static str)],
    pub(super) unsure: &'static [(&'static str, &'static str)],
    pub(super) refused: &'static [&'static str],
}

pub(super) fn check(scheme: Scheme, rows: &Rows) {
    let read = |text: &str| {
        Version::parse(scheme, text).unwrap_or_else(|| panic!("{scheme:?}: {text} is not read"))
    };
    let compare = |left: &str, right: &str| read(left).compare(&read(right));
    for chain in rows.ascending {
        for (place, left) in chain.iter().enumerate() {
            for right in &chain[place + 1..] {
                assert_eq!(
                    compare(left, right),
                    Some(Ordering::Less),
                    "{scheme:?}: {left} < {right}"
                );
                assert_eq!(
                    compare(right, left),
                    Some(Ordering::Greater),
                    "{scheme:?}: {right} > {left}"
                );
            }
        }
    }
    for (left, right) in rows.equal {
        assert_eq!(
            compare(left, right),
            Some(Ordering::Equal),
            "{scheme:?}: {left} = {right}"
        );
        assert_eq!(
            compare(right, left),
            Some(Ordering::Equal),
            "{scheme:?}: {right} = {left}"
        );
    }
    for (left, right) in rows.unsure {
        assert_eq!(compare(left, right), None, "{scheme:?}: {left} ? {right}");
        assert_eq!(compare(right, left), None, "{scheme:?}: {right} ? {left}");
    }
    for text in rows.refused {
        assert_eq!(Version::parse(scheme, text), None, "{scheme:?}: {text}");
    }
}

#[test]
fn versions_of_no_known_order_are_compared_as_people_expect() {
    check(
        Scheme::Generic,
        &Rows {
            ascending: &[
                &["0", "1.2.3", "1.2.10", "1.10"],
                &[
                    "1.9",
                    "2.0.0-alpha",
                    "2.0.0-alpha.1",
                    "2.0.0-beta.2",
                    "2.0.0-beta.11",
                    "2.0.0-rc9",
                    "2.0.0-rc10",
                    "2.0.0",
                ],
                &["1.0-1", "1.1"],
                &[
                    "3.0",
                    "V3.1",
                    "V3.1 SP1",
                    "V3.1 SP1 Update 2",
                    "V3.1 SP2",
                    "V3.1.1",
                    "V3.2",
                ],
                &["8.2", "8.2 Update 3", "8.2 Update 11"],
                &["V3.1-rc1", "V3.1 SP1"],
            ],
            equal: &[
                ("V4.1.3", "4.1.3"),
                ("1.0", "1.0.0"),
                ("01.02", "1.2"),
                ("1.0.0-RC1", "1.0.0-rc1"),
                ("1.0-1", "1.0-1"),
                (" 1.0 ", "1.0"),
                ("V3.1 SP2", "3.1SP2"),
                ("V3.1 SP2", "V3.1 Service Pack 2"),
            ],
            // A revision or a pre-release? Only where the numbers are equal does it matter.
            unsure: &[
                ("1.0-1", "1.0"),
                ("1.0+deb11u2", "1.0"),
                ("V3.1 SP1", "V3.1 Update 2"),
                ("V3.1 SP1", "V3.1-1"),
            ],
            refused: &[
                "",
                "v",
                "1.",
                ".1",
                "1..2",
                "9.1R18",
                "1.0-",
                "1.0+",
                "latest",
                "1,2",
                "+1",
                "99999999999999999999999",
                "1.0\u{e9}",
                "3.1 SP",
                "3.1 and 4",
                "3.1 SP2 and others",
            ],
        },
    );
}

#[test]
fn integers_with_dots_follow_the_vers_standard() {
    check(
        Scheme::IntDot,
        &Rows {
            ascending: &[
                &["0", "1.2", "1.2.1", "1.10", "2"],
                &["1.2.2", "1.0002.10"],
                &["1.2beta", "1.10alpha"],
            ],
            equal: &[
                ("01.002.0003", "1.2.3"),
                ("1.2rc1", "1.2"),
                ("1.2", "1.2.0"),
                ("1.2.", "1.2"),
            ],
            unsure: &[],
            refused: &["", "v1", "beta", ".1"],
        },
    );
}

#[test]
fn semantic_versions_follow_clause_11() {
    check(
        Scheme::Semver,
        &Rows {
            ascending: &[
                &[
                    "1.0.0-alpha",
                    "1.0.0-alpha.1",
                    "1.0.0-alpha.beta",
                    "1.0.0-beta",
                    "1.0.0-beta.2",
                    "1.0.0-beta.11",
                    "1.0.0-rc.1",
                    "1.0.0",
                ],
                &["1.9.0", "1.10.0", "1.11.0", "2.0.0", "2.1.0", "2.1.1"],
                &["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0"],
                &["1.0.0--a", "1.0.0-0a", "1.0.0"],
                &["v0.0.0-20190101000000-abcdef", "v0.0.1"],
                &[
                    "1.0.0-99999999999999999999998",
                    "1.0.0-99999999999999999999999",
                ],
                &["1.0.0-A", "1.0.0-a"],
            ],
            equal: &[
                ("1.0.0+build1", "1.0.0+build2"),
                ("v1.2.3", "1.2.3"),
                ("1.2", "1.2.0"),
                ("2.0.0+incompatible", "2.0.0"),
                ("1.02.3", "1.2.3"),
            ],
            unsure: &[("1.2.3.4", "1.2.3"), ("1.2.3.4", "1.2.3.5")],
            refused: &[
                "",
                "1.0.0-",
                "1.0.0+",
                "1.0.0-a..b",
                "1.0.0-ä",
                "1..0",
                "latest",
                "1.0.0rc1",
                "1.0.0-a_b",
            ],
        },
    );
    check(
        Scheme::Nuget,
        &Rows {
            ascending: &[
                &[
                    "0.0.0",
                    "1.0.0-beta",
                    "1.0.0-beta2",
                    "1.0.0",
                    "1.0.0.1-alpha",
                    "1.0.0.1",
                    "1.0.1",
                    "1.1.0",
                ],
                &["1.999.9999", "2.1.1"],
                &[
                    "1.0.0-BETA.x.y.5.77.0+AA",
                    "1.0.0-beta.x.y.5.79.0+aa",
                    "1.0.0-beta.x.y.5.790.0",
                ],
            ],
            equal: &[
                ("1.0.0-BETA", "1.0.0-beta"),
                ("1.0.0", "1.0.0+beta"),
                ("1.0", "1.0.0.0"),
                ("1.0.01", "1.0.1.0"),
            ],
            unsure: &[],
            refused: &["1.0.0.0.0", "", "a"],
        },
    );
}

#[test]
fn python_versions_follow_pep_440() {
    check(
        Scheme::Pypi,
        &Rows {
            ascending: &[&[
                "1.0.dev456",
                "1.0a1",
                "1.0a2.dev456",
                "1.0a12.dev456",
                "1.0a12",
                "1.0b1.dev456",
                "1.0b2",
                "1.0b2.post345.dev456",
                "1.0b2.post345",
                "1.0rc1.dev456",
                "1.0rc1",
                "1.0",
                "1.0+abc.5",
                "1.0+abc.7",
                "1.0+5",
                "1.0.post456.dev34",
                "1.0.post456",
                "1.0.15",
                "1.1.dev1",
                "1.1",
                "1!0.1",
            ]],
            equal: &[
                ("1.0", "1.0.0"),
                ("1.0-alpha1", "1.0a1"),
                ("1.0.c1", "1.0rc1"),
                ("1.0-pre2", "1.0rc2"),
                ("1.0-1", "1.0.post1"),
                ("1.0-r4", "1.0.post4"),
                ("v1.0", "1.0"),
                ("1.0DEV", "1.0.dev0"),
                ("1.0+ubuntu-1", "1.0+ubuntu.1"),
                ("00!1.00", "1"),
            ],
            unsure: &[],
            refused: &[
                "",
                "1.0-",
                "french toast",
                "1.0+a+",
                "1.0+_foobar",
                "1.0+",
                "!1",
                "1.0x",
                "1.0.dev1.post1x",
            ],
        },
    );
}

#[test]
fn maven_versions_follow_the_public_suite() {
    check(
        Scheme::Maven,
        &Rows {
            ascending: &[
                &[
                    "1-alpha2snapshot",
                    "1-alpha2",
                    "1-alpha-123",
                    "1-beta-2",
                    "1-m2",
                    "1-rc",
                    "1-cr2",
                    "1-SNAPSHOT",
                    "1",
                    "1-sp",
                    "1-abc",
                    "1-1-snapshot",
                    "1-1",
                    "1-2",
                ],
                &[
                    "2.0", "2-1", "2.0.a", "2.0.2", "2.0.123", "2.1.0", "2.1-a", "2.1-1",
                    "2.1.0.1", "2.2", "11.a2", "11.b2", "11", "11.a", "11c",
                ],
                &["2.0-beta9", "2.0", "2.3.1", "2.12.2", "2.14.1", "2.15.0"],
                &["1.99999999999999999999998", "1.99999999999999999999999"],
            ],
            equal: &[
                ("1", "1.0.0"),
                ("1", "1-0"),
                ("1a1", "1-alpha-1"),
                ("1ga", "1"),
                ("1.Final", "1"),
                ("1cr", "1rc"),
                ("1X", "1x"),
                ("1m3", "1Milestone3"),
            ],
            unsure: &[],
            refused: &["", " "],
        },
    );
}

#[test]
fn gems_put_words_before_numbers() {
    check(
        Scheme::Gem,
        &Rows {
            ascending: &[
                &[
                    "1.0.a",
                    "1.0.a.2",
                    "1.0.b1",
                    "1.0",
                    "1.8.2.a9",
                    "1.8.2.a10",
                    "1.8.2.b",
                    "1.8.2",
                    "1.8.10",
                ],
                &["5.0.0.rc2", "5.0.0"],
                &["1.0.0-1", "1"],
            ],
            equal: &[
                ("1.0", "1"),
                ("1.2.b1", "1.2.b.1"),
                ("1.0.0-a", "1.pre.a"),
                ("01.2", "1.2"),
            ],
            unsure: &[],
            refused: &["", "junk", "1.0\n2.0", "1..2", "1.2\u{a0}3", "1.0-", "-1"],
        },
    );
}

#[test]
fn composer_versions_have_four_numbers_and_a_stability() {
    check(
        Scheme::Composer,
        &Rows {
            ascending: &[&[
                "1.0.0-dev",
                "1.0.0-alpha",
                "1.0.0-alpha2",
                "1.0.0-alpha10",
                "1.0.0-beta1",
                "1.0.0-RC1",
                "1.0.0",
                "1.0.0-p1",
                "1.0.0.1",
                "1.0.1",
            ]],
            equal: &[
                ("v1.0", "1.0.0.0"),
                ("1.0b2", "1.0.0-beta2"),
                ("1.0.0-stable", "1.0"),
                ("1.0-pl1", "1.0-patch1"),
                ("1.0.0+abc", "1.0.0"),
                ("1.0-beta.5", "1.0b5"),
            ],
            unsure: &[],
            refused: &[
                "",
                "dev-main",
                "1.0.x-dev",
                "1.0.0.0.1",
                "1.0.0-unknown",
                "1.0.0-beta1x",
            ],
        },
    );
}

#[test]
fn packages_of_alpine_and_gentoo() {
    check(
        Scheme::Alpine,
        &Rows {
            ascending: &[
                &[
                    "1.0_alpha",
                    "1.0_alpha1",
                    "1.0_beta",
                    "1.0_pre1",
                    "1.0_rc1",
                    "1.0",
                ],
                &[
                    "1.0", "1.0-r1", "1.0-r10", "1.0_p1", "1.0a", "1.0b", "1.0.0", "1.02", "1.1",
                    "1.10", "2",
                ],
                &["1.2.3_rc1", "1.2.3"],
            ],
            equal: &[("1.0", "1.0-r0"), ("01.0", "1.0"), ("1.010", "1.01")],
            unsure: &[],
            refused: &["", "a", "1.", "1_foo", "1-r", "1.0A", "1.0-1"],
        },
    );
}

#[test]
fn packages_of_debian() {
    check(
        Scheme::Debian,
        &Rows {
            ascending: &[
                &["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+"],
                &["1.0", "1.0-1~bpo1", "1.0-1"],
                &[
                    "1.2.3-1~deb10",
                    "1.2.3-1",
                    "1.2.3-1+deb10u1",
                    "1.2.3-2",
                    "1.2.10-1",
                    "1:0.1-1",
                ],
                &["7.6p2-4", "7.6p2-10", "1:7.6p2-1"],
            ],
            equal: &[
                ("0:1.0", "1.0"),
                ("1.0-0", "1.0"),
                ("1.00", "1.0"),
                ("1.0-1", "1.0-01"),
            ],
            unsure: &[],
            refused: &["", "a1", "1:", ":1", "1.0-", "1.0_1", "x:1.0"],
        },
    );
}

#[test]
fn packages_of_rpm_and_arch_linux() {
    check(
        Scheme::Rpm,
        &Rows {
            ascending: &[
                &[
                    "1.0~rc1",
                    "1.0~rc1^git1",
                    "1.0",
                    "1.0^git1",
                    "1.0^git2",
                    "1.0.1",
                    "1.1",
                ],
                &["1.0.2k-19.el7", "1.0.2k-21.el7_9", "1:1.0.2a-1"],
                &["5.5p1", "5.5p2", "5.5p10"],
                &["10xyz", "10.1xyz"],
                &["xyz.4", "8", "10"],
            ],
            equal: &[
                ("0:1.0-1", "1.0-1"),
                ("1.05", "1.5"),
                ("2_0", "2.0"),
                ("1.0-1.el9", "1.0-1_el9"),
            ],
            // Any release of that version may be meant.
            unsure: &[("1.0", "1.0-1"), ("1:2.0", "1:2.0-3.el9")],
            refused: &["", "a:1", ":1", "1.0-", "1 0", "-1"],
        },
    );
    check(
        Scheme::Alpm,
        &Rows {
            ascending: &[
                &[
                    "1.0a", "1.0alpha", "1.0b", "1.0beta", "1.0rc", "1.0", "1.0.a", "1.0.1",
                    "1:0.9",
                ],
                &["1.5.0-1", "1.5.0-2", "1.5.1-1"],
            ],
            equal: &[("1.5-1", "1.5"), ("0:1.0", "1.0")],
            unsure: &[],
            refused: &[""],
        },
    );
}

#[test]
fn openssl_points_in_time_and_bytes() {
    check(
        Scheme::OpenSsl,
        &Rows {
            ascending: &[&[
                "0.9.8",
                "0.9.8a",
                "0.9.8z",
                "0.9.8za",
                "1.0.1h",
                "1.0.2-beta1",
                "1.0.2",
                "1.0.2k",
                "1.1.1",
                "1.1.1w",
                "3.0.0-alpha1",
                "3.0.0",
                "3.0.10",
            ]],
            equal: &[("1.1.1ag", "1.1.1ag"), ("3.0", "3.0.0")],
            unsure: &[],
            refused: &["", "3.0.0a", "1.0.2.3", "1.0.2K", "fips"],
        },
    );
    check(
        Scheme::DateTime,
        &Rows {
            ascending: &[
                &[
                    "2024-01-01T12:00:00+02:00",
                    "2024-01-01T12:00:00Z",
                    "2024-01-01T12:00:00.5Z",
                    "2024-01-01T12:00:01Z",
                ],
                &[
                    "2016-12-31T23:59:59.9Z",
                    "2016-12-31T23:59:60Z",
                    "2017-01-01T00:00:00Z",
                ],
            ],
            equal: &[
                ("2024-01-01T00:00:00Z", "2023-12-31T19:00:00-05:00"),
                ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00Z"),
            ],
            unsure: &[],
            refused: &[
                "",
                "2024-01-01",
                "2024-01-01t00:00:00z",
                "2024-01-01T00:00:00",
                "2024-13-01T00:00:00Z",
                "2024-01-01T00:00:00.Z",
                "2024-01-01 00:00:00Z",
                "2024-01-01T00:00:00+0200",
            ],
        },
    );
    check(
        Scheme::Lexicographic,
        &Rows {
            ascending: &[&["A", "a", "aa", "ss", "ß", "ä", "é", "€", "😀"]],
            equal: &[("a", "a")],
            unsure: &[],
            refused: &[""],
        },
    );
    check(
        Scheme::Unordered,
        &Rows {
            ascending: &[],
            equal: &[("abc", "abc")],
            unsure: &[("abc", "abd")],
            refused: &[""],
        },
    );
}

#[test]
fn cve_records_name_orders_in_their_own_words() {
    for (text, scheme) in [
        ("semver", Scheme::Semver),
        ("custom", Scheme::Generic),
        ("", Scheme::Generic),
        ("git", Scheme::Unordered),
        ("maven", Scheme::Maven),
        ("python", Scheme::Pypi),
        ("rpm", Scheme::Rpm),
        ("dpkg", Scheme::Debian),
        ("Semver", Scheme::Semver),
        ("patch", Scheme::Generic),
    ] {
        assert_eq!(Scheme::from_cve_version_type(text), scheme, "{text}");
    }
}
