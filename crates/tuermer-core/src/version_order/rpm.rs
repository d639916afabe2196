//! RPM packages (`rpmvercmp` with `~` and `^`) and Arch Linux packages (`alpm`).
//!
//! Where the version is equal and only one side names a release, RPM has no answer for us: the package
//! may be any release of that version. Arch Linux says itself that the release then does not count.

use super::digits;
use std::cmp::Ordering;

/// Epoch, version and release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rpm {
    epoch: String,
    version: String,
    release: Option<String>,
}

impl Rpm {
    /// Reads `epoch:version-release`; `None` without a version.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (version, release) = rest
            .rsplit_once('-')
            .map_or((rest, None), |(version, release)| {
                (version, Some(release.to_string()))
            });
        let number = !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit());
        let allowed =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let valid = number && allowed(version) && release.as_deref().is_none_or(allowed);
        valid.then(|| Self {
            epoch: epoch.to_string(),
            version: version.to_string(),
            release,
        })
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        let order = digits::compare(&self.epoch, &other.epoch)
            .then_with(|| segments(&self.version, &other.version));
        match (order, &self.release, &other.release) {
            (Ordering::Equal, Some(mine), Some(theirs)) => Some(segments(mine, theirs)),
            (Ordering::Equal, None, None) => Some(Ordering::Equal),
            (Ordering::Equal, _, _) => None,
            (order, _, _) => Some(order),
        }
    }

    /// Arch Linux: no release equals any.
    pub(super) fn compare_alpm(&self, other: &Self) -> Ordering {
        let order = digits::compare(&self.epoch, &other.epoch)
            .then_with(|| runs(&self.version, &other.version));
        order.then_with(|| match (&self.release, &other.release) {
            (Some(mine), Some(theirs)) => runs(mine, theirs),
            _ => Ordering::Equal,
        })
    }
}

/// Runs of digits or letters; other signs only separate.
fn segments(left: &str, right: &str) -> Ordering {
    let separator = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'~' || byte == b'^');
    let (mut left, mut right) = (left, right);
    loop {
        (left, right) = (
            digits::run(left, separator).1,
            digits::run(right, separator).1,
        );
        match (left.bytes().next(), right.bytes().next()) {
            // A tilde comes before everything, a caret after the end and before anything else.
            (Some(b'~'), Some(b'~')) | (Some(b'^'), Some(b'^')) => {
                (left, right) = (left.get(1..).unwrap_or(""), right.get(1..).unwrap_or(""));
                continue;
            }
            (Some(b'~'), _) => return Ordering::Less,
            (_, Some(b'~')) => return Ordering::Greater,
            (Some(b'^'), None) => return Ordering::Greater,
            (None, Some(b'^')) => return Ordering::Less,
            (Some(b'^'), Some(_)) => return Ordering::Less,
            (Some(_), Some(b'^')) => return Ordering::Greater,
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(mine), Some(theirs)) if mine.is_ascii_digit() != theirs.is_ascii_digit() => {
                return mine.is_ascii_digit().cmp(&theirs.is_ascii_digit());
            }
            (Some(mine), Some(_)) => {
                let (order, after, behind) = first_runs(left, right, mine.is_ascii_digit());
                if order.is_ne() {
                    return order;
                }
                (left, right) = (after, behind);
            }
        }
    }
}

/// Compares the runs of digits or letters at the start; and what stands behind them.
fn first_runs<'v>(left: &'v str, right: &'v str, digits: bool) -> (Ordering, &'v str, &'v str) {
    let belongs = |byte: u8| {
        if digits {
            byte.is_ascii_digit()
        } else {
            byte.is_ascii_alphabetic()
        }
    };
    let (mine, after) = digits::run(left, belongs);
    let (theirs, behind) = digits::run(right, belongs);
    let order = if digits {
        digits::compare(mine, theirs)
    } else {
        mine.cmp(theirs)
    };
    (order, after, behind)
}

/// What a run of characters is made of, in ascending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Letters,
    Signs,
    Digits,
}

fn kind(byte: u8) -> Kind {
    match byte {
        byte if byte.is_ascii_digit() => Kind::Digits,
        byte if byte.is_ascii_alphabetic() => Kind::Letters,
        _ => Kind::Signs,
    }
}

/// Runs as Arch Linux compares them: letters at the end are a pre-release, anything else makes it newer.
fn runs(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        let (one, two) = match (left.bytes().next(), right.bytes().next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(two)) => {
                return if kind(two) == Kind::Letters {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
            }
            (Some(one), None) => {
                return if kind(one) == Kind::Letters {
                    Ordering::Less
                } else {
                    Ordering::Greater
                };
            }
            (Some(one), Some(two)) => (kind(one), kind(two)),
        };
        if one != two {
            return one.cmp(&two);
        }
        let ((mine, after), (theirs, behind)) = (
            digits::run(left, |byte| kind(byte) == one),
            digits::run(right, |byte| kind(byte) == one),
        );
        let order = match one {
            Kind::Digits => digits::compare(mine, theirs),
            Kind::Letters => mine.cmp(theirs),
            Kind::Signs => mine.len().cmp(&theirs.len()),
        };
        if order.is_ne() {
            return order;
        }
        (left, right) = (after, behind);
    }
}
