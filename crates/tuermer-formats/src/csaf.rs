//! csaf: not built yet.
