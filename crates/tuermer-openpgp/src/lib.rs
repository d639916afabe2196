//! Is this document what its publisher signed? Detached OpenPGP signatures over raw bytes, checked before anything is parsed.
//!
//! Verification only: no key is made and nothing is signed here. The reading is our own and small, the mathematics is ring's.
//! CSAF 2.1 requirement 19 (CSAF 2.0: FAQ of the committee) decides about validity: a key that has expired, or will
//! within [`REFUSED_DAYS`], verifies nothing; one that ends within [`WARNED_DAYS`] verifies with a warning.

mod armour;
mod bytes;
mod certificate;
mod key;
mod packet;
mod proof;
mod public;
mod signature;
mod standing;
mod verify;

pub use key::{Key, KeyError, keys};
pub use verify::{Failure, Verdict, Verified, verify};

/// Largest key file, in bytes. A key of a vendor with all its certifications has some 100 kB.
pub const KEY_BYTES: usize = 512 * 1024;
/// Most keys of one file.
pub const KEYS: usize = 16;
/// Largest signature file, in bytes; one signature has less than 2 kB.
pub const SIGNATURE_BYTES: usize = 64 * 1024;
/// Most signatures of one file that are tried.
pub const SIGNATURES: usize = 16;
/// Most self-signatures of one key that are checked; somebody may have stuffed the key with forged ones.
pub const SELF_SIGNATURES: usize = 256;
/// Validity that must be left, in days (CSAF 2.1 requirement 19: an error that a person may override).
pub const REFUSED_DAYS: i64 = 30;
/// Validity below which a warning is due, in days.
pub const WARNED_DAYS: i64 = 90;
/// How far a clock may be ahead of ours, in hours.
pub const CLOCK_HOURS: i64 = 24;

#[cfg(test)]
mod tests;
