//! The texts of one language: plain files `key = text` with `{placeholders}`.
//!
//! A line that begins with `#` is a comment. Whatever is said in a language is said from here, so a language that does
//! not exist yet is a catalogue from other files.

use std::collections::HashMap;
use std::sync::LazyLock;
use tuermer_core::locale::Language;

/// Key → text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue(HashMap<String, String>);

impl Catalogue {
    /// Reads files; of two texts with the same key the later counts.
    pub fn read<'f>(files: impl IntoIterator<Item = &'f str>) -> Self {
        let lines = files.into_iter().flat_map(str::lines);
        let texts = lines
            .filter(|line| !line.trim_start().starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, text)| (key.trim().to_string(), text.trim().to_string()));
        Self(texts.collect())
    }

    /// The text of a key, if it has one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The text of a key; the key itself where it is missing, so that a gap is seen.
    pub fn get<'c>(&'c self, key: &'c str) -> &'c str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key with `{name}` replaced by values.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The same keys with other texts, for instance those of a language that does not exist.
    #[must_use]
    pub fn map(&self, translate: impl Fn(&str, &str) -> String) -> Self {
        let texts = self.0.iter();
        Self(
            texts
                .map(|(key, text)| (key.clone(), translate(key, text)))
                .collect(),
        )
    }
}

/// Replaces `{name}` by its value; what a value itself holds in braces stands as it is.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}').and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        rest = match named {
            Some((value, after)) => {
                filled.push_str(value);
                after
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

macro_rules! catalogues {
    ($($name:ident = $code:literal),* $(,)?) => {
        static ALL: LazyLock<Vec<(Language, Catalogue)>> = LazyLock::new(|| {
            vec![$((
                Language::$name,
                Catalogue::read([
                    include_str!(concat!("../templates/", $code, "/content.txt")),
                    include_str!(concat!("../texts/", $code, "/mail.txt")),
                    include_str!(concat!("../texts/", $code, "/reason.txt")),
                    include_str!(concat!("../texts/", $code, "/time.txt")),
                ]),
            )),*]
        });
    };
}

tuermer_core::languages!(catalogues);

/// The texts of this crate in a language.
pub(crate) fn of(language: Language) -> &'static Catalogue {
    static NONE: LazyLock<Catalogue> = LazyLock::new(Catalogue::default);
    ALL.iter()
        .find(|(known, _)| *known == language)
        .map_or(&NONE, |(_, texts)| texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_once() {
        let rows: [(&str, &[(&str, &str)], &str); 4] = [
            ("a {b} c", &[("b", "x")], "a x c"),
            ("{a}{b}", &[("a", "{b}"), ("b", "y")], "{b}y"),
            ("{not this} {a}", &[("a", "x")], "{not this} x"),
            ("open { and {a", &[("a", "x")], "open { and {a"),
        ];
        for (text, values, filled) in rows {
            assert_eq!(fill(text, values), filled, "{text}");
        }
    }
}
