//! The demo: March 2021 in an invented region, played through the same stations as the real thing.
//!
//! [`region`] invents, [`files`] writes what a chamber would import, [`people`] and [`curve`] say who patches and answers
//! when, [`signs`] writes the report of 11 March, [`play`] is the story in time. Nothing leaves the machine.

mod attack;
pub mod curve;
pub mod figures;
pub mod files;
mod names;
pub mod people;
pub mod places;
pub mod play;
pub mod region;
pub mod signs;
