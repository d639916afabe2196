//! OpenSSL: letters for fixes before 3.0 (`1.0.2k`), semantic versions since.

use super::digits;
use super::semver::Semver;
use std::cmp::Ordering;

/// Numbers and letters, then what semantic versions say of the pre-release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenSsl {
    numbers: Vec<u64>,
    letters: String,
    rest: Semver,
}

impl OpenSsl {
    /// `None` where it is no version of OpenSSL.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (core, _) = digits::run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        let after = text.get(core.len()..)?;
        let (letters, after) = digits::run(after, |byte| byte.is_ascii_lowercase());
        let mut numbers = core
            .split('.')
            .map(digits::number)
            .collect::<Option<Vec<u64>>>()?;
        let old = numbers.first().is_some_and(|first| *first < 3);
        if numbers.len() > 3 || (!old && !letters.is_empty()) {
            return None;
        }
        numbers.resize(3, 0);
        let rest = Semver::parse(&format!("{core}{after}"), false)?;
        Some(Self {
            numbers,
            letters: letters.to_string(),
            rest,
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match self
            .numbers
            .cmp(&other.numbers)
            .then_with(|| self.letters.cmp(&other.letters))
        {
            Ordering::Equal => self.rest.compare(&other.rest),
            decided => Some(decided),
        }
    }
}
