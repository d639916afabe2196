//! table: not built yet.
