//! The laws that every order of versions keeps, and what hostile texts cost.

use super::{Scheme, Version};
use proptest::prelude::*;
use std::cmp::Ordering;

/// All orders with texts that look like theirs.
pub(super) const LIKELY: [(Scheme, &str); 19] = [
    (
        Scheme::Generic,
        "[vV]?[0-3](\\.[0-3]){0,4}(-(rc|beta|alpha)[0-3]?(\\.[0-3])?|-[0-3]|\\+[ab]| (SP|Update) ?[0-3])?",
    ),
    (Scheme::Unordered, "[ab]{1,2}"),
    (Scheme::IntDot, "0{0,2}[0-3](\\.[0-3]){0,4}[a-c]?"),
    (
        Scheme::Semver,
        "[0-2](\\.[0-2]){0,3}(-[0-2a-c]{1,2}(\\.[0-2a]){0,2})?(\\+a)?",
    ),
    (Scheme::Nuget, "[0-2](\\.[0-2]){0,3}(-[0-2a-cA]{1,2})?"),
    (
        Scheme::Pypi,
        "([01]!)?[0-2](\\.[0-2]){0,2}(a|b|rc)?[0-2]?(\\.post[0-2]?)?(\\.dev[0-2])?(\\+[a0-2]{1,2})?",
    ),
    (
        Scheme::Maven,
        "[0-2](\\.[0-2]){0,2}([.-]?(alpha|rc|sp|x|ga|snapshot)?[0-2]?){0,3}",
    ),
    (Scheme::Gem, "[0-2](\\.[0-2a-c]{1,2}){0,3}(-[a0])?"),
    (
        Scheme::Composer,
        "v?[0-2](\\.[0-2]){0,3}(-(dev|alpha|beta|RC|p)[0-2]?)?",
    ),
    (
        Scheme::Alpine,
        "[0-2]{1,2}(\\.[0-2]{1,2}){0,2}[ab]?(_(alpha|rc|p)[0-2]?){0,2}(-r[0-2])?",
    ),
    (
        Scheme::Debian,
        "([01]:)?[0-2][0-2a~+.]{0,4}(-[0-2a~]{1,3})?",
    ),
    (Scheme::Rpm, "([01]:)?[0-2a][0-2a~^.]{0,4}(-[0-2a~]{1,3})?"),
    (Scheme::Alpm, "([01]:)?[0-2][0-2a._]{0,4}-[0-2]"),
    (
        Scheme::OpenSsl,
        "[0-3]\\.[01]\\.[0-2]([a-c]{1,2})?(-beta[12])?",
    ),
    (
        Scheme::DateTime,
        "20(00|24)-0[12]-0[12]T0[01]:00:(00|59|60)(\\.[05])?(Z|\\+01:00)",
    ),
    (Scheme::Lexicographic, "[aAbé]{1,3}"),
    (Scheme::MicrosoftBuild, "0?[0-2](\\.[0-2]){0,3}"),
    (
        Scheme::FortiOs,
        "(FortiOS )?v?[0-2](\\.[0-2]){0,2}(,build[0-2])?",
    ),
    (
        Scheme::NetScaler,
        "(NS)?1[34]\\.[01](-FIPS)?(-[0-2]\\.[0-2])?",
    ),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Antisymmetry and transitivity, as far as there is an answer at all.
    #[test]
    fn every_order_is_an_order(
        (scheme, a, b, c) in prop::sample::select(&LIKELY[..]).prop_flat_map(|(scheme, likely)| (Just(scheme), likely, likely, likely))
    ) {
        let read = |text: &str| Version::parse(scheme, text);
        if let (Some(a), Some(b), Some(c)) = (read(&a), read(&b), read(&c)) {
            prop_assert_eq!(a.compare(&a), Some(Ordering::Equal));
            prop_assert_eq!(a.compare(&b), b.compare(&a).map(Ordering::reverse));
            if let (Some(first), Some(second)) = (a.compare(&b), b.compare(&c))
                && (first == second || first.is_eq() || second.is_eq()) {
                let expected = if first.is_eq() { second } else { first };
                prop_assert_eq!(a.compare(&c), Some(expected));
            }
        }
    }

    #[test]
    fn plain_numbers_are_always_ordered_and_padding_is_nothing(numbers in prop::collection::vec(0_u64..2000, 1..6), zeros in 0_usize..4, width in 0_usize..6) {
        let plain: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let padded: Vec<String> = numbers.iter().map(|number| format!("{number:0width$}")).chain(std::iter::repeat_n("0".to_string(), zeros)).collect();
        for scheme in [Scheme::Generic, Scheme::IntDot, Scheme::Semver] {
            let (plain, padded) = (Version::parse(scheme, &plain.join(".")).unwrap(), Version::parse(scheme, &padded.join(".")).unwrap());
            prop_assert_eq!(plain.compare(&padded), Some(Ordering::Equal));
        }
    }

    #[test]
    fn no_text_makes_it_fall_over(text in ".*") {
        for (scheme, _) in LIKELY {
            let _ = Version::parse(scheme, &text);
        }
    }
}

/// Long and mean texts: none takes longer than a millisecond, in the best of five attempts: other programs
/// may be at work.
#[test]
fn hostile_versions_cost_nothing() {
    let long = |text: &str| text.repeat(crate::limits::VERSION_BYTES / text.len());
    let mut texts: Vec<String> = [
        "1.", "9", "1-", "a1", "~1", "^", "0.", "_rc", "-", ".", "1a", "+", "1!", "%41", "é",
        " SP1",
    ]
    .iter()
    .map(|text| long(text))
    .collect();
    texts.push("9".repeat(10_000_000));
    for (scheme, _) in LIKELY {
        for one in &texts {
            let attempt = || {
                let started = std::time::Instant::now();
                let read = Version::parse(scheme, one);
                if let Some(version) = &read {
                    assert_eq!(
                        version.compare(version),
                        Some(Ordering::Equal),
                        "{scheme:?}"
                    );
                }
                started.elapsed()
            };
            let best = (0..5).map(|_| attempt()).min().unwrap();
            assert!(best.as_micros() < 1_000, "{scheme:?} {best:?}");
            let read = Version::parse(scheme, one);
            assert!(read.is_none() || one.len() <= crate::limits::VERSION_BYTES);
        }
    }
}
