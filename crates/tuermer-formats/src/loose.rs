//! JSON from sources that write numbers as words and words as numbers, element by element.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// A word, number or truth value as text; lists and objects say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word(pub Option<String>);

impl Word {
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    pub fn is_true(&self) -> bool {
        matches!(self.text(), "true" | "1")
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(WordVisitor)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Word;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a word or number")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Word, E> {
        Ok(Word(Some(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Word, E> {
        Ok(Word(Some(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Word, E> {
        Ok(Word(Some(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Word, E> {
        Ok(Word(Some(value.to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Word, E> {
        Ok(Word(Some(value.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Word, E> {
        Ok(Word(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Word, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Word(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Word, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Word(None))
    }
}

/// Hands the elements of a list one by one, so that a wrong one costs itself and memory does not grow with the list.
/// What is no list has no elements.
pub(crate) fn each<'a>(
    list: Option<&'a RawValue>,
    take: &mut dyn FnMut(&'a RawValue),
) -> Result<(), serde_json::Error> {
    let Some(list) = list.filter(|list| list.get().starts_with('[')) else {
        return Ok(());
    };
    let mut source = serde_json::Deserializer::from_str(list.get());
    (&mut source).deserialize_seq(Each(take))
}

struct Each<'t, 'a>(&'t mut dyn FnMut(&'a RawValue));

impl<'a> Visitor<'a> for Each<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element::<&'a RawValue>()? {
            (self.0)(element);
        }
        Ok(())
    }
}
