//! The same messages as files: what a drill or the demo "sends". Nothing leaves the machine.
//!
//! A file is written beside its place and renamed, under a name fixed by the id of its message: writing it twice
//! changes nothing. Files are not forced to disk one by one; a drill that loses power may lose its messages.

use super::{File, Message, Sent};
use crate::context::Context;
use crate::keys::sha256;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use tuermer_core::delivery::Outcome;

/// Writers at once: the more, the fewer commits.
pub const WRITERS: usize = 256;

/// Makes a message in the form of some channel, or says why it cannot be made.
pub type Make = fn(&Context, &Message) -> Result<Result<File, String>>;

/// Writes the messages of one channel.
pub struct Folder {
    outbox: PathBuf,
    make: Make,
    /// They are signed with a key of the contact point.
    pub keyed: bool,
}

impl Folder {
    /// Writes to `outbox` what `make` makes.
    pub fn new(outbox: PathBuf, make: Make, keyed: bool) -> Self {
        Self {
            outbox,
            make,
            keyed,
        }
    }

    /// Writes one message.
    ///
    /// # Errors
    /// It cannot be made, or the folder cannot be written.
    pub fn send(
        &self,
        context: &Context,
        message: &Message,
        wanted: impl Fn() -> bool,
    ) -> Result<Sent> {
        let File { extension, bytes } = match (self.make)(context, message)? {
            Ok(file) => file,
            Err(why) => return Ok(Sent::outcome(Outcome::Refused(why))),
        };
        if !wanted() {
            return Ok(Sent::Unwanted);
        }
        write(&self.outbox, message.id(), extension, &bytes)?;
        Ok(Sent::outcome(Outcome::Accepted))
    }
}

/// Place of the message with this id.
fn path(outbox: &Path, id: &str, extension: &str) -> PathBuf {
    let name = sha256(id.as_bytes());
    outbox.join(format!("{}.{extension}", name.get(..32).unwrap_or(&name)))
}

/// Writes one message; where it already lies it is replaced by the same bytes.
fn write(outbox: &Path, id: &str, extension: &str, bytes: &[u8]) -> Result<()> {
    let place = path(outbox, id, extension);
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
            write(outbox.path(), "<a/../b@example.org>", "eml", b"mail").unwrap();
        }
        let names: Vec<_> = std::fs::read_dir(outbox.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(names, [path(outbox.path(), "<a/../b@example.org>", "eml")]);
        assert!(write(&outbox.path().join("missing"), "x", "eml", b"mail").is_err());
    }
}
