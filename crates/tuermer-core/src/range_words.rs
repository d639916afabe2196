//! What advisories write into a field for version ranges, as intervals: vers strings, bare constraints
//! and words with one meaning. Everything else is left alone, to be shown as "not understood".

use crate::vers::{self, Comparator};
use crate::version::{Interval, VersionRange};
use crate::version_order::{Scheme, Version};
use std::cmp::Ordering;

/// A sign and a version, for example `<` `9.8.12`.
type Constraint = (Comparator, String);

/// Words before a version that mean "less than".
const BELOW: [&str; 9] = [
    "prior to version",
    "prior to",
    "before version",
    "before",
    "earlier than",
    "lower than",
    "older than",
    "less than",
    "below",
];
/// Words before a version that mean "at most".
const UP_TO: [&str; 4] = [
    "up to and including",
    "through version",
    "through",
    "less than or equal to",
];
/// Words after a version that mean "at most".
const AND_EARLIER: [&str; 10] = [
    "and earlier",
    "and prior",
    "and below",
    "and older",
    "and lower",
    "or earlier",
    "or prior",
    "or below",
    "or older",
    "or lower",
];
/// Words after a version that mean "at least".
const AND_LATER: [&str; 10] = [
    "and later",
    "and newer",
    "and above",
    "and higher",
    "and up",
    "or later",
    "or newer",
    "or above",
    "or higher",
    "onwards",
];
/// Words between two versions, and whether the second is inside.
const BETWEEN: [(&str, bool); 5] = [
    ("up to and including", true),
    ("through", true),
    ("thru", true),
    ("prior to", false),
    ("before", false),
];
/// Words that say everything.
const EVERYTHING: [&str; 6] = [
    "*",
    "all",
    "all versions",
    "any version",
    "any",
    "vers:all/*",
];

/// Reads a range; `scheme` is the order of the product where the text names none.
pub(crate) fn read(text: &str, scheme: Scheme) -> Option<VersionRange> {
    if let Some((kind, constraints)) = text
        .strip_prefix("vers:")
        .and_then(|rest| rest.split_once('/'))
    {
        return notation(text, kind.trim(), constraints.trim(), scheme);
    }
    if text.starts_with("vers:") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if EVERYTHING.contains(&lower.as_str()) {
        return VersionRange::new(text, scheme, vec![Interval::default()]);
    }
    let rest = ["all versions", "all version", "versions", "version"]
        .iter()
        .find_map(|words| after(text, words))
        .unwrap_or(text);
    let list = constraints_in_words(rest)
        .or_else(|| between(rest))
        .or_else(|| branch(rest))
        .or_else(|| from_to(rest))
        .or_else(|| signed(rest))?;
    VersionRange::new(text, scheme, fold(&list, scheme)?)
}

/// `vers:type/constraints`, also with blanks and a written `=`.
fn notation(text: &str, kind: &str, constraints: &str, product: Scheme) -> Option<VersionRange> {
    let kind = kind.to_ascii_lowercase();
    let scheme = match kind.as_str() {
        // Not allowed by the standard with versions, yet common ("vers:all/<V4.3"), and it can mean only one thing.
        "all" | "generic" => product,
        "none" => {
            return (constraints == "*")
                .then(|| VersionRange::new(text, product, Vec::new()))
                .flatten();
        }
        other => Scheme::named(other)?,
    };
    if constraints == "*" {
        return VersionRange::new(text, scheme, vec![Interval::default()]);
    }
    let list = constraints_of(constraints, &['|', ','])?;
    let decoded = list
        .into_iter()
        .map(|(sign, version)| Some((sign, vers::decoded(&version, false)?)))
        .collect::<Option<Vec<Constraint>>>()?;
    VersionRange::new(text, scheme, fold(&decoded, scheme)?)
}

/// Without regard to case, and only where a word ends.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(words.len())?;
    let ends = rest.is_empty() || rest.starts_with([' ', '<', '>', '=']);
    (start.eq_ignore_ascii_case(words) && ends).then(|| rest.trim())
}

fn front<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (start, end) = text.split_at_checked(text.len().checked_sub(words.len())?)?;
    (end.eq_ignore_ascii_case(words) && start.ends_with([' ', ',']))
        .then(|| start.trim_end_matches([' ', ',']))
}

/// "before 4.3", "4.3 and earlier": plain words with one meaning. "up to 4.3" has two.
fn constraints_in_words(text: &str) -> Option<Vec<Constraint>> {
    let at_most = UP_TO
        .iter()
        .find_map(|words| after(text, words))
        .or_else(|| AND_EARLIER.iter().find_map(|words| front(text, words)));
    let at_least = AND_LATER.iter().find_map(|words| front(text, words));
    let (sign, version) = match (
        BELOW.iter().find_map(|words| after(text, words)),
        at_most,
        at_least,
    ) {
        (_, Some(version), _) => (Comparator::LessOrEqual, version),
        (Some(version), None, _) => (Comparator::Less, version),
        (None, None, version) => (Comparator::GreaterOrEqual, version?),
    };
    Some(vec![(sign, version.to_string())])
}

/// "7.4.0 through 7.4.2", "from 14.1 before 14.1-8.50".
fn between(text: &str) -> Option<Vec<Constraint>> {
    let text = after(text, "from").unwrap_or(text);
    let lower = text.to_ascii_lowercase();
    let (words, inside, place) = BETWEEN
        .iter()
        .find_map(|(words, inside)| Some((*words, *inside, lower.find(&format!(" {words} "))?)))?;
    let (from, rest) = text.split_at_checked(place)?;
    let to = rest.get(words.len() + 2..)?.trim();
    let from = ["and", ","]
        .iter()
        .find_map(|word| from.strip_suffix(word))
        .unwrap_or(from)
        .trim();
    let sign = if inside {
        Comparator::LessOrEqual
    } else {
        Comparator::Less
    };
    Some(vec![
        (Comparator::GreaterOrEqual, from.to_string()),
        (sign, to.to_string()),
    ])
}

/// "7.4.x", "6.0 all versions": everything that begins with these numbers.
fn branch(text: &str) -> Option<Vec<Constraint>> {
    let start = text
        .strip_suffix(".x")
        .or_else(|| text.strip_suffix(".X"))
        .or_else(|| text.strip_suffix(".*"))
        .or_else(|| front(text, "all versions"))?;
    let (numbers, last) = start
        .rsplit_once('.')
        .map_or(("", start), |(numbers, last)| (numbers, last));
    let prefix = |last: &str| {
        if numbers.is_empty() {
            last.to_string()
        } else {
            format!("{numbers}.{last}")
        }
    };
    let bare = last.trim_start_matches(['v', 'V']);
    let next = bare
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| bare.parse::<u64>().ok())
        .flatten()?
        .checked_add(1)?;
    Some(vec![
        (Comparator::GreaterOrEqual, prefix(last)),
        (Comparator::Less, prefix(&next.to_string())),
    ])
}

/// `0 < 9.8.12`: from 0 to before 9.8.12, as CVE records say it.
fn from_to(text: &str) -> Option<Vec<Constraint>> {
    let (from, rest) = text.split_once('<')?;
    let (from, to) = (from.trim(), rest.trim_start_matches('=').trim());
    if from.is_empty()
        || from.contains(['<', '>', '=', '!', '|', ','])
        || to.contains(['<', '>', '=', '!', '|', ','])
    {
        return None;
    }
    let sign = if rest.starts_with('=') {
        Comparator::LessOrEqual
    } else {
        Comparator::Less
    };
    Some(vec![
        (Comparator::GreaterOrEqual, from.to_string()),
        (sign, to.to_string()),
    ])
}

/// Bare constraints, each with a sign: `>= 1.0, < 2.0`, `>=1.0 <2.0`.
fn signed(text: &str) -> Option<Vec<Constraint>> {
    let list = constraints_of(text, &['|', ','])
        .filter(|list| !list.iter().any(|(_, version)| version.contains(['<', '>'])));
    let list = list.or_else(|| spaced(text))?;
    list.iter()
        .all(|(sign, version)| *sign != Comparator::Equal && !version.is_empty())
        .then_some(list)
}

/// `>=1.0 <2.0` and `>= 1.0 and < 2.0`: a sign begins the next constraint.
fn spaced(text: &str) -> Option<Vec<Constraint>> {
    let mut parts: Vec<String> = Vec::new();
    for word in text
        .split_whitespace()
        .filter(|word| !word.eq_ignore_ascii_case("and") && *word != "&&")
    {
        let sign_before = parts
            .last()
            .is_some_and(|part| Comparator::split(part).1.is_empty());
        match parts.last_mut() {
            Some(part) if sign_before && Comparator::split(word).0 == Comparator::Equal => {
                part.push_str(word)
            }
            _ if Comparator::split(word).0 == Comparator::Equal => return None,
            _ => parts.push(word.to_string()),
        }
    }
    if parts.is_empty() {
        return None;
    }
    Some(
        parts
            .iter()
            .map(|part| Comparator::split(part))
            .map(|(sign, version)| (sign, version.to_string()))
            .collect(),
    )
}

/// Constraints between separators; a written `=` is equality.
fn constraints_of(text: &str, separators: &[char]) -> Option<Vec<Constraint>> {
    let constraint = |part: &str| {
        let (sign, version) = Comparator::split(part.trim());
        let version = if sign == Comparator::Equal {
            version.strip_prefix('=').unwrap_or(version)
        } else {
            version
        };
        (sign, version.trim().to_string())
    };
    let list: Vec<Constraint> = text.split(separators).map(constraint).collect();
    list.iter()
        .all(|(_, version)| !version.is_empty())
        .then_some(list)
}

/// Constraints in ascending order. Single versions and exceptions may stand anywhere; bounds in any other
/// order could be read in two ways.
fn ascending(list: &[Constraint], scheme: Scheme) -> Option<Vec<&Constraint>> {
    let read = |constraint: &Constraint| Version::bound(scheme, &constraint.1);
    let mut versions = list
        .iter()
        .map(|constraint| Some((read(constraint)?, constraint)))
        .collect::<Option<Vec<(Version, &Constraint)>>>()?;
    let sorted = |list: &[&(Version, &Constraint)]| {
        list.iter()
            .zip(list.iter().skip(1))
            .all(|(one, next)| one.0.compare(&next.0) == Some(Ordering::Less))
    };
    let bounds: Vec<&(Version, &Constraint)> = versions
        .iter()
        .filter(|(_, (sign, _))| !matches!(sign, Comparator::Equal | Comparator::NotEqual))
        .collect();
    if !sorted(&bounds) {
        return None;
    }
    versions.sort_by(|one, next| one.0.compare(&next.0).unwrap_or(Ordering::Equal));
    sorted(&versions.iter().collect::<Vec<_>>())
        .then(|| versions.iter().map(|(_, constraint)| *constraint).collect())
}

/// Makes intervals of constraints.
fn fold(list: &[Constraint], scheme: Scheme) -> Option<Vec<Interval>> {
    let list = ascending(list, scheme)?;
    let first_bound = list
        .iter()
        .map(|(sign, _)| *sign)
        .find(|sign| !matches!(sign, Comparator::NotEqual | Comparator::Equal));
    let only_exceptions = list.iter().all(|(sign, _)| *sign == Comparator::NotEqual);
    let upper_first =
        first_bound.is_some_and(|sign| matches!(sign, Comparator::Less | Comparator::LessOrEqual));
    // Open to the left where the first bound is an upper one.
    let mut open: Option<Option<(String, bool)>> = (only_exceptions || upper_first).then_some(None);
    let mut found = Vec::new();
    for (sign, version) in &list {
        let edge = |included: bool| Some((version.clone(), included));
        match (*sign, open.take()) {
            (Comparator::Equal, None) => found.push(Interval {
                from: edge(true),
                to: edge(true),
            }),
            (Comparator::Greater, None) => open = Some(edge(false)),
            (Comparator::GreaterOrEqual, None) => open = Some(edge(true)),
            (Comparator::Less, Some(from)) => found.push(Interval {
                from,
                to: edge(false),
            }),
            (Comparator::LessOrEqual, Some(from)) => found.push(Interval {
                from,
                to: edge(true),
            }),
            (Comparator::NotEqual, Some(from)) => {
                found.push(Interval {
                    from,
                    to: edge(false),
                });
                open = Some(edge(false));
            }
            // An exception outside every interval says nothing.
            (Comparator::NotEqual, None) => {}
            _ => return None,
        }
    }
    found.extend(open.map(|from| Interval { from, to: None }));
    (!found.is_empty()).then_some(found)
}
