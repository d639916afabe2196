//! What is left when all named versions are taken away: the versions a `defaultStatus` speaks of.

use super::interval::{Bound, ends_before, is_before};
use tuermer_core::version::{Interval, VersionRule};
use tuermer_core::version_order::Scheme;

/// Most entries of one product that are turned round; a longer list is not understood.
const ENTRIES: usize = 1_000;

/// The intervals outside all `rules` and their order; `None` where one of them has none, or they have several.
pub fn of(rules: &[&VersionRule]) -> Option<(Vec<Interval>, Scheme)> {
    let mut schemes = rules.iter().filter_map(|rule| {
        if let VersionRule::Range(range) = rule {
            Some(range.scheme())
        } else {
            None
        }
    });
    let scheme = schemes.next().unwrap_or(Scheme::Generic);
    if !schemes.all(|other| other == scheme) {
        return None;
    }
    let mut sorted: Vec<Interval> = Vec::new();
    for interval in rules
        .iter()
        .map(|rule| intervals(rule, scheme))
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .flatten()
    {
        if sorted.len() >= ENTRIES {
            return None;
        }
        let at = place(&sorted, &interval, scheme)?;
        sorted.insert(at, interval);
    }
    let mut gaps = Vec::new();
    // Where the next gap begins; `None` once an interval has no end.
    let mut begins: Option<Bound> = Some(None);
    for Interval { from, to } in sorted {
        let Some(start) = begins.clone() else { break };
        if let Some((version, included)) = from {
            let gap = Interval {
                from: start.clone(),
                to: Some((version, !included)),
            };
            if is_before(&gap.from, &gap.to, scheme)? {
                gaps.push(gap);
            }
        }
        begins = match to.map(|(version, included)| (version, !included)) {
            None => None,
            Some(next) if further(&start, &next, scheme)? => Some(Some(next)),
            Some(_) => Some(start),
        };
    }
    gaps.extend(begins.map(|from| Interval { from, to: None }));
    Some((gaps, scheme))
}

/// Whether `next` lies behind the place where the gap would have begun.
fn further(start: &Bound, next: &(String, bool), scheme: Scheme) -> Option<bool> {
    let Some((version, included)) = start else {
        return Some(true);
    };
    // As ends of ranges: what begins after `>= x` ends before `x`.
    ends_before(
        &Some((version.clone(), !included)),
        &Some((next.0.clone(), !next.1)),
        scheme,
    )
}

fn intervals(rule: &VersionRule, scheme: Scheme) -> Option<Vec<Interval>> {
    match rule {
        VersionRule::All => Some(vec![Interval::default()]),
        VersionRule::Exactly(version) => {
            let edge = Some((version.clone(), true));
            super::interval::is_version_in(version, scheme).then(|| {
                vec![Interval {
                    from: edge.clone(),
                    to: edge,
                }]
            })
        }
        VersionRule::Range(range) => Some(range.intervals().to_vec()),
        VersionRule::NotUnderstood(_) => None,
    }
}

/// Where an interval belongs by its lower bound. Not `sort_by`: two bounds may have no order.
fn place(sorted: &[Interval], interval: &Interval, scheme: Scheme) -> Option<usize> {
    let (mut low, mut high) = (0_usize, sorted.len());
    while low < high {
        let middle = low.saturating_add(high) / 2;
        if begins_before(&sorted.get(middle)?.from, &interval.from, scheme)? {
            low = middle.saturating_add(1);
        } else {
            high = middle;
        }
    }
    Some(low)
}

fn begins_before(one: &Bound, other: &Bound, scheme: Scheme) -> Option<bool> {
    match (one, other) {
        (_, None) => Some(false),
        (None, Some(_)) => Some(true),
        (Some((one, one_included)), Some((other, other_included))) => ends_before(
            &Some((one.clone(), !one_included)),
            &Some((other.clone(), !other_included)),
            scheme,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::cve::interval::rule;
    use tuermer_core::version::VersionRule;

    #[test]
    fn what_is_left() {
        let all = VersionRule::parse_range;
        let one = |text: &str| VersionRule::Exactly(text.into());
        for (rules, wanted) in [
            (vec![], Some("*")),
            (vec![all("*")], Some("")),
            (vec![all("< 2")], Some(">= 2")),
            (vec![all("<= 2")], Some("> 2")),
            (vec![all(">= 1, < 2")], Some("< 1 | >= 2")),
            (vec![all(">= 3, < 4"), all("< 2")], Some(">= 2, < 3 | >= 4")),
            (
                vec![all(">= 1, < 3"), all(">= 2, < 2.5")],
                Some("< 1 | >= 3"),
            ),
            (vec![all(">= 1, < 2"), all(">= 2, < 3")], Some("< 1 | >= 3")),
            (
                vec![one("1.1"), one("1.0")],
                Some("< 1.0 | > 1.0, < 1.1 | > 1.1"),
            ),
            (
                vec![all("< 2.6.12"), all(">= 5.10.210, < 5.11"), all(">= 6.8")],
                Some(">= 2.6.12, < 5.10.210 | >= 5.11, < 6.8"),
            ),
            (vec![one("deadbeef")], None),
            (vec![all("something else")], None),
        ] {
            let gaps =
                of(&rules.iter().collect::<Vec<_>>()).map(|(gaps, scheme)| rule(gaps, scheme));
            let text = gaps.map(|rule| match rule {
                VersionRule::Range(range) => range.text,
                other => format!("{other:?}"),
            });
            assert_eq!(text.as_deref(), wanted, "{rules:?}");
        }
    }
}
