//! What an attack may take away from one member: the services its attacked product carries, as packs tell it.
//!
//! Where a threat names several products and the member's is told, only that one counts; where it cannot be told apart,
//! every product of the threat does. A call too many is better than a warning that never arrives.

use super::BuildPack;
use crate::channel::Service;
use crate::product::ProductKey;
use crate::threat::Threat;

/// What the products of one threat carry; made once, asked for each member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// Every product whose owners are concerned, with what it carries.
    products: Vec<(ProductKey, Vec<Service>)>,
}

impl Carried {
    /// Goes through packs and threat once.
    pub fn new(packs: &[BuildPack], threat: &Threat) -> Self {
        let carried_by = |key: &ProductKey, service: Service| {
            packs
                .iter()
                .any(|pack| pack.services().contains(&service) && pack.speaks_of(key))
        };
        let products = concerned(packs, threat)
            .into_iter()
            .map(|key| {
                let services = Service::ALL.iter().copied();
                let services = services
                    .filter(|service| carried_by(&key, *service))
                    .collect();
                (key, services)
            })
            .collect();
        Self { products }
    }

    /// Services the attack may take away from a member, each once. `product` is the name of what decided about it
    /// ([`crate::exposure::Decisive`]), as it was told; empty where nothing is told.
    pub fn services(&self, product: &str) -> Vec<Service> {
        let union = |all: &[&(ProductKey, Vec<Service>)]| {
            let services = Service::ALL.iter().copied();
            services
                .filter(|service| all.iter().any(|(_, carries)| carries.contains(service)))
                .collect::<Vec<_>>()
        };
        let all: Vec<_> = self.products.iter().collect();
        let any = union(&all);
        if any.is_empty() {
            return any;
        }
        let own: Vec<_> = self
            .products
            .iter()
            .filter(|(key, _)| is_named(key, product))
            .collect();
        if own.is_empty() { any } else { union(&own) }
    }
}

/// Products whose owners are concerned: those the threat names, and those of packs that know its flaws.
pub fn concerned(packs: &[BuildPack], threat: &Threat) -> Vec<ProductKey> {
    let named = threat.statements.iter().map(|statement| &statement.product);
    let packed = packs
        .iter()
        .filter(|pack| pack.knows_flaw_of(threat))
        .flat_map(|pack| &pack.products);
    let mut products: Vec<ProductKey> = named.chain(packed).cloned().collect();
    products.sort_unstable();
    products.dedup();
    products
}

impl BuildPack {
    /// True where the pack has a rule for a flaw of the threat.
    pub fn knows_flaw_of(&self, threat: &Threat) -> bool {
        threat
            .vulnerabilities
            .iter()
            .any(|flaw| self.knows(&flaw.id))
    }
}

/// True where a name for people, its vendor in front or left out, is this product's.
fn is_named(key: &ProductKey, name: &str) -> bool {
    !name.is_empty()
        && (ProductKey::new("", name).matches(key) || ProductKey::new(&key.vendor, name) == *key)
}

#[cfg(test)]
mod tests {
    use super::super::{BuildForm, PackRule};
    use super::*;
    use crate::assess::fixtures;

    const SMARTER: (&str, &str) = ("SmarterTools", "SmarterMail");
    const FORTIMAIL: (&str, &str) = ("Fortinet", "FortiMail");
    const FORTIOS: (&str, &str) = ("Fortinet", "FortiOS");

    fn pack(carries: Option<Vec<Service>>) -> BuildPack {
        BuildPack {
            name: "mail".into(),
            products: [SMARTER, FORTIMAIL]
                .map(|(vendor, product)| ProductKey::new(vendor, product))
                .to_vec(),
            carries,
            rule: PackRule::NoBuilds,
            form: BuildForm::FourDotted,
            lines: Vec::new(),
            rows: Vec::new(),
            fixes: Vec::new(),
            ..fixtures::pack()
        }
    }

    #[test]
    fn the_members_own_product_counts_where_it_can_be_told_apart() {
        let packs = [fixtures::pack(), pack(Some(vec![Service::Mail]))];
        let both: &[(&str, &str)] = &[FORTIOS, FORTIMAIL];
        for (named, product, mail) in [
            (both, "Fortinet FortiOS", false),
            (both, "FortiGate", false),
            (both, "Fortinet FortiMail", true),
            (both, "Forti Mail", true),
            (both, "", true),
            (both, "the box in the cellar", true),
            (&[FORTIOS], "", false),
            (&[FORTIOS], "the box in the cellar", false),
            // A vendor no table of spellings knows.
            (&[SMARTER, FORTIOS], "SmarterTools SmarterMail", true),
            (&[SMARTER, FORTIOS], "SmarterMail", true),
            (&[SMARTER, FORTIOS], "Fortinet FortiOS", false),
            (&[("", "SmarterMail")], "SmarterMail", true),
            (&[], "SmarterMail", false),
        ] {
            let threat = fixtures::threat_naming(named);
            let expected: &[Service] = if mail { &[Service::Mail] } else { &[] };
            assert_eq!(
                Carried::new(&packs, &threat).services(product),
                expected,
                "{named:?} {product}"
            );
        }
    }

    #[test]
    fn a_pack_in_place_of_another_keeps_what_it_does_not_tell() {
        let mail = Some(vec![Service::Mail]);
        for (own, other, expected) in [
            (None, mail.clone(), mail.clone()),
            (Some(Vec::new()), mail.clone(), Some(Vec::new())),
            (mail.clone(), None, mail.clone()),
            (None, None, None),
        ] {
            assert_eq!(pack(own).in_place_of(&pack(other)).carries, expected);
        }
    }

    #[test]
    fn a_pack_without_builds_judges_nothing() {
        let pack = pack(Some(vec![Service::Mail]));
        let threat = fixtures::threat_naming(&[FORTIMAIL]);
        let flaw = &threat.vulnerabilities.first().unwrap().id;
        assert!(!pack.judges() && !pack.knows_flaw_of(&threat));
        assert_eq!(
            pack.judge("7.4.3", flaw, pack.as_of).state,
            super::super::PackState::NoRule
        );
        assert_eq!(pack.build_from_words("7.4.3"), None);
        assert_eq!(pack.problems(pack.as_of), []);
    }
}
