//! What is made once: a data directory, and the key for sealed reports.

use serde::Serialize;
use std::path::Path;

/// A data directory that was made.
#[derive(Debug, Serialize)]
pub struct DataDirectoryView<'a> {
    /// Where it is.
    pub data: &'a Path,
    /// It is for drills: time may be simulated, mails go to a folder.
    pub drill: bool,
    /// Where the first account sets a password.
    pub setup_link: &'a str,
}

/// The key reports of `tuermer-check` are sealed with.
#[derive(Debug, Serialize)]
pub struct ReportKeyView<'a> {
    /// The public half.
    pub public_key: &'a str,
}
