//! deliver: not built yet.
