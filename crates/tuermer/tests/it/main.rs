//! One test binary: journeys told through the binary, the store on both engines, and the tidy test.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod acceptance;
mod advisory;
mod assess;
mod clause12;
mod clause13;
mod clock_jump;
mod columns;
mod commands;
mod contacts;
mod contacts_changed;
mod correlate;
mod csaf_site;
mod deliver;
mod dispatchers;
mod facts;
mod feeds;
mod feeds_client;
mod feeds_signs;
mod hindsight;
mod import;
mod in_time;
mod ingest_kill;
mod ingest_signs;
mod inside;
mod journey;
mod json_answers;
mod json_keys;
mod kill;
mod languages;
mod leases;
mod mailbox;
mod operator;
mod operator_threats;
mod pack;
mod pack_carries;
mod people;
mod policy;
mod provider;
mod provider_files;
mod public;
mod records;
mod released;
mod remeasure;
mod rights;
mod rules;
mod side_by_side;
mod sink;
mod store;
mod support;
mod tell;
mod threat;
mod tidy;
mod tls;
mod two_processes;
mod upgrade;
mod warn;
mod web_server;
mod webhook;
