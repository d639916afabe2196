//! The Exchange build pack: our own data file, read into a [`BuildPack`].

use tuermer_core::pack::BuildPack;

/// All packs that come with the program.
pub fn packs() -> &'static [BuildPack] {
    &[]
}
