//! A second step after the update, which no build number shows, and the words of a note that confirm it.

use crate::locale::Phrase;
use crate::scale::words;
use jiff::civil::Date;

/// A second closing condition: "the update is in, but the sessions were not ended".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Key, for example `sessions-ended`; also the word that settles it in the note of an inventory row.
    pub key: String,
    /// The question that decides.
    pub question: Phrase,
    /// What is to be done where the answer is no, as a phrase ("end all sessions").
    pub step: Phrase,
    /// The answer while nobody has answered.
    pub untold: Untold,
    /// Other words of a note that say "done", for example `hybrid=no`.
    pub settled_by: Vec<String>,
    /// Other words of a note that say "not done".
    pub open_by: Vec<String>,
    /// Update whose builds bring the step with them.
    pub settled_from_update: Option<String>,
    /// Day from which it is known; before it nobody could ask.
    pub since: Option<Date>,
}

words! {
    /// The answer while nobody has said whether the second step is done.
    Untold {
        /// The step holds unless somebody switched it off by hand.
        Holds = "holds",
        /// The flaw counts as fixed, likely; the question stays.
        Fixed = "fixed",
        /// Unknown.
        Unknown = "unknown",
    }
}

const YES: [&str; 8] = ["yes", "on", "done", "true", "ja", "an", "erledigt", "1"];
const NO: [&str; 8] = ["no", "off", "open", "false", "nein", "aus", "offen", "0"];

/// A word in front that turns the next one round: "kein esu".
const WITHOUT: [&str; 7] = ["kein", "keine", "keinen", "ohne", "no", "not", "without"];

impl Condition {
    /// Whether the note of an inventory row confirms it: `sessions-ended`, `extended-protection=on`, `hybrid=no`, `kein esu`.
    /// Of two words the later counts; `None` = nothing.
    pub fn told(&self, note: &str) -> Option<bool> {
        let mut told = None;
        for phrase in note.to_lowercase().split([',', ';', '|']) {
            let mut before = "";
            for word in phrase.split_whitespace() {
                if let Some(holds) = self.answer_in(word.trim_end_matches(['.', ':'])) {
                    told = Some(holds != WITHOUT.contains(&before));
                }
                before = word;
            }
        }
        told
    }

    /// True where somebody could be asked on that day.
    pub fn asked(&self, as_of: Date) -> bool {
        self.since.is_none_or(|since| since <= as_of)
    }

    /// One word in small letters.
    fn answer_in(&self, word: &str) -> Option<bool> {
        let among = |list: &[String]| list.iter().any(|other| other.eq_ignore_ascii_case(word));
        if among(&self.settled_by) || word == self.key {
            return Some(true);
        }
        if among(&self.open_by) {
            return Some(false);
        }
        let value = word.strip_prefix(&self.key)?.strip_prefix('=')?;
        if YES.contains(&value) {
            Some(true)
        } else {
            NO.contains(&value).then_some(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, Untold};

    #[test]
    fn a_note_tells_whether_the_step_is_done() {
        let hybrid = Condition {
            key: "hybrid-app".into(),
            question: Default::default(),
            step: Default::default(),
            untold: Untold::Fixed,
            settled_by: vec!["hybrid=no".into()],
            open_by: vec!["hybrid=yes".into()],
            settled_from_update: None,
            since: None,
        };
        for (note, told) in [
            ("", None),
            ("HealthChecker", None),
            ("hybrid-app", Some(true)),
            ("HealthChecker; Hybrid-App=on", Some(true)),
            ("hybrid-app=erledigt", Some(true)),
            ("hybrid-app=no", Some(false)),
            ("hybrid=no", Some(true)),
            ("hybrid=yes", Some(false)),
            ("hybrid=yes, hybrid-app=done", Some(true)),
            ("hybrid-app=perhaps", None),
            ("no-hybrid-app", None),
            ("kein hybrid-app", Some(false)),
            ("HealthChecker, ohne Hybrid-App.", Some(false)),
            ("internet: no, hybrid-app", Some(true)),
            ("no hybrid=yes", Some(true)),
        ] {
            assert_eq!(hybrid.told(note), told, "{note}");
        }
    }
}
