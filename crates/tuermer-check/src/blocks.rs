//! A stream in blocks of whole lines, in constant memory. A line longer than the block is named and judged by its beginning.

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, Read};
use tuermer_core::limits;

/// The next piece of a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// Whole lines, each with its line end; the very last may lack one.
    Lines(&'b [u8]),
    /// The beginning of a line that is longer than a block; its rest is passed over.
    Overlong(&'b [u8]),
}

/// Reads blocks of whole lines.
#[derive(Debug)]
pub struct Blocks<'b, R> {
    reader: R,
    buffer: &'b mut Vec<u8>,
    /// Of the buffer, what is read and not yet handed out.
    filled: usize,
    handed: usize,
    skipping: bool,
    end: bool,
    /// Bytes read so far.
    pub bytes: u64,
}

impl<'b, R: Read> Blocks<'b, R> {
    /// Blocks of `reader`; the buffer is lent, so that a thousand files need only one.
    pub fn new(reader: R, buffer: &'b mut Vec<u8>) -> Self {
        buffer.resize(limits::CHECK_BLOCK_BYTES, 0);
        Self {
            reader,
            buffer,
            filled: 0,
            handed: 0,
            skipping: false,
            end: false,
            bytes: 0,
        }
    }

    /// The next piece, or nothing at the end.
    pub fn piece(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            self.fill()?;
            if self.filled == 0 {
                return Ok(None);
            }
            let data = self.buffer.get(..self.filled).unwrap_or_default();
            if self.skipping {
                match memchr::memchr(b'\n', data) {
                    Some(end) => (self.handed, self.skipping) = (end + 1, false),
                    None => self.handed = self.filled,
                }
                continue;
            }
            let lines = match (memchr::memrchr(b'\n', data), self.end) {
                (_, true) => self.filled,
                (Some(last), false) => last + 1,
                (None, false) => {
                    (self.handed, self.skipping) = (self.filled, true);
                    return Ok(self.buffer.get(..self.filled).map(Piece::Overlong));
                }
            };
            self.handed = lines;
            return Ok(self.buffer.get(..lines).map(Piece::Lines));
        }
    }

    /// Moves what is left to the front and fills up.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.handed..self.filled, 0);
        self.filled -= self.handed;
        self.handed = 0;
        while !self.end {
            let Some(free) = self
                .buffer
                .get_mut(self.filled..)
                .filter(|free| !free.is_empty())
            else {
                break;
            };
            match self.reader.read(free) {
                Ok(0) => self.end = true,
                Ok(count) => {
                    self.filled += count;
                    self.bytes += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Bytes of UTF-16 that are decoded at once.
const DECODED_AT_ONCE: usize = 64 * 1024;

/// UTF-16, as PowerShell writes it, read as UTF-8.
struct Utf16<R> {
    reader: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    handed: usize,
    done: bool,
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() && !self.done {
            self.decode()?;
        }
        let ready = self.ready.get(self.handed..).unwrap_or_default();
        let count = ready.len().min(out.len());
        out.iter_mut()
            .zip(ready)
            .for_each(|(out, byte)| *out = *byte);
        self.handed += count;
        Ok(count)
    }
}

impl<R: Read> Utf16<R> {
    fn decode(&mut self) -> io::Result<()> {
        let count = self.reader.read(&mut self.raw)?;
        self.done = count == 0;
        let input = self.raw.get(..count).unwrap_or_default();
        // Three bytes for two, and some for what waited: then the decoder never lacks room.
        self.ready.resize(count / 2 * 3 + 64, 0);
        let (_, _, written, _) = self
            .decoder
            .decode_to_utf8(input, &mut self.ready, self.done);
        self.ready.truncate(written);
        self.handed = 0;
        Ok(())
    }
}

/// Decodes a stream to UTF-8. UTF-16 is recognised by its byte order mark, or by the NUL beside its first letter.
pub fn in_utf8<'r>(head: &[u8], reader: impl Read + 'r) -> Box<dyn Read + 'r> {
    let encoding: Option<&'static Encoding> = match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        [letter, 0, other, 0, ..] if letter.is_ascii_graphic() && other.is_ascii_graphic() => {
            Some(UTF_16LE)
        }
        [0, letter, 0, other, ..] if letter.is_ascii_graphic() && other.is_ascii_graphic() => {
            Some(UTF_16BE)
        }
        _ => None,
    };
    match encoding {
        Some(encoding) => Box::new(Utf16 {
            reader,
            decoder: encoding.new_decoder(),
            raw: vec![0; DECODED_AT_ONCE],
            ready: Vec::new(),
            handed: 0,
            done: false,
        }),
        None => Box::new(reader),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &[u8]) -> Vec<(bool, usize)> {
        let mut buffer = Vec::new();
        let mut blocks = Blocks::new(text, &mut buffer);
        let mut found = Vec::new();
        while let Some(piece) = blocks.piece().unwrap() {
            found.push(match piece {
                Piece::Lines(lines) => (false, lines.len()),
                Piece::Overlong(head) => (true, head.len()),
            });
        }
        found
    }

    #[test]
    fn lines_stay_whole() {
        let block = limits::CHECK_BLOCK_BYTES;
        assert_eq!(pieces(b""), []);
        assert_eq!(pieces(b"a\nb"), [(false, 3)]);
        let line = [vec![b'x'; 999], vec![b'\n']].concat();
        let many = line.repeat(3_000);
        assert_eq!(
            pieces(&many)
                .iter()
                .map(|(_, length)| length)
                .sum::<usize>(),
            many.len()
        );
        assert!(
            pieces(&many)
                .iter()
                .all(|(long, length)| !long && length % 1_000 == 0)
        );
        let long = [vec![b'y'; 3 * block], b"\nz\n".to_vec()].concat();
        assert_eq!(pieces(&long), [(true, block), (false, 2)]);
        assert_eq!(pieces(&vec![b'y'; 2 * block]), [(true, block)]);
    }

    #[test]
    fn utf_16_is_read_as_utf_8() {
        let text = "#Fields: a\r\nÄ,𝄞\r\n".repeat(50_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for bytes in [little, big] {
            let mut read = String::new();
            in_utf8(bytes.get(..4).unwrap(), bytes.as_slice())
                .read_to_string(&mut read)
                .unwrap();
            assert!(read == text, "differs");
            let mut buffer = Vec::new();
            let mut blocks = Blocks::new(
                in_utf8(bytes.get(..4).unwrap(), bytes.as_slice()),
                &mut buffer,
            );
            let mut whole = Vec::new();
            while let Some(Piece::Lines(lines)) = blocks.piece().unwrap() {
                whole.extend_from_slice(lines);
            }
            assert!(whole == text.as_bytes());
        }
    }
}
