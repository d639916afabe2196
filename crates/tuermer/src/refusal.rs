//! What a station will not do, told in the reader's language.
//!
//! A refusal travels as an error: the terminal and the log print it in English, a page looks for it with [`told`]
//! and says it in the words of its reader. What is read later by somebody is kept with [`Refusal::kept`].

use crate::text::Texts;
use anyhow::Error;
use jiff::tz::TimeZone;
use std::fmt;
use tuermer_core::locale::Language;
use tuermer_core::rights::{Act, Actor, Circle};
use tuermer_core::sentence::Sentence;
use tuermer_formats::facts;

/// A broken rule: the key of its sentence and the values in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    key: &'static str,
    values: Vec<(&'static str, String)>,
    /// The call itself was wrong (exit code 2), not what it met.
    pub wrong_call: bool,
    /// Who asked may not do that; others may.
    pub denied: bool,
}

impl Refusal {
    /// The reason by its key, for instance as the context of another error.
    pub fn new<const N: usize>(
        key: &'static str,
        values: [(&'static str, &dyn fmt::Display); N],
    ) -> Self {
        Self {
            key,
            values: values
                .into_iter()
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            wrong_call: false,
            denied: false,
        }
    }

    /// The same from values that are texts already.
    pub fn of(key: &'static str, values: Vec<(&'static str, String)>) -> Self {
        Self {
            key,
            values,
            wrong_call: false,
            denied: false,
        }
    }

    /// Key and values.
    pub fn parts(self) -> (&'static str, Vec<(&'static str, String)>) {
        (self.key, self.values)
    }

    /// The key of the sentence.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The sentence in a language.
    pub fn words(&self, texts: Texts) -> String {
        texts.sentence(&self.sentence(), &TimeZone::UTC)
    }

    /// The sentence without words, to be stored.
    pub fn sentence(&self) -> Sentence {
        let values = self.values.iter();
        Sentence {
            key: self.key.to_string(),
            values: values
                .map(|(name, value)| ((*name).to_string(), value.into()))
                .collect(),
        }
    }

    /// Key and values as text, for [`kept_words`].
    pub fn kept(&self) -> String {
        facts::stored(&self.sentence())
    }
}

/// The sentence of [`Refusal::kept`] in a language; what was kept as a sentence stands as it is.
pub fn kept_words(text: &str, texts: Texts) -> String {
    texts.sentence(&facts::sentence(text), &TimeZone::UTC)
}

/// An error as a sentence without words, to be stored: the refusal, or what was said.
pub fn sentence(error: &Error) -> Sentence {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => refusal.sentence(),
        None => Sentence::verbatim(format!("{error:#}")),
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Texts(Language::LOG)))
    }
}

impl std::error::Error for Refusal {}

/// The error of a broken rule.
pub fn refusal<const N: usize>(
    key: &'static str,
    values: [(&'static str, &dyn fmt::Display); N],
) -> Error {
    Error::new(Refusal::new(key, values))
}

/// The error of a call that is wrong in itself.
pub fn wrong_call<const N: usize>(
    key: &'static str,
    values: [(&'static str, &dyn fmt::Display); N],
) -> Error {
    Error::new(Refusal {
        wrong_call: true,
        ..Refusal::new(key, values)
    })
}

/// The error of an act that this actor may not do: who wanted what, and who may.
pub fn denied(actor: &Actor, act: Act) -> Error {
    let key = match act.circle() {
        Circle::Writers => "rights.only_writers",
        Circle::WritersAndShell | Circle::WritersShellAndStations => "rights.only_writers_or_shell",
        Circle::People => "rights.only_people",
        Circle::PeopleAndShell => "rights.only_people_or_shell",
        Circle::Administrators => "rights.only_administrators",
        Circle::AdministratorsAndShell => "rights.only_administrators_or_shell",
        Circle::Links => "rights.only_links",
        Circle::Everybody => "rights.only_persons",
    };
    Error::new(Refusal {
        denied: true,
        ..Refusal::new(key, [("actor", &actor.name()), ("act", &act.as_str())])
    })
}

/// The refusal of an act that this actor may not do.
pub fn as_denied(error: &Error) -> Option<&Refusal> {
    error
        .downcast_ref::<Refusal>()
        .filter(|refusal| refusal.denied)
}

/// The sentence for a reader where the error is a refusal.
pub fn refused(error: &Error, texts: Texts) -> Option<String> {
    error
        .downcast_ref::<Refusal>()
        .map(|refusal| refusal.words(texts))
}

/// What to tell a reader: the refusal in the own language, anything else as it was said.
pub fn told(error: &Error, texts: Texts) -> String {
    refused(error, texts).unwrap_or_else(|| format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_language_of_its_reader() {
        let error =
            refusal("warn.refused_no_audience", [("number", &"W-1")]).context("while submitting");
        assert!(
            told(&error, Texts(Language::German)).contains("W-1 trifft niemanden"),
            "{}",
            told(&error, Texts(Language::German))
        );
        assert!(
            format!("{error:#}").contains("W-1 has no audience"),
            "{error:#}"
        );
        assert_eq!(
            told(&anyhow::anyhow!("disk full"), Texts(Language::German)),
            "disk full"
        );
    }

    #[test]
    fn what_was_kept_is_told_in_the_language_of_its_reader() {
        let refusal = Refusal::new("warn.refused_no_audience", [("number", &"W-\"1\"")]);
        for language in [Language::German, Language::English] {
            assert_eq!(
                kept_words(&refusal.kept(), Texts(language)),
                refusal.words(Texts(language))
            );
        }
        assert_eq!(
            kept_words("Die Prüfsumme passt nicht.", Texts(Language::English)),
            "Die Prüfsumme passt nicht."
        );
    }
}
