//! The order of version numbers: dotted numbers and the pre-releases before them. Anything else has no order here.

use std::cmp::Ordering;

/// A dotted version number, `v` in front and a suffix behind allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Without trailing zeros: 1.0 and 1.0.0 are the same.
    numbers: Vec<u64>,
    suffix: Suffix,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Suffix {
    None,
    /// `-rc1`, `-beta.2`: comes before the number without suffix.
    PreRelease(Vec<Identifier>),
    /// `-1`, `+deb11u2`: a vendor's own word; may come before or after.
    Other(String),
}

/// A part of a pre-release; numbers come before words (semver 2.0.0, clause 11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    Number(u64),
    Word(String),
}

/// Words that mean "before the release" everywhere.
const PRE_RELEASES: [&str; 8] = ["alpha", "beta", "dev", "m", "milestone", "pre", "preview", "rc"];

impl Version {
    /// Reads `1.2.3`, `v1.2.3`, `V4.1`, `1.0.0-rc1`, `1.0.0-1`, `1.0+build`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let end = text.find(['-', '+']).unwrap_or(text.len());
        let (core, suffix) = text.split_at_checked(end)?;
        let mut numbers = core.split('.').map(number).collect::<Option<Vec<u64>>>()?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { numbers, suffix: Suffix::read(suffix)? })
    }

    /// Which comes first; `None` where that is a matter of the vendor's taste.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        // Without trailing zeros the shorter of two equal beginnings is the lower number.
        match self.numbers.cmp(&other.numbers) {
            Ordering::Equal => self.suffix.compare(&other.suffix),
            decided => Some(decided),
        }
    }
}

impl Suffix {
    /// `None` where the text is no suffix at all.
    fn read(text: &str) -> Option<Self> {
        let Some(word) = text.strip_prefix('-') else {
            return match text {
                "" => Some(Self::None),
                "+" => None,
                other => Some(Self::Other(other.to_string())),
            };
        };
        let lower = word.to_ascii_lowercase();
        let usual = lower.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let start: String = lower.chars().take_while(char::is_ascii_alphabetic).collect();
        match (word.is_empty(), usual && PRE_RELEASES.contains(&start.as_str())) {
            (true, _) => None,
            (false, true) => Some(Self::PreRelease(identifiers(&lower))),
            (false, false) => Some(Self::Other(text.to_string())),
        }
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::None, Self::None) => Some(Ordering::Equal),
            (Self::PreRelease(_), Self::None) => Some(Ordering::Less),
            (Self::None, Self::PreRelease(_)) => Some(Ordering::Greater),
            (Self::PreRelease(mine), Self::PreRelease(theirs)) => Some(mine.cmp(theirs)),
            (mine, theirs) if mine == theirs => Some(Ordering::Equal),
            _ => None,
        }
    }
}

/// `rc10` is `rc`, 10: it comes after `rc9`.
fn identifiers(text: &str) -> Vec<Identifier> {
    let mut parts = Vec::new();
    for part in text.split('.') {
        let digits = part.len() - part.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (word, tail) = part.split_at_checked(digits).unwrap_or((part, ""));
        parts.extend((!word.is_empty()).then(|| Identifier::Word(word.to_string())));
        parts.extend(number(tail).map(Identifier::Number));
    }
    parts
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Version;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    #[test]
    fn versions_have_the_order_people_expect() {
        for (left, right, expected) in [
            ("1.2.3", "1.2.10", Some(Ordering::Less)),
            ("V4.1.3", "4.1.3", Some(Ordering::Equal)),
            ("1.0", "1.0.0", Some(Ordering::Equal)),
            ("01.02", "1.2", Some(Ordering::Equal)),
            ("1.0.0-rc1", "1.0.0", Some(Ordering::Less)),
            ("1.0.0-rc9", "1.0.0-rc10", Some(Ordering::Less)),
            ("1.0.0-alpha", "1.0.0-alpha.1", Some(Ordering::Less)),
            ("1.0.0-beta.2", "1.0.0-beta.11", Some(Ordering::Less)),
            ("1.0.0-RC1", "1.0.0-rc1", Some(Ordering::Equal)),
            ("2.0.0-rc1", "1.9", Some(Ordering::Greater)),
            // a revision or a pre-release? only where the numbers are equal does it matter
            ("1.0-1", "1.0", None),
            ("1.0-1", "1.1", Some(Ordering::Less)),
            ("1.0+deb11u2", "1.0", None),
            ("1.0-1", "1.0-1", Some(Ordering::Equal)),
        ] {
            let (one, other) = (Version::parse(left).unwrap(), Version::parse(right).unwrap());
            assert_eq!(one.compare(&other), expected, "{left} {right}");
        }
        for text in ["", "v", "1.", ".1", "1..2", "9.1R18", "1.0-", "1.0+", "latest", "1,2", "+1", "99999999999999999999999", "1.0\u{e9}"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    fn version() -> impl Strategy<Value = String> {
        ("[vV]?", prop::collection::vec(0_u64..4, 1..5), "(-(rc|beta|alpha)[0-3]?(\\.[0-3])?|-[0-3]|\\+[ab])?").prop_map(|(v, numbers, suffix)| {
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            format!("{v}{}{suffix}", numbers.join("."))
        })
    }

    proptest! {
        #[test]
        fn order_is_antisymmetric_and_transitive(a in version(), b in version(), c in version()) {
            let (a, b, c) = (Version::parse(&a).unwrap(), Version::parse(&b).unwrap(), Version::parse(&c).unwrap());
            prop_assert_eq!(a.compare(&b), b.compare(&a).map(Ordering::reverse));
            prop_assert_eq!(a.compare(&a), Some(Ordering::Equal));
            if let (Some(Ordering::Less), Some(Ordering::Less)) = (a.compare(&b), b.compare(&c)) {
                prop_assert_eq!(a.compare(&c), Some(Ordering::Less));
            }
        }

        #[test]
        fn plain_numbers_are_always_ordered_and_padding_is_nothing(numbers in prop::collection::vec(0_u64..2000, 1..6), zeros in 0_usize..4, width in 0_usize..6) {
            let plain: Vec<String> = numbers.iter().map(u64::to_string).collect();
            let padded: Vec<String> = numbers.iter().map(|number| format!("{number:0width$}")).chain(std::iter::repeat_n("0".to_string(), zeros)).collect();
            let (plain, padded) = (Version::parse(&plain.join(".")).unwrap(), Version::parse(&padded.join(".")).unwrap());
            prop_assert_eq!(plain.compare(&padded), Some(Ordering::Equal));
        }

        #[test]
        fn no_text_makes_it_fall_over(text in ".*") {
            let _ = Version::parse(&text);
        }
    }
}
