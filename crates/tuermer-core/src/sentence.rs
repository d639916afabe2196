//! A sentence as it is stored: its key and the values in it. The words are put in when somebody reads it.
//!
//! So better words and another language reach what was stored before them, and no text outlives its program.

use crate::exposure::Reason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Key of a sentence that stands as somebody or an earlier program wrote it; its values are texts named by language code.
pub const AS_WRITTEN: &str = "as_written";

/// Key and values of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Key of its text, for instance `notice.campaign`.
    pub key: String,
    /// What stands in the gaps of the text, by name.
    #[serde(default)]
    pub values: Vec<(String, Part)>,
}

/// What stands in one gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// The same in every language.
    Text(String),
    /// A sentence of its own.
    Sentence(Sentence),
    /// Several sentences, one after the other.
    Sentences(Vec<Sentence>),
    /// A moment, shown in the reader's language and zone.
    Moment {
        /// The moment.
        moment: Timestamp,
    },
    /// A number with a decimal point, shown with the mark of the language.
    Decimal {
        /// `3.5`
        decimal: String,
    },
    /// Why an organisation stands as it does.
    Reason {
        /// The facts.
        reason: Box<Reason>,
    },
}

impl Sentence {
    /// A sentence by its key and the values in it.
    pub fn new<const N: usize>(key: &str, values: [(&str, Part); N]) -> Self {
        Self {
            key: key.to_string(),
            values: values
                .into_iter()
                .map(|(name, part)| (name.to_string(), part))
                .collect(),
        }
    }

    /// What somebody said in words of his own, for instance a server that refuses.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self::new(AS_WRITTEN, [("", Part::Text(text.into()))])
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Part {
    fn from(count: usize) -> Self {
        Self::Text(count.to_string())
    }
}

impl From<Sentence> for Part {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}

impl From<Reason> for Part {
    fn from(reason: Reason) -> Self {
        Self::Reason {
            reason: Box::new(reason),
        }
    }
}

impl From<Timestamp> for Part {
    fn from(moment: Timestamp) -> Self {
        Self::Moment { moment }
    }
}
