//! The shell of Türmer: everything that touches disk, network, clock or screen.
//!
//! [`stations`] join [`store`], [`channels`], [`feeds`], [`outgoing`] and the decisions of `tuermer-core`; [`web`] and [`cli`]
//! show and ask; [`context`] carries what a decision must not reach for itself.

pub use tuermer_store as store;
pub use tuermer_store::{keys, random, values, wake};

pub mod acts;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod compose;
pub mod config;
pub mod context;
pub mod demo;
pub mod feeds;
pub mod hindsight;
pub mod outgoing;
pub mod pack_file;
pub mod policy;
pub mod program;
pub mod refusal;
pub mod stations;
pub mod telemetry;
pub mod text;
pub mod web;
