//! Whose is this sign? The networks and names of all organisations, as they are at one moment.
//!
//! Made anew when one of them changes, which is seldom, and shared by whoever reads signs at that moment: a report of many
//! hours holds up nobody who matches or judges.

mod networks;

use crate::ids::OrganisationId;
use crate::observation::{Attribution, Whereabouts};
use crate::scale::words;
use ip_network::IpNetwork;
use networks::Networks;
use std::collections::HashMap;

words! {
    /// Kinds of networks, by their words.
    NetworkKind {
        /// A weak hint, never used to attribute alone.
        AutonomousSystem = "asn",
        /// A domain or host name.
        Domain = "domain",
        /// A block of addresses.
        Network = "network",
    }
}

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

/// Networks and names with those whose they are.
#[derive(Debug, Default)]
pub struct Owners {
    organisations: Vec<OrganisationId>,
    networks: Networks,
    domains: HashMap<String, Vec<u32>>,
}

impl Owners {
    /// From what is known of all organisations, in any order.
    pub fn new(facts: impl IntoIterator<Item = (OrganisationId, NetworkFact)>) -> Self {
        let (mut numbers, mut organisations) = (HashMap::new(), Vec::new());
        let (mut networks, mut domains) = (Vec::new(), HashMap::<String, Vec<u32>>::new());
        for (organisation, fact) in facts {
            let number =
                *numbers
                    .entry(organisation)
                    .or_insert_with_key(|organisation: &OrganisationId| {
                        organisations.push(organisation.clone());
                        u32::try_from(organisations.len())
                            .unwrap_or(u32::MAX)
                            .saturating_sub(1)
                    });
            match fact {
                NetworkFact::Network(network) => networks.push((network, number)),
                NetworkFact::Domain(domain) => domains.entry(domain).or_default().push(number),
                NetworkFact::AutonomousSystem(_) => {}
            }
        }
        Self {
            organisations,
            networks: Networks::new(networks),
            domains,
        }
    }

    /// Longest network prefix first, then the exact host, then the closest domain above it. Several owners of the same prefix
    /// or name all get it. Empty: it belongs on the unattributed shelf.
    pub fn attribute(&self, place: &Whereabouts<'_>) -> Vec<(OrganisationId, Attribution)> {
        let told = |owners: &[u32], why: Attribution| {
            let organisation = |number: &u32| self.organisations.get(*number as usize).cloned();
            owners
                .iter()
                .filter_map(organisation)
                .map(|organisation| (organisation, why.clone()))
                .collect()
        };
        if let Some((network, owners)) = self.networks.of_place(place.ip, place.network) {
            return told(owners, Attribution::Network(network.to_string()));
        }
        match self.by_name(place) {
            Some((name, owners)) if place.hostname.as_deref() == Some(name) => {
                told(owners, Attribution::Host(name.to_string()))
            }
            Some((name, owners)) => told(owners, Attribution::Domain(name.to_string())),
            None => Vec::new(),
        }
    }

    /// True where the sign is somebody's.
    pub fn is_known(&self, place: &Whereabouts<'_>) -> bool {
        self.networks.is_known(place.ip, place.network) || self.by_name(place).is_some()
    }

    /// The host itself or the closest domain above it that is somebody's.
    fn by_name<'a>(&'a self, place: &'a Whereabouts<'_>) -> Option<(&'a str, &'a [u32])> {
        let mut name = place.hostname.as_deref()?;
        loop {
            if let Some(owners) = self.domains.get(name) {
                return Some((name, owners));
            }
            name = name.split_once('.')?.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn the_longest_prefix_counts_then_the_host_then_the_domain_above() {
        let network = |text: &str| NetworkFact::Network(text.parse().unwrap());
        let domain = |text: &str| NetworkFact::Domain(text.to_string());
        let facts = [
            ("a", network("192.0.2.0/24")),
            ("b", network("192.0.2.128/25")),
            ("c", network("192.0.2.128/25")),
            ("a", domain("walzwerk.example")),
            ("b", domain("mail.walzwerk.example")),
            ("d", network("2001:db8::/32")),
            ("d", NetworkFact::AutonomousSystem(64_496)),
        ];
        let owners = Owners::new(
            facts.map(|(organisation, fact)| (OrganisationId(organisation.to_string()), fact)),
        );
        for (ip, block, host, expected) in [
            (
                "192.0.2.7",
                "",
                "mail.walzwerk.example",
                "a network:192.0.2.0/24",
            ),
            (
                "192.0.2.200",
                "",
                "",
                "b network:192.0.2.128/25, c network:192.0.2.128/25",
            ),
            ("2001:db8::1", "", "", "d network:2001:db8::/32"),
            ("", "192.0.2.0/26", "", "a network:192.0.2.0/24"),
            ("", "192.0.2.0/23", "", ""),
            (
                "198.51.100.1",
                "",
                "mail.walzwerk.example",
                "b host:mail.walzwerk.example",
            ),
            ("", "", "x.y.walzwerk.example", "a domain:walzwerk.example"),
            ("", "", "notwalzwerk.example", ""),
            ("", "", "", ""),
        ] {
            let hostname = Some(host)
                .filter(|host| !host.is_empty())
                .map(Cow::Borrowed);
            let place = Whereabouts {
                ip: ip.parse().ok(),
                network: block.parse().ok(),
                hostname,
                asn: Some(64_496),
            };
            let found = owners.attribute(&place);
            let found: Vec<String> = found
                .iter()
                .map(|(organisation, why)| format!("{} {}", organisation.as_str(), why.to_text()))
                .collect();
            assert_eq!(found.join(", "), expected, "{ip} {block} {host}");
            assert_eq!(
                owners.is_known(&place),
                !expected.is_empty(),
                "{ip} {block} {host}"
            );
        }
    }
}
