//! The engines, and what every table stands on: rows, the journal, leases, the health of stations.

pub mod engine;
pub mod journal;
pub mod leases;
pub mod meta;
pub mod row;
pub(crate) mod statement;
pub mod stations;
