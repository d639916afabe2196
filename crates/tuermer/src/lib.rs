//! The shell of Türmer: everything that touches disk, network, clock or screen.
//!
//! [`stations`] join [`store`], [`channels`], [`feeds`], [`outgoing`] and the decisions of `tuermer-core`; [`web`] and [`cli`]
//! show and ask; [`context`] carries what a decision must not reach for itself.

// The doors: what a person sees and types.
pub mod cli;
pub mod text;
pub mod views;
pub mod web;

// What is done: acts of an actor, and stations that run by themselves.
pub mod acts;
pub mod demo;
pub mod hindsight;
pub mod notice;
pub mod stations;

// The world outside: what is asked, what is sent, and the one client for both.
pub mod channels;
pub mod compose;
pub mod feeds;
pub mod outgoing;

// What is kept, in a crate of its own: rows, keys, randomness, and hints that somebody wrote some.
pub use tuermer_store as store;
pub use tuermer_store::{keys, random, values, wake};

// What everybody gets handed: settings, keys, time, randomness, and what is said of trouble.
pub mod clock;
pub mod config;
pub mod context;
pub mod pack_file;
pub mod policy;
pub mod program;
pub mod refusal;
pub mod telemetry;
