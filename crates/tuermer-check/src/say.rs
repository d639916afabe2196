//! The sentences: one file for each language. Keys and placeholders are the same in all; a test holds that.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::locale;

/// The language of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(pub locale::Language);

macro_rules! texts {
    ($($name:ident = $code:literal),* $(,)?) => {
        fn texts(language: locale::Language) -> &'static str {
            match language {
                $(locale::Language::$name => include_str!(concat!("../texts/", $code, ".txt"))),*
            }
        }
    };
}

tuermer_core::languages!(texts);

impl Language {
    /// The code, for `<html lang>`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// What the system speaks; the region's language where it says nothing, that of logs where we do not speak its.
    pub fn of_system() -> Self {
        let told = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| {
            std::env::var(name).ok().filter(|value| {
                !value.is_empty() && value != "C" && value != "C.UTF-8" && value != "POSIX"
            })
        });
        Self(told.map_or(locale::Language::REGION, |language| {
            locale::Language::parse(&language).unwrap_or(locale::Language::LOG)
        }))
    }

    fn catalogue(self) -> &'static str {
        texts(self.0)
    }

    /// The sentence of a key; the key itself where there is none, so that a gap is seen.
    pub fn say(self, key: &str) -> String {
        let found = self
            .catalogue()
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .find(|(name, _)| *name == key);
        found.map_or(key, |(_, text)| text).to_string()
    }

    /// A sentence with its gaps filled.
    pub fn with(self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.say(key), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// A time, to the minute, in UTC.
    pub fn time(self, at: Timestamp) -> String {
        let pattern = self.say("pattern_time");
        at.to_zoned(TimeZone::UTC).strftime(&pattern).to_string()
    }

    /// A time, to the second, in UTC.
    pub fn moment(self, at: Timestamp) -> String {
        let pattern = self.say("pattern_moment");
        at.to_zoned(TimeZone::UTC).strftime(&pattern).to_string()
    }

    /// A day.
    pub fn day(self, at: Timestamp) -> String {
        let pattern = self.say("pattern_day");
        at.to_zoned(TimeZone::UTC).strftime(&pattern).to_string()
    }

    /// Bytes in the unit a person would choose.
    pub fn size(self, bytes: u64) -> String {
        let (value, unit) = match bytes {
            0..1_000 => return format!("{bytes} B"),
            1_000..1_000_000 => (bytes as f64 / 1e3, "kB"),
            1_000_000..1_000_000_000 => (bytes as f64 / 1e6, "MB"),
            _ => (bytes as f64 / 1e9, "GB"),
        };
        let number = format!("{value:.1}").replace('.', &self.say("decimal_mark"));
        format!("{number} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Kind, Verdict};
    use std::collections::{BTreeMap, BTreeSet};

    const DE: Language = Language(locale::Language::German);
    const EN: Language = Language(locale::Language::English);

    fn catalogue(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for line in language
            .catalogue()
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let (key, text) = line
                .split_once(" = ")
                .unwrap_or_else(|| panic!("not `key = text`: {line}"));
            let gaps = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(name, _)| name.to_string())
                .collect();
            assert!(
                keys.insert(key.to_string(), gaps).is_none(),
                "{key} stands twice"
            );
        }
        keys
    }

    #[test]
    fn both_languages_say_the_same() {
        assert_eq!(catalogue(DE), catalogue(EN));
    }

    #[test]
    fn every_word_has_a_sentence() {
        let keys = catalogue(DE);
        let kinds = Kind::ALL.iter().map(|kind| format!("kind.{}", kind.word()));
        let verdicts = [
            Verdict::Probe,
            Verdict::Weakness,
            Verdict::Incident,
            Verdict::Cleaned,
        ]
        .map(|verdict| format!("verdict.{}", verdict.word()));
        let steps = (1..=8).map(|step| format!("grade.{step}"));
        let reasons = [
            "overlong",
            "malformed",
            "odd_time",
            "no_columns",
            "failed",
            "broken_record",
            "given_up",
            "link",
            "too_deep",
            "too_many",
        ]
        .map(|word| format!("problem.{word}"));
        for key in kinds.chain(verdicts).chain(steps).chain(reasons) {
            assert!(keys.contains_key(&key), "{key} has no sentence");
        }
    }

    #[test]
    fn every_key_is_used_and_every_used_key_exists() {
        let sources = [
            include_str!("terminal.rs"),
            include_str!("html.rs"),
            include_str!("words.rs"),
            include_str!("cli.rs"),
            include_str!("say.rs"),
        ]
        .concat();
        let built = ["kind.", "verdict.", "grade.", "next.", "problem.", "build."];
        let keys = catalogue(DE);
        for key in keys
            .keys()
            .filter(|key| !built.iter().any(|start| key.starts_with(start)))
        {
            assert!(sources.contains(&format!("\"{key}\"")), "{key} is not used");
        }
        for used in [".say(\"", "language.with(\""]
            .iter()
            .flat_map(|call| sources.split(call).skip(1))
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(
                keys.contains_key(used) || used.contains('{'),
                "{used} does not exist"
            );
        }
    }

    #[test]
    fn numbers_and_times() {
        let at: Timestamp = "2021-03-03T04:23:22Z".parse().unwrap();
        assert_eq!(
            (DE.time(at), EN.time(at)),
            ("03.03.2021 04:23 UTC".into(), "2021-03-03 04:23 UTC".into())
        );
        assert_eq!(
            (DE.size(1_550_000_000), EN.size(999)),
            ("1,6 GB".into(), "999 B".into())
        );
    }
}
