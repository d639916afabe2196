//! Integers with dots: `intdot` of the vers standard, and Microsoft builds.
//!
//! Leading zeros are nothing (`15.01.2176.009` is `15.1.2176.9`). A Microsoft number with fewer parts
//! than another names a cumulative update and not the build: where only the missing part would decide,
//! there is no answer.

use super::digits::{number, run};
use std::cmp::Ordering;

/// Integers between dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IntDot {
    numbers: Vec<u64>,
}

impl IntDot {
    /// Reads the integers at the start; what follows them is ignored, as the standard says.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (start, _) = run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        let mut numbers = Vec::new();
        for part in start.split('.') {
            // A dot without a number behind it belongs to what is ignored.
            if part.is_empty() {
                break;
            }
            numbers.push(number(part)?);
        }
        if numbers.is_empty() {
            return None;
        }
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { numbers })
    }

    /// Without trailing zeros.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

/// A build number of which all parts are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Build {
    numbers: Vec<u64>,
}

impl Build {
    /// Reads dotted integers only, at most `parts` of them.
    pub(super) fn parse(text: &str, parts: usize) -> Option<Self> {
        let numbers = text.split('.').map(number).collect::<Option<Vec<u64>>>()?;
        (numbers.len() <= parts).then_some(Self { numbers })
    }

    /// As many as were written.
    pub(super) fn numbers(&self) -> &[u64] {
        &self.numbers
    }

    /// A bound names one point: parts that are not written are zero.
    pub(super) fn completed(mut self, parts: usize) -> Self {
        self.numbers.resize(self.numbers.len().max(parts), 0);
        self
    }

    /// The first part that both have and that differs decides; else only numbers of equal length are equal.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        let decided = self
            .numbers
            .iter()
            .zip(&other.numbers)
            .map(|(mine, theirs)| mine.cmp(theirs))
            .find(|order| order.is_ne());
        decided.or((self.numbers.len() == other.numbers.len()).then_some(Ordering::Equal))
    }
}
