//! Rows for the correlation.
