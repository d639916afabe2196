//! documents: not built yet.
