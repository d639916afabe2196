//! Semantic versions 2.0.0 (clause 11) and the ecosystems that follow them: npm, cargo, Go, NuGet.
//!
//! Read more loosely than the text of the standard: `v` in front, one or two numbers, leading zeros. These
//! change no order. A fourth number is only known to NuGet; elsewhere it decides nothing.

use super::digits;
use std::cmp::Ordering;

/// Numbers, pre-release; build metadata has no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Semver {
    /// Without trailing zeros; at least the first three count.
    numbers: Vec<u64>,
    /// Empty for a release.
    pre: Vec<String>,
    /// NuGet: four numbers, pre-releases without regard to case.
    nuget: bool,
}

impl Semver {
    /// `None` where it is no such version.
    pub(super) fn parse(text: &str, nuget: bool) -> Option<Self> {
        let text = text
            .strip_prefix(['v', 'V', '='])
            .unwrap_or(text)
            .trim_start();
        let (text, build) = text
            .split_once('+')
            .map_or((text, None), |(text, build)| (text, Some(build)));
        let (core, pre) = text
            .split_once('-')
            .map_or((text, None), |(core, pre)| (core, Some(pre)));
        let mut numbers = core
            .split('.')
            .map(digits::number)
            .collect::<Option<Vec<u64>>>()?;
        if (nuget && numbers.len() > 4)
            || build.is_some_and(|build| !build.split('.').all(identifier))
        {
            return None;
        }
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        let pre = match pre {
            Some(pre) if pre.split('.').all(identifier) => pre
                .split('.')
                .map(|word| {
                    if nuget {
                        word.to_ascii_lowercase()
                    } else {
                        word.to_string()
                    }
                })
                .collect(),
            Some(_) => return None,
            None => Vec::new(),
        };
        Some(Self {
            numbers,
            pre,
            nuget,
        })
    }

    /// Numbers that decide wherever those of two versions differ, without trailing zeros.
    pub(super) fn deciding_numbers(&self) -> &[u64] {
        let first = if self.nuget {
            self.numbers.as_slice()
        } else {
            self.numbers.get(..3).unwrap_or(&self.numbers)
        };
        let zeros = first
            .iter()
            .rev()
            .take_while(|number| **number == 0)
            .count();
        first
            .get(..first.len().saturating_sub(zeros))
            .unwrap_or(first)
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        if !self.nuget {
            let first = |version: &Self| {
                version
                    .numbers
                    .iter()
                    .copied()
                    .chain([0, 0, 0])
                    .take(3)
                    .collect::<Vec<u64>>()
            };
            let more = |version: &Self| {
                version
                    .numbers
                    .get(3..)
                    .map(<[u64]>::to_vec)
                    .unwrap_or_default()
            };
            if (self.numbers.len() > 3 || other.numbers.len() > 3)
                && first(self) == first(other)
                && more(self) != more(other)
            {
                return None;
            }
        }
        Some(
            self.numbers
                .cmp(&other.numbers)
                .then_with(|| pre_releases(&self.pre, &other.pre)),
        )
    }
}

fn identifier(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A pre-release comes before its release; identifiers from left to right, numbers before words.
fn pre_releases(left: &[String], right: &[String]) -> Ordering {
    if left.is_empty() || right.is_empty() {
        return left.is_empty().cmp(&right.is_empty());
    }
    let order = left
        .iter()
        .zip(right)
        .map(|(mine, theirs)| identifiers(mine, theirs))
        .find(|order| order.is_ne());
    order.unwrap_or_else(|| left.len().cmp(&right.len()))
}

fn identifiers(left: &str, right: &str) -> Ordering {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match (number(left), number(right)) {
        (true, true) => digits::compare(left, right),
        (false, false) => left.cmp(right),
        // A number is lower than a word.
        (left, right) => right.cmp(&left),
    }
}
