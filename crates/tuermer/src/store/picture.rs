//! picture: not built yet.
