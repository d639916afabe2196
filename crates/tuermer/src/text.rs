//! Words on screen and terminal: plain files `key = text` with `{placeholders}`, one folder for each language.
//!
//! A test holds the languages against each other and every key against the code.

use jiff::tz::TimeZone;
use std::sync::LazyLock;
use tuermer_core::locale::Language;
use tuermer_core::sentence::{AS_WRITTEN, Part, Sentence};
use tuermer_formats::catalogue::{Catalogue, fill};
use tuermer_formats::{reasons, times};

/// Hands every area, the file of which each language has, and its own arguments to the macro `$then`.
macro_rules! areas {
    ($code:literal) => {
        areas![$code: "general", "import", "threat", "pack", "policy", "verdict", "warn", "delivery", "public",
            "operator", "contact", "demo", "feed", "provider", "notice", "match", "witness", "check", "rights", "field"]
    };
    ($code:literal: $($area:literal),*) => {
        [$(include_str!(concat!("texts/", $code, "/", $area, ".txt"))),*]
    };
}

macro_rules! catalogues {
    ($($name:ident = $code:literal),* $(,)?) => {
        static CATALOGUES: LazyLock<Vec<(Language, Catalogue)>> = LazyLock::new(|| {
            vec![$((Language::$name, Catalogue::read(areas!($code)))),*]
        });
    };
}

tuermer_core::languages!(catalogues);

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts(pub Language);

impl Texts {
    fn catalogue(self) -> &'static Catalogue {
        static NONE: LazyLock<Catalogue> = LazyLock::new(Catalogue::default);
        CATALOGUES
            .iter()
            .find(|(known, _)| *known == self.0)
            .map_or(&NONE, |(_, texts)| texts)
    }

    /// The text of `key`; the key itself where it is missing, so that a gap is seen.
    pub fn get(self, key: &str) -> String {
        self.catalogue().get(key).to_string()
    }

    /// The text of `key` with `{name}` replaced by values.
    pub fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        self.catalogue().with(key, values)
    }

    /// A stored sentence in words; moments are those of `zone`. ` | ` in its text begins a line, ` || ` a paragraph.
    pub fn sentence(self, sentence: &Sentence, zone: &TimeZone) -> String {
        let words = Words {
            texts: self.catalogue(),
            language: self.0,
            zone,
        };
        words.sentence(sentence)
    }

    /// All keys, for the test that compares the languages.
    pub fn keys(self) -> Vec<&'static str> {
        self.catalogue().keys().collect()
    }
}

/// What a stored sentence is put in words with.
struct Words<'a> {
    texts: &'a Catalogue,
    language: Language,
    zone: &'a TimeZone,
}

impl Words<'_> {
    fn sentence(&self, sentence: &Sentence) -> String {
        let Sentence { key, values } = sentence;
        if key == AS_WRITTEN {
            return self.as_written(values);
        }
        let Some(text) = self.texts.find(key) else {
            return self.texts.with("general.not_known", &[("key", key)]);
        };
        let text = text.replace(" || ", "\n\n").replace(" | ", "\n");
        let words: Vec<(&str, String)> = values
            .iter()
            .map(|(name, part)| (name.as_str(), self.part(name, part)))
            .collect();
        let words: Vec<(&str, &str)> = words
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        fill(&text, &words)
    }

    /// The text in the reader's language, in that of logs, or the only one there is.
    fn as_written(&self, values: &[(String, Part)]) -> String {
        let named = |code: &str| values.iter().find(|(name, _)| name == code);
        named(self.language.code())
            .or_else(|| named(Language::LOG.code()))
            .or_else(|| values.first())
            .map_or_else(String::new, |(_, part)| self.part("", part))
    }

    fn part(&self, name: &str, part: &Part) -> String {
        match part {
            Part::Text(text) => self.spelled(name, text),
            Part::Sentence(sentence) => self.sentence(sentence),
            Part::Sentences(sentences) => sentences
                .iter()
                .map(|sentence| self.sentence(sentence))
                .collect::<Vec<_>>()
                .join(" "),
            Part::Moment { moment } => times::full_moment(*moment, self.zone, self.language),
            Part::Decimal { decimal } => decimal.replace('.', &number_marks(self.texts).1),
            Part::Reason { reason } => reasons::reason(reason, self.language),
        }
    }

    /// Fields, states, acts and actors have words of their own; any other value stands as it is.
    fn spelled(&self, name: &str, value: &str) -> String {
        let key = match name {
            "field" | "state" => format!("operator.{name}_{value}"),
            "act" => format!("rights.act_{value}"),
            "actor" => format!("rights.actor_{value}"),
            _ => return value.to_string(),
        };
        self.texts.find(&key).unwrap_or(value).to_string()
    }
}

/// What stands between thousands and before the first decimal, as the sample of the language shows: `1 000,5`.
fn number_marks(texts: &Catalogue) -> (String, String) {
    let mut marks = texts
        .get("general.number_sample")
        .chars()
        .filter(|c| !c.is_ascii_digit());
    let mut mark = || marks.next().map_or_else(String::new, String::from);
    (mark(), mark())
}

/// `25 000` in German, `25,000` in English.
pub fn grouped(count: u64, language: Language) -> String {
    let (mark, _) = number_marks(Texts(language).catalogue());
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).is_multiple_of(3) {
            text.push_str(&mark);
        }
        text.push(digit);
    }
    text
}

/// A number with a decimal point, with the mark of the language.
pub fn decimal(number: &str, language: Language) -> String {
    number.replace('.', &number_marks(Texts(language).catalogue()).1)
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
        assert_eq!(decimal("3.5", Language::German), "3,5");
        assert_eq!(decimal("3.5", Language::English), "3.5");
    }

    fn say(sentence: &Sentence, language: Language) -> String {
        Texts(language).sentence(sentence, &TimeZone::UTC)
    }

    #[test]
    fn a_sentence_is_told_in_the_language_of_its_reader() {
        let moment: jiff::Timestamp = "2021-03-05T13:10:00Z".parse().unwrap();
        let silent = Sentence::new(
            "feed.notice_recovered",
            [
                ("feed", "kev {url}".into()),
                ("url", "https://x.example".into()),
                ("since", moment.into()),
                ("next", moment.into()),
            ],
        );
        for (language, wanted) in [
            (Language::German, "Freitag, 5. März 2021, 13:10 Uhr"),
            (Language::English, "Friday, 5 March 2021, 13:10"),
        ] {
            let told = say(&silent, language);
            assert!(
                told.contains(wanted) && told.contains("kev {url}"),
                "{told}"
            );
            assert!(told.contains("\n\n"), "a notice has paragraphs: {told}");
        }
    }

    #[test]
    fn what_an_earlier_or_a_later_program_wrote_is_told_as_far_as_it_can_be() {
        let written = Sentence {
            key: AS_WRITTEN.into(),
            values: vec![("de".into(), "Alt".into()), ("en".into(), "Old".into())],
        };
        for (sentence, language, wanted) in [
            (&written, Language::German, "Alt"),
            (&written, Language::English, "Old"),
            (&Sentence::verbatim("550 no"), Language::German, "550 no"),
            (
                &Sentence::new("notice.of_tomorrow", []),
                Language::English,
                "(not known to this version of the program: notice.of_tomorrow)",
            ),
        ] {
            assert_eq!(say(sentence, language), wanted);
        }
    }

    /// A made-up language is a third set of files; everything that is stored is told in it without a line of code.
    #[test]
    fn another_language_is_other_files() {
        let english = Texts(Language::English).catalogue();
        let made_up = english.map(|key, text| match key {
            "general.number_sample" => "1_000;5".to_string(),
            _ => format!("<{key}> {}", text.matches('{').count()),
        });
        let words = Words {
            texts: &made_up,
            language: Language::English,
            zone: &TimeZone::UTC,
        };
        for key in english.keys().filter(|key| *key != "general.number_sample") {
            let told = words.sentence(&Sentence::new(key, []));
            assert!(told.starts_with(&format!("<{key}> ")), "{told}");
        }
        assert_eq!(
            words.sentence(&Sentence::new("none", [])),
            "<general.not_known> 1"
        );
        let number = Part::Decimal {
            decimal: "0.5".into(),
        };
        assert_eq!(words.part("usual", &number), "0;5");
    }
}
