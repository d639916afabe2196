//! The languages a reader may have, and texts that come in several of them.
//!
//! [`languages!`](crate::languages) is the only list: another language is one line there, a folder in each `texts/` and
//! `templates/`, and nothing else. No sentence stands in code.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hands every language with its ISO 639-1 code to the macro `$then`, in the order in which content is hashed and shown.
#[macro_export]
macro_rules! languages {
    ($then:ident) => {
        $then! {
            German = "de",
            English = "en",
        }
    };
}

macro_rules! define {
    ($($name:ident = $code:literal),* $(,)?) => {
        /// A reader's language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Language {
            $(
                #[doc = concat!("`", $code, "`")]
                $name,
            )*
        }

        impl Language {
            /// All languages, in the order in which content is hashed and shown.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// ISO 639-1 code as stored and as in `lang=""`.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code),*
                }
            }

            /// Reads a code followed by anything: `de`, `de-AT`, `de_DE.UTF-8`, `deutsch`, …; `None` for others.
            pub fn parse(text: &str) -> Option<Self> {
                let text = text.trim().to_lowercase();
                match text.get(..2)? {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

languages!(define);

impl Language {
    /// The region's own language: what is meant where nobody said.
    pub const REGION: Self = Self::German;
    /// The language of logs, of the journal and of programs that read our answers.
    pub const LOG: Self = Self::English;
}

impl Default for Language {
    fn default() -> Self {
        Self::REGION
    }
}

/// One text in several languages, by code: what a build pack asks, what an earlier program wrote.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phrase(BTreeMap<String, String>);

impl Phrase {
    /// The text in each of these languages.
    pub fn new(texts: impl IntoIterator<Item = (Language, String)>) -> Self {
        let coded = |(language, text): (Language, String)| (language.code().to_string(), text);
        Self(texts.into_iter().map(coded).collect())
    }

    /// The text in a language; where it has none, in that of the logs, else in any.
    pub fn text(&self, language: Language) -> &str {
        [language, Language::LOG]
            .iter()
            .find_map(|language| self.0.get(language.code()))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }

    /// Every text there is.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_its_own_text_reads_the_one_of_the_logs() {
        let phrase = |texts: &[(Language, &str)]| {
            Phrase::new(
                texts
                    .iter()
                    .map(|(language, text)| (*language, (*text).to_string())),
            )
        };
        let both = phrase(&[(Language::German, "neu"), (Language::English, "new")]);
        let german = phrase(&[(Language::German, "neu")]);
        for (phrase, language, wanted) in [
            (&both, Language::German, "neu"),
            (&both, Language::English, "new"),
            (&german, Language::English, "neu"),
            (&Phrase::default(), Language::German, ""),
        ] {
            assert_eq!(phrase.text(language), wanted);
        }
    }
}
