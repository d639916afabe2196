//! Ways to a person: closed list, fakes included.

pub mod folder;
pub mod lanes;
pub mod mime;
pub mod smtp;
pub mod wire;
