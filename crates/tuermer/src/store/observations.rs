//! observations: not built yet.
