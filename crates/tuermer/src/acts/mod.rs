//! Acts: what an actor does, in one transaction. A page, the command line, a machine or a station asks; whether it may is
//! asked here, of the one table in `tuermer_core::rights`, so that no door can forget it.
//!
//! Nobody is shown anything and nothing is sent: stations do what follows.

// What comes in: documents, lists, sources, reports of people.
pub mod address;
pub mod contact;
pub mod feed;
pub mod intake;
pub mod key;
pub mod packs;
pub mod register;
pub mod witness;

// What is done with it: threats, matches, signs, and warnings from draft to release.
pub mod matching;
pub mod sign;
pub mod threat;
pub mod warn;

// What comes back, and what a person is done with.
pub mod answer;
pub mod done;

// The data directory and the people who sign in.
pub mod account;
pub mod instance;

use crate::refusal::denied;
use anyhow::Result;
use tuermer_core::rights::{Act, Actor, may};

/// Refuses what the table of rights does not allow; the sentence says who may.
///
/// # Errors
/// The actor may not do that.
pub fn allow(actor: &Actor, act: Act) -> Result<()> {
    if may(actor, act) {
        Ok(())
    } else {
        Err(denied(actor, act))
    }
}
