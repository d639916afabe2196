//! Warnings from the draft to the answer.

pub mod answers;
pub mod approvals;
pub mod deliveries;
pub mod planned;
pub mod recipients;
pub mod warnings;
