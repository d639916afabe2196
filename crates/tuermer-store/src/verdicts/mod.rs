//! Who is affected by what, and why.

pub mod exposures;
pub mod match_runs;
pub mod pending;
pub mod remediation;
pub mod writing;
