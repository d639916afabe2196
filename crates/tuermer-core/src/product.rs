//! One product, many spellings: how vendor and product names are made comparable.
//!
//! The spellings are data (`aliases.txt`), read once. A purl names a package of an ecosystem and is a
//! product of its own unless the data says whose product it is.

use crate::purl::Purl;
use crate::version_order::Scheme;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A product name in comparable form. Two spellings of the same product give equal keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductKey {
    /// Normalised vendor, may be empty when the source names none.
    pub vendor: String,
    /// Normalised product.
    pub product: String,
}

impl ProductKey {
    /// Normalises names: case and punctuation folded, legal forms dropped, known aliases joined,
    /// a year or edition that is part of the name split off. A product written as purl is that package.
    ///
    /// `("Microsoft Corporation", "MS Exchange Server 2016")` and `("microsoft", "exchange_server")` are equal.
    pub fn new(vendor: &str, product: &str) -> Self {
        if product
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("pkg:"))
            && let Some(purl) = Purl::parse(product)
        {
            return Self::of_purl(&purl);
        }
        let spelled = fold(vendor);
        let mut vendor = ALIASES.vendor(&spelled);
        let mut product = fold(product);
        for owner in [spelled.as_str(), vendor.as_str()] {
            if let Some(rest) = product
                .strip_prefix(owner)
                .and_then(|rest| rest.strip_prefix(' '))
                .filter(|_| !owner.is_empty())
            {
                product = rest.to_string();
            }
        }
        if vendor.is_empty()
            && let Some((owner, rest)) = ALIASES.leading_vendor(&product)
        {
            (vendor, product) = (owner, rest);
        }
        let product = without_edition(&product);
        match ALIASES.product(&vendor, &product) {
            Some((owner, name)) => Self {
                vendor: owner.to_string(),
                product: name.to_string(),
            },
            None => Self { vendor, product },
        }
    }

    /// All products a name stands for: "Connect Secure, Policy Secure, and ZTA Gateways" are three, "SharePoint" is
    /// each of its editions. Names are only taken apart where every part is a product we know.
    pub fn several(vendor: &str, product: &str) -> Vec<Self> {
        let whole = Self::new(vendor, product);
        if let Some(members) = ALIASES
            .families
            .get(&(whole.vendor.clone(), whole.product.clone()))
        {
            return members
                .iter()
                .map(|name| Self {
                    vendor: whole.vendor.clone(),
                    product: name.clone(),
                })
                .collect();
        }
        let parts: Vec<&str> = product
            .split([',', ';', '/'])
            .flat_map(|part| part.split(" and "))
            .map(|part| part.trim().trim_start_matches("and "))
            .collect();
        let keys: Vec<Self> = parts
            .iter()
            .filter(|part| !part.is_empty())
            .map(|part| Self::new(&whole.vendor, part))
            .collect();
        if keys.len() < 2 || ALIASES.known(&whole) || !keys.iter().all(|key| ALIASES.known(key)) {
            return vec![whole];
        }
        let mut several: Vec<Self> = keys.iter().flat_map(|key| ALIASES.family(key)).collect();
        several.sort();
        several.dedup();
        several
    }

    /// The product a package is.
    pub fn of_purl(purl: &Purl) -> Self {
        match ALIASES.purls.get(&purl.package()) {
            Some((vendor, product)) => Self {
                vendor: vendor.clone(),
                product: product.clone(),
            },
            None if purl.namespace.is_empty() => Self {
                vendor: format!("pkg:{}", purl.kind),
                product: purl.name.clone(),
            },
            None => Self {
                vendor: format!("pkg:{}/{}", purl.kind, purl.namespace),
                product: purl.name.clone(),
            },
        }
    }

    /// Same product; an unnamed vendor matches any.
    pub fn matches(&self, other: &Self) -> bool {
        self.product == other.product
            && (self.vendor == other.vendor || self.vendor.is_empty() || other.vendor.is_empty())
    }

    /// The order of this product's versions, where its maker has one of its own or its ecosystem says.
    pub fn scheme(&self) -> Scheme {
        let kind = || {
            self.vendor
                .strip_prefix("pkg:")
                .and_then(|kind| Scheme::named(kind.split('/').next()?))
        };
        ALIASES
            .orders
            .get(&(self.vendor.clone(), self.product.clone()))
            .copied()
            .or_else(kind)
            .unwrap_or(Scheme::Generic)
    }
}

/// The spellings as data. Whoever keeps a [`ProductKey`] keeps it as of this table, and reads it again after a change.
pub const ALIAS_TABLE: &str = include_str!("aliases.txt");

/// Vendor and product, folded.
type Names = (String, String);

/// The spellings of `aliases.txt`, folded.
#[derive(Default)]
struct Aliases {
    vendors: HashMap<String, String>,
    /// By vendor and spelling.
    products: HashMap<Names, String>,
    /// By spelling alone, where no vendor has to be named; `None` where two vendors claim it.
    unowned: HashMap<String, Option<Names>>,
    families: HashMap<Names, Vec<String>>,
    orders: HashMap<Names, Scheme>,
    purls: HashMap<String, Names>,
}

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| Aliases::read(ALIAS_TABLE));

/// Most words of a vendor's name that are looked for at the start of a product.
const VENDOR_WORDS: usize = 4;

impl Aliases {
    fn read(text: &str) -> Self {
        let mut this = Self::default();
        for line in text
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        {
            let columns: Vec<&str> = line.split(';').map(str::trim).collect();
            match columns.as_slice() {
                ["vendor", name, spellings] => {
                    let name = fold(name);
                    this.vendors.insert(name.clone(), name.clone());
                    this.vendors.extend(
                        spellings
                            .split(',')
                            .map(|spelling| (fold(spelling), name.clone())),
                    );
                }
                ["product", vendor, name, spellings] => {
                    this.add_product(&fold(vendor), &fold(name), spellings)
                }
                ["family", vendor, name, members] => {
                    this.families.insert(
                        (fold(vendor), fold(name)),
                        members.split(',').map(fold).collect(),
                    );
                }
                ["order", vendor, product, scheme] => {
                    if let Some(scheme) = Scheme::named(scheme) {
                        this.orders.insert((fold(vendor), fold(product)), scheme);
                    }
                }
                ["purl", package, vendor, product] => {
                    this.purls
                        .insert((*package).to_string(), (fold(vendor), fold(product)));
                }
                // The test of this file proves that no line ends here.
                _ => {}
            }
        }
        this
    }

    fn add_product(&mut self, vendor: &str, name: &str, spellings: &str) {
        for spelling in std::iter::once(name).chain(spellings.split(',').map(str::trim)) {
            let (spelling, owned) = spelling
                .strip_prefix('!')
                .map_or((spelling, false), |spelling| (spelling, true));
            let spelling = fold(spelling);
            self.products
                .insert((vendor.to_string(), spelling.clone()), name.to_string());
            let names = (vendor.to_string(), name.to_string());
            if !owned {
                self.unowned
                    .entry(spelling)
                    .and_modify(|known| *known = known.take().filter(|known| *known == names))
                    .or_insert(Some(names));
            }
        }
    }

    fn vendor(&self, spelled: &str) -> String {
        match spelled {
            "n a" | "na" | "unknown" | "unspecified" | "none" | "various" => String::new(),
            other => self
                .vendors
                .get(other)
                .cloned()
                .unwrap_or_else(|| other.to_string()),
        }
    }

    /// A known vendor at the start of a product whose vendor is not named.
    fn leading_vendor(&self, product: &str) -> Option<(String, String)> {
        if self.unowned.contains_key(product) {
            return None;
        }
        let ends: Vec<usize> = product
            .match_indices(' ')
            .map(|(at, _)| at)
            .take(VENDOR_WORDS)
            .collect();
        ends.iter().rev().find_map(|end| {
            let (start, rest) = product.split_at_checked(*end)?;
            Some((
                self.vendors.get(start)?.clone(),
                rest.trim_start().to_string(),
            ))
        })
    }

    /// The names of a product; a vendor that is not named, or is only the product again, is filled in.
    fn product(&self, vendor: &str, product: &str) -> Option<(&str, &str)> {
        if let Some(((owner, _), name)) = self
            .products
            .get_key_value(&(vendor.to_string(), product.to_string()))
        {
            return Some((owner, name));
        }
        if !vendor.is_empty() && vendor != product {
            return None;
        }
        self.unowned
            .get(product)?
            .as_ref()
            .map(|(owner, name)| (owner.as_str(), name.as_str()))
    }

    fn known(&self, key: &ProductKey) -> bool {
        self.products
            .contains_key(&(key.vendor.clone(), key.product.clone()))
    }

    fn family(&self, key: &ProductKey) -> Vec<ProductKey> {
        match self
            .families
            .get(&(key.vendor.clone(), key.product.clone()))
        {
            Some(members) => members
                .iter()
                .map(|name| ProductKey {
                    vendor: key.vendor.clone(),
                    product: name.clone(),
                })
                .collect(),
            None => vec![key.clone()],
        }
    }
}

/// Words of an Exchange name that tell edition or cumulative update, not product.
fn without_edition(product: &str) -> String {
    let mut words: Vec<&str> = product.split(' ').collect();
    if !words.contains(&"exchange") {
        return product.to_string();
    }
    words.retain(|word| {
        let edition = matches!(
            *word,
            "2010" | "2013" | "2016" | "2019" | "se" | "rtm" | "standard" | "enterprise"
        );
        let update = word
            .strip_prefix("cu")
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        !edition && !update
    });
    let text = words.join(" ");
    match text.find(" cumulative update") {
        Some(at) => text.chars().take(at).collect(),
        None => text,
    }
}

/// Lower case, punctuation and runs of blanks to one blank, legal forms dropped.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '+' || c == '.'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| {
            !word.is_empty()
                && !matches!(
                    *word,
                    "inc" | "corp" | "corporation" | "gmbh" | "ltd" | "llc" | "®" | "™"
                )
        });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod example_tests;

#[cfg(test)]
mod tests;
