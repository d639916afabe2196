//! One threat against everybody: every distinct kind of asset is judged once, then its owners are gathered.
//!
//! The cost of a threat grows with those who have its product, not with those who lack it. An organisation with
//! one asset, no sign and no answer shares the verdict of all others with an asset of this kind; every other
//! organisation is folded for itself. Either way the verdict is that of [`super::assess_organisation`].

use super::rules::{Prepared, Rules};
use super::{Case, Finding, findings, fold, subject};
use crate::acknowledgement::Acknowledgement;
use crate::constituency::{Constituency, Hit, Place};
use crate::exposure::Exposure;
use crate::ids::{AssetId, OrganisationId};
use crate::product::ProductKey;
use jiff::Timestamp;
use std::collections::HashMap;

/// Those whom a threat concerns, found but not yet folded.
pub struct Matching<'a> {
    prepared: Prepared<'a>,
    constituency: &'a Constituency,
    answers: HashMap<u32, &'a Acknowledgement>,
    kinds: HashMap<u32, Finding>,
    /// Assets of these kinds in order of organisations, from `next_hit` still to be folded.
    hits: Vec<Hit>,
    next_hit: usize,
    /// Organisations with signs in order, from `next_sign` still to be folded.
    signs: Vec<u32>,
    next_sign: usize,
    /// Place in `Standings::shared` of those who have one asset of a kind.
    shared: HashMap<u32, usize>,
}

/// How organisations stand to a threat.
#[derive(Debug, Default, PartialEq)]
pub struct Standings {
    /// Verdicts that fit many; organisation, asset and time are empty.
    pub shared: Vec<Exposure>,
    /// Who stands like one of `shared`.
    pub alike: Vec<Alike>,
    /// Verdicts that were folded for one organisation.
    pub own: Vec<Exposure>,
}

/// An organisation with one asset that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Who.
    pub organisation: OrganisationId,
    /// Place in `shared`.
    pub shared: usize,
    /// The asset.
    pub asset: AssetId,
    /// When it was seen or said.
    pub observed_at: Timestamp,
}

/// The finding for each kind of asset that the threat concerns.
fn kinds(
    case: Case<'_>,
    constituency: &Constituency,
    products: &[ProductKey],
    prepared: &Prepared<'_>,
) -> HashMap<u32, Finding> {
    let inventory = &constituency.inventory;
    let of_product = |product: &ProductKey| inventory.kinds_of(&product.product);
    let mut numbers: Vec<u32> = products.iter().flat_map(of_product).copied().collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut rules: HashMap<&ProductKey, Option<Rules<'_>>> = HashMap::new();
    let mut kinds = HashMap::new();
    for kind in numbers {
        if let Some((key, asset)) = inventory.asset_kind(kind)
            && let Some(rules) = rules.entry(key).or_insert_with(|| prepared.rules(key))
        {
            kinds.insert(kind, subject::asset(case, rules, key, asset));
        }
    }
    kinds
}

impl<'a> Matching<'a> {
    /// Finds everybody concerned, or those of `only` these.
    pub fn new(
        case: Case<'a>,
        constituency: &'a Constituency,
        answers: &'a [Acknowledgement],
        only: Option<&[OrganisationId]>,
    ) -> Self {
        let inventory = &constituency.inventory;
        let number = |organisation: &OrganisationId| inventory.find(organisation);
        let answers = answers
            .iter()
            .filter_map(|answer| Some((number(&answer.organisation)?, answer)))
            .collect();
        let products = case.products();
        let flaws = case.threat.vulnerabilities.iter();
        let prepared = Prepared::new(case);
        let kinds = kinds(case, constituency, &products, &prepared);
        let mut hits: Vec<Hit> = Vec::new();
        let mut signs = constituency.with_signs(&products, flaws.map(|flaw| flaw.id.as_str()));
        match only {
            None => {
                hits.reserve(kinds.keys().map(|kind| inventory.hits(*kind).len()).sum());
                kinds
                    .keys()
                    .for_each(|kind| hits.extend_from_slice(inventory.hits(*kind)));
            }
            Some(only) => {
                let mut only: Vec<u32> = only.iter().filter_map(number).collect();
                only.sort_unstable();
                signs.retain(|organisation| only.binary_search(organisation).is_ok());
                let of_kind = |hit: &Hit| {
                    let kind = inventory.kind_of(*hit);
                    kind.is_some_and(|kind| kinds.contains_key(&kind))
                };
                let theirs = only
                    .iter()
                    .flat_map(|organisation| inventory.hits_of(*organisation));
                hits.extend(theirs.filter(of_kind));
            }
        }
        hits.sort_unstable();
        Self {
            prepared,
            constituency,
            answers,
            kinds,
            hits,
            next_hit: 0,
            signs,
            next_sign: 0,
            shared: HashMap::new(),
        }
    }

    /// How many assets are concerned.
    pub fn assets(&self) -> usize {
        self.hits.len()
    }

    /// Folds the next organisations, about `limit` of them, and adds them to `standings`, whose lists `alike` and `own`
    /// the caller may take out meanwhile. False when all are done.
    pub fn next(&mut self, limit: usize, standings: &mut Standings) -> bool {
        for _ in 0..limit {
            let Some(organisation) = self.next_organisation() else {
                return false;
            };
            let start = self.next_hit;
            while self
                .hits
                .get(self.next_hit)
                .is_some_and(|hit| hit.organisation() == organisation)
            {
                self.next_hit = self.next_hit.saturating_add(1);
            }
            if self.signs.get(self.next_sign) == Some(&organisation) {
                self.next_sign = self.next_sign.saturating_add(1);
            }
            let inventory = &self.constituency.inventory;
            let hits = self.hits.get(start..self.next_hit).unwrap_or_default();
            // A kind whose words an asset left since still knows it; what counts is the kind the asset has now.
            let mut places: Vec<Place> = hits
                .iter()
                .filter_map(|hit| inventory.place(*hit))
                .filter(|place| self.kinds.contains_key(&place.kind))
                .collect();
            places.sort_unstable();
            self.judge(organisation, places, standings);
        }
        self.next_organisation().is_some()
    }

    fn next_organisation(&self) -> Option<u32> {
        let (hit, sign) = (
            self.hits.get(self.next_hit).map(|hit| hit.organisation()),
            self.signs.get(self.next_sign).copied(),
        );
        hit.into_iter().chain(sign).min()
    }

    fn judge(&mut self, organisation: u32, places: Vec<Place>, standings: &mut Standings) {
        let id = self.constituency.inventory.organisation_id(organisation);
        let signs = self.constituency.signs(organisation);
        let answer = self.answers.get(&organisation).copied();
        if let (&[], None, [place]) = (signs, answer, places.as_slice()) {
            let shared = self.share(place.kind, standings);
            return standings.alike.push(Alike {
                organisation: id,
                shared,
                asset: place.id.clone(),
                observed_at: place.observed_at,
            });
        }
        let told = places.into_iter().filter_map(|place| {
            Some(
                self.kinds
                    .get(&place.kind)?
                    .clone()
                    .at(place.id, &place.host, place.observed_at),
            )
        });
        let findings = findings(&self.prepared, told.collect(), signs);
        if !findings.is_empty() {
            standings
                .own
                .push(fold(self.prepared.case, &id, findings, answer));
        }
    }

    /// Place of the verdict on one asset of this kind.
    fn share(&mut self, kind: u32, standings: &mut Standings) -> usize {
        let (case, kinds) = (self.prepared.case, &self.kinds);
        *self.shared.entry(kind).or_insert_with(|| {
            let finding = kinds.get(&kind).map(|finding| {
                finding
                    .clone()
                    .at(AssetId(String::new()), "", Timestamp::UNIX_EPOCH)
            });
            standings.shared.push(fold(
                case,
                &OrganisationId(String::new()),
                finding.into_iter().collect(),
                None,
            ));
            standings.shared.len().saturating_sub(1)
        })
    }
}

impl Standings {
    /// The verdict on one organisation, written out.
    pub fn exposure(&self, alike: &Alike) -> Option<Exposure> {
        let mut exposure = self.shared.get(alike.shared)?.clone();
        exposure.organisation = alike.organisation.clone();
        for ground in &mut exposure.grounds {
            ground.asset = Some(alike.asset.clone());
            ground.observed_at = alike.observed_at;
        }
        for entry in &mut exposure.matches {
            entry.asset = Some(alike.asset.clone());
        }
        if let Some(decisive) = &mut exposure.decisive {
            decisive.observed_at = alike.observed_at;
        }
        Some(exposure)
    }

    /// All verdicts, written out.
    pub fn exposures(self) -> Vec<Exposure> {
        let alike: Vec<Exposure> = self
            .alike
            .iter()
            .filter_map(|alike| self.exposure(alike))
            .collect();
        alike.into_iter().chain(self.own).collect()
    }
}
