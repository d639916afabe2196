//! answers: not built yet.
