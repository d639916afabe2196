//! What lies in a ZIP. Releases of all CVE records hold one archive in another, so one step down is taken.

use super::{Place, Reader, Step, is_beside};
use crate::acts::intake::Remark;
use crate::acts::intake::content::{Content, entry_content, unreadable};
use std::fmt::Display;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek};
use std::path::Path;
use tuermer_core::limits;
use tuermer_formats::format::Format;
use zip::ZipArchive;

/// An archive that cannot be used, or not from here on.
fn broken(error: &dyn Display) -> Remark {
    Remark::new("threat.ingest_archive", &[("error", error)])
}

impl Reader {
    /// All members of an archive, as far as they can be read and fit. `depth` is 0 for the outer one.
    pub(super) fn archive(
        &mut self,
        place: &Place,
        opened: impl Read + Seek,
        depth: usize,
    ) -> Step {
        let mut archive = match open(opened) {
            Ok(archive) => archive,
            Err(remark) => return self.refuse(place.clone(), Format::Archive, remark),
        };
        let mut left = limits::UNPACKED_BYTES;
        for index in 0..archive.len() {
            let member = match archive.by_index(index) {
                Ok(member) => member,
                Err(error) => {
                    self.refuse(place.clone(), Format::Archive, broken(&error))?;
                    continue;
                }
            };
            let name = shown_name(&member.name().unwrap_or_default());
            if member.is_dir() || is_beside(Path::new(&name)) {
                continue;
            }
            let is_archive = name.ends_with(".zip");
            let inside = Place {
                file: place.file.clone(),
                document: name,
            };
            if is_archive && depth == 0 {
                match unpacked(member) {
                    Ok(opened) => self.archive(place, opened, depth.saturating_add(1))?,
                    Err(error) => self.refuse(inside, Format::Archive, broken(&error))?,
                }
                continue;
            }
            match entry_content(member, left) {
                Ok(content) => {
                    left = left.saturating_sub(content.size());
                    self.member(inside, content)?;
                }
                Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                    return self.refuse(place.clone(), Format::Archive, too_much());
                }
                Err(error) => self.refuse(inside, Format::Unknown, unreadable(&error))?,
            }
        }
        Ok(())
    }

    /// One member of an archive: a document, or a text.
    fn member(&mut self, place: Place, content: Content) -> Step {
        match content.head() {
            Ok(head) => self.plain(place, content, &head),
            Err(error) => self.refuse(place, Format::Unknown, unreadable(&error)),
        }
    }
}

/// Opens an archive that has no more members than are read.
fn open<R: Read + Seek>(opened: R) -> Result<ZipArchive<R>, Remark> {
    let archive = ZipArchive::new(opened).map_err(|error| broken(&error))?;
    if archive.len() > limits::ARCHIVE_DOCUMENTS {
        return Err(Remark::new(
            "threat.ingest_archive_entries",
            &[
                ("count", &archive.len()),
                ("limit", &limits::ARCHIVE_DOCUMENTS),
            ],
        ));
    }
    Ok(archive)
}

/// The archive unpacks to more than is read.
fn too_much() -> Remark {
    let limit = limits::UNPACKED_BYTES >> 30;
    Remark::new("threat.ingest_archive_size", &[("limit", &limit)])
}

fn shown_name(name: &str) -> String {
    name.chars().take(limits::FIELD_CHARACTERS).collect()
}

/// An inner archive on disk, gone when it is closed.
fn unpacked(member: impl Read) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let copied = std::io::copy(&mut member.take(limits::UNPACKED_BYTES), &mut file)?;
    if copied >= limits::UNPACKED_BYTES {
        return Err(std::io::Error::other("too large"));
    }
    file.rewind()?;
    Ok(file)
}
