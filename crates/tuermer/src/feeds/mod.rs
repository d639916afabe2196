//! Asking the world: sources over HTTPS, mailboxes, and what came of one pull of a feed.
//!
//! Fetches bytes; knows neither store nor screen. `stations/poll.rs` joins it with both.

pub mod csaf;
mod imap;
pub mod mailbox;
pub mod secret;

pub use mailbox::Mailbox;
pub use secret::Secret;

use crate::refusal::Refusal;

/// What one pull of a feed brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullReport {
    /// The source said that nothing changed since the last pull.
    pub unchanged: bool,
    /// Documents or entries the source lists.
    pub discovered: u64,
    /// Of those: taken for the first time.
    pub new: u64,
    /// Taken in a newer revision.
    pub changed: u64,
    /// There already, byte by byte.
    pub same: u64,
    /// With a hash and a signature that fit.
    pub verified: u64,
    /// Deviations from the standard that were accepted (`ref` for `rel`, paths relative to the root …).
    pub tolerated: u64,
    /// Not taken, each with its reason.
    pub rejected: Vec<Rejected>,
    /// What a person should know although it was taken.
    pub remarks: Vec<Refusal>,
    /// For the next request, where the feed is one file.
    pub etag: String,
    /// For the next request, where the feed is one file.
    pub last_modified: String,
}

/// A document that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its URL or name.
    pub document: String,
    /// Why, in the reader's language.
    pub reason: Refusal,
}
