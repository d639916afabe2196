//! The same place means the same answers, in every order.

use super::super::law_tests::LIKELY;
use super::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_place_one_answer(
        (scheme, bounds, versions) in prop::sample::select(&LIKELY[..])
            .prop_flat_map(|(scheme, likely)| (Just(scheme), prop::collection::vec(likely, 0..6), prop::collection::vec(likely, 2..12)))
    ) {
        let bounds: Vec<Version> = bounds
            .iter()
            .enumerate()
            .filter_map(|(number, text)| if number % 2 == 0 { Version::bound(scheme, text) } else { Version::parse(scheme, text) })
            .collect();
        let ladder = Ladder::new(scheme, bounds.iter());
        let mut known: Vec<(Vec<u64>, Vec<_>, &str)> = Vec::new();
        for text in &versions {
            let version = Version::parse(scheme, text);
            let mut place = Vec::new();
            ladder.place(version.as_ref(), &mut place);
            // What a range asks a bound: the order, and behind it whether the bound may mean this version too.
            let ask = |bound: &Version| version.as_ref().map(|version| (version.compare(bound), version.compare(bound) == Some(Ordering::Greater) && version.extends(bound)));
            let told: Vec<_> = bounds.iter().map(ask).collect();
            if let Some((_, other, before)) = known.iter().find(|(other, _, _)| *other == place) {
                prop_assert_eq!(&told, other, "{:?}: {} and {} share a place", scheme, text, before);
            }
            known.push((place, told, text));
        }
    }
}

#[test]
fn qualifiers_of_maven_lie_on_no_line() {
    let read = |text: &str| Version::parse(Scheme::Maven, text).unwrap();
    for (one, other) in [("0", "0--alpha"), ("0sp", "0"), ("0--alpha", "0sp")] {
        assert_eq!(
            read(one).compare(&read(other)),
            Some(Ordering::Greater),
            "{one} {other}: a circle"
        );
    }
    assert!(
        read("1.2.0").is_on_line() && !read("0sp").is_on_line() && !read("0--alpha").is_on_line()
    );
}

#[test]
fn between_two_bounds_all_are_alike() {
    for (scheme, one, other, alike) in [
        (Scheme::Generic, "1.2.7", "1.2.8-1", true),
        (Scheme::Generic, "1.2.1", "1.2.2", true),
        (Scheme::Generic, "1.2", "1.2-1", false),
        (Scheme::Generic, "1.2.1", "1.3", false),
        (Scheme::Semver, "1.2.0.4", "1.2.0.5", true),
        (Scheme::Semver, "1.2.0.4", "1.2", false),
        (Scheme::Unordered, "abc", "def", true),
        (Scheme::Unordered, "abc", "1.2", false),
        (Scheme::Debian, "1.2+a", "1.2+b", true),
    ] {
        let bounds: Vec<Version> = ["1.2", "2.0"]
            .iter()
            .filter_map(|text| Version::parse(scheme, text))
            .collect();
        let ladder = Ladder::new(scheme, bounds.iter());
        let place = |text| {
            let mut words = Vec::new();
            ladder.place(Version::parse(scheme, text).as_ref(), &mut words);
            words
        };
        assert_eq!(
            place(one) == place(other),
            alike,
            "{scheme:?} {one} {other}"
        );
    }
}
