//! Bytes to nouns and back. No I/O, no clock; every input is hostile.

pub mod csaf;
pub mod csaf_write;
pub mod exchange_build;
pub mod json;
pub mod kev;
pub mod mail;
pub mod members;
pub mod reasons;
pub mod recognise;
pub mod shadowserver;
pub mod table;
pub mod times;
