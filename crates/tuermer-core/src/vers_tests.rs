//! Canonical strings, and the name of the fault of every other one.

use super::{Comparator, Vers, VersFault, decoded};
use proptest::prelude::*;

#[test]
fn canonical_strings_are_read_and_written_alike() {
    for text in [
        "vers:npm/>=1.0.0|<2.0.0",
        "vers:npm/1.2.3|>=2.0.0|<5.0.0",
        "vers:gem/>=2.2.0|!=2.2.1|<2.3.0",
        "vers:pypi/*",
        "vers:all/*",
        "vers:none/*",
        "vers:deb/<1:2.3-4",
        "vers:intdot/<2.1.0|>4.2.0|<=5.4.18",
        "vers:lexicographic/1%202",
        "vers:npm/1.0%252F0",
        "vers:datetime/>=2024-01-01T00:00:00Z",
        "vers:someweirdunknownscheme/<4.2.0|>5",
        "vers:rpm/<5.5p2~rc1",
        "vers:pypi/<0.0.1|>0.1",
    ] {
        let vers = Vers::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(vers.to_string(), text);
    }
    let vers = Vers::parse("vers:NPM/1.0%252F0").unwrap();
    assert_eq!(
        (vers.scheme.as_str(), vers.constraints),
        ("npm", vec![(Comparator::Equal, "1.0%2F0".to_string())])
    );
}

#[test]
fn what_is_not_canonical_has_a_name() {
    let version = |text: &str| VersFault::Version(text.to_string());
    for (text, fault) in [
        ("", VersFault::NotVers),
        ("npm/1.0", VersFault::NotVers),
        ("VERS:npm/1.0", VersFault::NotVers),
        ("vers:npm", VersFault::NotVers),
        ("vers:/1.0", VersFault::Type),
        ("vers:1a/1.0", VersFault::Type),
        ("vers:n pm/1.0", VersFault::Type),
        ("vers:invalid/*", VersFault::Type),
        ("vers:npm/>=1.0.0| <2.0.0", VersFault::Character),
        ("vers:npm/1.0\t", VersFault::Character),
        ("vers:npm/", VersFault::EmptyConstraint),
        ("vers:npm/|>=1.0.0", VersFault::EmptyConstraint),
        ("vers:npm/>=1.0.0|", VersFault::EmptyConstraint),
        ("vers:npm/>=1.0.0||<2.0.0", VersFault::EmptyConstraint),
        ("vers:npm/=1.0", VersFault::EqualSign),
        ("vers:npm/>", version("")),
        ("vers:npm/>=", version("")),
        ("vers:npm/><1", version("<1")),
        ("vers:npm/1!2", version("1!2")),
        ("vers:npm/*|1", VersFault::Star),
        ("vers:npm/*1", VersFault::Star),
        ("vers:npm/1.0%2G0", VersFault::Encoding("1.0%2G0".into())),
        ("vers:npm/1.0%2", VersFault::Encoding("1.0%2".into())),
        ("vers:npm/1.0%2e0", VersFault::Encoding("1.0%2e0".into())),
        ("vers:npm/1%2E0", VersFault::Encoding("1%2E0".into())),
        (
            "vers:npm/>=2.0.0|<1.0.0",
            VersFault::NotSorted("1.0.0".into()),
        ),
        ("vers:npm/>=1.0|<1.0.0", VersFault::Repeated("1.0.0".into())),
        ("vers:unknown/1|1", VersFault::Repeated("1".into())),
        ("vers:npm/>1|>2", VersFault::Sequence("2".into())),
        ("vers:npm/<1|!=1.5|<2", VersFault::Sequence("2".into())),
        ("vers:npm/1|<2", VersFault::Sequence("2".into())),
        ("vers:npm/>1|latest", VersFault::NotOfType("latest".into())),
        (
            "vers:datetime/2024-01-01t00:00:00z",
            VersFault::NotOfType("2024-01-01t00:00:00z".into()),
        ),
    ] {
        assert_eq!(Vers::parse(text), Err(fault.clone()), "{text}");
        assert!(fault.to_string().len() > 10);
    }
}

#[test]
fn percent_signs_are_decoded_once() {
    for (text, expected) in [
        ("1.0", Some("1.0")),
        ("1%2B2", Some("1+2")),
        ("%2525", Some("%25")),
        ("%", None),
        ("%4", None),
        ("%zz", None),
        ("%ff", None),
    ] {
        assert_eq!(decoded(text, false).as_deref(), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_fall_over(text in ".*") {
        let _ = Vers::parse(&text);
    }

    /// What is accepted is written back as it was.
    #[test]
    fn accepted_means_canonical(text in "vers:(npm|pypi|deb|x)/((>=|<=|<|>|!=)?[0-9a-z.%A-F]{1,4}\\|?){1,4}") {
        if let Ok(vers) = Vers::parse(&text) {
            prop_assert_eq!(vers.to_string(), text);
        }
    }
}
