//! Ways to a person: closed list, fakes included.

pub mod folder;
pub mod mime;
pub mod pace;
pub mod smtp;
pub mod wire;
