//! Sources that are asked by themselves: what somebody wishes for.

pub mod wish;
