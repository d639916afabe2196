//! The same mails as files: what a drill or the demo "sends". Nothing leaves the machine.
//!
//! A file is written beside its place and renamed, under a name fixed by the Message-ID: writing it twice
//! changes nothing. Files are not forced to disk one by one; a drill that loses power may lose its mails.

use crate::keys::sha256;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// Place of the mail with this Message-ID.
pub fn path(outbox: &Path, message_id: &str) -> PathBuf {
    let name = sha256(message_id.as_bytes());
    outbox.join(format!("{}.eml", name.get(..32).unwrap_or(&name)))
}

/// Writes one mail; where it already lies it is replaced by the same bytes.
///
/// # Errors
/// The folder cannot be written (missing, full, not ours).
pub fn write(outbox: &Path, message_id: &str, bytes: &[u8]) -> Result<()> {
    let place = path(outbox, message_id);
    let beside = place.with_extension("part");
    std::fs::write(&beside, bytes).with_context(|| format!("cannot write {}", beside.display()))?;
    std::fs::rename(&beside, &place).with_context(|| format!("cannot write {}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_is_one_file() {
        let outbox = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            write(outbox.path(), "<a/../b@example.org>", b"mail").unwrap();
        }
        let names: Vec<_> = std::fs::read_dir(outbox.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(names, [path(outbox.path(), "<a/../b@example.org>")]);
        assert!(write(&outbox.path().join("missing"), "x", b"mail").is_err());
    }
}
