//! All organisations with what is needed to find whose a sign is and who runs a product: an
//! immutable snapshot with indexes, rebuilt when the store changes.

use crate::asset::Asset;
use crate::ids::OrganisationId;
use crate::observation::{Attribution, Observation, Sighting};
use crate::product::ProductKey;
use ip_network::IpNetwork;
use ip_network_table::IpNetworkTable;
use std::collections::HashMap;

/// A network, domain or autonomous system of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkFact {
    /// Address block.
    Network(IpNetwork),
    /// Domain or host name in lower-case A-labels, never a public suffix.
    Domain(String),
    /// Autonomous system: a weak hint, never used to attribute alone.
    AutonomousSystem(u32),
}

/// The snapshot.
#[derive(Default)]
pub struct Constituency {
    assets: Vec<Asset>,
    by_organisation: HashMap<OrganisationId, Vec<usize>>,
    by_product: HashMap<String, Vec<usize>>,
    sightings: HashMap<OrganisationId, Vec<Sighting>>,
    networks: IpNetworkTable<Vec<OrganisationId>>,
    domains: HashMap<String, Vec<OrganisationId>>,
}

impl Constituency {
    /// Builds the indexes.
    pub fn new(assets: Vec<Asset>, networks: Vec<(OrganisationId, NetworkFact)>, sightings: Vec<Sighting>) -> Self {
        let mut this = Self::default();
        for (organisation, fact) in networks {
            this.add_network(organisation, fact);
        }
        for (index, asset) in assets.iter().enumerate() {
            this.by_organisation.entry(asset.organisation.clone()).or_default().push(index);
            this.by_product.entry(ProductKey::new(&asset.vendor, &asset.product).product).or_default().push(index);
        }
        for sighting in sightings {
            this.sightings.entry(sighting.organisation.clone()).or_default().push(sighting);
        }
        this.assets = assets;
        this
    }

    fn add_network(&mut self, organisation: OrganisationId, fact: NetworkFact) {
        match fact {
            NetworkFact::Network(network) => match self.networks.exact_match_mut(network) {
                Some(owners) => owners.push(organisation),
                None => {
                    self.networks.insert(network, vec![organisation]);
                }
            },
            NetworkFact::Domain(domain) => self.domains.entry(domain).or_default().push(organisation),
            NetworkFact::AutonomousSystem(_) => {}
        }
    }

    /// All assets of one organisation.
    pub fn assets_of(&self, organisation: &OrganisationId) -> Vec<&Asset> {
        let indexes = self.by_organisation.get(organisation).map_or(&[][..], Vec::as_slice);
        indexes.iter().filter_map(|&index| self.assets.get(index)).collect()
    }

    /// All signs of one organisation.
    pub fn sightings_of(&self, organisation: &OrganisationId) -> &[Sighting] {
        self.sightings.get(organisation).map_or(&[][..], Vec::as_slice)
    }

    /// Organisations that have, or are told to have had, one of these products, or a sign of it.
    pub fn concerned(&self, products: &[ProductKey]) -> Vec<OrganisationId> {
        let mut found: Vec<OrganisationId> = Vec::new();
        for product in products {
            for &index in self.by_product.get(&product.product).map_or(&[][..], Vec::as_slice) {
                if let Some(asset) = self.assets.get(index)
                    && ProductKey::new(&asset.vendor, &asset.product).matches(product)
                {
                    found.push(asset.organisation.clone());
                }
            }
        }
        for (organisation, sightings) in &self.sightings {
            let seen = sightings.iter().any(|s| products.iter().any(|p| p.matches(&ProductKey::new(&s.observation.vendor, &s.observation.product))));
            if seen {
                found.push(organisation.clone());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whose is this sign? Longest network prefix first, then the exact host, then the closest domain above it.
    /// Several owners of the same prefix or name all get it. Empty: it belongs on the unattributed shelf.
    pub fn attribute(&self, observation: &Observation) -> Vec<(OrganisationId, Attribution)> {
        if let Some((network, owners)) = observation.ip.and_then(|ip| self.networks.longest_match(ip)) {
            return owners.iter().map(|owner| (owner.clone(), Attribution::Network(network.to_string()))).collect();
        }
        let Some(host) = observation.hostname.as_deref() else { return Vec::new() };
        if let Some(owners) = self.domains.get(host) {
            return owners.iter().map(|owner| (owner.clone(), Attribution::Host(host.to_string()))).collect();
        }
        let mut rest = host;
        while let Some((_, above)) = rest.split_once('.') {
            if let Some(owners) = self.domains.get(above) {
                return owners.iter().map(|owner| (owner.clone(), Attribution::Domain(above.to_string()))).collect();
            }
            rest = above;
        }
        Vec::new()
    }
}
