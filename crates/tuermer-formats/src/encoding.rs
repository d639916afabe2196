//! In which encoding a text file is written, and its bytes as UTF-8 while they are read.
//!
//! UTF-8 with and without mark, UTF-16 with and without mark, and what is left is Windows-1252, the
//! encoding in which German Excel writes "CSV (Trennzeichen-getrennt)".

use crate::problem::{Fault, Problem};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{Read, Seek, SeekFrom};

/// Bytes read at a time.
const BLOCK: usize = 64 * 1024;

/// A text file read as UTF-8.
pub struct Decoded<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    given: usize,
    ended: bool,
}

impl<R: Read + Seek> Decoded<R> {
    /// Looks at the whole file once to know its encoding, then stands at its beginning.
    pub fn open(mut source: R) -> Result<(Self, &'static str), Fault> {
        let encoding = detect(&mut source)?;
        source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let decoder = encoding.new_decoder_with_bom_removal();
        Ok((
            Self {
                source,
                decoder,
                raw: vec![0; BLOCK],
                text: String::with_capacity(4 * BLOCK),
                given: 0,
                ended: false,
            },
            encoding.name(),
        ))
    }
}

impl<R: Read> Decoded<R> {
    fn refill(&mut self) -> std::io::Result<()> {
        while self.given >= self.text.len() && !self.ended {
            self.text.clear();
            self.given = 0;
            let read = self.source.read(&mut self.raw)?;
            self.ended = read == 0;
            let raw = self.raw.get(..read).unwrap_or(&[]);
            // The buffer holds four times the block, more than any encoding needs, so one call takes all.
            let (_, _, _) = self
                .decoder
                .decode_to_string(raw, &mut self.text, self.ended);
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.refill()?;
        let mut rest = self.text.as_bytes().get(self.given..).unwrap_or(&[]);
        let read = rest.read(buffer)?;
        self.given = self.given.saturating_add(read);
        Ok(read)
    }
}

pub(crate) fn unreadable(error: std::io::Error) -> Fault {
    Fault::new(Problem::Unreadable, error.to_string())
}

/// Reads the file once.
fn detect<R: Read>(source: &mut R) -> Result<&'static Encoding, Fault> {
    let mut block = vec![0; BLOCK];
    let mut first = true;
    let mut line = 1_u64;
    // Up to three bytes of a character that the block cut in two.
    let mut rest: Vec<u8> = Vec::new();
    let mut utf8 = true;
    loop {
        let read = source.read(&mut block).map_err(unreadable)?;
        let bytes = block.get(..read).unwrap_or(&[]);
        if first {
            if let Some(encoding) = by_first_bytes(bytes) {
                return Ok(encoding);
            }
            first = false;
        }
        if read == 0 {
            return Ok(if utf8 && rest.is_empty() {
                UTF_8
            } else {
                WINDOWS_1252
            });
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let before = bytes.get(..at).unwrap_or(&[]);
            return Err(Fault::at(
                Problem::NotATable,
                line.saturating_add(newlines(before)),
                "NUL",
            ));
        }
        line = line.saturating_add(newlines(bytes));
        if utf8 {
            rest.extend_from_slice(bytes);
            utf8 = keep_cut_character(&mut rest);
        }
    }
}

/// Drops what is valid UTF-8 from the front; false where it is not UTF-8.
fn keep_cut_character(bytes: &mut Vec<u8>) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.clear(),
        Err(error) if error.error_len().is_none() => {
            bytes.drain(..error.valid_up_to());
        }
        Err(_) => return false,
    }
    true
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0_u64, |sum, byte| {
        sum.saturating_add(u64::from(*byte == b'\n'))
    })
}

/// A byte order mark, or every second byte zero as in UTF-16 of Latin text.
fn by_first_bytes(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Some(encoding);
    }
    let sample = bytes.get(..bytes.len().min(512)).unwrap_or(&[]);
    let zeros = |parity: usize| {
        sample
            .iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 3;
    match (even > 0, odd > 0) {
        (false, true) if odd >= many && sample.len() >= 4 => Some(UTF_16LE),
        (true, false) if even >= many && sample.len() >= 4 => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Decoded;
    use crate::problem::Problem;
    use std::io::{Cursor, Read as _};

    fn utf16(text: &str, bom: bool, little: bool) -> Vec<u8> {
        let units = bom.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "Firma;Straße\nMüller & Söhne;Grüner Weg 1\n".repeat(4_000);
        let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
        let rows: Vec<(Vec<u8>, &str)> = vec![
            (text.clone().into_bytes(), "UTF-8"),
            (
                [b"\xef\xbb\xbf".to_vec(), text.clone().into_bytes()].concat(),
                "UTF-8",
            ),
            (windows.into_owned(), "windows-1252"),
            (utf16(&text, true, true), "UTF-16LE"),
            (utf16(&text, true, false), "UTF-16BE"),
            (utf16(&text, false, true), "UTF-16LE"),
            (utf16(&text, false, false), "UTF-16BE"),
        ];
        for (bytes, name) in rows {
            let (mut decoded, encoding) = Decoded::open(Cursor::new(bytes)).unwrap();
            let mut out = String::new();
            decoded.read_to_string(&mut out).unwrap();
            assert_eq!((encoding, out == text), (name, true), "{name}");
        }
    }

    #[test]
    fn zero_bytes_are_no_table() {
        let fault = Decoded::open(Cursor::new(b"a;b\nc;\0d".to_vec()))
            .err()
            .unwrap();
        assert_eq!((fault.problem, fault.line), (Problem::NotATable, Some(2)));
    }
}
