//! Ranges as they are found in real advisories, and what is not read.

use super::{Interval, ParsedVersion, VersionRange, VersionRule};
use crate::version_order::Scheme;
use proptest::prelude::*;

/// Range → versions inside, versions outside, versions that cannot be compared.
fn check(range: &str, inside: &[&str], outside: &[&str], unsure: &[&str]) {
    let rule = VersionRule::parse_range(range);
    assert!(matches!(rule, VersionRule::Range(_)), "{range}: {rule:?}");
    for (versions, expected) in [(inside, Some(true)), (outside, Some(false)), (unsure, None)] {
        for version in versions {
            assert_eq!(rule.contains(version), expected, "{range} {version}");
        }
    }
}

/// Range, and versions inside, outside and not comparable.
const PLAIN_RANGES: &[(&str, &[&str], &[&str], &[&str])] = &[
    (
        "<9.8.12",
        &["9.8.11", "0", "9.8.12-rc1"],
        &["9.8.12", "10"],
        &["9.8b", "", "latest", "9.8.12-1"],
    ),
    (
        "0 < 9.8.12",
        &["0", "9.8.11"],
        &["9.8.12", "v9.9"],
        &["banana"],
    ),
    ("1.0 <= 2.0", &["1.0", "2"], &["0.9", "2.1"], &["2.0.1"]),
    (
        "<= 23.9.7",
        &["23.9.7", "23.9.6.8787"],
        &["23.9.8", "23.10"],
        &["23.9.7.8804"],
    ),
    // One release may have two numbers, by years and by counting.
    (
        ">= 2021.0, < 2021.0.7",
        &["2021.0.6"],
        &["2021.0.7", "2020.1.3"],
        &["13.0.9", "13.0.3"],
    ),
    (
        ">= 13.0, < 13.0.7",
        &["13.0.6"],
        &["13.0.7"],
        &["2021.0.9", "2021.0.3"],
    ),
    (
        ">= 9.0, < 2021.0.7",
        &["13.0.3", "2021.0.6"],
        &["2021.0.7", "8.1"],
        &[],
    ),
    (
        "< 23.9.8",
        &["23.9.7", "23.9.7.8804"],
        &["23.9.8.8811"],
        &[],
    ),
    (">=1.0|<2.0", &["1.0", "1.99"], &["2.0.0", "0.9"], &[]),
    (">= 1.0, < 2.0", &["1.5"], &["2.0"], &[]),
    ("< V4.1.3", &["V4.1.2", "4.1"], &["4.1.3"], &[]),
    ("All versions", &["1", "9999"], &[], &[]),
    ("all versions < 4.3", &["4.2"], &["4.3"], &[]),
    ("Versions prior to 4.3", &["4.2"], &["4.3"], &[]),
    ("4.3 and earlier", &["4.3"], &["4.4"], &[]),
    ("up to and including 4.3", &["4.3"], &["4.4"], &[]),
    ("4.3 and later", &["4.3", "5"], &["4.2"], &[]),
];

#[test]
fn ranges_with_one_meaning_are_read() {
    for &(range, inside, outside, unsure) in PLAIN_RANGES {
        check(range, inside, outside, unsure);
    }
}

/// The same in the vers notation.
const VERS_RANGES: &[(&str, &[&str], &[&str], &[&str])] = &[
    ("vers:all/*", &["1"], &[], &[]),
    ("vers:all/<V4.3", &["4.2.9"], &["4.3"], &[]),
    (
        "vers:intdot/>2.1.0|!=2.4.0|<4.2.0",
        &["2.3", "2.4.1"],
        &["2.1", "2.4", "4.2"],
        &[],
    ),
    (
        "vers:semver/<2.1.0|>4.2.0|<=5.4.18",
        &["2.0", "5.4.18"],
        &["2.1.0", "4.2", "6"],
        &[],
    ),
    (
        "vers:intdot/<2.1.0|>4.2.0|!=5.1",
        &["1", "5.0", "5.2"],
        &["5.1", "3"],
        &[],
    ),
    ("vers:npm/ >= 2.2.0| <2.3.0", &["2.2.5"], &["2.3.0"], &[]),
    ("vers:generic/>4.2", &["4.3"], &["4.2"], &[]),
    ("vers:intdot/4.2.0", &["4.2"], &["4.2.1"], &[]),
    ("vers:semver/!=1.0", &["0.9", "1.1"], &["1.0"], &[]),
    (
        "vers:deb/<1:2.3-4",
        &["1:2.3-3", "9.9"],
        &["1:2.3-4"],
        &["x"],
    ),
    (
        "vers:datetime/>=2012-06-30T23:59:60Z|<=2016-12-31T23:59:60Z",
        &["2012-07-01T00:00:00Z", "2016-12-31T23:59:60Z"],
        &["2012-06-30T23:59:59Z", "2017-01-01T00:00:00Z"],
        &["2014", "2014-01-01"],
    ),
    (
        "vers:maven/>=2.0-beta9|<2.3.1|>=2.4|<2.12.2|>=2.13.0|<2.15.0",
        &["2.0-beta9", "2.0", "2.14.1", "2.12.1", "2.13.0"],
        &["2.15.0", "2.3.1", "2.12.2", "2.0-beta8", "1.2.17"],
        &[""],
    ),
    (
        "vers:npm/3.0|<2.0.0",
        &["1.9", "3.0.0"],
        &["2.0.0", "3.0.1"],
        &[],
    ),
    ("vers:pypi/0.0.2|0.0.6|0.0.1", &["0.0.6"], &["0.0.3"], &[]),
    ("vers:none/*", &[], &["1.0"], &["?"]),
    (
        "vers:rpm/<1%3A2.0-3.el9",
        &["9.9-1", "1:2.0-2.el9"],
        &["1:2.0-3.el9"],
        &["1:2.0"],
    ),
    (
        "7.4.0 through 7.4.2",
        &["7.4.0", "7.4.2"],
        &["7.4.3", "7.3.9"],
        &["7.4.2.1"],
    ),
    (
        "from 14.1 before 14.1.8",
        &["14.1.7"],
        &["14.1.8", "14.0"],
        &[],
    ),
    ("7.4.x", &["7.4.0", "7.4.99"], &["7.5.0", "7.3"], &[]),
    ("6.0 all versions", &["6.0.17"], &["6.1", "5.9"], &[]),
    ("5.x", &["5.6"], &["6.0"], &[]),
    (">=1.0 <2.0", &["1.5"], &["2.0"], &[]),
    (">= 1.0 and < 2.0", &["1.5"], &["2.0"], &[]),
    (
        "All versions < V3.1 SP2",
        &["V3.1", "3.1 SP1", "V3.1SP1 Update 3"],
        &["V3.1 SP2", "V3.2"],
        &["V3.1 Update 7"],
    ),
    ("Versions before version 2.0", &["1.9"], &["2.0"], &[]),
];

#[test]
fn the_vers_notation_is_read() {
    for &(range, inside, outside, unsure) in VERS_RANGES {
        check(range, inside, outside, unsure);
    }
}

#[test]
fn what_has_two_meanings_is_not_read() {
    for range in [
        "",
        "All versions <",
        ">= 1.0 | <= 1.",
        "4.3",
        "1.0 - 1.4",
        "up to 4.3",
        "V4.3 SP2 and others",
        "<9.1R18",
        "vers:all/",
        "vers:/all",
        "vers:",
        "vers:someweirdunknownversionscheme/<4.2.0|>5",
        "vers:conan/<1.2",
        "vers:example/1.2.3|>=2.0.0|<5.0.0",
        "7.4 and 7.5",
        "between 1 and 2",
        ">=1.0 or <0.5",
        "1.0 before",
        "x.x",
        "before summer",
        "vers:intdot/<4.2.0|>3.91.1",
        "<1|<2",
        ">1|>2",
        "1.0|<2.0",
        "vers:intdot/>1|=2|<3",
        "<",
        "|",
        "vers:intdot/||",
        ">=1.0|<1.0",
    ] {
        assert_eq!(
            VersionRule::parse_range(range),
            VersionRule::NotUnderstood(range.to_string()),
            "{range}"
        );
        assert_eq!(VersionRule::parse_range(range).contains("1.0"), None);
    }
}

/// The same under the order of a product.
const RANGES_IN_ORDER: &[(Scheme, &str, &[&str], &[&str], &[&str])] = &[
    (
        Scheme::FortiOs,
        "7.4.0 through 7.4.2",
        &["v7.4.2 build2571", "FortiOS 7.4.0,build2360 (GA)"],
        &["v7.4.3 build2573", "7.2.9"],
        &["7.4", "?"],
    ),
    (
        Scheme::FortiOs,
        "< 7.4",
        &["7.2.7", "v7.0.14,build0601"],
        &["7.4.0", "7.4.1"],
        &["7"],
    ),
    (
        Scheme::FortiOs,
        "<= 7.4",
        &["7.2.7"],
        &["7.6.0"],
        &["7.4.2"],
    ),
    (
        Scheme::FortiOs,
        "6.0 all versions",
        &["6.0.17"],
        &["6.2.0"],
        &["6"],
    ),
    (
        Scheme::NetScaler,
        "13.1 before 13.1-49.15",
        &["NS13.1: Build 48.47.nc"],
        &["13.1-49.15", "14.1-4.42", "13.0-92.19"],
        &["13.1-FIPS 37.150", "13.1"],
    ),
    (
        Scheme::NetScaler,
        "< 13.1-FIPS 37.164",
        &["13.1-37.150 FIPS"],
        &["13.1-FIPS 37.164"],
        &["13.1-48.47"],
    ),
    (
        Scheme::MicrosoftBuild,
        "15.02.0 < 15.2.1544.004",
        &["15.2.1544.3", "15.02.1258.038"],
        &["15.2.1544.4", "15.2.1748.10", "15.1.2507.35"],
        &["15.2.1544", "15.2"],
    ),
    (
        Scheme::Ivanti,
        "<= 9.1R18",
        &["9.1R18", "9.1R17.2"],
        &["9.1R18.3", "22.6R2"],
        &["9.1"],
    ),
    (
        Scheme::Ivanti,
        "22.1R6 through 22.6R2",
        &["22.4R2.2"],
        &["22.6R2.1"],
        &["22.6R2-HF1"],
    ),
    (
        Scheme::OpenSsl,
        "1.0.2 < 1.0.2zf",
        &["1.0.2k"],
        &["1.1.1w"],
        &["1.0.2K"],
    ),
    (
        Scheme::IntDot,
        "vers:pypi/<1.0",
        &["1.0rc1"],
        &["1.0"],
        &["x"],
    ),
];

/// Order of the product, range → inside, outside, unsure: ranges that only the product explains.
#[test]
fn the_order_of_the_product_applies_where_the_text_names_none() {
    for &(scheme, range, inside, outside, unsure) in RANGES_IN_ORDER {
        let rule = VersionRule::parse_range_in(range, scheme);
        for (versions, expected) in [(inside, Some(true)), (outside, Some(false)), (unsure, None)] {
            for version in versions {
                assert_eq!(
                    rule.contains(version),
                    expected,
                    "{scheme:?} {range} {version}"
                );
                let parsed = ParsedVersion::in_scheme(version, scheme);
                assert_eq!(
                    rule.compiled().contains(&parsed),
                    expected,
                    "{scheme:?} {range} {version}"
                );
            }
        }
    }
}

#[test]
fn a_range_of_bounds_that_cannot_be_is_refused() {
    let interval = |from: &str, to: &str, inside: bool| Interval {
        from: Some((from.to_string(), true)),
        to: Some((to.to_string(), inside)),
    };
    for (scheme, interval, expected) in [
        (Scheme::Semver, interval("1.0", "2.0", false), true),
        (Scheme::Semver, interval("2.0", "1.0", false), false),
        (Scheme::Semver, interval("1.0", "1.0", true), true),
        (Scheme::Semver, interval("1.0", "1.0", false), false),
        (Scheme::Semver, interval("publication", "1.0", false), false),
        (
            Scheme::NetScaler,
            interval("14.1", "14.1-8.50", false),
            true,
        ),
    ] {
        assert_eq!(
            VersionRange::new("x", scheme, vec![interval.clone()]).is_some(),
            expected,
            "{scheme:?} {interval:?}"
        );
    }
    let many = vec![interval("1.0", "2.0", false); crate::limits::RANGE_INTERVALS + 1];
    assert_eq!(VersionRange::new("x", Scheme::Semver, many), None);
}

#[test]
fn an_exact_version_is_compared_as_a_number_or_as_the_same_words() {
    for (exact, version, expected) in [
        ("1.0", "1.0.0", Some(true)),
        ("1.0", "1.1", Some(false)),
        ("9.1R18", "9.1R18", Some(true)),
        ("9.1R18", "9.1R17", None),
        ("1.0", "one", None),
    ] {
        assert_eq!(
            VersionRule::Exactly(exact.to_string()).contains(version),
            expected,
            "{exact} {version}"
        );
    }
}

#[test]
fn an_exact_version_in_other_words_is_known_by_the_order_of_the_product() {
    for (scheme, exact, version, expected) in [
        (Scheme::FortiOs, "7.4.3", "v7.4.3 build2573", Some(true)),
        (
            Scheme::NetScaler,
            "13.1-51.15",
            "NS13.1: Build 51.15.nc",
            Some(true),
        ),
        (Scheme::NetScaler, "13.1-51.15", "13.1-FIPS 51.15", None),
        (
            Scheme::MicrosoftBuild,
            "15.1.2176.9",
            "15.01.2176.009",
            Some(true),
        ),
        (Scheme::Semver, "1.0.0+a", "1.0.0+b", Some(true)),
    ] {
        let rule = VersionRule::Exactly(exact.to_string());
        assert_eq!(
            rule.compiled()
                .contains(&ParsedVersion::in_scheme(version, scheme)),
            expected,
            "{exact} {version}"
        );
    }
}

proptest! {
    #[test]
    fn no_range_makes_it_fall_over(text in ".*", version in ".*") {
        let _ = VersionRule::parse_range(&text).contains(&version);
    }

    #[test]
    fn no_likely_range_makes_it_fall_over(text in "(vers:(all|semver|intdot|x)/)?[<>=!|,v. 0-9-]{0,24}", version in "[v0-9.+-]{0,12}") {
        let _ = VersionRule::parse_range(&text).contains(&version);
    }

    /// Nothing is inside and outside at once: a version inside `<x` is outside `>=x`.
    #[test]
    fn a_bound_divides(bound in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}", version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}") {
        let below = VersionRule::parse_range(&format!("<{bound}")).contains(&version);
        let above = VersionRule::parse_range(&format!(">={bound}")).contains(&version);
        prop_assert_eq!(below.map(|inside| !inside), above);
    }
}
