//! A kind of asset: one spelling of vendor, product, version and build, with everybody who has it.
//!
//! Every asset that is loaded looks for its kind among tens of thousands, so all words of a kind lie in one place of
//! memory.

use super::inventory::Hit;
use crate::asset::{AssetKind, Presence};
use crate::product::ProductKey;
use crate::scale::Source;

/// Words and owners.
pub(super) struct Kind {
    /// Vendor, product, version, note and build, one behind the other.
    text: Box<str>,
    /// Where the first four end.
    ends: [usize; 4],
    has_build: bool,
    source: Source,
    presence: Presence,
    /// The comparable name of the product.
    pub(super) key: ProductKey,
    /// Everybody who has, or had, something of this kind.
    pub(super) hits: Vec<Hit>,
}

impl Kind {
    /// Nobody has it yet.
    pub(super) fn new(words: AssetKind<'_>, key: ProductKey) -> Self {
        let AssetKind {
            vendor,
            product,
            version,
            build,
            source,
            note,
            presence,
        } = words;
        let (mut text, mut ends) = (String::new(), [0; 4]);
        for (word, end) in [vendor, product, version, note].into_iter().zip(&mut ends) {
            text.push_str(word);
            *end = text.len();
        }
        text.push_str(build.unwrap_or_default());
        Self {
            text: text.into(),
            ends,
            has_build: build.is_some(),
            source,
            presence,
            key,
            hits: Vec::new(),
        }
    }

    /// Vendor, product, version, build and note as they were reported.
    pub(super) fn asset_kind(&self) -> AssetKind<'_> {
        let [vendor, product, version, note] = self.ends;
        let word = |from, to| self.text.get(from..to).unwrap_or_default();
        AssetKind {
            vendor: word(0, vendor),
            product: word(vendor, product),
            version: word(product, version),
            build: self.has_build.then(|| word(note, self.text.len())),
            source: self.source,
            note: word(version, note),
            presence: self.presence,
        }
    }
}
