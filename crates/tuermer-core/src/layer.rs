//! Facts in layers: each source keeps its own words about an organisation; the strongest that says something is shown.
//!
//! A blank never erases, and a later word of a weaker source never erases an earlier one of a stronger source.

use crate::locale::Language;
use crate::scale::Source;
use jiff::Timestamp;

/// Facts about an organisation from one source; `None` where the source has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Name, NFC.
    pub name: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// Municipality.
    pub city: Option<String>,
    /// ISO 3166 code.
    pub country: Option<String>,
    /// Branch.
    pub sector: Option<String>,
    /// Size class.
    pub size_class: Option<String>,
    /// Language of the reader.
    pub language: Option<Language>,
    /// External id of the provider that looks after it.
    pub provider: Option<String>,
}

/// What one source says about one organisation, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Who said so.
    pub source: Source,
    /// When they last said something new.
    pub said_at: Timestamp,
    /// What they said.
    pub facts: Facts,
}

impl Facts {
    /// These facts with the gaps filled from `weaker`.
    pub fn or(self, weaker: &Self) -> Self {
        let Self {
            name,
            street,
            postcode,
            city,
            country,
            sector,
            size_class,
            language,
            provider,
        } = self;
        Self {
            name: name.or_else(|| weaker.name.clone()),
            street: street.or_else(|| weaker.street.clone()),
            postcode: postcode.or_else(|| weaker.postcode.clone()),
            city: city.or_else(|| weaker.city.clone()),
            country: country.or_else(|| weaker.country.clone()),
            sector: sector.or_else(|| weaker.sector.clone()),
            size_class: size_class.or_else(|| weaker.size_class.clone()),
            language: language.or(weaker.language),
            provider: provider.or_else(|| weaker.provider.clone()),
        }
    }
}

/// Per field the word of the strongest source that says something.
pub fn effective(layers: &[Layer]) -> Facts {
    let mut strongest_first: Vec<&Layer> = layers.iter().collect();
    strongest_first.sort_by_key(|layer| std::cmp::Reverse(layer.source));
    strongest_first
        .into_iter()
        .fold(Facts::default(), |facts, layer| facts.or(&layer.facts))
}

#[cfg(test)]
mod tests {
    use super::{Facts, Layer, effective};
    use crate::scale::Source;
    use jiff::Timestamp;

    fn layer(source: Source, second: i64, name: Option<&str>, city: Option<&str>) -> Layer {
        let facts = Facts {
            name: name.map(str::to_string),
            city: city.map(str::to_string),
            ..Facts::default()
        };
        Layer {
            source,
            said_at: Timestamp::from_second(second).unwrap(),
            facts,
        }
    }

    #[test]
    fn the_strongest_source_that_says_something_wins() {
        let rows: &[(&[Layer], Option<&str>, Option<&str>)] = &[
            (&[], None, None),
            (
                &[layer(Source::Register, 9, Some("R"), Some("Siegen"))],
                Some("R"),
                Some("Siegen"),
            ),
            // The member spoke earlier and only of its name; the register is newer and weaker.
            (
                &[
                    layer(Source::Register, 9, Some("R"), Some("Siegen")),
                    layer(Source::Member, 1, Some("M"), None),
                ],
                Some("M"),
                Some("Siegen"),
            ),
            (
                &[
                    layer(Source::Member, 1, None, Some("Olpe")),
                    layer(Source::Provider, 9, Some("P"), Some("Hilchenbach")),
                ],
                Some("P"),
                Some("Olpe"),
            ),
        ];
        for (layers, name, city) in rows {
            let facts = effective(layers);
            assert_eq!(
                (facts.name.as_deref(), facts.city.as_deref()),
                (*name, *city),
                "{layers:?}"
            );
        }
    }
}
