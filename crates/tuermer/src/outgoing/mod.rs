//! Asking and telling the world: one client for every outgoing request, every address judged when it connects.
//!
//! Knows bytes and addresses; neither feeds nor channels, neither store nor screen.

pub mod client;
pub mod fetch_error;
pub(crate) mod guard;
mod lookup;
pub mod push;
pub(crate) mod setup;

pub use client::{Body, Client, ClientRules, Fetched, Head, Wanted};
pub use fetch_error::{FetchError, RetryAfter};
pub use push::{Push, Pushed};
