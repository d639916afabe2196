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

areas!["general", "import", "threat", "pack", "verdict", "warn", "delivery", "public", "operator", "demo"];

type Catalogue = HashMap<&'static str, &'static str>;

static CATALOGUES: LazyLock<[Catalogue; 2]> = LazyLock::new(|| [catalogue(GERMAN), catalogue(ENGLISH)]);

fn catalogue(files: &'static [(&'static str, &'static str)]) -> Catalogue {
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.filter(|line| !line.trim_start().starts_with('#')).filter_map(|line| line.split_once('=')).map(|(key, text)| (key.trim(), text.trim())).collect()
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
        self.catalogue().get(key).map_or_else(|| key.to_string(), |text| (*text).to_string())
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
