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

/// Versions of no known order.
const GENERIC: Rows = Rows {
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
};

#[test]
fn versions_of_no_known_order_are_compared_as_people_expect() {
    check(Scheme::Generic, &GENERIC);
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
}

#[test]
fn nuget_versions_have_a_fourth_number() {
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
fn openssl_counts_fixes_in_letters() {
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
}

#[test]
fn points_in_time_need_a_zone() {
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
}

#[test]
fn lexicographic_is_by_bytes() {
    check(
        Scheme::Lexicographic,
        &Rows {
            ascending: &[&["A", "a", "aa", "ss", "ß", "ä", "é", "€", "😀"]],
            equal: &[("a", "a")],
            unsure: &[],
            refused: &[""],
        },
    );
}

#[test]
fn without_an_order_only_equal_texts_compare() {
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
