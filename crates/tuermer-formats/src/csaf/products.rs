//! The product tree made flat: product id → vendor, product, version rule, name for people.
//!
//! Vendor and product come from the branch path, further names from purls and CPE. A relationship (2.0) or
//! product path (2.1) is the component, named together with what it is part of or runs on; firmware on
//! hardware is also known by the name of the hardware.

use super::document::{Branch, Product as RawProduct, ProductTree};
use super::identity::{Identity, identities};
use super::{CsafError, plain};
use std::collections::HashMap;
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::version::VersionRule;
use tuermer_core::version_order::Scheme;

/// Longest product name, in characters.
const NAME_CHARACTERS: usize = 300;

/// One product as statements speak of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub key: ProductKey,
    /// Other names of the same product: purl, CPE, hardware.
    pub others: Vec<ProductKey>,
    pub name: String,
    pub versions: VersionRule,
    /// Which product may stand for which other: firmware and hardware.
    kind: Kind,
}

/// What a product is, as far as that decides by which name it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Firmware,
    Hardware,
    Other,
}

impl Product {
    /// All names of the product, the main one first.
    pub fn keys(&self) -> impl Iterator<Item = &ProductKey> {
        std::iter::once(&self.key).chain(&self.others)
    }
}

/// All products and groups of one document.
#[derive(Debug, Default)]
pub struct Products {
    products: HashMap<String, Product>,
    groups: HashMap<String, Vec<String>>,
}

impl Products {
    /// Reads a tree.
    pub fn read(tree: ProductTree) -> Result<Self, CsafError> {
        let ProductTree {
            branches,
            full_product_names,
            product_groups,
            relationships,
            product_paths,
        } = tree;
        let mut this = Self::default();
        let mut path = Vec::new();
        for branch in &branches {
            this.branch(branch, &mut path)?;
        }
        for product in &full_product_names {
            let named = product_of(&[], product);
            this.add(product, named)?;
        }
        let mut joins: Vec<Join> = relationships
            .into_iter()
            .map(|raw| Join {
                product: raw.full_product_name,
                first: raw.product_reference,
                rest: vec![(raw.category, raw.relates_to_product_reference)],
            })
            .collect();
        joins.extend(product_paths.into_iter().map(|raw| {
            Join {
                product: raw.full_product_name,
                first: raw.beginning_product_reference,
                rest: raw
                    .subpaths
                    .into_iter()
                    .map(|subpath| (subpath.category, subpath.next_product_reference))
                    .collect(),
            }
        }));
        this.join(joins)?;
        this.groups = product_groups
            .into_iter()
            .map(|group| (group.group_id, group.product_ids))
            .collect();
        Ok(this)
    }

    /// The product of an id.
    pub fn get(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// All products in the order of their ids.
    pub fn all(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.products.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Ids named directly and by group, without repeats of a group's members being a fault.
    pub fn expand<'a>(
        &'a self,
        product_ids: &'a [String],
        group_ids: &'a [String],
    ) -> impl Iterator<Item = &'a str> {
        let grouped = group_ids
            .iter()
            .filter_map(|id| self.groups.get(id))
            .flatten();
        product_ids.iter().chain(grouped).map(String::as_str)
    }

    fn add(&mut self, raw: &RawProduct, product: Product) -> Result<(), CsafError> {
        if self.products.len() >= limits::ADVISORY_PRODUCTS {
            return Err(CsafError::TooMuch {
                what: "products",
                limit: limits::ADVISORY_PRODUCTS,
            });
        }
        self.products.insert(raw.product_id.clone(), product);
        Ok(())
    }

    fn branch<'a>(
        &mut self,
        branch: &'a Branch,
        path: &mut Vec<&'a Branch>,
    ) -> Result<(), CsafError> {
        if path.len() >= limits::BRANCH_DEPTH {
            return Err(CsafError::TooMuch {
                what: "nested branches",
                limit: limits::BRANCH_DEPTH,
            });
        }
        path.push(branch);
        if let Some(product) = &branch.product {
            let named = product_of(path, product);
            self.add(product, named)?;
        }
        for below in &branch.branches {
            self.branch(below, path)?;
        }
        path.pop();
        Ok(())
    }

    /// Resolves joins whose parts are known until none is left or none can be resolved (a loop).
    fn join(&mut self, mut joins: Vec<Join>) -> Result<(), CsafError> {
        for _ in 0..limits::BRANCH_DEPTH {
            let before = joins.len();
            let mut waiting = Vec::new();
            for join in joins {
                match self.joined(&join) {
                    Some(product) => self.add(&join.product, product)?,
                    None => waiting.push(join),
                }
            }
            joins = waiting;
            if joins.is_empty() || joins.len() == before {
                break;
            }
        }
        Ok(())
    }

    fn joined(&self, join: &Join) -> Option<Product> {
        let first = self.products.get(&join.first)?;
        let mut name = plain(&join.product.name, NAME_CHARACTERS);
        let mut others = first.others.clone();
        for (category, id) in &join.rest {
            let platform = self.products.get(id)?;
            if name.is_empty() {
                name = format!("{} / {}", first.name, platform.name);
            }
            // Inventories list the device and give the version of its firmware.
            if category == "installed_on"
                && first.kind == Kind::Firmware
                && platform.kind == Kind::Hardware
            {
                others.push(platform.key.clone());
            }
        }
        let helper = join
            .product
            .product_identification_helper
            .as_ref()
            .map(identities)
            .unwrap_or_default();
        others.extend(helper.into_iter().map(|identity| identity.key));
        Some(Product {
            key: first.key.clone(),
            others: distinct(others, &first.key),
            name,
            versions: first.versions.clone(),
            kind: first.kind,
        })
    }
}

struct Join {
    product: RawProduct,
    first: String,
    /// How and with what the first is joined.
    rest: Vec<(String, String)>,
}

/// Names a product by its branches, then by its purl or CPE, then by its full name.
fn product_of(path: &[&Branch], raw: &RawProduct) -> Product {
    let named = |category: &str| {
        path.iter()
            .rev()
            .find(|branch| branch.category == category)
            .map(|branch| branch.name.as_str())
    };
    let name = plain(&raw.name, NAME_CHARACTERS);
    let helper = raw
        .product_identification_helper
        .as_ref()
        .map(identities)
        .unwrap_or_default();
    let vendor = named("vendor").unwrap_or("");
    let branch = named("product_name").or_else(|| named("product_family"));
    let mut keys = match (branch, helper.first()) {
        (Some(product), _) => ProductKey::several(vendor, product),
        (None, Some(identity)) if vendor.is_empty() => {
            vec![ProductKey::new(&identity.vendor, &identity.product)]
        }
        (None, Some(identity)) => vec![ProductKey::new(vendor, &identity.product)],
        (None, None) => ProductKey::several(vendor, &raw.name),
    };
    let key = if keys.is_empty() {
        ProductKey::new(vendor, &raw.name)
    } else {
        keys.remove(0)
    };
    let versions = version_of(path, key.scheme());
    let own = helper.iter().find_map(|identity| identity.versions.clone());
    let versions = match (branch, own) {
        (None, Some(own)) => own,
        (Some(_), Some(own)) if versions == VersionRule::All => own,
        _ => versions,
    };
    let kind = kind(&name, branch, &helper);
    keys.extend(helper.into_iter().map(|identity| identity.key));
    Product {
        others: distinct(keys, &key),
        key,
        name,
        versions,
        kind,
    }
}

/// Firmware and hardware by the part of the CPE, firmware also by its name.
fn kind(name: &str, branch: Option<&str>, helper: &[Identity]) -> Kind {
    let says = |text: &str| text.to_lowercase().contains("firmware");
    if helper.iter().any(|identity| identity.hardware) {
        Kind::Hardware
    } else if helper.iter().any(|identity| identity.firmware)
        || says(name)
        || branch.is_some_and(says)
    {
        Kind::Firmware
    } else if helper.is_empty() {
        // Hardware without a helper: there is nothing else firmware is installed on.
        Kind::Hardware
    } else {
        Kind::Other
    }
}

/// Each further name once.
fn distinct(keys: Vec<ProductKey>, main: &ProductKey) -> Vec<ProductKey> {
    let mut distinct: Vec<ProductKey> = Vec::new();
    for key in keys {
        if key != *main && !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

/// The rule of the version branch. A patch level or service pack beneath it makes another version.
fn version_of(path: &[&Branch], scheme: Scheme) -> VersionRule {
    let versions = path.iter().rposition(|branch| {
        matches!(
            branch.category.as_str(),
            "product_version" | "product_version_range"
        )
    });
    let Some((version, below)) = versions
        .and_then(|at| path.get(at..))
        .and_then(<[_]>::split_first)
    else {
        return patch(path).map_or(VersionRule::All, VersionRule::NotUnderstood);
    };
    let name = plain(&version.name, limits::FIELD_CHARACTERS);
    match (version.category.as_str(), patch(below)) {
        ("product_version", None) => VersionRule::Exactly(name),
        ("product_version", Some(patch)) => VersionRule::Exactly(format!("{name} {patch}")),
        (_, None) => VersionRule::parse_range_in(&name, scheme),
        (_, Some(patch)) => VersionRule::NotUnderstood(format!("{name} {patch}")),
    }
}

fn patch(path: &[&Branch]) -> Option<String> {
    let found = path
        .iter()
        .rev()
        .find(|branch| matches!(branch.category.as_str(), "patch_level" | "service_pack"));
    found.map(|branch| plain(&branch.name, limits::FIELD_CHARACTERS))
}
