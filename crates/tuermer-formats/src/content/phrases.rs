//! Phrases of one language from `templates/<language>/content.txt`, by key.

use crate::catalogue;
use tuermer_core::locale::Language;

/// The phrases of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrases(pub(super) Language);

impl Phrases {
    /// Empty for a key that does not exist; a test holds every key.
    pub(super) fn get(self, key: &str) -> &'static str {
        catalogue::of(self.0).find(key).unwrap_or_default()
    }

    /// The phrase with a value in place of each `{name}`.
    pub(super) fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        catalogue::fill(self.get(key), values)
    }

    /// How many steps there are with an update, with or without a search for traces.
    pub(super) fn steps(self, traces: bool) -> &'static str {
        self.count(if traces { 3 } else { 2 })
    }

    /// How many steps there are, in words.
    pub(super) fn count(self, steps: usize) -> &'static str {
        self.get(match steps {
            1 => "steps.1",
            2 => "steps.2",
            _ => "steps.3",
        })
    }
}
