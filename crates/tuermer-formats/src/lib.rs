//! Bytes to nouns and back. No I/O, no clock; every input is hostile.

pub mod contact_fields;
pub mod content;
pub mod csaf;
pub mod csaf_write;
pub mod cve;
pub mod encoding;
pub mod exchange_build;
pub mod headers;
pub mod inventory;
pub mod json;
pub mod kev;
pub mod mail;
pub mod members;
pub mod networks;
pub mod problem;
pub mod reasons;
pub mod recognise;
pub mod shadowserver;
pub mod spreadsheet;
pub mod table;
pub mod threat_document;
pub mod times;
pub mod wrap;
