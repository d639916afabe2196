//! The product tree made flat: product id → vendor, product, version rule, name for people.
//!
//! Vendor and product come from the branch path. A relationship (2.0) or product path (2.1) is the
//! component, named together with what it is part of or runs on.

use super::document::{Branch, Identification, Product as RawProduct, ProductTree};
use super::{CsafError, plain};
use std::collections::HashMap;
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::version::VersionRule;

/// Longest product name, in characters.
const NAME_CHARACTERS: usize = 300;

/// One product as statements speak of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub key: ProductKey,
    pub name: String,
    pub versions: VersionRule,
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
        let ProductTree { branches, full_product_names, product_groups, relationships, product_paths } = tree;
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
            .map(|raw| Join { product: raw.full_product_name, first: raw.product_reference, rest: vec![raw.relates_to_product_reference] })
            .collect();
        joins.extend(product_paths.into_iter().map(|raw| Join {
            product: raw.full_product_name,
            first: raw.beginning_product_reference,
            rest: raw.subpaths.into_iter().map(|subpath| subpath.next_product_reference).collect(),
        }));
        this.join(joins)?;
        this.groups = product_groups.into_iter().map(|group| (group.group_id, group.product_ids)).collect();
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
    pub fn expand<'a>(&'a self, product_ids: &'a [String], group_ids: &'a [String]) -> impl Iterator<Item = &'a str> {
        let grouped = group_ids.iter().filter_map(|id| self.groups.get(id)).flatten();
        product_ids.iter().chain(grouped).map(String::as_str)
    }

    fn add(&mut self, raw: &RawProduct, product: Product) -> Result<(), CsafError> {
        if self.products.len() >= limits::ADVISORY_PRODUCTS {
            return Err(CsafError::TooMuch { what: "products", limit: limits::ADVISORY_PRODUCTS });
        }
        self.products.insert(raw.product_id.clone(), product);
        Ok(())
    }

    fn branch<'a>(&mut self, branch: &'a Branch, path: &mut Vec<&'a Branch>) -> Result<(), CsafError> {
        if path.len() >= limits::BRANCH_DEPTH {
            return Err(CsafError::TooMuch { what: "nested branches", limit: limits::BRANCH_DEPTH });
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
        for id in &join.rest {
            let platform = self.products.get(id)?;
            if name.is_empty() {
                name = format!("{} / {}", first.name, platform.name);
            }
        }
        Some(Product { key: first.key.clone(), name, versions: first.versions.clone() })
    }
}

struct Join {
    product: RawProduct,
    first: String,
    rest: Vec<String>,
}

/// Names a product by its branches, then by its purl or CPE, then by its full name.
fn product_of(path: &[&Branch], raw: &RawProduct) -> Product {
    let named = |category: &str| path.iter().rev().find(|branch| branch.category == category).map(|branch| branch.name.as_str());
    let name = plain(&raw.name, NAME_CHARACTERS);
    let versions = version_of(path);
    let vendor = named("vendor").unwrap_or("");
    if let Some(product) = named("product_name").or_else(|| named("product_family")) {
        return Product { key: ProductKey::new(vendor, product), name, versions };
    }
    match raw.product_identification_helper.as_ref().and_then(identified) {
        Some(Identified { vendor: helper_vendor, product, version }) => {
            let vendor = if vendor.is_empty() { &helper_vendor } else { vendor };
            let versions = version.map_or(versions, VersionRule::Exactly);
            Product { key: ProductKey::new(vendor, &product), name, versions }
        }
        None => Product { key: ProductKey::new(vendor, &raw.name), name, versions },
    }
}

/// The rule of the version branch. A patch level or service pack beneath it makes another version.
fn version_of(path: &[&Branch]) -> VersionRule {
    let versions = path.iter().rposition(|branch| matches!(branch.category.as_str(), "product_version" | "product_version_range"));
    let Some((version, below)) = versions.and_then(|at| path.get(at..)).and_then(<[_]>::split_first) else {
        return patch(path).map_or(VersionRule::All, VersionRule::NotUnderstood);
    };
    let name = plain(&version.name, limits::FIELD_CHARACTERS);
    match (version.category.as_str(), patch(below)) {
        ("product_version", None) => VersionRule::Exactly(name),
        ("product_version", Some(patch)) => VersionRule::Exactly(format!("{name} {patch}")),
        (_, None) => VersionRule::parse_range(&name),
        (_, Some(patch)) => VersionRule::NotUnderstood(format!("{name} {patch}")),
    }
}

fn patch(path: &[&Branch]) -> Option<String> {
    let found = path.iter().rev().find(|branch| matches!(branch.category.as_str(), "patch_level" | "service_pack"));
    found.map(|branch| plain(&branch.name, limits::FIELD_CHARACTERS))
}

/// What a helper tells where the branches name no product.
pub struct Identified {
    pub vendor: String,
    pub product: String,
    pub version: Option<String>,
}

fn identified(helper: &Identification) -> Option<Identified> {
    let purl = helper.purl.as_ref().or_else(|| helper.purls.first()).and_then(|purl| by_purl(purl));
    purl.or_else(|| helper.cpe.as_ref().and_then(|cpe| by_cpe(cpe)))
}

/// `pkg:type/namespace/name@version?qualifiers#subpath`
pub fn by_purl(purl: &str) -> Option<Identified> {
    let rest = purl.strip_prefix("pkg:")?.split(['?', '#']).next()?;
    let (path, version) = rest.rsplit_once('@').map_or((rest, None), |(path, version)| (path, Some(percent_decoded(version))));
    let mut parts = path.split('/').rev();
    let product = percent_decoded(parts.next()?);
    // The last part before the name is the namespace, if more than the type is left.
    let vendor = if path.split('/').count() > 2 { percent_decoded(parts.next()?) } else { String::new() };
    (!product.is_empty()).then_some(Identified { vendor, product, version })
}

/// `cpe:2.3:part:vendor:product:version:…` and `cpe:/part:vendor:product:version`. A wildcard tells no version.
pub fn by_cpe(cpe: &str) -> Option<Identified> {
    let rest = cpe.strip_prefix("cpe:2.3:").or_else(|| cpe.strip_prefix("cpe:/"))?;
    let rest = rest.replace("\\:", "%3a");
    let mut parts = rest.split(':').skip(1).map(|part| percent_decoded(&part.replace('\\', "")));
    let (vendor, product) = (parts.next()?, parts.next()?);
    let version = parts.next().filter(|version| !matches!(version.as_str(), "" | "*" | "-"));
    (!matches!(product.as_str(), "" | "*" | "-")).then_some(Identified { vendor, product, version })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let ahead: Vec<u8> = rest.clone().take(2).collect();
        match (byte, std::str::from_utf8(&ahead).ok().filter(|hex| hex.len() == 2).and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            _ => bytes.push(byte),
        }
    }
    plain(&String::from_utf8_lossy(&bytes), NAME_CHARACTERS)
}
