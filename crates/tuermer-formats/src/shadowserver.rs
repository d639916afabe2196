//! shadowserver: not built yet.
