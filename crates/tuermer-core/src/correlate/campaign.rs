//! A campaign: signs at several members that are more than usual, what speaks for it, and under which key it is found again.

use super::detect::Detector;
use super::sign::SignKey;
use crate::ids::OrganisationId;
use crate::limits::SECONDS_PER_DAY;
use crate::product::ProductKey;
use crate::taxonomy::IncidentType;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Signs at several members that are more than usual.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Names it; the same campaign keeps its key when it is found again ([`Known`]).
    pub key: CampaignKey,
    /// Why, strongest first: several where the same members share several things.
    pub reasons: Vec<Reason>,
    /// First sign that counts.
    pub first_at: Timestamp,
    /// Last sign that counts.
    pub last_at: Timestamp,
    /// Members with a sign that counts, one for each independent voice, in order. For the operators only; what others may learn says [`super::disclosure`].
    pub members: Vec<OrganisationId>,
    /// Organisations and persons who reported it.
    pub reporters: usize,
    /// Feeds that measured it.
    pub sensors: Vec<String>,
    /// Members of whom only a report tells that does not count – no basis to judge (F, 6), too little weight, or a reporter that has
    /// had its voice: to be asked.
    pub to_ask: Vec<OrganisationId>,
    /// Product that at least half of the members' signs speak of: members who run it get a `possible` exposure.
    pub product: Option<ProductKey>,
}

/// Key of a campaign: class, shared thing and day of the first sign, for example `system-compromise|shell:help.aspx|2021-03-03`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CampaignKey(pub String);

/// One series that is more than usual.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What the members share.
    pub key: SignKey,
    /// Class of the signs.
    pub class: IncidentType,
    /// Part of the region in which it is more than usual; empty for all of it.
    pub region: String,
    /// Which method says so.
    pub detector: Detector,
    /// Independent voices seen.
    pub seen: u32,
    /// Voices usual in the same time.
    pub expected: f64,
    /// Hours in which they were seen.
    pub hours: u32,
    /// How strong it is (see [`super::detect`]).
    pub evidence: f64,
    /// From where it alarms.
    pub alarm_from: f64,
    /// Days of the past that say what is usual.
    pub days_of_past: usize,
}

/// A campaign that was found before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its key.
    pub key: CampaignKey,
    /// What its members share.
    pub signs: Vec<(SignKey, IncidentType)>,
    /// Its last sign.
    pub last_at: Timestamp,
}

/// Days of rest after which the same sign is a new campaign.
const REST_DAYS: i64 = 14;

impl Campaign {
    /// What its members share, to be kept for [`Known`].
    pub fn signs(&self) -> Vec<(SignKey, IncidentType)> {
        let signs: BTreeSet<_> = self
            .reasons
            .iter()
            .map(|reason| (reason.key.clone(), reason.class))
            .collect();
        signs.into_iter().collect()
    }
}

/// Joins what the same members share, strongest first, and gives every campaign its key.
pub(crate) fn join(mut found: Vec<Campaign>, known: &[Known]) -> Vec<Campaign> {
    let strength = |campaign: &Campaign| {
        campaign
            .reasons
            .first()
            .map_or(0.0, |reason| reason.evidence - reason.alarm_from)
    };
    found.sort_by(|one, other| {
        strength(other)
            .total_cmp(&strength(one))
            .then_with(|| one.key.cmp(&other.key))
    });
    let mut joined: Vec<Campaign> = Vec::new();
    for campaign in found {
        match joined
            .iter_mut()
            .find(|other| same_members(&other.members, &campaign.members))
        {
            Some(other) => absorb(other, campaign),
            None => joined.push(campaign),
        }
    }
    for campaign in &mut joined {
        let signs = campaign.signs();
        let again = |known: &&Known| {
            let rested = campaign.first_at.as_second() - known.last_at.as_second()
                > REST_DAYS * SECONDS_PER_DAY;
            !rested && known.signs.iter().any(|sign| signs.contains(sign))
        };
        if let Some(known) = known
            .iter()
            .filter(again)
            .min_by(|one, other| one.key.cmp(&other.key))
        {
            campaign.key = known.key.clone();
        }
    }
    // Two that turn out to belong to one known campaign are one.
    joined.sort_by(|one, other| one.key.cmp(&other.key));
    let mut named: Vec<Campaign> = Vec::new();
    for campaign in joined {
        match named.last_mut().filter(|last| last.key == campaign.key) {
            Some(last) => absorb(last, campaign),
            None => named.push(campaign),
        }
    }
    named
}

/// At least half of the smaller one's members are the other's, too.
fn same_members(one: &[OrganisationId], other: &[OrganisationId]) -> bool {
    let (small, large) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let shared = small
        .iter()
        .filter(|member| large.binary_search(member).is_ok())
        .count();
    shared * 2 >= small.len()
}

fn absorb(campaign: &mut Campaign, other: Campaign) {
    let Campaign {
        key,
        reasons,
        first_at,
        last_at,
        members,
        reporters,
        sensors,
        to_ask,
        product,
    } = other;
    campaign.key = std::cmp::min(&campaign.key, &key).clone();
    campaign.reasons.extend(reasons);
    campaign
        .reasons
        .sort_by(|one, other| other.evidence.total_cmp(&one.evidence));
    campaign.first_at = campaign.first_at.min(first_at);
    campaign.last_at = campaign.last_at.max(last_at);
    campaign.members = union(std::mem::take(&mut campaign.members), members);
    campaign.to_ask = union(std::mem::take(&mut campaign.to_ask), to_ask);
    campaign
        .to_ask
        .retain(|organisation| campaign.members.binary_search(organisation).is_err());
    campaign.sensors = union(std::mem::take(&mut campaign.sensors), sensors);
    campaign.reporters = campaign.reporters.max(reporters);
    campaign.product = campaign.product.take().or(product);
}

fn union<T: Ord>(one: Vec<T>, other: Vec<T>) -> Vec<T> {
    one.into_iter()
        .chain(other)
        .collect::<BTreeSet<T>>()
        .into_iter()
        .collect()
}
