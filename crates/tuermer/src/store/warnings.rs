//! warnings: not built yet.
