//! Which things a file has told already, so that two rows about the same thing are noticed.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What was told, by hash: a million rows must not be kept as text.
#[derive(Debug, Default)]
pub struct Seen(HashMap<u128, (u64, u64)>);

/// How a row stands to the rows before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// The first about this thing.
    First,
    /// Says what an earlier row said.
    Equal,
    /// Says something else than this earlier row.
    Differs(u64),
}

fn hash(value: &impl Hash, salt: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    salt.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}

impl Seen {
    /// Notes that `row` tells `content` about `key`. Two hashes of 64 bit make the key: an accidental
    /// meeting among a million rows has a chance of one in 10^26.
    pub fn note(&mut self, key: &impl Hash, content: &impl Hash, row: u64) -> Repetition {
        let wide = (u128::from(hash(key, 0)) << 64) | u128::from(hash(key, 1));
        let content = hash(content, 2);
        match self.0.get(&wide) {
            None => {
                self.0.insert(wide, (content, row));
                Repetition::First
            }
            Some((earlier, _)) if *earlier == content => Repetition::Equal,
            Some((_, earlier)) => Repetition::Differs(*earlier),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Repetition, Seen};

    #[test]
    fn repetitions() {
        let mut seen = Seen::default();
        let rows = [
            (("a", "x", 2), Repetition::First),
            (("b", "x", 3), Repetition::First),
            (("a", "x", 4), Repetition::Equal),
            (("a", "y", 5), Repetition::Differs(2)),
        ];
        for ((key, content, row), expected) in rows {
            assert_eq!(seen.note(&key, &content, row), expected, "{key} {content}");
        }
    }
}
