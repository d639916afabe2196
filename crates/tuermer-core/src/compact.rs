//! Ids in sixteen bytes: ten million assets of a million organisations must fit in memory.
//!
//! A ULID is a number of 128 bits written in 26 letters, so it is kept as that number. Any other id (tests,
//! foreign registers) gets a number with the highest bit set, which no ULID of this millennium has.

use std::collections::HashMap;

/// Ids as numbers, and back.
#[derive(Debug, Default)]
pub struct CompactIds {
    others: Vec<String>,
    numbers: HashMap<String, u128>,
}

/// Crockford's letters in the order of their value.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a ULID.
const LENGTH: usize = 26;
/// Set on the numbers of ids that are no ULID.
const OTHER: u128 = 1 << 127;
/// Letter → value; 255 where it is none.
const VALUES: [u8; 256] = values();

#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation)]
const fn values() -> [u8; 256] {
    let mut values = [255; 256];
    let mut value = 0;
    while value < LETTERS.len() {
        values[LETTERS[value] as usize] = value as u8;
        value += 1;
    }
    values
}

impl CompactIds {
    /// The number of an id; a new one where it was not known.
    pub fn number(&mut self, id: &str) -> u128 {
        if let Some(number) = self.find(id) {
            return number;
        }
        let number = OTHER | self.others.len() as u128;
        self.others.push(id.to_string());
        self.numbers.insert(id.to_string(), number);
        number
    }

    /// The number of an id, if it has one.
    pub fn find(&self, id: &str) -> Option<u128> {
        parse(id).or_else(|| self.numbers.get(id).copied())
    }

    /// The id of a number.
    pub fn text(&self, number: u128) -> String {
        if number & OTHER != 0 {
            let other = usize::try_from(number ^ OTHER)
                .ok()
                .and_then(|index| self.others.get(index));
            return other.cloned().unwrap_or_default();
        }
        let mut letters = [b'0'; LENGTH];
        for (place, letter) in letters.iter_mut().rev().enumerate() {
            let value = usize::try_from((number >> (5 * place)) & 31).unwrap_or(0);
            *letter = LETTERS.get(value).copied().unwrap_or(b'0');
        }
        std::str::from_utf8(&letters)
            .unwrap_or_default()
            .to_string()
    }
}

/// The number of a canonical ULID below [`OTHER`].
fn parse(id: &str) -> Option<u128> {
    if id.len() != LENGTH || id.as_bytes().first().is_none_or(|first| *first > b'3') {
        return None;
    }
    let mut number = 0_u128;
    for letter in id.bytes() {
        let value = VALUES
            .get(usize::from(letter))
            .copied()
            .filter(|value| *value < 32)?;
        number = (number << 5) | u128::from(value);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_comes_back_as_it_was(id in "[0-3][0-9A-HJKMNP-TV-Z]{25}|[0-9A-Za-z]{26}|[a-z0-9-]{0,40}") {
            let mut ids = CompactIds::default();
            let first = ids.number("something else");
            let number = ids.number(&id);
            prop_assert_eq!(ids.number(&id), number);
            prop_assert_eq!(ids.find(&id), Some(number));
            prop_assert_eq!(ids.text(number), id);
            prop_assert_eq!(ids.text(first), "something else");
        }
    }

    #[test]
    fn a_ulid_needs_no_table() {
        let mut ids = CompactIds::default();
        assert_eq!(
            ids.text(ids.find("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap()),
            "01ARZ3NDEKTSV4RRFFQ69G5FAV"
        );
        assert_ne!(ids.number("o"), ids.number("p"));
        assert_eq!(ids.others.len(), 2);
        assert_eq!(ids.find("q"), None);
    }
}
