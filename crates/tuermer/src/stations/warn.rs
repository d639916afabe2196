//! warn: not built yet.
