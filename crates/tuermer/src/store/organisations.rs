//! organisations: not built yet.
