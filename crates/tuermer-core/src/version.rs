//! Is this version inside that range? Where an order is not certain, the answer is "cannot say".

use crate::version_order::Version;
use std::cmp::Ordering;

/// Which versions of a product a statement speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionRule {
    /// No version named: the product as such.
    All,
    /// Exactly this version (CSAF `product_version`).
    Exactly(String),
    /// A range we understood.
    Range(VersionRange),
    /// A range in words we do not trust ourselves to read; kept, counted and shown.
    NotUnderstood(String),
}

/// One or more intervals of versions, read from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The text it was read from.
    pub text: String,
    /// Intervals; a version is inside when it is inside any of them.
    pub intervals: Vec<Interval>,
}

/// An interval of versions; `None` is unbounded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interval {
    /// Lower bound and whether it is inside.
    pub from: Option<(String, bool)>,
    /// Upper bound and whether it is inside.
    pub to: Option<(String, bool)>,
}

impl VersionRule {
    /// Reads a CSAF `product_version_range`: `vers:…`, bare constraints, and plain words that have one meaning only.
    ///
    /// A single number without a sign is not read: in a field for ranges it may mean "up to" as well.
    pub fn parse_range(text: &str) -> Self {
        match intervals(text.trim()) {
            Some(intervals) => Self::Range(VersionRange { text: text.to_string(), intervals }),
            None => Self::NotUnderstood(text.to_string()),
        }
    }

    /// Whether `version` is meant; `None` where the two cannot be compared with certainty.
    pub fn contains(&self, version: &str) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Exactly(exact) if exact.trim() == version.trim() => Some(true),
            Self::Exactly(exact) => compare(version, exact).map(|order| order == Ordering::Equal),
            Self::Range(range) => range.contains(version),
            Self::NotUnderstood(_) => None,
        }
    }
}

impl VersionRange {
    /// Inside one of the intervals; outside only where it is outside all of them with certainty.
    pub fn contains(&self, version: &str) -> Option<bool> {
        let mut outside = true;
        for interval in &self.intervals {
            match interval.contains(version) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => outside = false,
            }
        }
        outside.then_some(false)
    }
}

impl Interval {
    fn contains(&self, version: &str) -> Option<bool> {
        let from = bound(&self.from, version, Ordering::Greater);
        let to = bound(&self.to, version, Ordering::Less);
        match (from, to) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

/// Whether `version` lies on the `inside` side of the bound.
fn bound(bound: &Option<(String, bool)>, version: &str, inside: Ordering) -> Option<bool> {
    let Some((bound, included)) = bound else { return Some(true) };
    let order = compare(version, bound)?;
    Some(order == inside || (*included && order == Ordering::Equal))
}

fn compare(left: &str, right: &str) -> Option<Ordering> {
    Version::parse(left)?.compare(&Version::parse(right)?)
}

/// A sign and a version, for example `<` `9.8.12`.
type Constraint<'a> = (&'a str, &'a str);

/// Version schemes whose order is ours as long as the versions are dotted numbers.
const SCHEMES: [&str; 10] = ["semver", "intdot", "generic", "npm", "pypi", "maven", "nuget", "gem", "golang", "cargo"];

fn intervals(text: &str) -> Option<Vec<Interval>> {
    if let Some(rest) = text.strip_prefix("vers:") {
        let (scheme, constraints) = rest.split_once('/')?;
        return match (scheme, constraints.trim()) {
            ("all", "*") => Some(vec![Interval::default()]),
            // Not allowed by the scheme, yet common ("vers:all/<V4.3"), and it can mean only one thing.
            ("all", other) => fold(&constraints_of(other)?),
            (scheme, "*") if SCHEMES.contains(&scheme) => Some(vec![Interval::default()]),
            (scheme, other) if SCHEMES.contains(&scheme) => fold(&constraints_of(other)?),
            _ => None,
        };
    }
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "*" | "all" | "all versions" | "any version") {
        return Some(vec![Interval::default()]);
    }
    let rest = lower.strip_prefix("all versions").or_else(|| lower.strip_prefix("versions")).unwrap_or(&lower).trim();
    words(rest).or_else(|| from_to(rest)).or_else(|| fold(&constraints_of(rest).filter(|list| list.iter().all(|(sign, _)| *sign != "no sign"))?))
}

/// "before 4.3", "4.3 and earlier": plain words with one meaning. "up to 4.3" has two.
fn words(text: &str) -> Option<Vec<Interval>> {
    let after = |words: &str| text.strip_prefix(words).map(str::trim);
    let front = |words: &str| text.strip_suffix(words).map(str::trim);
    let (sign, version) = if let Some(version) = after("prior to").or_else(|| after("before")).or_else(|| after("earlier than")) {
        ("<", version)
    } else if let Some(version) = after("up to and including").or_else(|| front("and earlier")).or_else(|| front("and prior")) {
        ("<=", version)
    } else {
        (">=", front("and later").or_else(|| front("and newer"))?)
    };
    fold(&[(sign, version)])
}

/// `0 < 9.8.12`: from 0 to before 9.8.12, as CVE records say it.
fn from_to(text: &str) -> Option<Vec<Interval>> {
    let (from, rest) = text.split_once('<')?;
    let (from, to) = (from.trim(), rest.trim_start_matches('=').trim());
    let sign = if rest.starts_with('=') { "<=" } else { "<" };
    fold(&[(">=", from), (sign, to)])
}

/// Constraints between `|` or `,`.
fn constraints_of(text: &str) -> Option<Vec<Constraint<'_>>> {
    let constraint = |part: &'_ str| -> Option<(usize, usize)> {
        let trimmed = part.trim_start();
        let sign = ["<=", ">=", "!=", "<", ">", "="].iter().find(|sign| trimmed.starts_with(**sign)).map_or(0, |sign| sign.len());
        Some((part.len() - trimmed.len(), sign))
    };
    let mut list = Vec::new();
    for part in text.split(['|', ',']) {
        let (blank, sign) = constraint(part)?;
        let version = part.get(blank + sign..)?.trim();
        list.push((part.get(blank..blank + sign).filter(|sign| !sign.is_empty()).unwrap_or("no sign"), version));
    }
    Some(list)
}

/// Makes intervals of constraints in ascending order; any other order could be read in two ways.
fn fold(list: &[Constraint<'_>]) -> Option<Vec<Interval>> {
    let versions = list.iter().map(|(_, version)| Version::parse(version)).collect::<Option<Vec<Version>>>()?;
    let ascending = versions.iter().zip(versions.iter().skip(1)).all(|(one, next)| one.compare(next) == Some(Ordering::Less));
    if !ascending {
        return None;
    }
    let first_bound = list.iter().map(|(sign, _)| *sign).find(|sign| !matches!(*sign, "!=" | "=" | "no sign"));
    let only_exceptions = list.iter().all(|(sign, _)| *sign == "!=");
    // Open to the left where the first bound is an upper one.
    let mut open: Option<Option<(String, bool)>> = (only_exceptions || first_bound.is_some_and(|sign| sign.starts_with('<'))).then_some(None);
    let mut found = Vec::new();
    for (sign, version) in list {
        let edge = |included: bool| Some(((*version).to_string(), included));
        match (*sign, open.take()) {
            ("=" | "no sign", None) => found.push(Interval { from: edge(true), to: edge(true) }),
            (">", None) => open = Some(edge(false)),
            (">=", None) => open = Some(edge(true)),
            ("<", Some(from)) => found.push(Interval { from, to: edge(false) }),
            ("<=", Some(from)) => found.push(Interval { from, to: edge(true) }),
            ("!=", Some(from)) => {
                found.push(Interval { from, to: edge(false) });
                open = Some(edge(false));
            }
            // An exception outside every interval says nothing.
            ("!=", None) => {}
            _ => return None,
        }
    }
    found.extend(open.map(|from| Interval { from, to: None }));
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
#[path = "version_tests.rs"]
mod tests;
