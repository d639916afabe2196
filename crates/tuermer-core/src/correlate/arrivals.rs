//! From signs to members that count: who newly shows a sign, and who only seems to.
//!
//! - A member counts once: what it shows again within a week is the same case.
//! - A reporter counts once: organisations of which only others tell, and that share a reporter, are one **voice**. So more reports of
//!   the same reporter can join voices but never add one; whoever repeats what an organisation shows by itself has had its
//!   voice there. A feed that measures each organisation, and an organisation about itself, speak for exactly one.
//! - Without evidence a voice counts half, below the operator's weight and without a basis to judge (F, 6) it does not count.
//! - What a warninglist names is not looked at.

use super::detect::Arrival;
use super::history::{HourCount, Series};
use super::policy::Policy;
use super::sign::{KeyKind, Reporter, Sign, SignKey};
use super::warninglist::Warninglists;
use crate::limits::{CORRELATE_KEYS, SECONDS_PER_HOUR};
use crate::taxonomy::IncidentType;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};

/// All signs of one key and class, in all of the region or one part of it.
pub(crate) struct Group<'a> {
    pub key: &'a SignKey,
    pub class: IncidentType,
    /// Its signs with the number of their organisation, those that do not count among them.
    pub signs: Vec<(&'a Sign, u32)>,
    /// Voice of each sign; `None` where it does not count.
    pub voices: Vec<Option<u32>>,
    /// Members that newly showed it, by time.
    pub arrivals: Vec<Arrival>,
}

/// How much one report counts, in halves of a member.
pub(crate) fn halves(sign: &Sign, policy: &Policy) -> u32 {
    match sign.grade.weight() {
        Some(weight) if weight >= policy.weight_least.max(1) => 1 + u32::from(sign.evidence),
        _ => 0,
    }
}

/// True where the reporter speaks for exactly this organisation.
fn speaks_for_one(sign: &Sign) -> bool {
    match &sign.reporter {
        Reporter::Sensor(_) => true,
        Reporter::Organisation(reporter) => *reporter == sign.organisation,
        Reporter::Person(_) => false,
    }
}

/// What newly showed in each hour from `from` until before `to`: the rows that [`super::History`] learns from. `signs` must reach back
/// [`Policy::same_case_seconds`] before `from`. The rows replace those of the same hours, so signs that come late are counted, too.
pub fn hour_counts(
    signs: &[Sign],
    policy: &Policy,
    lists: &Warninglists,
    from: Timestamp,
    to: Timestamp,
) -> Vec<HourCount> {
    let mut sums: BTreeMap<(Series, i64), u32> = BTreeMap::new();
    for_each_group(signs, policy, lists, 1, |group| {
        let mut add = |group: &Group<'_>, region: &str| {
            for arrival in group
                .arrivals
                .iter()
                .filter(|arrival| (from.as_second()..to.as_second()).contains(&arrival.at))
            {
                let series = Series {
                    key: group.key.clone(),
                    class: group.class,
                    region: region.to_string(),
                };
                *sums
                    .entry((series, arrival.at.div_euclid(SECONDS_PER_HOUR)))
                    .or_default() += arrival.halves;
            }
        };
        add(&group, "");
        for (region, part) in group.regions(policy) {
            add(&part, region);
        }
    });
    sums.into_iter()
        .map(|((series, hour), halves)| HourCount {
            series,
            hour,
            halves,
        })
        .collect()
}

/// Visits every group of signs that share a key and a class and has at least so many signs. The order is not told.
pub(crate) fn for_each_group<'a>(
    signs: &'a [Sign],
    policy: &Policy,
    lists: &Warninglists,
    least: usize,
    mut visit: impl FnMut(Group<'a>),
) {
    let mut names: HashMap<(&'a SignKey, IncidentType), usize> = HashMap::new();
    let mut groups: Vec<(&'a SignKey, IncidentType, u32)> = Vec::new();
    let mut organisations: HashMap<&'a str, u32> = HashMap::new();
    // Group, place of the sign and number of its organisation.
    let mut entries: Vec<(u32, u32, u32)> = Vec::with_capacity(signs.len());
    for (place, sign) in (0u32..).zip(signs) {
        let next = small(organisations.len());
        let organisation = *organisations
            .entry(sign.organisation.as_str())
            .or_insert(next);
        for key in sign.keys.iter().take(CORRELATE_KEYS) {
            let number = *names.entry((key, sign.class)).or_insert_with(|| {
                groups.push((key, sign.class, 0));
                groups.len() - 1
            });
            if let Some((_, _, size)) = groups.get_mut(number) {
                *size += 1;
            }
            entries.push((small(number), place, organisation));
        }
    }
    drop((names, organisations));
    let wanted: Vec<bool> = groups
        .iter()
        .map(|(key, _, size)| *size >= small(least) && lists.finds(key).is_none())
        .collect();
    entries.retain(|(number, ..)| wanted.get(large(*number)) == Some(&true));
    entries.sort_unstable();
    entries.dedup();
    for chunk in entries.chunk_by(|one, other| one.0 == other.0) {
        let Some((key, class, _)) = chunk
            .first()
            .and_then(|(number, ..)| groups.get(large(*number)))
        else {
            continue;
        };
        let signs = chunk
            .iter()
            .filter_map(|(_, place, organisation)| Some((signs.get(large(*place))?, *organisation)))
            .collect();
        visit(Group::new(key, *class, signs, policy));
    }
}

impl<'a> Group<'a> {
    fn new(
        key: &'a SignKey,
        class: IncidentType,
        signs: Vec<(&'a Sign, u32)>,
        policy: &Policy,
    ) -> Self {
        let voices = voices(&signs, policy);
        let arrivals = arrivals(&signs, &voices, policy);
        Self {
            key,
            class,
            signs,
            voices,
            arrivals,
        }
    }

    /// Its parts by region, for keys that are counted by region, too.
    pub fn regions(&self, policy: &Policy) -> Vec<(&'a str, Self)> {
        if self.key.kind() != KeyKind::Product {
            return Vec::new();
        }
        let mut parts: BTreeMap<&'a str, Vec<(&'a Sign, u32)>> = BTreeMap::new();
        for (sign, organisation) in self
            .signs
            .iter()
            .filter(|(sign, _)| !sign.region.is_empty())
        {
            parts
                .entry(sign.region.as_str())
                .or_default()
                .push((sign, *organisation));
        }
        parts
            .into_iter()
            .map(|(region, signs)| (region, Self::new(self.key, self.class, signs, policy)))
            .collect()
    }
}

/// Members that newly show it, by time.
fn arrivals(signs: &[(&Sign, u32)], voices: &[Option<u32>], policy: &Policy) -> Vec<Arrival> {
    let heard = voices.iter().zip(signs).filter_map(|(voice, (sign, _))| {
        Some(((*voice)?, sign.at.as_second(), halves(sign, policy)))
    });
    let mut heard: Vec<(u32, i64, u32)> = heard.collect();
    heard.sort_unstable();
    let mut arrivals: Vec<Arrival> = Vec::new();
    let mut last: Option<(u32, i64)> = None;
    for (voice, at, halves) in heard {
        let same_case = last.is_some_and(|(earlier, before)| {
            earlier == voice && at - before < policy.same_case_seconds()
        });
        match arrivals.last_mut().filter(|_| same_case) {
            Some(arrival) => arrival.halves = arrival.halves.max(halves),
            None => arrivals.push(Arrival { at, halves, voice }),
        }
        last = Some((voice, at));
    }
    arrivals.sort_unstable();
    arrivals
}

/// The voice of each sign that counts: its organisation, or the organisations that the same others report, as one.
fn voices(signs: &[(&Sign, u32)], policy: &Policy) -> Vec<Option<u32>> {
    let counted: Vec<bool> = signs
        .iter()
        .map(|(sign, _)| halves(sign, policy) > 0)
        .collect();
    let heard = signs.iter().zip(&counted);
    let heard = heard.filter(|(_, counted)| **counted).map(|(sign, _)| sign);
    if heard.clone().all(|(sign, _)| speaks_for_one(sign)) {
        return signs
            .iter()
            .zip(&counted)
            .map(|((_, organisation), counted)| counted.then_some(*organisation))
            .collect();
    }
    let mut groups = Groups::new(heard);
    signs
        .iter()
        .zip(&counted)
        .map(|(sign, counted)| groups.voice(sign).filter(|_| *counted))
        .collect()
}

/// Organisations that the same others report, as one.
struct Groups {
    /// Organisations that speak for themselves.
    own: HashSet<u32>,
    parents: HashMap<u32, u32>,
    /// Groups whose reporter only repeats the report of an organisation about itself.
    silent: HashSet<u32>,
}

impl Groups {
    fn new<'s>(heard: impl Iterator<Item = &'s (&'s Sign, u32)> + Clone) -> Self {
        let own: HashSet<u32> = heard
            .clone()
            .filter(|(sign, _)| speaks_for_one(sign))
            .map(|(_, organisation)| *organisation)
            .collect();
        let mut parents: HashMap<u32, u32> = HashMap::new();
        let mut reported: HashMap<&Reporter, u32> = HashMap::new();
        let mut repeats: HashSet<&Reporter> = HashSet::new();
        for (sign, organisation) in heard.filter(|(sign, _)| !speaks_for_one(sign)) {
            if own.contains(organisation) {
                repeats.insert(&sign.reporter);
                continue;
            }
            let first = *reported.entry(&sign.reporter).or_insert(*organisation);
            let (mine, other) = (root(&mut parents, first), root(&mut parents, *organisation));
            parents.insert(mine.max(other), mine.min(other));
        }
        let silent = repeats
            .iter()
            .filter_map(|reporter| reported.get(reporter))
            .map(|organisation| root(&mut parents, *organisation))
            .collect();
        Self {
            own,
            parents,
            silent,
        }
    }

    fn voice(&mut self, (sign, organisation): &(&Sign, u32)) -> Option<u32> {
        if self.own.contains(organisation) {
            // What others report of it moves neither its time nor its weight.
            return speaks_for_one(sign).then_some(*organisation);
        }
        Some(root(&mut self.parents, *organisation)).filter(|voice| !self.silent.contains(voice))
    }
}

/// The one that stands for an organisation; the way there is made shorter.
fn root(parents: &mut HashMap<u32, u32>, start: u32) -> u32 {
    let mut top = start;
    while let Some(above) = parents.get(&top).filter(|above| **above != top) {
        top = *above;
    }
    let mut at = start;
    while at != top {
        at = parents.insert(at, top).unwrap_or(top);
    }
    top
}

/// A count of things in memory; there are never four billion.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Back again.
fn large(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
