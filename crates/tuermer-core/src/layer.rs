//! Facts in layers: each source keeps its own words about an organisation; the strongest that says something is shown.
//!
//! A blank never erases, and a later word of a weaker source never erases an earlier one of a stronger source.

use crate::field::Facts;
use crate::scale::Source;
use jiff::Timestamp;

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
    use crate::field::Field;
    use crate::scale::Source;
    use jiff::Timestamp;

    fn layer(source: Source, second: i64, name: Option<&str>, city: Option<&str>) -> Layer {
        let mut facts = Facts::default();
        facts.set(Field::Name, name.map(str::to_string));
        facts.set(Field::City, city.map(str::to_string));
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
                (facts.get(Field::Name), facts.get(Field::City)),
                (*name, *city),
                "{layers:?}"
            );
        }
    }
}
