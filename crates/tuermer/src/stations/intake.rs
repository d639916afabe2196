//! intake: not built yet.
