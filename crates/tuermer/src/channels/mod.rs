//! Ways to a person: closed list, fakes included.

pub mod folder;
pub mod smtp;
