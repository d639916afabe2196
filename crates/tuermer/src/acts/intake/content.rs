//! The bytes of a document or text: in a file, in memory, compressed, or out of an archive.

use super::Remark;
use super::packed::Unpacked;
use std::fs::File;
use std::io::{Cursor, Read, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::NamedTempFile;
use tuermer_core::limits;
use tuermer_formats::recognise::HEAD_BYTES;

/// Where the bytes of a text are.
#[derive(Debug, Clone)]
pub enum Content {
    File(PathBuf, u64),
    Bytes(Vec<u8>),
    /// Out of an archive and too large for memory; gone from the disk with the last who reads it.
    Spilled(Arc<NamedTempFile>, u64),
    /// Compressed with gzip or xz; what comes out of it is read.
    Packed(Box<Content>),
}

impl Content {
    /// The bytes from the beginning.
    pub fn reader(&self) -> std::io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::File(path, _) => Box::new(File::open(path)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Self::Spilled(file, _) => Box::new(file.reopen()?),
            Self::Packed(packed) => Box::new(
                Unpacked::of(&packed.head()?, packed.reader()?, packed.size())
                    .ok_or(std::io::ErrorKind::InvalidData)?,
            ),
        })
    }

    /// The first bytes. Damage behind some of them is told by whoever reads on.
    pub fn head(&self) -> std::io::Result<Vec<u8>> {
        let mut head = Vec::new();
        match self
            .reader()?
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)
        {
            Err(error) if head.is_empty() => Err(error),
            _ => Ok(head),
        }
    }

    /// How many bytes there are, compressed or not.
    pub fn size(&self) -> u64 {
        match self {
            Self::File(_, size) | Self::Spilled(_, size) => *size,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Packed(packed) => packed.size(),
        }
    }

    /// All bytes, up to [`limits::DOCUMENT_BYTES`].
    pub fn whole(self) -> Result<Vec<u8>, Remark> {
        match self {
            Self::File(_, size) | Self::Spilled(_, size) if size > limits::DOCUMENT_BYTES => {
                Err(too_big(size))
            }
            Self::Bytes(bytes) if bytes.len() as u64 > limits::DOCUMENT_BYTES => {
                Err(too_big(bytes.len() as u64))
            }
            Self::File(..) | Self::Spilled(..) | Self::Packed(_) => self
                .reader()
                .map_err(|error| unreadable(&error))
                .and_then(whole),
            Self::Bytes(bytes) => Ok(bytes),
        }
    }
}

/// All bytes of a reader, up to [`limits::DOCUMENT_BYTES`]; nothing is cut off silently.
pub fn whole(reader: impl Read) -> Result<Vec<u8>, Remark> {
    let mut bytes = Vec::new();
    let read = reader
        .take(limits::DOCUMENT_BYTES.saturating_add(1))
        .read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 > limits::DOCUMENT_BYTES => Err(too_big(bytes.len() as u64)),
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}

/// A member of an archive: in memory, or on disk where it is larger than a document; no more than `left` bytes.
pub fn entry_content(mut entry: impl Read, left: u64) -> std::io::Result<Content> {
    let mut bytes = Vec::new();
    entry
        .by_ref()
        .take(limits::DOCUMENT_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > left {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    if size <= limits::DOCUMENT_BYTES {
        return Ok(Content::Bytes(bytes));
    }
    let mut file = NamedTempFile::new()?;
    file.write_all(&bytes)?;
    let size = size.saturating_add(std::io::copy(&mut entry.take(left), &mut file)?);
    if size > left {
        Err(std::io::ErrorKind::FileTooLarge.into())
    } else {
        Ok(Content::Spilled(Arc::new(file), size))
    }
}

pub fn unreadable(error: &std::io::Error) -> Remark {
    Remark::new("threat.ingest_unreadable", &[("error", error)])
}

pub fn too_big(size: u64) -> Remark {
    Remark::new(
        "threat.ingest_too_big",
        &[
            ("size", &(size >> 20)),
            ("limit", &(limits::DOCUMENT_BYTES >> 20)),
        ],
    )
}
