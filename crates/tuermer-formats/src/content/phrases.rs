//! Phrases of one language from `templates/{de,en}/content.txt`, by key.

use tuermer_core::locale::Language;

/// The phrases of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrases(pub(super) Language);

impl Phrases {
    /// Empty for a key that does not exist; a test holds every key.
    pub(super) fn get(self, key: &str) -> &'static str {
        let text = match self.0 {
            Language::German => include_str!("../../templates/de/content.txt"),
            Language::English => include_str!("../../templates/en/content.txt"),
        };
        let lines = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(" = "));
        lines
            .into_iter()
            .find(|(name, _)| *name == key)
            .map_or("", |(_, phrase)| phrase)
    }

    /// The text of this language, of two that a build pack brings.
    pub(super) fn choose(self, [german, english]: &[String; 2]) -> &str {
        if self.0 == Language::German {
            german
        } else {
            english
        }
    }

    /// The phrase with a value in place of each `{name}`.
    pub(super) fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(key).to_string();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
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
