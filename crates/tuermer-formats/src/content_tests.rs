//! Rows for the content of a warning.
