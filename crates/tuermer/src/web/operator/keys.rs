//! Signing keys of providers on `/quellen`: which count, which wait, and the decision of a person who has asked the
//! provider another way than by its website.

use super::frame::{Trouble, see};
use super::session::SignedIn;
use crate::acts::key;
use crate::context::Context;
use crate::store::feeds::pins::PinnedKey;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::provenance::KeyState;
use tuermer_core::rights::Act;

/// Keys that wait for a person, and the others.
pub struct Keys {
    /// Count for nothing until somebody decides.
    pub waiting: Vec<PinnedKey>,
    /// Trusted and refused ones.
    pub decided: Vec<PinnedKey>,
}

/// All keys.
pub async fn all(context: &Context) -> Result<Keys, Trouble> {
    let (waiting, decided) = context
        .store
        .pinned_keys(None)
        .await?
        .into_iter()
        .partition(|key| key.state == KeyState::Waiting);
    Ok(Keys { waiting, decided })
}

/// A fingerprint in groups of four, as keys are compared by eye and on the telephone.
pub fn grouped(hex: &str) -> String {
    let letters: Vec<char> = hex.to_uppercase().chars().collect();
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What was decided.
#[derive(Debug, Default, Deserialize)]
pub struct Verdict {
    #[serde(default)]
    urteil: String,
}

/// A person decides about a key.
pub async fn decide(
    State(context): State<Context>,
    who: SignedIn,
    Path(fingerprint): Path<String>,
    Form(Verdict { urteil }): Form<Verdict>,
) -> Result<Response, Trouble> {
    who.must(Act::DecideKey)?;
    let state = KeyState::parse(&urteil)
        .filter(|state| *state != KeyState::Waiting)
        .ok_or(Trouble::NotFound)?;
    let known = key::decide(&context, &who.actor(), &fingerprint, state).await?;
    if known {
        Ok(see("/quellen"))
    } else {
        Err(Trouble::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_in_groups() {
        assert_eq!(grouped("0123456789abcdef01"), "0123 4567 89AB CDEF 01");
        assert_eq!(grouped(""), "");
    }
}
