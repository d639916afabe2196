//! Raw lines that concern members, gathered into parts and compressed: evidence of what a source really said.

use crate::store::signs::observations::Lines;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

/// Raw lines of one part, in bytes before they are compressed.
const PART_BYTES: usize = 256 * 1024;

/// Raw lines on their way to be kept.
#[derive(Default)]
pub struct Part {
    number: i64,
    first: u64,
    last: u64,
    bytes: Vec<u8>,
}

impl Part {
    /// Adds a line; gives a whole part where one is full.
    pub fn take(&mut self, line: u64, bytes: &[u8]) -> Option<Lines> {
        if self.bytes.is_empty() {
            self.first = line;
        }
        self.last = line;
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(b'\n');
        if self.bytes.len() >= PART_BYTES {
            self.close()
        } else {
            None
        }
    }

    /// What is left, as a part.
    pub fn close(&mut self) -> Option<Lines> {
        if self.bytes.is_empty() {
            return None;
        }
        let mut encoder = GzEncoder::new(
            Vec::with_capacity(self.bytes.len() / 4),
            Compression::fast(),
        );
        // Writing to memory cannot fail.
        let packed = encoder
            .write_all(&self.bytes)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        self.bytes.clear();
        let number = self.number;
        self.number = number.saturating_add(1);
        Some(Lines {
            part: number,
            first: self.first,
            last: self.last,
            gzip: packed,
        })
    }
}
