//! RubyGems: numbers and words between dots; a word makes it a pre-release.

use super::digits;
use std::cmp::Ordering;

/// Segments in canonical form: zeros before the first word and at the end are nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gem {
    segments: Vec<String>,
}

impl Gem {
    /// `None` where RubyGems refuses the text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (core, pre) = text
            .split_once('-')
            .map_or((text, None), |(core, pre)| (core, Some(pre)));
        let mut parts = core.split('.');
        let first = parts.next()?;
        let number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let word = |part: &str, dash: bool| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || (dash && byte == b'-'))
        };
        if !number(first)
            || !parts.all(|part| word(part, false))
            || pre.is_some_and(|pre| !pre.split('.').all(|part| word(part, true)))
        {
            return None;
        }
        Some(Self {
            segments: canonical(&text.replace('-', ".pre.")),
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let longest = self.segments.len().max(other.segments.len());
        let at = |version: &'_ Self, place: usize| {
            version.segments.get(place).cloned().unwrap_or_default()
        };
        let order = (0..longest)
            .map(|place| segments(&at(self, place), &at(other, place)))
            .find(|order| order.is_ne());
        order.unwrap_or(Ordering::Equal)
    }
}

fn is_number(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// Splits into runs of digits and letters; a number loses its leading zeros, so zero is empty.
fn canonical(text: &str) -> Vec<String> {
    let (mut numbers, mut words): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let (segment, after) = match first {
            b'0'..=b'9' => digits::run(rest, |byte| byte.is_ascii_digit()),
            byte if byte.is_ascii_alphabetic() => {
                digits::run(rest, |byte| byte.is_ascii_alphabetic())
            }
            _ => {
                rest = rest.get(1..).unwrap_or("");
                continue;
            }
        };
        let segment = if first.is_ascii_digit() {
            segment.trim_start_matches('0')
        } else {
            segment
        };
        let list = if words.is_empty() && first.is_ascii_digit() {
            &mut numbers
        } else {
            &mut words
        };
        list.push(segment.to_string());
        rest = after;
    }
    for list in [&mut numbers, &mut words] {
        while list.last().is_some_and(String::is_empty) {
            list.pop();
        }
    }
    numbers.append(&mut words);
    numbers
}

/// A word comes before every number.
fn segments(left: &str, right: &str) -> Ordering {
    match (is_number(left), is_number(right)) {
        (true, true) => digits::compare(left, right),
        (false, false) => left.cmp(right),
        (left, right) => left.cmp(&right),
    }
}
