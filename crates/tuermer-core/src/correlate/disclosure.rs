//! What may be published about a campaign: never names, and numbers only where they identify no member.
//!
//! k-anonymity: a number below k is not told, a part of the region only where at least k of its members are hit, and never so that
//! the rest of a sum gives a small number away. Numbers are rounded down to multiples of k, because "11 today, 12 tomorrow"
//! tells of one company. A company that agreed may be named; whether it *is* named is a person's decision.
//! Who sees the text at all is a matter of TLP, not of this file.

use super::campaign::Campaign;
use super::policy::Policy;
use super::sign::SignKey;
use crate::ids::OrganisationId;
use crate::limits::ANONYMITY_LEAST;
use crate::product::ProductKey;
use crate::taxonomy::IncidentType;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What must be known of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFacts {
    /// Who.
    pub organisation: OrganisationId,
    /// Part of the region; empty where it is not known.
    pub region: String,
    /// It agreed in writing to be named as a victim of this campaign.
    pub consents: bool,
}

/// The facts that may be published. A text made from this type cannot reveal more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// "At least so many companies of our region"; `None`: a text must not say that companies here are hit.
    pub at_least: Option<usize>,
    /// Parts of the region with at least so many.
    pub regions: Vec<(String, usize)>,
    /// Who agreed to be named.
    pub may_be_named: Vec<OrganisationId>,
    /// Product.
    pub product: Option<ProductKey>,
    /// Class of the signs, strongest reason first.
    pub classes: Vec<IncidentType>,
    /// Indicators: source networks, hashes, file names; nothing that belongs to a member.
    pub look_for: Vec<SignKey>,
    /// Day of the first sign; told only together with a number.
    pub since: Option<Date>,
}

/// Selects what may be published. `belongs_to_member`: this address, domain or mailbox is one of the constituency's own – a hacked
/// member sends mail from its own mailbox, and that would name it.
pub fn disclose(
    campaign: &Campaign,
    facts: &[MemberFacts],
    belongs_to_member: impl Fn(&SignKey) -> bool,
    policy: &Policy,
) -> Disclosure {
    let k = policy.anonymity.max(ANONYMITY_LEAST);
    let hit = campaign.members.len();
    let members: BTreeSet<&OrganisationId> = campaign.members.iter().collect();
    let of_campaign: BTreeMap<&OrganisationId, &MemberFacts> = facts
        .iter()
        .filter(|fact| members.contains(&fact.organisation))
        .map(|fact| (&fact.organisation, fact))
        .collect();
    let mut classes: Vec<IncidentType> = Vec::new();
    let mut look_for: Vec<SignKey> = Vec::new();
    for reason in &campaign.reasons {
        if !classes.contains(&reason.class) {
            classes.push(reason.class);
        }
        if !matches!(reason.key, SignKey::Product(_))
            && !look_for.contains(&reason.key)
            && !belongs_to_member(&reason.key)
        {
            look_for.push(reason.key.clone());
        }
    }
    let told = hit >= k;
    Disclosure {
        at_least: told.then(|| hit - hit % k),
        regions: if told {
            regions(
                of_campaign.values().map(|fact| fact.region.as_str()),
                hit,
                k,
            )
        } else {
            Vec::new()
        },
        may_be_named: of_campaign
            .values()
            .filter(|fact| fact.consents)
            .map(|fact| fact.organisation.clone())
            .collect(),
        product: campaign.product.clone(),
        classes,
        look_for,
        since: told.then(|| campaign.first_at.to_zoned(jiff::tz::TimeZone::UTC).date()),
    }
}

/// Parts with at least k of `hit`; one more is left out where the rest would be smaller than k.
fn regions<'a>(names: impl Iterator<Item = &'a str>, hit: usize, k: usize) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names.filter(|name| !name.is_empty()) {
        *counts.entry(name).or_default() += 1;
    }
    counts.retain(|_, count| *count >= k);
    let rest = hit - counts.values().sum::<usize>().min(hit);
    if (1..k).contains(&rest)
        && let Some(smallest) = counts
            .iter()
            .min_by_key(|(_, count)| **count)
            .map(|(name, _)| *name)
    {
        counts.remove(smallest);
    }
    counts
        .into_iter()
        .map(|(name, count)| (name.to_string(), count - count % k))
        .collect()
}
