//! Many threats at once: how an asset stands to each of them, found in one search instead of judged for each.
//!
//! What all threats say about one product is a page. Versions that no bound of the page can tell apart share a row in
//! it: the standing to every threat, judged when the first such version asks. Status and certainty are those of
//! [`super::assess_organisation`] for somebody with this asset alone; there are no words here.

use super::rules::{Prepared, Rules};
use super::{Case, subject};
use crate::asset::{AssetKind, Presence};
use crate::limits;
use crate::product::ProductKey;
use crate::scale::{Certainty, Status};
use crate::version::ParsedVersion;
use crate::version_order::{Ladder, Scheme};
use std::collections::HashMap;

/// First word of a row's key: told not to run there.
const NOT_IN_USE: u64 = 0;
/// No version is told.
const UNTOLD: u64 = 1;
/// A version that no statement names in the same letters; behind it, those that one does.
const UNNAMED: u64 = 2;

/// All threats, made ready for many assets.
pub struct RuleBook<'a> {
    threats: Vec<Prepared<'a>>,
    /// Threats that concern a product, by its word.
    by_word: HashMap<String, Vec<usize>>,
    by_product: HashMap<ProductKey, usize>,
    pages: Vec<ProductRules<'a>>,
    /// Standings in the rows of all pages.
    kept: usize,
    key: Vec<u64>,
}

/// How an asset stands to a threat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Affected or not.
    pub status: Status,
    /// How surely.
    pub certainty: Certainty,
}

/// How an asset stands to the threats that concern its product; both lists are of one length.
#[derive(Debug, Clone, Copy)]
pub struct Row<'r> {
    /// Numbers of the threats, as they were given to [`RuleBook::new`].
    pub threats: &'r [usize],
    /// The standing to each.
    pub standings: &'r [Standing],
}

/// What all threats say about one product.
struct ProductRules<'a> {
    product: ProductKey,
    scheme: Scheme,
    threats: Vec<usize>,
    /// For each of `threats`.
    rules: Vec<Rules<'a>>,
    /// Places in `rules` where a build pack may decide; these are judged for each asset.
    packed: Vec<usize>,
    ladders: Vec<Ladder>,
    /// Versions that statements name: what no order can read is only equal to the same letters.
    texts: HashMap<String, u64>,
    rows: HashMap<Box<[u64]>, Vec<Standing>>,
    /// The row of an asset of which packs decide a part.
    own_row: Vec<Standing>,
}

impl<'a> RuleBook<'a> {
    /// Goes through all threats once; pages are made when their product is first asked for.
    pub fn new(cases: impl IntoIterator<Item = Case<'a>>) -> Self {
        let threats: Vec<Prepared<'a>> = cases.into_iter().map(Prepared::new).collect();
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, threat) in threats.iter().enumerate() {
            for product in threat.case.products() {
                let of_word = by_word.entry(product.product).or_default();
                if of_word.last() != Some(&number) {
                    of_word.push(number);
                }
            }
        }
        Self {
            threats,
            by_word,
            by_product: HashMap::new(),
            pages: Vec::new(),
            kept: 0,
            key: Vec::new(),
        }
    }

    /// How an asset of this product stands.
    pub fn ask(&mut self, product: &ProductKey, asset: AssetKind<'_>) -> Row<'_> {
        if self.kept > limits::RULE_BOOK_STANDINGS {
            self.pages.iter_mut().for_each(|page| page.rows.clear());
            self.kept = 0;
        }
        let number = match self.by_product.get(product) {
            Some(number) => *number,
            None => {
                self.pages.push(ProductRules::new(
                    &self.threats,
                    self.by_word
                        .get(&product.product)
                        .map_or(&[], Vec::as_slice),
                    product,
                ));
                let number = self.pages.len().saturating_sub(1);
                self.by_product.insert(product.clone(), number);
                number
            }
        };
        match self.pages.get_mut(number) {
            Some(page) => page.ask(&self.threats, asset, &mut self.key, &mut self.kept),
            None => Row {
                threats: &[],
                standings: &[],
            },
        }
    }
}

impl<'a> ProductRules<'a> {
    fn new(all: &[Prepared<'a>], numbers: &[usize], product: &ProductKey) -> Self {
        let concerned = numbers
            .iter()
            .filter_map(|number| Some((*number, all.get(*number)?.rules(product)?)));
        let (threats, rules): (Vec<usize>, Vec<Rules<'a>>) = concerned.unzip();
        let packed = rules
            .iter()
            .enumerate()
            .filter(|(_, rules)| rules.flaws.iter().any(|flaw| flaw.pack.is_some()))
            .map(|(place, _)| place)
            .collect();
        let statements = || {
            rules
                .iter()
                .flat_map(|rules| &rules.flaws)
                .flat_map(|flaw| &flaw.named)
                .map(|(_, rule)| rule)
        };
        let mut schemes: Vec<Scheme> = statements()
            .flat_map(|rule| rule.bounds())
            .map(|bound| bound.scheme())
            .collect();
        schemes.sort_unstable();
        schemes.dedup();
        let ladders = schemes
            .into_iter()
            .map(|scheme| Ladder::new(scheme, statements().flat_map(|rule| rule.bounds())))
            .collect();
        let mut texts = HashMap::new();
        for text in statements().filter_map(|rule| rule.exact_text()) {
            let next = UNNAMED.saturating_add(1).saturating_add(texts.len() as u64);
            texts.entry(text.to_string()).or_insert(next);
        }
        let (rows, own_row) = (HashMap::new(), Vec::new());
        Self {
            product: product.clone(),
            scheme: product.scheme(),
            threats,
            rules,
            packed,
            ladders,
            texts,
            rows,
            own_row,
        }
    }

    fn ask(
        &mut self,
        all: &[Prepared<'a>],
        asset: AssetKind<'_>,
        key: &mut Vec<u64>,
        kept: &mut usize,
    ) -> Row<'_> {
        let version = self.place(asset, key);
        if !self.rows.contains_key(key.as_slice()) {
            let in_use = asset.presence == Presence::OnPremises;
            let judged = |(rules, number): (&Rules<'a>, &usize)| {
                let standing = if in_use {
                    Standing::by_ranges(rules, version.as_ref())
                } else {
                    Standing::NOT_IN_USE
                };
                standing.of(all.get(*number))
            };
            let row: Vec<Standing> = self.rules.iter().zip(&self.threats).map(judged).collect();
            *kept = kept.saturating_add(row.len()).saturating_add(key.len());
            self.rows.insert(key.as_slice().into(), row);
        }
        let row = self.rows.get(key.as_slice()).map_or(&[][..], Vec::as_slice);
        if self.packed.is_empty() {
            return Row {
                threats: &self.threats,
                standings: row,
            };
        }
        self.own_row.clear();
        self.own_row.extend_from_slice(row);
        for place in &self.packed {
            let threat = self.threats.get(*place).and_then(|number| all.get(*number));
            if let (Some(threat), Some(rules), Some(standing)) =
                (threat, self.rules.get(*place), self.own_row.get_mut(*place))
            {
                let ground = subject::asset(threat.case, rules, &self.product, asset).ground;
                *standing = Standing {
                    status: ground.status,
                    certainty: ground.certainty,
                }
                .of(Some(threat));
            }
        }
        Row {
            threats: &self.threats,
            standings: &self.own_row,
        }
    }

    /// Writes the key of the row, and gives the version where one is told.
    fn place(&self, asset: AssetKind<'_>, key: &mut Vec<u64>) -> Option<ParsedVersion> {
        key.clear();
        let told = subject::compared_version(asset);
        if asset.presence != Presence::OnPremises || told.is_empty() {
            key.push(
                if told.is_empty() && asset.presence == Presence::OnPremises {
                    UNTOLD
                } else {
                    NOT_IN_USE
                },
            );
            return None;
        }
        let mut version = ParsedVersion::in_scheme(&told, self.scheme);
        key.push(self.texts.get(version.text()).copied().unwrap_or(UNNAMED));
        for ladder in &self.ladders {
            version.read_in(ladder.scheme());
            ladder.place(version.form(ladder.scheme()), key);
        }
        Some(version)
    }
}

impl Standing {
    const NOT_IN_USE: Self = Self {
        status: Status::NotAffected,
        certainty: Certainty::Observed,
    };

    /// The worst flaw speaks for the asset.
    fn by_ranges(rules: &Rules<'_>, version: Option<&ParsedVersion>) -> Self {
        let worst = rules
            .flaws
            .iter()
            .map(|flaw| flaw.ask(version).standing())
            .max();
        let (status, certainty) = worst.unwrap_or((Status::Unknown, Certainty::Possible));
        Self { status, certainty }
    }

    /// A threat that was withdrawn affects nobody.
    fn of(self, threat: Option<&Prepared<'_>>) -> Self {
        if threat.is_some_and(|threat| threat.case.threat.withdrawn) {
            Self {
                status: Status::NotAffected,
                ..self
            }
        } else {
            self
        }
    }
}
