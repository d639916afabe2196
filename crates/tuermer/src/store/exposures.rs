//! exposures: not built yet.
