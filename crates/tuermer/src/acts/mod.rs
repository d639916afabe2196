//! Acts: what an actor does, in one transaction. A page, the command line or a machine asks; who may is decided here.
//!
//! Nobody is shown anything and nothing is sent: stations do what follows.

pub mod address;
pub mod answer;
pub mod feed;
pub mod intake;
pub mod matching;
pub mod packs;
pub mod register;
pub mod warn;
pub mod witness;
