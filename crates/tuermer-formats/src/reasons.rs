//! reasons: not built yet.
