//! The demo: March 2021 in an invented region, played through the same stations as the real thing.
//!
//! [`region`] invents, [`files`] writes what a chamber would import, [`curve`] says when people patch,
//! [`signs`] writes the report of 11 March, [`play`] is the story in time. Nothing leaves the machine.

pub mod curve;
pub mod files;
mod names;
pub mod places;
pub mod region;
pub mod signs;
