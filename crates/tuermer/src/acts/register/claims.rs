//! Rows of networks; two organisations that claim the same or nested networks are reported, not refused.

use super::assets::distinct;
use super::{Import, Outcome};
use crate::store::ground::engine::Transaction;
use crate::store::register::networks::{self, Claim};
use crate::store::register::organisations;
use anyhow::Result;
use ip_network::IpNetwork;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::str::FromStr as _;
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits;
use tuermer_core::owners::NetworkKind;
use tuermer_formats::members::{Record, Told};
use tuermer_formats::networks::stored;
use tuermer_formats::problem::Problem;

/// Claims of this file with their row.
pub type NewClaims = HashMap<Claim, u64>;

impl Import {
    pub(super) async fn take_networks(
        &mut self,
        open: &mut Transaction,
        records: Vec<Record>,
    ) -> Result<()> {
        let ids = organisations::ids_by_external(open, &distinct(&records)).await?;
        let owners: Vec<OrganisationId> = ids.values().cloned().collect();
        let known = networks::networks_of(open, &owners).await?;
        let (mut writes, mut raised) = (Vec::new(), Vec::new());
        for Record {
            row,
            external_id,
            told,
        } in records
        {
            let Told::Network(fact) = told else { continue };
            let Some(organisation) = ids.get(&external_id) else {
                self.report.refuse_field(
                    row,
                    "external_id",
                    &external_id,
                    Problem::UnknownOrganisation,
                    String::new(),
                );
                continue;
            };
            let (kind, value) = stored(&fact);
            let claim: Claim = (organisation.clone(), kind, value);
            let repeated = self.claims.contains_key(&claim);
            self.claims.entry(claim.clone()).or_insert(row);
            if repeated || known.contains(&claim) {
                self.report.count(Outcome::Same);
                continue;
            }
            self.report.count(Outcome::New);
            raised.push(organisation.clone());
            writes.push(claim);
        }
        networks::write(open, writes, self.source_or_register(), self.said_at).await?;
        raised.sort_unstable();
        raised.dedup();
        organisations::raise(open, &raised).await
    }

    /// Compares the claims of this file with all others.
    pub(super) async fn warn_overlaps(&mut self, open: &mut Transaction) -> Result<()> {
        let claims = std::mem::take(&mut self.claims);
        if claims.is_empty() {
            return Ok(());
        }
        let all = networks::claims(open).await?;
        let is_new = |claim: &Claim| claims.contains_key(claim);
        for (claim, other) in nested_networks(&all, &is_new)
            .into_iter()
            .chain(nested_domains(&all, &is_new))
        {
            let (ours, theirs) = match (claims.get(&claim.0), claims.get(&other.0)) {
                (Some(row), _) => ((claim, *row), other),
                (None, Some(row)) => ((other, *row), claim),
                (None, None) => continue,
            };
            let ((ours, _), row) = ours;
            let (theirs, owner) = theirs;
            self.report.warn(
                row,
                "value",
                &ours.2,
                Problem::Overlap,
                format!("{owner} ({})", theirs.2),
            );
        }
        Ok(())
    }
}

/// A claim with the number of who makes it.
type Owned<'a> = &'a (Claim, String);

/// A pair of claims that meet.
type Pair = ((Claim, String), (Claim, String));

/// Most pairs that are looked for: a thousand members with one and the same block are half a million.
const MOST_PAIRS: usize = 20 * limits::IMPORT_WARNINGS;

/// Pairs of different owners, at least one claim new, where one block lies in the other. Blocks are nested or apart, so one
/// pass over them in order with a stack of the enclosing ones finds all.
fn nested_networks(all: &[(Claim, String)], is_new: &dyn Fn(&Claim) -> bool) -> Vec<Pair> {
    let mut blocks: Vec<(IpNetwork, Owned<'_>)> = all
        .iter()
        .filter(|(claim, _)| claim.1 == NetworkKind::Network)
        .filter_map(|owned| Some((IpNetwork::from_str(&owned.0.2).ok()?, owned)))
        .collect();
    blocks.sort_by_key(|(network, _)| (network.is_ipv6(), start(network), network.netmask()));
    let mut enclosing: Vec<(IpNetwork, Owned<'_>)> = Vec::new();
    let mut pairs = Vec::new();
    for (network, owned) in blocks {
        while enclosing
            .last()
            .is_some_and(|(outer, _)| !contains(outer, &network))
        {
            enclosing.pop();
        }
        for (_, outer) in &enclosing {
            if pairs.len() < MOST_PAIRS
                && outer.0.0 != owned.0.0
                && (is_new(&owned.0) || is_new(&outer.0))
            {
                pairs.push((owned.clone(), (*outer).clone()));
            }
        }
        enclosing.push((network, owned));
    }
    pairs
}

fn start(network: &IpNetwork) -> u128 {
    match network.network_address() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn contains(outer: &IpNetwork, inner: &IpNetwork) -> bool {
    outer.is_ipv6() == inner.is_ipv6()
        && outer.netmask() <= inner.netmask()
        && outer.contains(inner.network_address())
}

/// Pairs of different owners, at least one claim new, with the same domain or one below the other.
fn nested_domains(all: &[(Claim, String)], is_new: &dyn Fn(&Claim) -> bool) -> Vec<Pair> {
    let mut owners: HashMap<&str, Vec<Owned<'_>>> = HashMap::new();
    for owned in all
        .iter()
        .filter(|(claim, _)| claim.1 == NetworkKind::Domain)
    {
        owners.entry(&owned.0.2).or_default().push(owned);
    }
    let mut pairs = Vec::new();
    let mut told: HashSet<(&OrganisationId, &OrganisationId, &str)> = HashSet::new();
    for owned in all
        .iter()
        .filter(|(claim, _)| claim.1 == NetworkKind::Domain)
    {
        let mut name = owned.0.2.as_str();
        loop {
            for other in owners
                .get(name)
                .into_iter()
                .flatten()
                .filter(|other| other.0.0 != owned.0.0)
            {
                // The same domain of both is one overlap, not two.
                let same_told = name == owned.0.2 && told.contains(&(&other.0.0, &owned.0.0, name));
                if !same_told && pairs.len() < MOST_PAIRS && (is_new(&owned.0) || is_new(&other.0))
                {
                    told.insert((&owned.0.0, &other.0.0, name));
                    pairs.push((owned.clone(), (*other).clone()));
                }
            }
            match name.split_once('.') {
                Some((_, above)) => name = above,
                None => break,
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{Pair, nested_domains, nested_networks};
    use crate::store::register::networks::Claim;
    use tuermer_core::ids::OrganisationId;
    use tuermer_core::owners::NetworkKind;

    fn claims(kind: NetworkKind, rows: &[(&str, &str)]) -> Vec<(Claim, String)> {
        let claim = |(owner, value): &(&str, &str)| {
            (
                (OrganisationId((*owner).into()), kind, (*value).to_string()),
                (*owner).to_string(),
            )
        };
        rows.iter().map(claim).collect()
    }

    fn shown(pairs: Vec<Pair>) -> Vec<String> {
        let mut shown: Vec<String> = pairs
            .into_iter()
            .map(|((a, _), (b, _))| format!("{}:{} {}:{}", a.0, a.2, b.0, b.2))
            .collect();
        shown.sort_unstable();
        shown
    }

    #[test]
    fn nested_claims_of_different_owners_are_found() {
        let networks = claims(
            NetworkKind::Network,
            &[
                ("a", "192.0.2.0/24"),
                ("b", "192.0.2.64/26"),
                ("b", "192.0.2.80/32"),
                ("a", "192.0.2.5/32"),
                ("c", "198.51.100.0/24"),
                ("c", "2001:db8::/32"),
            ],
        );
        assert_eq!(
            shown(nested_networks(&networks, &|_| true)),
            [
                "b:192.0.2.64/26 a:192.0.2.0/24",
                "b:192.0.2.80/32 a:192.0.2.0/24"
            ]
        );
        let domains = claims(
            NetworkKind::Domain,
            &[
                ("a", "example.de"),
                ("b", "mail.example.de"),
                ("c", "example.de"),
                ("d", "ample.de"),
            ],
        );
        assert_eq!(
            shown(nested_domains(&domains, &|_| true)),
            [
                "a:example.de c:example.de",
                "b:mail.example.de a:example.de",
                "b:mail.example.de c:example.de"
            ]
        );
    }
}
