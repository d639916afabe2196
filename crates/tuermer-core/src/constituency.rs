//! All organisations with their assets and signs, to find who runs a product: a snapshot with indexes. When something of an organisation changes, only this organisation is read again.

mod inventory;
mod kind;

use crate::asset::{Asset, AssetKind};
use crate::ids::OrganisationId;
use crate::observation::{Observation, Sighting};
use crate::product::ProductKey;
use std::collections::HashMap;

use inventory::Inventory;
pub(crate) use inventory::{Hit, Place};

/// The snapshot.
#[derive(Default)]
pub struct Constituency {
    pub(crate) inventory: Inventory,
    sightings: HashMap<u32, Vec<Sighting>>,
    /// Organisations with a sign of a product or of a proven flaw; one that was forgotten since may still stand here.
    signs_of_product: HashMap<String, Vec<u32>>,
    signs_of_flaw: HashMap<String, Vec<u32>>,
}

impl Constituency {
    /// Builds the snapshot of a few.
    pub fn new(assets: Vec<Asset>, sightings: Vec<Sighting>) -> Self {
        let mut this = Self::default();
        for asset in &assets {
            this.add_asset(
                asset.organisation.as_str(),
                asset.id.as_str(),
                asset.kind(),
                &asset.hostname,
                asset.observed_at.as_microsecond(),
            );
        }
        for sighting in sightings {
            this.add_sighting(sighting);
        }
        this
    }

    /// Makes room for so many organisations and assets.
    pub fn reserve(&mut self, organisations: usize, assets: usize) {
        self.inventory.reserve(organisations, assets);
    }

    /// Notes at which revision of its facts an organisation is read.
    pub fn note_revision(&mut self, organisation: &str, revision: i64) {
        self.inventory.note_revision(organisation, revision);
    }

    /// At which revision of its facts an organisation was read.
    pub fn revision(&self, organisation: &OrganisationId) -> Option<i64> {
        self.inventory.revision(organisation)
    }

    /// How many organisations are known, with or without anything of their own.
    pub fn organisations(&self) -> usize {
        self.inventory.organisations()
    }

    /// Adds an asset, seen or told at `observed_at` (microseconds since 1970). False where there is no room for more.
    pub fn add_asset(
        &mut self,
        organisation: &str,
        id: &str,
        kind: AssetKind<'_>,
        host: &str,
        observed_at: i64,
    ) -> bool {
        self.inventory
            .add(organisation, id, kind, host, observed_at)
    }

    /// Adds a sign.
    pub fn add_sighting(&mut self, sighting: Sighting) {
        let organisation = self.inventory.organisation(sighting.organisation.as_str());
        let Observation {
            vendor,
            product,
            proven_cves,
            ..
        } = &sighting.observation;
        if !product.is_empty() {
            note(
                &mut self.signs_of_product,
                &ProductKey::new(vendor, product).product,
                organisation,
            );
        }
        for cve in proven_cves {
            note(&mut self.signs_of_flaw, cve, organisation);
        }
        self.sightings
            .entry(organisation)
            .or_default()
            .push(sighting);
    }

    /// Takes everything of one organisation out, so that it can be added as it is now.
    pub fn forget(&mut self, organisation: &OrganisationId) {
        let Some(organisation) = self.inventory.find(organisation) else {
            return;
        };
        self.inventory.forget(organisation);
        self.sightings.remove(&organisation);
    }

    /// How many assets there are, and how many empty places what was forgotten left between them.
    pub fn size(&self) -> (usize, usize) {
        self.inventory.len()
    }

    /// Every kind of asset that somebody has or had, with its comparable product name and how many assets are of it.
    pub fn kinds(&self) -> impl Iterator<Item = (&ProductKey, AssetKind<'_>, usize)> {
        self.inventory.kinds()
    }

    /// All assets of one organisation by id.
    pub fn assets_of(&self, organisation: &OrganisationId) -> Vec<Asset> {
        let hits = self
            .inventory
            .find(organisation)
            .into_iter()
            .flat_map(|number| self.inventory.hits_of(number));
        let mut assets: Vec<Asset> = hits.filter_map(|hit| self.inventory.asset(hit)).collect();
        assets.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        assets
    }

    /// All signs of one organisation.
    pub fn sightings_of(&self, organisation: &OrganisationId) -> &[Sighting] {
        self.inventory
            .find(organisation)
            .map_or(&[], |number| self.signs(number))
    }

    /// All signs of one organisation by number.
    pub(crate) fn signs(&self, organisation: u32) -> &[Sighting] {
        self.sightings.get(&organisation).map_or(&[], Vec::as_slice)
    }

    /// Numbers of organisations that may have a sign of one of these products or proof of one of these flaws, in order.
    pub(crate) fn with_signs<'a>(
        &self,
        products: &[ProductKey],
        flaws: impl Iterator<Item = &'a str>,
    ) -> Vec<u32> {
        let by_product = products
            .iter()
            .filter_map(|product| self.signs_of_product.get(&product.product));
        let by_flaw = flaws.filter_map(|flaw| self.signs_of_flaw.get(flaw));
        let mut found: Vec<u32> = by_product.chain(by_flaw).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Product words of which this organisation has an asset or a sign.
    pub fn product_words_of(&self, organisation: &OrganisationId) -> Vec<String> {
        let Some(number) = self.inventory.find(organisation) else {
            return Vec::new();
        };
        let kinds = self
            .inventory
            .hits_of(number)
            .filter_map(|hit| self.inventory.kind_of(hit));
        let told = kinds
            .filter_map(|kind| self.inventory.asset_kind(kind))
            .map(|(key, _)| key.product.clone());
        let seen = self.signs(number).iter().map(|sign| {
            ProductKey::new(&sign.observation.vendor, &sign.observation.product).product
        });
        let mut words: Vec<String> = told.chain(seen).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// Adds to a list once; the same organisation often comes several times in a row.
fn note(lists: &mut HashMap<String, Vec<u32>>, key: &str, organisation: u32) {
    let list = lists.entry(key.to_string()).or_default();
    if list.last() != Some(&organisation) {
        list.push(organisation);
    }
}
