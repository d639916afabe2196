//! mail: not built yet.
