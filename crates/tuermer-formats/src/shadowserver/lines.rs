//! Records of a CSV one by one, in memory that does not grow with the file or with a broken line.
//!
//! A quoted field may contain line ends. A quote that is never closed costs its own line only: the
//! lines looked at meanwhile are given back.

use super::Malformed;
use std::collections::VecDeque;
use std::io::{BufRead, Read as _};
use tuermer_core::limits;

/// Most lines one record may span.
const RECORD_LINES: usize = 64;
/// Longest line, in bytes: many fields of ordinary length.
const LINE_BYTES: usize = 4 * limits::CSV_FIELD_BYTES;

/// A record with the number of its first line, or the line that is none.
pub type Record = Result<(u64, Vec<String>), Malformed>;

/// The reader.
pub struct Lines<R> {
    source: R,
    number: u64,
    given_back: VecDeque<(u64, Line)>,
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// Starts at the beginning of `source`.
    pub fn new(source: R) -> Self {
        Self { source, number: 0, given_back: VecDeque::new() }
    }

    /// The next record; empty lines are passed over. `None` at the end.
    pub fn next_record(&mut self) -> std::io::Result<Option<Record>> {
        loop {
            let Some((number, line)) = self.next_line()? else { return Ok(None) };
            let Line::Whole(mut record) = line else {
                return Ok(Some(Err(Malformed { line: number, reason: "field too long" })));
            };
            if record.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut taken = VecDeque::new();
            while open_quote(&record) && taken.len() < RECORD_LINES && record.len() <= LINE_BYTES {
                let Some((more_number, more)) = self.next_line()? else { break };
                if let Line::Whole(more) = &more {
                    record.extend_from_slice(more);
                }
                let too_long = matches!(more, Line::TooLong);
                taken.push_back((more_number, more));
                if too_long {
                    break;
                }
            }
            if open_quote(&record) {
                taken.append(&mut self.given_back);
                self.given_back = taken;
                return Ok(Some(Err(Malformed { line: number, reason: "open quote" })));
            }
            return Ok(Some(fields(&record).map(|fields| (number, fields)).map_err(|reason| Malformed { line: number, reason })));
        }
    }

    /// The next line with its end; at most [`LINE_BYTES`] of it are held.
    fn next_line(&mut self) -> std::io::Result<Option<(u64, Line)>> {
        if let Some(line) = self.given_back.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let limit = u64::try_from(LINE_BYTES).unwrap_or(u64::MAX);
        self.source.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if line.len() < LINE_BYTES || line.ends_with(b"\n") {
            return Ok(Some((self.number, Line::Whole(line))));
        }
        self.skip_line()?;
        Ok(Some((self.number, Line::TooLong)))
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let buffer = self.source.fill_buf()?;
            let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at.saturating_add(1), true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.source.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// An odd number of quotes: the last field goes on.
fn open_quote(record: &[u8]) -> bool {
    record.iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

fn fields(record: &[u8]) -> Result<Vec<String>, &'static str> {
    if record.contains(&0) {
        return Err("NUL");
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(record.len().clamp(64, 8_192)).from_reader(record);
    let mut fields = csv::ByteRecord::new();
    match reader.read_byte_record(&mut fields) {
        Ok(true) => {}
        _ => return Err("not CSV"),
    }
    if fields.iter().any(|field| field.len() > limits::CSV_FIELD_BYTES) {
        return Err("field too long");
    }
    // The reports are UTF-8; a banner in another encoding must not cost the line.
    Ok(fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
}
