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
const BEGINNING: [&str; 10] = [
    "",
    "0",
    "*",
    "-",
    "n/a",
    "na",
    "none",
    "all",
    "any",
    "unspecified",
];
/// Words that tell no version at all.
const NOTHING: [&str; 9] = [
    "",
    "-",
    "n/a",
    "na",
    "none",
    "unknown",
    "unspecified",
    "various",
    "multiple",
];
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

/// The pieces of one entry, in the order of versions; `product` is the order of the product, where it has one of its own.
pub fn pieces(entry: &VersionEntry, product: Scheme) -> Vec<Piece> {
    let VersionEntry {
        version,
        less_than,
        less_than_or_equal,
        status,
        version_type,
        changes,
    } = entry;
    let scheme = scheme_of(product, version_type.as_deref(), entry);
    let status = status_of(status);
    let version = plain(version, limits::FIELD_CHARACTERS);
    let upper = match (less_than, less_than_or_equal) {
        (Some(bound), _) => (plain(bound, limits::FIELD_CHARACTERS), false),
        (None, Some(bound)) => (plain(bound, limits::FIELD_CHARACTERS), true),
        (None, None) if changes.is_empty() => return single(&version, status, scheme),
        (None, None) => ("*".to_string(), false),
    };
    let text = bounds_text(&version, &upper);
    let upper = within_release(scheme, &version, upper);
    let points: Vec<(String, ProductStatus)> = changes
        .iter()
        .map(|change| {
            (
                plain(&change.at, limits::FIELD_CHARACTERS),
                status_of(&change.status),
            )
        })
        .collect();
    let cut_by = |scheme| cut(&version, &upper, status, &points, scheme);
    // An order that does not know these versions was named by mistake; plain numbers may still be compared.
    let found = cut_by(scheme).or_else(|| cut_by(Scheme::Generic));
    found.unwrap_or_else(|| {
        vec![Piece {
            rule: VersionRule::NotUnderstood(text),
            status,
        }]
    })
}

/// The order of the product before the one the record names. "semver" often stands beside numbers of four parts,
/// which semantic versions do not have.
fn scheme_of(product: Scheme, version_type: Option<&str>, entry: &VersionEntry) -> Scheme {
    let named = version_type.map_or(Scheme::Generic, Scheme::from_cve_version_type);
    let longer = |text: &str| {
        text.split(['-', '+'])
            .next()
            .is_some_and(|numbers| numbers.matches('.').count() > 2)
    };
    let bounds = [
        Some(&entry.version),
        entry.less_than.as_ref(),
        entry.less_than_or_equal.as_ref(),
    ];
    match (product, named) {
        (Scheme::Generic, Scheme::Semver)
            if bounds.into_iter().flatten().any(|text| longer(text)) =>
        {
            Scheme::Generic
        }
        (Scheme::Generic, named) => named,
        (product, _) => product,
    }
}

/// NetScaler records name the release in one field and the build in the other ("14.1" and "8.50").
fn within_release(
    scheme: Scheme,
    version: &str,
    (bound, included): (String, bool),
) -> (String, bool) {
    let build = !bound.is_empty()
        && bound
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && bound.matches('.').count() == 1;
    let release =
        version.starts_with(|c: char| c.is_ascii_digit()) && !version.eq_ignore_ascii_case("0");
    let joined = if scheme == Scheme::NetScaler && build && release {
        format!("{version}-{bound}")
    } else {
        bound
    };
    (joined, included)
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
fn cut(
    version: &str,
    upper: &(String, bool),
    status: ProductStatus,
    changes: &[(String, ProductStatus)],
    scheme: Scheme,
) -> Option<Vec<Piece>> {
    let to = upper_bound(upper, scheme)?;
    // Chrome and others write the first good version in both fields: everything before it.
    let empty = !upper.1 && same(version, &upper.0, scheme);
    let mut from = if empty {
        None
    } else {
        lower_bound(version, scheme)?
    };
    let (mut status, mut found) = (status, Vec::new());
    for (at, next) in changes {
        if !is_version_in(at, scheme) {
            return None;
        }
        let edge = (at.clone(), false);
        if !is_before(&from, &Some(edge.clone()), scheme)? {
            // Changes must come in ascending order; one at the very beginning only gives another status.
            if from
                .as_ref()
                .is_some_and(|(first, _)| same(first, at, scheme))
            {
                status = *next;
                continue;
            }
            return None;
        }
        // A change behind the end of the range says nothing about the range.
        if to.is_some() && !is_before(&Some((at.clone(), true)), &to, scheme)? {
            break;
        }
        found.push(piece(from, Some(edge), status, scheme));
        // What was affected and is not any more has the fix.
        status = if (status, *next) == (ProductStatus::Affected, ProductStatus::NotAffected) {
            ProductStatus::Fixed
        } else {
            *next
        };
        from = Some((at.clone(), true));
    }
    if !is_before(&from, &to, scheme)? {
        return None;
    }
    found.push(piece(from, to, status, scheme));
    Some(found)
}

fn piece(from: Bound, to: Bound, status: ProductStatus, scheme: Scheme) -> Piece {
    Piece {
        rule: rule(vec![Interval { from, to }], scheme),
        status,
    }
}

/// Intervals as a rule; the text is made from them, because the record has them in several fields.
pub fn rule(intervals: Vec<Interval>, scheme: Scheme) -> VersionRule {
    let text = intervals
        .iter()
        .map(interval_text)
        .collect::<Vec<_>>()
        .join(" | ");
    let text = plain(&text, limits::NOTE_CHARACTERS);
    VersionRange::new(&text, scheme, intervals)
        .map_or(VersionRule::NotUnderstood(text), VersionRule::Range)
}

fn interval_text(interval: &Interval) -> String {
    let Interval { from, to } = interval;
    let from = from
        .as_ref()
        .map(|(version, included)| format!("{} {version}", if *included { ">=" } else { ">" }));
    let to = to
        .as_ref()
        .map(|(version, included)| format!("{} {version}", if *included { "<=" } else { "<" }));
    match (from, to) {
        (Some(from), Some(to)) => format!("{from}, {to}"),
        (from, to) => from.or(to).unwrap_or_else(|| "*".to_string()),
    }
}

fn bounds_text(version: &str, (bound, included): &(String, bool)) -> String {
    format!("{version} {} {bound}", if *included { "<=" } else { "<" })
}

/// `None` = not a version; `Some(None)` = from the beginning.
fn lower_bound(text: &str, scheme: Scheme) -> Option<Bound> {
    let lower = text.to_ascii_lowercase();
    if BEGINNING.contains(&lower.as_str())
        || matches!(lower.as_str(), "unknown" | "all versions" | "any version")
    {
        return Some(None);
    }
    let text = lower
        .strip_suffix(".*")
        .or_else(|| lower.strip_suffix(".x"))
        .map_or(text, |stem| text.get(..stem.len()).unwrap_or(text));
    is_version_in(text, scheme).then(|| Some((text.to_string(), true)))
}

/// `*` is the end of everything, `6.1.*` the end of 6.1, that is everything before 6.2.
fn upper_bound((text, included): &(String, bool), scheme: Scheme) -> Option<Bound> {
    if text == "*" {
        return Some(None);
    }
    let series = text
        .strip_suffix(".*")
        .or_else(|| text.strip_suffix(".x").filter(|_| *included));
    if let Some(stem) = series {
        let (front, last) = stem
            .rsplit_once('.')
            .map_or(("", stem), |(front, last)| (front, last));
        let next = last.parse::<u64>().ok()?.checked_add(1)?;
        let next = if front.is_empty() {
            next.to_string()
        } else {
            format!("{front}.{next}")
        };
        return is_version_in(&next, scheme).then_some(Some((next, false)));
    }
    is_version_in(text, scheme).then(|| Some((text.clone(), *included)))
}

/// An entry without bound: one version, a list of them, or a range in words as GitHub writes it.
fn single(text: &str, status: ProductStatus, scheme: Scheme) -> Vec<Piece> {
    let lower = text.to_ascii_lowercase();
    let piece = |rule| vec![Piece { rule, status }];
    if matches!(
        lower.as_str(),
        "*" | "all" | "any" | "all versions" | "any version"
    ) {
        return piece(rule(vec![Interval::default()], scheme));
    }
    if NOTHING.contains(&lower.as_str()) {
        return piece(VersionRule::NotUnderstood(text.to_string()));
    }
    if is_version(text) {
        return piece(VersionRule::Exactly(text.to_string()));
    }
    let listed: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    if listed.len() > 1 && listed.iter().all(|part| is_version(part)) {
        return listed
            .into_iter()
            .map(|part| Piece {
                rule: VersionRule::Exactly(part.to_string()),
                status,
            })
            .collect();
    }
    let words = lower
        .replace("before version ", "before ")
        .replace("prior to version ", "prior to ");
    let read = match VersionRule::parse_range_in(&words, scheme) {
        VersionRule::NotUnderstood(_) => VersionRule::parse_range(&words),
        read => read,
    };
    match read {
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
    let signs = lower.contains(['<', '>', '=', ',', ';', '*', '|', '&', '~', '^'])
        || lower.contains("://")
        || lower.contains(" - ");
    !signs && !lower.split(|c: char| !c.is_alphanumeric()).any(speaks) && !lower.ends_with(".x")
}

/// True where the text has an order among versions of no known order.
pub fn is_version(text: &str) -> bool {
    is_version_in(text, Scheme::Generic)
}

/// True where the text has an order among the versions of an order.
pub fn is_version_in(text: &str, scheme: Scheme) -> bool {
    compared(text, text, scheme) == Some(true)
}

fn same(one: &str, other: &str, scheme: Scheme) -> bool {
    compared(one, other, scheme) == Some(true) && compared(other, one, scheme) == Some(true)
}

/// Whether `one` ≤ `other`, by the rules by which versions of assets are compared with bounds.
fn compared(one: &str, other: &str, scheme: Scheme) -> Option<bool> {
    let order = Version::bound(scheme, one)?.compare(&Version::bound(scheme, other)?)?;
    Some(order != std::cmp::Ordering::Greater)
}

/// Whether anything lies between a lower and an upper bound.
pub fn is_before(from: &Bound, to: &Bound, scheme: Scheme) -> Option<bool> {
    let (Some((from, from_included)), Some((to, to_included))) = (from, to) else {
        return Some(true);
    };
    match (compared(from, to, scheme)?, compared(to, from, scheme)?) {
        (true, true) => Some(*from_included && *to_included),
        (before, _) => Some(before),
    }
}

/// Whether the range of one upper bound ends before that of another.
pub fn ends_before(one: &Bound, other: &Bound, scheme: Scheme) -> Option<bool> {
    match (one, other) {
        (None, _) => Some(false),
        (Some(_), None) => Some(true),
        (Some((one, one_included)), Some((other, other_included))) => {
            match (compared(one, other, scheme)?, compared(other, one, scheme)?) {
                (true, true) => Some(!one_included && *other_included),
                (before, _) => Some(before),
            }
        }
    }
}
