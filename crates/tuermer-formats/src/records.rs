//! Lines of a report or log one by one, lent from one buffer: memory does not grow with the file or with a broken line.
//!
//! A quoted field may contain line ends. A quote that is never closed costs its own line only: reading goes on at the
//! next one. Lines that are too long are passed over to their end.

use std::io::Read;
use tuermer_core::limits;

/// A line that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Line or element in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: &'static str,
}

/// A record with the number of its first line, or the line that is none.
pub type Record<'a> = Result<(u64, &'a [u8]), Malformed>;

/// The reader.
pub struct Records<R> {
    source: R,
    buffer: Vec<u8>,
    /// What is not given yet begins here and ends at `end`.
    start: usize,
    end: usize,
    ended: bool,
    number: u64,
    quotes: bool,
}

/// What was found at the front of the buffer.
enum Front {
    /// So many bytes, line end included, in so many lines.
    Record(usize, u64),
    /// The first line, so long, opens a quote that nobody closes.
    Open(usize),
    /// Longer than we read.
    TooLong,
    /// Nothing more.
    End,
}

impl<R: Read> Records<R> {
    /// Records of a CSV: quoted fields may contain line ends.
    pub fn of_table(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; 64 * 1024],
            start: 0,
            end: 0,
            ended: false,
            number: 0,
            quotes: true,
        }
    }

    /// Lines; a quote means nothing.
    pub fn of_lines(source: R) -> Self {
        Self {
            quotes: false,
            ..Self::of_table(source)
        }
    }

    /// The next record without its line end; empty lines are passed over. `None` at the end.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn next_record(&mut self) -> std::io::Result<Option<Record<'_>>> {
        loop {
            let first = self.number.saturating_add(1);
            let malformed = |reason| {
                Ok(Some(Err(Malformed {
                    line: first,
                    reason,
                })))
            };
            match self.find()? {
                Front::End => return Ok(None),
                Front::TooLong => {
                    self.number = first;
                    self.skip_line()?;
                    return malformed("line too long");
                }
                Front::Open(length) => {
                    self.number = first;
                    self.start = self.start.saturating_add(length);
                    return malformed("open quote");
                }
                Front::Record(length, lines) => {
                    self.number = self.number.saturating_add(lines);
                    let from = self.start;
                    self.start = self.start.saturating_add(length);
                    let record = self
                        .buffer
                        .get(from..self.start)
                        .unwrap_or_default()
                        .trim_ascii_end();
                    if record.is_empty() {
                        continue;
                    }
                    // Looked for twice because a borrow that is returned cannot be used in the next round.
                    if memchr::memchr(0, record).is_some() {
                        return malformed("NUL");
                    }
                    let to = from.saturating_add(record.len());
                    return Ok(Some(Ok((
                        first,
                        self.buffer.get(from..to).unwrap_or_default(),
                    ))));
                }
            }
        }
    }

    fn find(&mut self) -> std::io::Result<Front> {
        let (mut looked, mut lines, mut odd, mut first) = (0_usize, 0_u64, false, 0_usize);
        loop {
            let held = self.buffer.get(self.start..self.end).unwrap_or_default();
            let rest = held.get(looked..).unwrap_or_default();
            let line = match memchr::memchr(b'\n', rest) {
                Some(at) => at.saturating_add(1),
                None if self.ended => rest.len(),
                None if held.len() >= limits::LINE_BYTES => {
                    return Ok(if first > 0 {
                        Front::Open(first)
                    } else {
                        Front::TooLong
                    });
                }
                None => {
                    self.refill()?;
                    continue;
                }
            };
            if line == 0 {
                return Ok(if first > 0 {
                    Front::Open(first)
                } else {
                    Front::End
                });
            }
            let bytes = rest.get(..line).unwrap_or_default();
            if line > limits::LINE_BYTES && first == 0 {
                return Ok(Front::TooLong);
            }
            odd ^= self.quotes && memchr::memchr_iter(b'"', bytes).count() % 2 == 1;
            (looked, lines) = (looked.saturating_add(line), lines.saturating_add(1));
            if !odd {
                return Ok(Front::Record(looked, lines));
            }
            if first == 0 {
                first = line;
            }
            if looked > limits::LINE_BYTES || lines > limits::RECORD_LINES as u64 {
                return Ok(Front::Open(first));
            }
        }
    }

    /// More bytes behind those that are held.
    fn refill(&mut self) -> std::io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len().saturating_mul(2), 0);
        }
        let read = loop {
            match self
                .source
                .read(self.buffer.get_mut(self.end..).unwrap_or_default())
            {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                outcome => break outcome?,
            }
        };
        self.end = self.end.saturating_add(read);
        self.ended = read == 0;
        Ok(())
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let held = self.buffer.get(self.start..self.end).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', held) {
                self.start = self.start.saturating_add(at).saturating_add(1);
                return Ok(());
            }
            self.start = self.end;
            if self.ended {
                return Ok(());
            }
            self.refill()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Records;
    use tuermer_core::limits;

    /// Line numbers with texts or reasons.
    fn read(text: &[u8], table: bool) -> Vec<(u64, String)> {
        let mut records = if table {
            Records::of_table(text)
        } else {
            Records::of_lines(text)
        };
        let mut all = Vec::new();
        while let Some(record) = records.next_record().unwrap() {
            all.push(match record {
                Ok((line, bytes)) => (line, String::from_utf8_lossy(bytes).into_owned()),
                Err(malformed) => (malformed.line, format!("! {}", malformed.reason)),
            });
        }
        all
    }

    #[test]
    fn records_and_what_is_none() {
        for (text, table, wanted) in [
            ("a,b\r\nc,d", true, vec![(1, "a,b"), (2, "c,d")]),
            ("\n\n a\n\n", true, vec![(3, " a")]),
            (
                "a,\"two\nlines\"\nb\n",
                true,
                vec![(1, "a,\"two\nlines\""), (3, "b")],
            ),
            (
                "a,\"two\nlines\"\nb\n",
                false,
                vec![(1, "a,\"two"), (2, "lines\""), (3, "b")],
            ),
            (
                "a,\"open\nb\nc\n",
                true,
                vec![(1, "! open quote"), (2, "b"), (3, "c")],
            ),
            ("a\0b\nc\n", true, vec![(1, "! NUL"), (2, "c")]),
            ("", true, vec![]),
        ] {
            let wanted: Vec<(u64, String)> = wanted
                .into_iter()
                .map(|(line, text)| (line, text.to_string()))
                .collect();
            assert_eq!(read(text.as_bytes(), table), wanted, "{text:?}");
        }
    }

    #[test]
    fn long_lines_and_open_quotes_are_bounded() {
        let long = format!("a\n{}\nb\n", "x".repeat(3 * limits::LINE_BYTES));
        assert_eq!(
            read(long.as_bytes(), true),
            [
                (1, "a".into()),
                (2, "! line too long".into()),
                (3, "b".into())
            ]
        );
        let end = "x".repeat(3 * limits::LINE_BYTES);
        assert_eq!(read(end.as_bytes(), true), [(1, "! line too long".into())]);
        // The quote is never closed, over more lines than a record may have: each of them is a line again.
        let open = format!("\"\n{}", "line\n".repeat(1_000));
        let all = read(open.as_bytes(), true);
        assert_eq!(
            (all.len(), all[0].1.as_str(), all[1].1.as_str()),
            (1_001, "! open quote", "line")
        );
        let wide = format!("\"\n{}", format!("{}\n", "y".repeat(100_000)).repeat(10));
        assert_eq!(read(wide.as_bytes(), true).len(), 11);
    }
}
