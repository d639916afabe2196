//! Bytes to nouns and back. No I/O, no clock; every input is hostile.

pub mod content;
pub mod csaf;
pub mod exchange_build;
pub mod kev;
pub mod mail;
pub mod members;
pub mod reasons;
pub mod shadowserver;
pub mod table;
pub mod times;
pub mod wrap;
