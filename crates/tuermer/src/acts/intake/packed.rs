//! Files that are compressed: gzip (RFC 1952) and xz, unpacked while they are read.
//!
//! A few kilobytes can unpack to gigabytes. What comes out is bounded in size and in proportion to what went in; past
//! the bound reading fails, it never ends early as if that were all.

use flate2::read::MultiGzDecoder;
use std::io::{Error, ErrorKind, Read, Result};
use tuermer_core::limits::{DOCUMENT_BYTES, UNPACK_RATIO, UNPACKED_BYTES, XZ_DICTIONARY_BYTES};
use tuermer_formats::recognise;
use xz4rust::{XzDecoder, XzNextBlockResult};

/// Bytes read at once.
const BUFFER_BYTES: usize = 32 * 1024;

/// What comes out of a compressed file.
pub struct Unpacked {
    reader: Box<dyn Read + Send>,
    /// Bytes that may still come.
    left: u64,
}

impl Unpacked {
    /// True where the first bytes are those of a compression we read.
    pub fn is_packed(head: &[u8]) -> bool {
        recognise::is_gzip(head) || recognise::is_xz(head)
    }

    /// Unpacks `packed` of `size` bytes; `None` where the first bytes are those of no compression we read.
    pub fn of(head: &[u8], packed: Box<dyn Read + Send>, size: u64) -> Option<Self> {
        let reader: Box<dyn Read + Send> = if recognise::is_gzip(head) {
            Box::new(MultiGzDecoder::new(packed))
        } else if recognise::is_xz(head) {
            Box::new(Xz::new(packed))
        } else {
            return None;
        };
        Some(Self {
            reader,
            left: size
                .saturating_mul(UNPACK_RATIO)
                .clamp(DOCUMENT_BYTES.saturating_add(1), UNPACKED_BYTES),
        })
    }
}

impl Read for Unpacked {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        let read = self.reader.read(out)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                return Err(Error::other(format!(
                    "it unpacks to more than {UNPACK_RATIO} times its size"
                )));
            }
        }
        Ok(read)
    }
}

/// One xz stream after another, with zeros between them (xz file format 1.2, 2.2).
struct Xz<R> {
    packed: R,
    decoder: Box<XzDecoder<'static>>,
    buffer: Vec<u8>,
    /// What of the buffer was read but not decoded.
    from: usize,
    to: usize,
    /// Inside a stream: an end here is damage.
    inside: bool,
}

impl<R: Read> Xz<R> {
    fn new(packed: R) -> Self {
        let decoder = XzDecoder::in_heap_with_alloc_dict_size(0, XZ_DICTIONARY_BYTES);
        Self {
            packed,
            decoder,
            buffer: vec![0; BUFFER_BYTES],
            from: 0,
            to: 0,
            inside: true,
        }
    }

    /// The next bytes to decode; empty at the end of the file.
    fn fill(&mut self) -> Result<()> {
        if self.from == self.to {
            (self.from, self.to) = (0, self.packed.read(&mut self.buffer)?);
        }
        Ok(())
    }
}

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while !out.is_empty() {
            self.fill()?;
            let waiting = self.buffer.get(self.from..self.to).unwrap_or_default();
            if waiting.is_empty() {
                return if self.inside {
                    Err(ErrorKind::UnexpectedEof.into())
                } else {
                    Ok(0)
                };
            }
            if !self.inside {
                let zeros = waiting.iter().take_while(|byte| **byte == 0).count();
                self.from = self.from.saturating_add(zeros);
                if self.from < self.to {
                    self.decoder.reset();
                    self.inside = true;
                }
                continue;
            }
            let decoded = self
                .decoder
                .decode(waiting, out)
                .map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
            let (consumed, produced) = match decoded {
                XzNextBlockResult::NeedMoreData(0, 0) => return Err(ErrorKind::InvalidData.into()),
                XzNextBlockResult::NeedMoreData(consumed, produced) => (consumed, produced),
                XzNextBlockResult::EndOfStream(consumed, produced) => {
                    self.inside = false;
                    (consumed, produced)
                }
            };
            self.from = self.from.saturating_add(consumed);
            if produced > 0 {
                return Ok(produced);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Unpacked;
    use std::io::{Cursor, Read as _};

    /// `printf '{"a":1}\n' | xz --check=crc64`
    const SMALL: &[u8] = b"\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x07\x7b\x22\x61\x22\x3a\x31\x7d\x0a\x00\xbe\x49\x91\x43\x55\x04\xef\x85\x00\x01\x20\x08\xbb\x19\xd9\xbb\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a";

    fn unpack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let mut unpacked = Unpacked::of(
            bytes,
            Box::new(Cursor::new(bytes.to_vec())),
            bytes.len() as u64,
        )
        .expect("packed");
        unpacked.read_to_end(&mut out).map(|_| out)
    }

    #[test]
    fn streams_are_read_to_their_end_and_damage_is_told() {
        let line = b"{\"a\":1}\n".to_vec();
        assert_eq!(unpack(SMALL).unwrap(), line);
        assert_eq!(
            unpack(&[SMALL, &[0; 4], SMALL].concat()).unwrap(),
            line.repeat(2)
        );
        for cut in [12, 30, SMALL.len() - 1] {
            assert!(unpack(&SMALL[..cut]).is_err(), "{cut}");
        }
        for at in 12..SMALL.len() {
            let mut damaged = SMALL.to_vec();
            damaged[at] ^= 0x10;
            assert!(unpack(&damaged).is_err(), "{at}");
        }
        assert!(unpack(&[SMALL, b"rest"].concat()).is_err());
        assert!(Unpacked::of(b"{}", Box::new(Cursor::new(Vec::new())), 0).is_none());
    }
}
