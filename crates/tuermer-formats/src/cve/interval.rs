//! One entry of `versions` to pieces with one status each: a single version, a range, a range cut by `changes`.
//!
//! Rules of the CVE record format ("Version Status Decision Algorithm"): an entry with a bound speaks of
//! `version ≤ v < lessThan` or `≤ lessThanOrEqual`; from each `changes[].at` on, its status counts. `*` is the end of a
//! series. Whatever cannot be ordered is not understood.

use super::record::VersionEntry;
use crate::csaf::plain;
use tuermer_core::limits;
use tuermer_core::threat::ProductStatus;
use tuermer_core::version::{Interval, VersionRange, VersionRule};
use tuermer_core::version_order::{Scheme, Version};

/// A bound and whether it is inside; `None` is unbounded.
pub type Bound = Option<(String, bool)>;

/// What one entry, or a part of it, says.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    pub rule: VersionRule,
    pub status: ProductStatus,
}

/// Words for "from the first version on" in the place of a lower bound.
const BEGINNING: [&str; 10] = ["", "0", "*", "-", "n/a", "na", "none", "all", "any", "unspecified"];
/// Words that tell no version at all.
const NOTHING: [&str; 9] = ["", "-", "n/a", "na", "none", "unknown", "unspecified", "various", "multiple"];
/// Words of which a single entry that holds them is more than the name of one version.
const SPEAKING: [&str; 22] = [
    "before",
    "prior",
    "through",
    "thru",
    "to",
    "and",
    "or",
    "earlier",
    "later",
    "up",
    "below",
    "above",
    "until",
    "till",
    "from",
    "than",
    "all",
    "any",
    "see",
    "refer",
    "references",
    "consult",
];

/// The pieces of one entry, in the order of versions.
pub fn pieces(entry: &VersionEntry) -> Vec<Piece> {
    let VersionEntry { version, less_than, less_than_or_equal, status, version_type: _, changes } = entry;
    let status = status_of(status);
    let version = plain(version, limits::FIELD_CHARACTERS);
    let upper = match (less_than, less_than_or_equal) {
        (Some(bound), _) => (plain(bound, limits::FIELD_CHARACTERS), false),
        (None, Some(bound)) => (plain(bound, limits::FIELD_CHARACTERS), true),
        (None, None) if changes.is_empty() => return single(&version, status),
        (None, None) => ("*".to_string(), false),
    };
    let text = words(&version, &upper);
    let points: Vec<(String, ProductStatus)> = changes.iter().map(|change| (plain(&change.at, limits::FIELD_CHARACTERS), status_of(&change.status))).collect();
    cut(&version, &upper, status, &points).unwrap_or_else(|| vec![Piece { rule: VersionRule::NotUnderstood(text), status }])
}

/// Affected, unaffected; everything else is unknown.
pub fn status_of(word: &str) -> ProductStatus {
    match word {
        "affected" => ProductStatus::Affected,
        "unaffected" => ProductStatus::NotAffected,
        _ => ProductStatus::Unknown,
    }
}

/// Cuts `from … upper` at the changes; `None` where anything in it has no order.
fn cut(version: &str, upper: &(String, bool), status: ProductStatus, changes: &[(String, ProductStatus)]) -> Option<Vec<Piece>> {
    let to = upper_bound(upper)?;
    // Chrome and others write the first good version in both fields: everything before it.
    let empty = !upper.1 && same(version, &upper.0);
    let mut from = if empty { None } else { lower_bound(version)? };
    let (mut status, mut found) = (status, Vec::new());
    for (at, next) in changes {
        if !is_version(at) {
            return None;
        }
        let edge = (at.clone(), false);
        if !is_before(&from, &Some(edge.clone()))? {
            // Changes must come in ascending order; one at the very beginning only gives another status.
            if from.as_ref().is_some_and(|(first, _)| same(first, at)) {
                status = *next;
                continue;
            }
            return None;
        }
        // A change behind the end of the range says nothing about the range.
        if to.is_some() && !is_before(&Some((at.clone(), true)), &to)? {
            break;
        }
        found.push(piece(from, Some(edge), status));
        // What was affected and is not any more has the fix.
        status = if (status, *next) == (ProductStatus::Affected, ProductStatus::NotAffected) { ProductStatus::Fixed } else { *next };
        from = Some((at.clone(), true));
    }
    if !is_before(&from, &to)? {
        return None;
    }
    found.push(piece(from, to, status));
    Some(found)
}

fn piece(from: Bound, to: Bound, status: ProductStatus) -> Piece {
    Piece { rule: rule(vec![Interval { from, to }]), status }
}

/// Intervals as a rule; the text is made from them, because the record has them in several fields.
pub fn rule(intervals: Vec<Interval>) -> VersionRule {
    let text = intervals.iter().map(interval_text).collect::<Vec<_>>().join(" | ");
    let text = plain(&text, limits::NOTE_CHARACTERS);
    VersionRange::new(&text, Scheme::Generic, intervals).map_or(VersionRule::NotUnderstood(text), VersionRule::Range)
}

fn interval_text(interval: &Interval) -> String {
    let Interval { from, to } = interval;
    let from = from.as_ref().map(|(version, included)| format!("{} {version}", if *included { ">=" } else { ">" }));
    let to = to.as_ref().map(|(version, included)| format!("{} {version}", if *included { "<=" } else { "<" }));
    match (from, to) {
        (Some(from), Some(to)) => format!("{from}, {to}"),
        (from, to) => from.or(to).unwrap_or_else(|| "*".to_string()),
    }
}

fn words(version: &str, (bound, included): &(String, bool)) -> String {
    format!("{version} {} {bound}", if *included { "<=" } else { "<" })
}

/// `None` = not a version; `Some(None)` = from the beginning.
fn lower_bound(text: &str) -> Option<Bound> {
    let lower = text.to_ascii_lowercase();
    if BEGINNING.contains(&lower.as_str()) || matches!(lower.as_str(), "unknown" | "all versions" | "any version") {
        return Some(None);
    }
    let text = lower.strip_suffix(".*").or_else(|| lower.strip_suffix(".x")).map_or(text, |stem| text.get(..stem.len()).unwrap_or(text));
    is_version(text).then(|| Some((text.to_string(), true)))
}

/// `*` is the end of everything, `6.1.*` the end of 6.1, that is everything before 6.2.
fn upper_bound((text, included): &(String, bool)) -> Option<Bound> {
    if text == "*" {
        return Some(None);
    }
    let series = text.strip_suffix(".*").or_else(|| text.strip_suffix(".x").filter(|_| *included));
    if let Some(stem) = series {
        let (front, last) = stem.rsplit_once('.').map_or(("", stem), |(front, last)| (front, last));
        let next = last.parse::<u64>().ok()?.checked_add(1)?;
        let next = if front.is_empty() { next.to_string() } else { format!("{front}.{next}") };
        return is_version(&next).then_some(Some((next, false)));
    }
    is_version(text).then(|| Some((text.clone(), *included)))
}

/// An entry without bound: one version, a list of them, or a range in words as GitHub writes it.
fn single(text: &str, status: ProductStatus) -> Vec<Piece> {
    let lower = text.to_ascii_lowercase();
    let piece = |rule| vec![Piece { rule, status }];
    if matches!(lower.as_str(), "*" | "all" | "any" | "all versions" | "any version") {
        return piece(rule(vec![Interval::default()]));
    }
    if NOTHING.contains(&lower.as_str()) {
        return piece(VersionRule::NotUnderstood(text.to_string()));
    }
    if is_version(text) {
        return piece(VersionRule::Exactly(text.to_string()));
    }
    let listed: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if listed.len() > 1 && listed.iter().all(|part| is_version(part)) {
        return listed.into_iter().map(|part| Piece { rule: VersionRule::Exactly(part.to_string()), status }).collect();
    }
    match VersionRule::parse_range(&lower.replace("before version ", "before ").replace("prior to version ", "prior to ")) {
        VersionRule::Range(mut range) => {
            range.text = text.to_string();
            piece(VersionRule::Range(range))
        }
        _ if names_one(&lower) => piece(VersionRule::Exactly(text.to_string())),
        _ => piece(VersionRule::NotUnderstood(text.to_string())),
    }
}

/// A vendor's own name of one version or model ("15.0(1)SE1", "QCA6391", "22.0 ap368125"), nothing that speaks of several.
fn names_one(lower: &str) -> bool {
    let speaks = |word: &str| SPEAKING.contains(&word);
    let signs = lower.contains(['<', '>', '=', ',', ';', '*', '|', '&', '~', '^']) || lower.contains("://") || lower.contains(" - ");
    !signs && !lower.split(|c: char| !c.is_alphanumeric()).any(speaks) && !lower.ends_with(".x")
}

/// True where the text has an order among versions.
pub fn is_version(text: &str) -> bool {
    compared(text, text) == Some(true)
}

fn same(one: &str, other: &str) -> bool {
    compared(one, other) == Some(true) && compared(other, one) == Some(true)
}

/// Whether `one` ≤ `other`, by the rules by which versions of assets are compared with bounds.
fn compared(one: &str, other: &str) -> Option<bool> {
    let order = Version::parse(Scheme::Generic, one)?.compare(&Version::parse(Scheme::Generic, other)?)?;
    Some(order != std::cmp::Ordering::Greater)
}

/// Whether anything lies between a lower and an upper bound.
pub fn is_before(from: &Bound, to: &Bound) -> Option<bool> {
    let (Some((from, from_included)), Some((to, to_included))) = (from, to) else { return Some(true) };
    match (compared(from, to)?, compared(to, from)?) {
        (true, true) => Some(*from_included && *to_included),
        (before, _) => Some(before),
    }
}

/// Whether the range of one upper bound ends before that of another.
pub fn ends_before(one: &Bound, other: &Bound) -> Option<bool> {
    match (one, other) {
        (None, _) => Some(false),
        (Some(_), None) => Some(true),
        (Some((one, one_included)), Some((other, other_included))) => match (compared(one, other)?, compared(other, one)?) {
            (true, true) => Some(!one_included && *other_included),
            (before, _) => Some(before),
        },
    }
}
