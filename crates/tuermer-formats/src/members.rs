//! members: not built yet.
