//! Stations look for what is missing, let the core decide, and write the answer with the next thing to do.

pub mod assess;
pub mod deliver;
pub mod intake;
pub mod register;
pub mod warn;
