//! Renders what a rule refused in the language of its reader.
//!
//! A refusal travels as an error made of facts ([`Refusal`]); the terminal and a page render it with [`told`], a log with
//! [`in_english`]. What somebody reads later is stored with [`Refusal::kept`] and rendered with [`kept_words`].

use crate::text::Texts;
use anyhow::Error;
use jiff::tz::TimeZone;
use tuermer_core::locale::Language;
use tuermer_core::sentence::Sentence;
use tuermer_formats::facts;
pub use tuermer_store::refusal::{Refusal, as_denied, denied, refusal, wrong_call};

/// The sentence of a refusal in a language.
pub fn refusal_words(refusal: &Refusal, texts: Texts) -> String {
    texts.sentence(&refusal.sentence(), &TimeZone::UTC)
}

/// The sentence of [`Refusal::kept`] in a language; what was kept as a sentence stands as it is.
pub fn kept_words(text: &str, texts: Texts) -> String {
    texts.sentence(&facts::sentence(text), &TimeZone::UTC)
}

/// An error as a sentence without words, to be stored: the refusal, or what was said.
pub fn sentence(error: &Error) -> Sentence {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => refusal.sentence(),
        None => Sentence::verbatim(in_english(error)),
    }
}

/// The sentence for a reader where the error is a refusal.
pub fn refused(error: &Error, texts: Texts) -> Option<String> {
    error
        .downcast_ref::<Refusal>()
        .map(|refusal| refusal_words(refusal, texts))
}

/// What to tell a reader: the refusal in the own language, anything else as it was said.
pub fn told(error: &Error, texts: Texts) -> String {
    refused(error, texts).unwrap_or_else(|| format!("{error:#}"))
}

/// An error with all its causes, for logs and for the health of a station: refusals as English sentences.
pub fn in_english(error: &Error) -> String {
    let texts = Texts(Language::LOG);
    let refusal = error.downcast_ref::<Refusal>();
    // A refusal given as context is no link of its own in the chain; it is known by its text.
    let causes = error.chain().map(ToString::to_string).map(|cause| {
        refusal
            .filter(|refusal| refusal.to_string() == cause)
            .map_or(cause, |refusal| refusal_words(refusal, texts))
    });
    causes.collect::<Vec<_>>().join(": ")
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
        assert!(in_english(&error).starts_with("while submitting: "));
        assert!(
            in_english(&error).contains("W-1 has no audience"),
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
                refusal_words(&refusal, Texts(language))
            );
        }
        assert_eq!(
            kept_words("Die Prüfsumme passt nicht.", Texts(Language::English)),
            "Die Prüfsumme passt nicht."
        );
    }
}
