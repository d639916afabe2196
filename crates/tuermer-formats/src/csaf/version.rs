//! Which of two document versions is newer? Integer versions and semantic versions (CSAF 3.1.11).

use std::cmp::Ordering;

/// How a new version stands to the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Lower.
    Older,
    /// The same; build metadata does not count.
    Same,
    /// Higher.
    Newer,
    /// One counts by integers, the other is semantic: the version says nothing.
    Incomparable,
}

/// Compares `new` with `stored`.
pub fn order(new: &str, stored: &str) -> Order {
    let ordering = match (integer(new), integer(stored)) {
        (Some(new), Some(stored)) => Some(new.cmp(&stored)),
        (None, None) => match (semantic(new), semantic(stored)) {
            (Some(new), Some(stored)) => Some(precedence(&new, &stored)),
            _ => (new == stored).then_some(Ordering::Equal),
        },
        _ => None,
    };
    match ordering {
        Some(Ordering::Less) => Order::Older,
        Some(Ordering::Equal) => Order::Same,
        Some(Ordering::Greater) => Order::Newer,
        None => Order::Incomparable,
    }
}

fn integer(text: &str) -> Option<u64> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// `MAJOR.MINOR.PATCH` and the parts of a pre-release.
struct Semantic<'a> {
    numbers: [u64; 3],
    pre_release: Vec<&'a str>,
}

fn semantic(text: &str) -> Option<Semantic<'_>> {
    let text = text.split('+').next()?;
    let (numbers, pre_release) = text
        .split_once('-')
        .map_or((text, ""), |(numbers, rest)| (numbers, rest));
    let mut parts = numbers.split('.').map(integer);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    let pre_release = pre_release
        .split('.')
        .filter(|part| !part.is_empty())
        .collect();
    parts.next().is_none().then_some(Semantic {
        numbers,
        pre_release,
    })
}

/// SemVer 2.0.0, clause 11.
fn precedence(a: &Semantic<'_>, b: &Semantic<'_>) -> Ordering {
    let pre_release = match (a.pre_release.is_empty(), b.pre_release.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let pairs = a
                .pre_release
                .iter()
                .zip(&b.pre_release)
                .map(|(a, b)| part(a, b));
            pairs
                .fold(Ordering::Equal, Ordering::then)
                .then(a.pre_release.len().cmp(&b.pre_release.len()))
        }
    };
    a.numbers.cmp(&b.numbers).then(pre_release)
}

fn part(a: &str, b: &str) -> Ordering {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, order};

    #[test]
    fn newer_and_older() {
        for (new, stored, wanted) in [
            ("2", "1", Order::Newer),
            ("10", "9", Order::Newer),
            ("1", "1", Order::Same),
            ("1", "2", Order::Older),
            ("1.10.0", "1.9.9", Order::Newer),
            ("1.0.0+b", "1.0.0+a", Order::Same),
            ("1.0.0-rc.1", "1.0.0", Order::Older),
            ("1.0.0-rc.10", "1.0.0-rc.9", Order::Newer),
            ("1.0.0-alpha.1", "1.0.0-alpha", Order::Newer),
            ("1.0.0-alpha", "1.0.0-1", Order::Newer),
            ("2", "1.0.0", Order::Incomparable),
            ("x", "x", Order::Same),
            ("99999999999999999999", "1", Order::Incomparable),
        ] {
            assert_eq!(order(new, stored), wanted, "{new} / {stored}");
        }
    }
}
