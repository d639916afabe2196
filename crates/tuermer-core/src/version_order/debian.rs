//! Debian packages: `epoch:upstream-revision` (Debian policy 5.6.12).

use super::digits;
use std::cmp::Ordering;

/// The three parts of a Debian version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Debian {
    epoch: String,
    upstream: String,
    revision: String,
}

impl Debian {
    /// `None` where the policy does not allow the text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
        let allowed = |text: &str, more: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        let valid = !epoch.is_empty()
            && epoch.bytes().all(|byte| byte.is_ascii_digit())
            && upstream
                .bytes()
                .next()
                .is_some_and(|byte| byte.is_ascii_digit())
            && !revision.is_empty()
            && allowed(upstream, ".+-:~")
            && allowed(revision, "+.~");
        valid.then(|| Self {
            epoch: epoch.to_string(),
            upstream: upstream.to_string(),
            revision: revision.to_string(),
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        digits::compare(&self.epoch, &other.epoch)
            .then_with(|| parts(&self.upstream, &other.upstream))
            .then_with(|| parts(&self.revision, &other.revision))
    }
}

/// Runs of other characters and of digits in turn.
fn parts(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left, right);
    while !left.is_empty() || !right.is_empty() {
        let ((mine, after), (theirs, behind)) = (
            digits::run(left, |byte| !byte.is_ascii_digit()),
            digits::run(right, |byte| !byte.is_ascii_digit()),
        );
        let ((one, rest), (two, tail)) = (
            digits::run(after, |byte| byte.is_ascii_digit()),
            digits::run(behind, |byte| byte.is_ascii_digit()),
        );
        let order = compare_letters(mine, theirs).then_with(|| digits::compare(one, two));
        if order.is_ne() {
            return order;
        }
        (left, right) = (rest, tail);
    }
    Ordering::Equal
}

/// Letters before other signs; a tilde before everything, even the end.
fn compare_letters(left: &str, right: &str) -> Ordering {
    let place = |byte: Option<u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(byte),
        Some(byte) => i32::from(byte) + 256,
    };
    let (mut mine, mut theirs) = (left.bytes(), right.bytes());
    loop {
        let (left, right) = (mine.next(), theirs.next());
        let order = place(left).cmp(&place(right));
        if order.is_ne() || (left.is_none() && right.is_none()) {
            return order;
        }
    }
}
