//! Composer (PHP): up to four numbers and a stability (`1.0.0-beta2`, `v2.3.1-p1`). Branches have no order.

use super::digits;
use std::cmp::Ordering;

/// Four numbers, the stability and its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Composer {
    numbers: Vec<u64>,
    stability: i8,
    counter: Vec<String>,
}

/// Stabilities and their place; zero is stable.
const STABILITIES: [(&str, i8); 11] = [
    ("dev", -4),
    ("alpha", -3),
    ("a", -3),
    ("beta", -2),
    ("b", -2),
    ("rc", -1),
    ("stable", 0),
    ("patch", 1),
    ("pl", 1),
    ("p", 1),
    ("", 0),
];

impl Composer {
    /// `None` for `dev-main` and everything Composer does not call a version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let text = lower.strip_prefix('v').unwrap_or(&lower);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (core, after) = digits::run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        // `1.0.-dev` is no version; `1.0.beta` is.
        let core = core.strip_suffix('.').unwrap_or(core);
        let mut numbers = core
            .split('.')
            .map(digits::number)
            .collect::<Option<Vec<u64>>>()?;
        let after = after.strip_prefix(['-', '_', '.']).unwrap_or(after);
        let (word, counter) = digits::run(after, |byte| byte.is_ascii_lowercase());
        let (_, stability) = STABILITIES.iter().find(|(known, _)| *known == word)?;
        let counter = counter.strip_prefix(['-', '.']).unwrap_or(counter);
        if numbers.len() > 4 || (word.is_empty() && !after.is_empty()) {
            return None;
        }
        numbers.resize(4, 0);
        let counter = match counter {
            "" => Vec::new(),
            counter => counter
                .split('.')
                .map(|part| digits::number(part).map(|_| part.trim_start_matches('0').to_string()))
                .collect::<Option<Vec<String>>>()?,
        };
        Some(Self {
            numbers,
            stability: *stability,
            counter,
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let counters = || {
            let order = self
                .counter
                .iter()
                .zip(&other.counter)
                .map(|(mine, theirs)| digits::compare(mine, theirs))
                .find(|order| order.is_ne());
            order.unwrap_or_else(|| self.counter.len().cmp(&other.counter.len()))
        };
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| self.stability.cmp(&other.stability))
            .then_with(counters)
    }
}
