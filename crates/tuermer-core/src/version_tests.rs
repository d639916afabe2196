//! Ranges as they are found in real advisories, and what is not read.

use super::VersionRule;
use proptest::prelude::*;

/// Range → versions inside, versions outside, versions that cannot be compared.
#[test]
fn ranges_with_one_meaning_are_read() {
    for (range, inside, outside, unsure) in [
        ("<9.8.12", vec!["9.8.11", "0", "9.8.12-rc1"], vec!["9.8.12", "10"], vec!["9.8b", "", "latest", "9.8.12-1"]),
        ("0 < 9.8.12", vec!["0", "9.8.11"], vec!["9.8.12", "v9.9"], vec!["banana"]),
        ("1.0 <= 2.0", vec!["1.0", "2"], vec!["0.9", "2.0.1"], vec![]),
        (">=1.0|<2.0", vec!["1.0", "1.99"], vec!["2.0.0", "0.9"], vec![]),
        (">= 1.0, < 2.0", vec!["1.5"], vec!["2.0"], vec![]),
        ("< V4.1.3", vec!["V4.1.2", "4.1"], vec!["4.1.3"], vec![]),
        ("All versions", vec!["1", "9999"], vec![], vec![]),
        ("all versions < 4.3", vec!["4.2"], vec!["4.3"], vec![]),
        ("Versions prior to 4.3", vec!["4.2"], vec!["4.3"], vec![]),
        ("4.3 and earlier", vec!["4.3"], vec!["4.4"], vec![]),
        ("up to and including 4.3", vec!["4.3"], vec!["4.4"], vec![]),
        ("4.3 and later", vec!["4.3", "5"], vec!["4.2"], vec![]),
        ("vers:all/*", vec!["1"], vec![], vec![]),
        ("vers:all/<V4.3", vec!["4.2.9"], vec!["4.3"], vec![]),
        ("vers:intdot/>2.1.0|!=2.4.0|<4.2.0", vec!["2.3", "2.4.1"], vec!["2.1", "2.4", "4.2"], vec![]),
        ("vers:semver/<2.1.0|>4.2.0|<=5.4.18", vec!["2.0", "5.4.18"], vec!["2.1.0", "4.2", "6"], vec![]),
        ("vers:intdot/<2.1.0|>4.2.0|!=5.1", vec!["1", "5.0", "5.2"], vec!["5.1", "3"], vec![]),
        ("vers:npm/ >= 2.2.0| <2.3.0", vec!["2.2.5"], vec!["2.3.0"], vec![]),
        ("vers:generic/>4.2", vec!["4.3"], vec!["4.2"], vec![]),
        ("vers:intdot/4.2.0", vec!["4.2"], vec!["4.2.1"], vec![]),
        ("vers:semver/!=1.0", vec!["0.9", "1.1"], vec!["1.0"], vec![]),
    ] {
        let rule = VersionRule::parse_range(range);
        assert!(matches!(rule, VersionRule::Range(_)), "{range}: {rule:?}");
        for (versions, expected) in [(inside, Some(true)), (outside, Some(false)), (unsure, None)] {
            for version in versions {
                assert_eq!(rule.contains(version), expected, "{range} {version}");
            }
        }
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
        "vers:datetime/>=2012-06-30T23:59:60Z|<=2016-12-31T23:59:60Z",
        "vers:deb/<1:2.3-4",
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
        assert_eq!(VersionRule::parse_range(range), VersionRule::NotUnderstood(range.to_string()), "{range}");
        assert_eq!(VersionRule::parse_range(range).contains("1.0"), None);
    }
}

#[test]
fn an_exact_version_is_compared_as_a_number_or_as_the_same_words() {
    for (exact, version, expected) in
        [("1.0", "1.0.0", Some(true)), ("1.0", "1.1", Some(false)), ("9.1R18", "9.1R18", Some(true)), ("9.1R18", "9.1R17", None), ("1.0", "one", None)]
    {
        assert_eq!(VersionRule::Exactly(exact.to_string()).contains(version), expected, "{exact} {version}");
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
