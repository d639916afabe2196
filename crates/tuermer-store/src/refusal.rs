//! A broken rule as a fact: the key of its sentence and the values in it. Whoever shows it renders the sentence in the
//! language of the reader; nothing here knows a word of it.

use anyhow::Error;
use std::fmt;
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

    /// The sentence without words.
    pub fn sentence(&self) -> Sentence {
        let values = self.values.iter();
        Sentence {
            key: self.key.to_string(),
            values: values
                .map(|(name, value)| ((*name).to_string(), value.into()))
                .collect(),
        }
    }

    /// Key and values as text, as they are stored.
    pub fn kept(&self) -> String {
        facts::stored(&self.sentence())
    }
}

/// Key and values, for whoever cannot render the sentence.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key)?;
        for (name, value) in &self.values {
            write!(f, " {name}={value:?}")?;
        }
        Ok(())
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
