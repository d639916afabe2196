//! Bytes to nouns and back. No I/O, no clock; every input is hostile.

// Advisories and catalogues: what they say becomes a threat, or is added to one.
pub mod csaf;
pub mod csaf_write;
pub mod cve;
pub mod cve_changes;
pub mod epss;
pub mod kev;
pub mod threat_document;

// Where advisories are: lists, hashes and names of providers of CSAF, and feeds for people.
pub mod aggregator;
pub mod atom;
pub mod changes;
pub mod hash_file;
pub mod provider;
pub mod rolie;
pub mod security_txt;

// Signs of attack and what to look for, as each source writes them.
mod event;
pub mod findings;
pub mod firewall;
pub mod indicators;
pub mod intelmq;
pub mod misp;
pub mod n6;
pub mod origin;
pub mod received_mail;
pub mod report_list;
pub mod shadowserver;
pub mod sign_list;
pub mod stix;
pub mod taxii;
pub mod warninglist;

// Lists of members, people, inventory and networks; build packs and the table of deadlines.
pub mod build_pack;
pub mod contact_fields;
pub mod headers;
pub mod inventory;
pub mod members;
pub mod networks;
pub mod sbom;
pub mod urgency_policy;

// What we write: the content of a warning, its reasons, its mails, and facts as they are stored.
pub mod catalogue;
pub mod content;
pub mod facts;
pub mod mail;
pub mod notice_mail;
pub mod reasons;
pub mod wrap;

// What the readers stand on: what a file is, encodings, tables, strict and lenient JSON, XML, times.
mod csv_line;
pub mod encoding;
pub mod format;
pub mod json;
pub mod links;
mod loose;
pub mod objects;
pub mod problem;
pub mod recognise;
pub mod records;
pub mod spreadsheet;
pub mod table;
pub mod times;
pub mod xml;
