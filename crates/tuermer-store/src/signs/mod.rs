//! What was seen at members, what to look for, and campaigns.

pub mod campaigns;
pub mod counts;
pub mod indicators;
pub mod observations;
pub mod witness;
