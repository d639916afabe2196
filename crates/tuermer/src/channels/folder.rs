//! Mails as files.
