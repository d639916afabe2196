//! Words on screen and terminal in two languages: plain files `key = text` with `{placeholders}`.
//!
//! A test holds the two languages against each other and every key against the code.

use std::collections::HashMap;
use std::sync::LazyLock;
use tuermer_core::locale::Language;

/// One file per area and language.
macro_rules! areas {
    ($($area:literal),* $(,)?) => {
        const GERMAN: &[(&str, &str)] = &[$(($area, include_str!(concat!("texts/de/", $area, ".txt")))),*];
        const ENGLISH: &[(&str, &str)] = &[$(($area, include_str!(concat!("texts/en/", $area, ".txt")))),*];
    };
}

areas![
    "general", "import", "threat", "pack", "policy", "verdict", "warn", "delivery", "public",
    "operator", "contact", "demo", "feed", "provider", "notice", "match", "witness", "check",
    "rights", "field"
];

type Catalogue = HashMap<&'static str, &'static str>;

static CATALOGUES: LazyLock<[Catalogue; 2]> =
    LazyLock::new(|| [catalogue(GERMAN), catalogue(ENGLISH)]);

fn catalogue(files: &'static [(&'static str, &'static str)]) -> Catalogue {
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, text)| (key.trim(), text.trim()))
        .collect()
}

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts(pub Language);

impl Texts {
    fn catalogue(self) -> &'static Catalogue {
        let [german, english] = &*CATALOGUES;
        match self.0 {
            Language::German => german,
            Language::English => english,
        }
    }

    /// The text of `key`; the key itself where it is missing, so that a gap is seen.
    pub fn get(self, key: &str) -> String {
        self.catalogue()
            .get(key)
            .map_or_else(|| key.to_string(), |text| (*text).to_string())
    }

    /// The text of `key` with `{name}` replaced by values.
    pub fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(key);
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// All keys, for the test that compares the languages.
    pub fn keys(self) -> Vec<&'static str> {
        self.catalogue().keys().copied().collect()
    }
}

/// `25 000` in German, `25,000` in English.
pub fn grouped(count: u64, language: Language) -> String {
    let mark = match language {
        Language::German => '\u{202f}',
        Language::English => ',',
    };
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_as_the_language_does() {
        for (count, german, english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_240, "1\u{202f}240", "1,240"),
            (25_000_000, "25\u{202f}000\u{202f}000", "25,000,000"),
        ] {
            assert_eq!(
                (
                    grouped(count, Language::German).as_str(),
                    grouped(count, Language::English).as_str()
                ),
                (german, english)
            );
        }
    }
}
