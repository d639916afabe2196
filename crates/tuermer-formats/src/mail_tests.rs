//! Rows for mails.
