//! Versions of which nobody says how they are ordered: dotted numbers, and pre-releases before them.
//!
//! Anything that could be read in two ways has no order here.

use super::digits::{number, run};
use std::cmp::Ordering;

/// A dotted version number, `v` in front and a suffix behind allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generic {
    /// Without trailing zeros: 1.0 and 1.0.0 are the same.
    numbers: Vec<u64>,
    /// How many numbers were written.
    written: usize,
    suffix: Suffix,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Suffix {
    None,
    /// `-rc1`, `-beta.2`: comes before the number without suffix.
    PreRelease(Vec<Identifier>),
    /// ` SP2`, ` SP1 Update 3`: comes after the number without suffix.
    Packs(Vec<(&'static str, u64)>),
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
const PRE_RELEASES: [&str; 8] = [
    "alpha",
    "beta",
    "dev",
    "m",
    "milestone",
    "pre",
    "preview",
    "rc",
];

/// Words that mean "laid over the release", longest first, and one name for each.
const PACKS: [(&str, &str); 10] = [
    ("cumulative update", "cu"),
    ("service pack", "sp"),
    ("hotfix", "hotfix"),
    ("update", "update"),
    ("patch", "patch"),
    ("upd", "update"),
    ("sp", "sp"),
    ("cu", "cu"),
    ("hf", "hotfix"),
    ("fp", "fix pack"),
];

impl Generic {
    /// Reads `1.2.3`, `v1.2.3`, `V4.1 SP2`, `1.0.0-rc1`, `1.0.0-1`, `1.0+build`; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (core, suffix) = run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        let mut numbers = core.split('.').map(number).collect::<Option<Vec<u64>>>()?;
        let written = numbers.len();
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self {
            numbers,
            written,
            suffix: Suffix::read(suffix)?,
        })
    }

    /// Its numbers without trailing zeros.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// The lowest numbers above all that begin with this as it was written; `None` where there are none.
    pub(super) fn end_of_extensions(&self) -> Option<Vec<u64>> {
        let mut end: Vec<u64> = self
            .numbers
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(self.written)
            .collect();
        let last = end.last_mut()?;
        *last = last.checked_add(1)?;
        Some(end)
    }

    /// Which comes first; `None` where that is a matter of the vendor's taste.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        // Without trailing zeros the shorter of two equal beginnings is the lower number.
        match self.numbers.cmp(&other.numbers) {
            Ordering::Equal => self.suffix.compare(&other.suffix),
            decided => Some(decided),
        }
    }

    /// Whether this is a longer number that begins with `other` as it was written: 2.0.1 extends 2.0, and
    /// so does 2.0 SP1.
    pub(super) fn extends(&self, other: &Self) -> bool {
        if self.numbers == other.numbers {
            return matches!(self.suffix, Suffix::Packs(_)) && self.suffix != other.suffix;
        }
        let beginning = self
            .numbers
            .iter()
            .chain(std::iter::repeat(&0))
            .take(other.written);
        self.written > other.written
            && beginning.eq(other
                .numbers
                .iter()
                .chain(std::iter::repeat(&0))
                .take(other.written))
    }
}

impl Suffix {
    /// `None` where the text is no suffix at all.
    fn read(text: &str) -> Option<Self> {
        let Some(word) = text.strip_prefix('-') else {
            return match text {
                "" => Some(Self::None),
                "+" => None,
                other if other.starts_with('+') => Some(Self::Other(other.to_string())),
                other => packs(other).map(Self::Packs),
            };
        };
        let lower = word.to_ascii_lowercase();
        let usual = lower
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        let start: String = lower
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        match (
            word.is_empty(),
            usual && PRE_RELEASES.contains(&start.as_str()),
        ) {
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
            (Self::Packs(mine), Self::Packs(theirs)) => compare_packs(mine, theirs),
            (Self::Packs(_), Self::None | Self::PreRelease(_)) => Some(Ordering::Greater),
            (Self::None | Self::PreRelease(_), Self::Packs(_)) => Some(Ordering::Less),
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

/// ` SP1 Update 3`: known words, each with its number.
fn packs(text: &str) -> Option<Vec<(&'static str, u64)>> {
    let lower = text.to_ascii_lowercase();
    let mut rest = lower.trim_start();
    let mut packs = Vec::new();
    while !rest.is_empty() {
        let (after, name) = PACKS
            .iter()
            .find_map(|(word, name)| rest.strip_prefix(word).map(|after| (after, *name)))?;
        let (counter, behind) = run(after.trim_start(), |byte| byte.is_ascii_digit());
        packs.push((name, number(counter)?));
        rest = behind.trim_start();
    }
    (!packs.is_empty()).then_some(packs)
}

/// Nobody says whether an update comes before or after a service pack.
fn compare_packs(left: &[(&'static str, u64)], right: &[(&'static str, u64)]) -> Option<Ordering> {
    for ((mine, one), (theirs, two)) in left.iter().zip(right) {
        match (mine == theirs, one.cmp(two)) {
            (false, _) => return None,
            (true, Ordering::Equal) => {}
            (true, decided) => return Some(decided),
        }
    }
    Some(left.len().cmp(&right.len()))
}
