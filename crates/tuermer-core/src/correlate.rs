//! Attack on one warns all: which signs at several members belong together and are more than usual?
//!
//! A sign ([`Sign`]) has things in common with others: product, source network, sender, indicator, name of a web shell. For
//! each such series the past says what is usual ([`History`], [`baseline`]), a [`Detector`] says what is more, and the
//! operator's number of false alarms says from where it counts ([`Policy`]). One poisoned reporter is one voice, whatever
//! it sends ([`hour_counts`]). What others may learn of it decides [`disclosure`].
//!
//! Which detector is the default, and how early and how right it is: `docs/outbreaks.md`.

mod arrivals;
pub mod baseline;
mod campaign;
mod cusum;
pub mod detect;
pub mod disclosure;
mod exceedance;
mod history;
#[cfg(test)]
mod law_tests;
mod policy;
mod scan;
mod sign;
pub mod tail;
#[cfg(test)]
mod tests;
mod three;
mod warninglist;
mod words;

pub use arrivals::hour_counts;
pub use campaign::{Campaign, CampaignKey, Known, Reason};
pub use detect::Detector;
pub use history::{Chance, Family, FamilyName, History, HourCount, Series, per_day};
pub use policy::Policy;
pub use sign::{KeyKind, Reporter, Sign, SignKey};
pub use warninglist::Warninglists;

use crate::ids::OrganisationId;
use crate::limits::{CORRELATE_ARRIVALS, SECONDS_PER_HOUR};
use crate::product::ProductKey;
use arrivals::{Group, for_each_group};
use detect::{Finding, View};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What is known besides the signs.
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// What is usual.
    pub history: &'a History,
    /// What never correlates.
    pub warninglists: &'a Warninglists,
    /// Campaigns that were found before.
    pub known: &'a [Known],
}

/// Finds the campaigns of the look-back, by key. `signs` are those of the last [`Policy::needs_seconds`], in any order.
pub fn correlate(
    signs: &[Sign],
    knowledge: Knowledge<'_>,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Campaign> {
    let least = usize::try_from(policy.members_least).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for_each_group(signs, policy, knowledge.warninglists, least, |group| {
        found.extend(judge(&group, "", knowledge.history, policy, now));
        for (region, part) in group.regions(policy) {
            found.extend(judge(&part, region, knowledge.history, policy, now));
        }
    });
    campaign::join(found, knowledge.known)
}

/// Is one series more than usual?
fn judge(
    group: &Group<'_>,
    region: &str,
    history: &History,
    policy: &Policy,
    now: Timestamp,
) -> Option<Campaign> {
    let begin = now.as_second() - policy.look_back_seconds();
    let start = group
        .arrivals
        .partition_point(|arrival| arrival.at <= begin);
    let end = group
        .arrivals
        .partition_point(|arrival| arrival.at <= now.as_second());
    let recent = group
        .arrivals
        .get(start..end.min(start.saturating_add(CORRELATE_ARRIVALS)))?;
    if recent.len() < usize::try_from(policy.members_least).unwrap_or(usize::MAX) {
        return None;
    }
    let series = Series {
        key: group.key.clone(),
        class: group.class,
        region: region.to_string(),
    };
    let own = history.baseline(&series);
    let family = history.family((group.key.kind(), group.class));
    let view = View::new(
        recent,
        &own,
        family.newcomers.as_deref(),
        policy.members_least,
    );
    let finding = policy.detector.strongest(&view, 0)?;
    let alarm_from = policy
        .detector
        .alarm_from(family.threshold(policy.false_alarms_per_month, history.families()));
    let reason = Reason {
        key: series.key,
        class: series.class,
        region: series.region,
        detector: policy.detector,
        seen: finding.seen,
        expected: finding.expected,
        hours: u32::try_from((finding.to - finding.from + SECONDS_PER_HOUR - 1) / SECONDS_PER_HOUR)
            .unwrap_or(u32::MAX),
        evidence: finding.evidence,
        alarm_from,
        days_of_past: history.days(),
    };
    (finding.evidence >= alarm_from)
        .then(|| campaign(group, reason, finding, policy, now))
        .flatten()
}

/// The campaign with its members; `None` where its only source is a single weak feed.
fn campaign(
    group: &Group<'_>,
    reason: Reason,
    finding: Finding,
    policy: &Policy,
    now: Timestamp,
) -> Option<Campaign> {
    // What came after the decisive window belongs to it, too.
    let within: Vec<(&Sign, Option<u32>)> = (group
        .signs
        .iter()
        .zip(&group.voices)
        .map(|((sign, _), voice)| (*sign, *voice)))
    .filter(|(sign, _)| (finding.from + 1..=now.as_second()).contains(&sign.at.as_second()))
    .collect();
    let counted: Vec<&Sign> = within
        .iter()
        .filter(|(_, voice)| voice.is_some())
        .map(|(sign, _)| *sign)
        .collect();
    let members = members(&within);
    let asked = within
        .iter()
        .map(|(sign, _)| &sign.organisation)
        .filter(|organisation| !members.contains(organisation));
    let (sensors, reporters) = sources(&counted);
    let alone = sensors.len() + reporters.len() < 2;
    if alone && sensors.values().all(|weight| *weight < policy.weight_alone) {
        return None;
    }
    let first_at = counted.iter().map(|sign| sign.at).min()?;
    let last_at = counted.iter().map(|sign| sign.at).max()?;
    let day = first_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let class = reason.class.as_str();
    Some(Campaign {
        key: CampaignKey(format!("{class}|{}|{day}", reason.key.to_text())),
        first_at,
        last_at,
        reporters: reporters.len(),
        sensors: sensors.into_keys().map(str::to_string).collect(),
        to_ask: asked
            .collect::<BTreeSet<_>>()
            .into_iter()
            .cloned()
            .collect(),
        product: likely_product(&counted, members.len()),
        members: members.into_iter().cloned().collect(),
        reasons: vec![reason],
    })
}

/// One member a voice: of several that the same reporter reports, the first; the others are asked.
fn members<'a>(within: &[(&'a Sign, Option<u32>)]) -> BTreeSet<&'a OrganisationId> {
    let mut first_of: BTreeMap<u32, (Timestamp, &OrganisationId)> = BTreeMap::new();
    for (sign, voice) in within {
        let Some(voice) = voice else { continue };
        let own = (sign.at, &sign.organisation);
        let first = first_of.entry(*voice).or_insert(own);
        *first = (*first).min(own);
    }
    let first = first_of.into_values();
    first.map(|(_, organisation)| organisation).collect()
}

/// Feeds with their best weight, and everybody else.
fn sources<'a>(signs: &[&'a Sign]) -> (BTreeMap<&'a str, u8>, BTreeSet<&'a Reporter>) {
    let mut sensors: BTreeMap<&str, u8> = BTreeMap::new();
    let mut reporters: BTreeSet<&Reporter> = BTreeSet::new();
    for sign in signs {
        match &sign.reporter {
            Reporter::Sensor(name) => {
                let weight = sensors.entry(name).or_default();
                *weight = (*weight).max(sign.grade.weight().unwrap_or(0));
            }
            other => {
                reporters.insert(other);
            }
        }
    }
    (sensors, reporters)
}

/// The product that the signs of at least half of the members speak of.
fn likely_product(signs: &[&Sign], members: usize) -> Option<ProductKey> {
    let mut owners: BTreeMap<&ProductKey, BTreeSet<&OrganisationId>> = BTreeMap::new();
    for sign in signs {
        for key in &sign.keys {
            if let SignKey::Product(product) = key {
                owners
                    .entry(product)
                    .or_default()
                    .insert(&sign.organisation);
            }
        }
    }
    let most = owners.into_iter().max_by(|one, other| {
        one.1
            .len()
            .cmp(&other.1.len())
            .then_with(|| other.0.cmp(one.0))
    })?;
    (most.1.len() * 2 >= members).then(|| most.0.clone())
}
