//! assess: not built yet.
