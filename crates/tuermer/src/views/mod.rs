//! What the outside reads: one serialisable struct per noun, for `--json` and every other door that gives machines an answer.
//!
//! A view decides nothing and asks nobody: it borrows nouns of the core and rows of the store, and names their fields. Keys
//! and the words of states are never translated; a sentence comes in the reader's language from whoever renders it. The order
//! of the fields is the order of the keys.

// Who is in the register, and what is known of them.
pub mod contact;
pub mod import;
pub mod member;

// What comes in.
pub mod feed;
pub mod ingest;
pub mod provider;
pub mod reading;
pub mod report;

// What is warned about, and what is seen.
pub mod campaign;
pub mod difference;
pub mod indicator;
pub mod pack;
pub mod policy;
pub mod sign;
pub mod threat;

// What follows from it.
pub mod exposure;
pub mod matching;
pub mod picture;

// What people and stations did.
pub mod account;
pub mod delivery;
pub mod journal;
pub mod notice;
pub mod setup;
pub mod status;
pub mod task;
pub mod warning;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

/// A moment: RFC 3339 in UTC, `2021-03-03T08:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A day: `2021-03-03`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// An object whose keys are words of the program (fields, states, languages), in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<K, V>(pub Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Keyed<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// Something with an id, and the state an act left it in.
#[derive(Debug, Serialize)]
pub struct StateView<'a> {
    /// Its id.
    pub id: &'a str,
    /// A word of its states.
    pub state: &'a str,
}

/// Why a call failed.
#[derive(Debug, Serialize)]
pub struct ErrorView<'a> {
    /// The sentence, in the reader's language.
    pub error: &'a str,
}
