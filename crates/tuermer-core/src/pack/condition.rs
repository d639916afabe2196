//! What no build can show: a second step after the update, and the words with which a note tells that it is done.

use crate::scale::words;
use jiff::civil::Date;

/// A second closing condition: "the update is in, but the sessions were not ended".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Key, for example `sessions-ended`; also the word that settles it in the note of an inventory row.
    pub key: String,
    /// The question that decides, German and English.
    pub question: [String; 2],
    /// What is to be done, as a phrase ("end all sessions"), German and English.
    pub step: [String; 2],
    /// What counts as long as nobody told.
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
    /// What counts as long as nobody told whether the second step is done.
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

impl Condition {
    /// What the note of an inventory row tells of it: `sessions-ended`, `extended-protection=on`, `hybrid=no`.
    /// Of two words the later counts; `None` = nothing.
    pub fn told(&self, note: &str) -> Option<bool> {
        let mut told = None;
        for word in note.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|')) {
            let word = word.to_lowercase();
            let among = |list: &[String]| list.iter().any(|other| other.eq_ignore_ascii_case(&word));
            if among(&self.settled_by) || word == self.key {
                told = Some(true);
            } else if among(&self.open_by) {
                told = Some(false);
            } else if let Some(value) = word.strip_prefix(&self.key).and_then(|rest| rest.strip_prefix('=')) {
                told = if YES.contains(&value) { Some(true) } else { NO.contains(&value).then_some(false).or(told) };
            }
        }
        told
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
        ] {
            assert_eq!(hybrid.told(note), told, "{note}");
        }
    }
}
