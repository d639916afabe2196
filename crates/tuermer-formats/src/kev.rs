//! kev: not built yet.
