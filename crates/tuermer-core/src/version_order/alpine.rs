//! Alpine and Gentoo packages: `1.2.3b_rc1-r4`.

use super::digits;
use std::cmp::Ordering;

/// Numbers, a letter, suffixes and the revision of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alpine {
    numbers: Vec<String>,
    letter: Option<u8>,
    suffixes: Vec<(i8, String)>,
    revision: String,
}

/// Suffixes and their place; zero is the release without suffix.
const SUFFIXES: [(&str, i8); 9] = [
    ("alpha", -4),
    ("beta", -3),
    ("pre", -2),
    ("rc", -1),
    ("cvs", 1),
    ("svn", 2),
    ("git", 3),
    ("hg", 4),
    ("p", 5),
];

impl Alpine {
    /// `None` where it is no version of these packages.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut numbers = Vec::new();
        let mut rest = text;
        loop {
            let (number, after) = digits::run(rest, |byte| byte.is_ascii_digit());
            if number.is_empty() {
                return None;
            }
            numbers.push(number.to_string());
            rest = after;
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let letter = rest.bytes().next().filter(u8::is_ascii_lowercase);
        rest = rest.get(usize::from(letter.is_some())..)?;
        let mut suffixes = Vec::new();
        while let Some(after) = rest.strip_prefix('_') {
            let (word, after) = digits::run(after, |byte| byte.is_ascii_lowercase());
            let (number, after) = digits::run(after, |byte| byte.is_ascii_digit());
            let (_, place) = SUFFIXES.iter().find(|(known, _)| *known == word)?;
            suffixes.push((*place, number.to_string()));
            rest = after;
        }
        let revision = match rest.strip_prefix("-r") {
            Some(revision) => revision,
            None => rest.is_empty().then_some("0")?,
        };
        let valid = !revision.is_empty() && revision.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self {
            numbers,
            letter,
            suffixes,
            revision: revision.to_string(),
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let mut pairs = self.numbers.iter().zip(&other.numbers).enumerate();
        let numbers = pairs.find_map(|(place, (mine, theirs))| {
            Some(component(place, mine, theirs)).filter(|order| order.is_ne())
        });
        numbers
            .unwrap_or_else(|| self.numbers.len().cmp(&other.numbers.len()))
            .then_with(|| self.letter.cmp(&other.letter))
            .then_with(|| suffixes(&self.suffixes, &other.suffixes))
            .then_with(|| digits::compare(&self.revision, &other.revision))
    }
}

/// After the first dot a number that begins with a zero is a decimal fraction: 1.1 is more than 1.02.
fn component(place: usize, left: &str, right: &str) -> Ordering {
    if place == 0 || !(left.starts_with('0') || right.starts_with('0')) {
        return digits::compare(left, right);
    }
    left.trim_end_matches('0').cmp(right.trim_end_matches('0'))
}

fn suffixes(left: &[(i8, String)], right: &[(i8, String)]) -> Ordering {
    for place in 0..left.len().max(right.len()) {
        let order = match (left.get(place), right.get(place)) {
            (Some((mine, one)), Some((theirs, two))) => {
                mine.cmp(theirs).then_with(|| digits::compare(one, two))
            }
            (Some((mine, _)), None) => mine.cmp(&0),
            (None, Some((theirs, _))) => 0.cmp(theirs),
            (None, None) => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}
