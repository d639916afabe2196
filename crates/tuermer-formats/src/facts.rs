//! Facts as they are stored: JSON with the key of a reason, a question or a sentence. Words are put in when they are read.
//!
//! Whatever this version of the program does not know – a newer one wrote it, or a field is gone – is read as just that.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tuermer_core::exposure::{Question, Reason};
use tuermer_core::sentence::Sentence;

/// A fact as it is stored.
pub fn stored<T: Serialize + ?Sized>(fact: &T) -> String {
    // Texts, numbers and times only: there is nothing in it that JSON cannot say.
    serde_json::to_string(fact).unwrap_or_default()
}

/// Reads a stored reason; one that this version of the program does not know is read as just that.
pub fn reason(text: &str) -> Reason {
    read(text).unwrap_or_else(|name| Reason::NotKnown { name })
}

/// Reads a stored question; nothing is open where nothing is stored.
pub fn question(text: &str) -> Option<Question> {
    let read = || read(text).unwrap_or_else(|name| Question::NotKnown { name });
    (!text.is_empty()).then(read)
}

/// Reads a stored sentence; what is none stands as it is written.
pub fn sentence(text: &str) -> Sentence {
    serde_json::from_str(text).unwrap_or_else(|_| Sentence::verbatim(text))
}

/// Reads a stored sentence where there may be none.
pub fn some_sentence(text: &str) -> Option<Sentence> {
    (!text.is_empty()).then(|| sentence(text))
}

/// Reads a stored list of sentences.
pub fn sentences(text: &str) -> Vec<Sentence> {
    serde_json::from_str(text).unwrap_or_else(|_| vec![sentence(text)])
}

/// A fact, or the key of the one that is not known.
fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    #[derive(serde::Deserialize)]
    struct Named {
        key: String,
    }
    serde_json::from_str(text).map_err(|_| match serde_json::from_str::<Named>(text) {
        Ok(Named { key }) => key,
        Err(_) => text.to_string(),
    })
}
