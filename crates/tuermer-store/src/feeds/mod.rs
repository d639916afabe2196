//! Sources that are asked, what they named, and whom we believe.

pub mod feed;
pub mod feed_entries;
pub mod pins;
pub mod reading;
pub mod signatures;
