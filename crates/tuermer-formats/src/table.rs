//! A table of text from CSV or XLSX: first the header, then row by row.
//!
//! CSV is read as a stream; separator `;`, `,` or tab is taken from the first line. What is not a
//! table is refused with the line; the meaning of columns is decided elsewhere (`headers.rs`).

use crate::encoding::{Decoded, unreadable};
use crate::problem::{Fault, Problem};
use crate::spreadsheet;
use std::cell::Cell;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;
use tuermer_core::limits;

/// How the file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Separated text.
    Text {
        /// Name of the encoding, as in the Encoding Standard.
        encoding: &'static str,
        /// Separator.
        separator: char,
    },
    /// A sheet of a spreadsheet.
    Spreadsheet {
        /// Its name.
        sheet: String,
    },
}

/// The names of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// How the file is written.
    pub shape: Shape,
    /// Columns as written, in order.
    pub columns: Vec<String>,
}

/// One row below the header; rows without any text are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of the file, or row of the sheet, where it begins; the first is 1.
    pub number: u64,
    /// Cells as text, in order; may be fewer or more than the header has.
    pub cells: Vec<String>,
}

/// What reading gives, in this order: one header, then rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The names of the columns.
    Header(Header),
    /// One row.
    Row(Row),
}

/// Whoever takes the pieces; `Ok(false)` ends the reading.
pub type Taker<'a> = dyn FnMut(Piece) -> Result<bool, Fault> + 'a;

/// Reads a table; the format is recognised by its first bytes, never by its name.
pub fn read<R: Read + Seek>(mut source: R, take: &mut Taker<'_>) -> Result<(), Fault> {
    let size = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut first = Vec::new();
    (&mut source)
        .take(8)
        .read_to_end(&mut first)
        .map_err(unreadable)?;
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if size > limits::IMPORT_FILE_BYTES {
        return Err(Fault::new(
            Problem::FileTooLarge,
            megabytes(limits::IMPORT_FILE_BYTES),
        ));
    }
    if first.starts_with(b"PK\x03\x04") {
        if size > limits::SPREADSHEET_BYTES {
            return Err(Fault::new(
                Problem::FileTooLarge,
                megabytes(limits::SPREADSHEET_BYTES),
            ));
        }
        return spreadsheet::read(BufReader::new(source), take);
    }
    if first.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Fault::new(Problem::OldSpreadsheet, ""));
    }
    read_text(source, take)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / (1024 * 1024))
}

fn read_text<R: Read + Seek>(source: R, take: &mut Taker<'_>) -> Result<(), Fault> {
    let (decoded, encoding) = Decoded::open(source)?;
    let since_row = Rc::new(Cell::new(0_usize));
    let mut text = BufReader::new(Lines {
        source: decoded,
        since_row: Rc::clone(&since_row),
        last: b'\n',
    });
    let (separator, skipped) = separator(&mut text)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(text);
    let mut record = csv::StringRecord::new();
    let mut header = false;
    loop {
        since_row.set(0);
        let line = reader.position().line().saturating_add(skipped);
        if !reader
            .read_record(&mut record)
            .map_err(|error| csv_fault(&error, line))?
        {
            break;
        }
        // The reader stands behind the line end of the row; its own note of the start lies before blank lines.
        let behind = reader.position().line().saturating_add(skipped);
        let number = behind.saturating_sub(lines_of(&record));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() > limits::CSV_COLUMNS {
            return Err(Fault::at(
                Problem::TooManyColumns,
                number,
                limits::CSV_COLUMNS.to_string(),
            ));
        }
        let cells = record.iter().map(str::to_string).collect();
        let piece = if header {
            Piece::Row(Row { number, cells })
        } else {
            header = true;
            Piece::Header(Header {
                shape: Shape::Text {
                    encoding,
                    separator: char::from(separator),
                },
                columns: cells,
            })
        };
        if !take(piece)? {
            return Ok(());
        }
    }
    match header {
        true => Ok(()),
        false => Err(Fault::new(Problem::Empty, "")),
    }
}

/// How many lines a row takes: cells may hold line ends.
fn lines_of(record: &csv::StringRecord) -> u64 {
    record.iter().fold(1_u64, |sum, cell| {
        sum.saturating_add(cell.bytes().filter(|byte| *byte == b'\n').count() as u64)
    })
}

/// The separator that the first line uses most outside quotes. `sep=;`, as Excel writes it, is obeyed
/// and skipped; the second value is the number of lines skipped.
fn separator<R: Read>(text: &mut BufReader<R>) -> Result<(u8, u64), Fault> {
    let start = text.fill_buf().map_err(unreadable)?;
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    if let Some([separator]) = line
        .strip_prefix(b"sep=")
        .filter(|rest| rest.len() == 1)
        .map(|rest| [rest.first().copied().unwrap_or(b';')])
    {
        let after = line.len();
        text.consume(after.saturating_add(1));
        return Ok((separator, 1));
    }
    let mut counts = [(b';', 0_u32), (b',', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in line {
        quoted ^= *byte == b'"';
        for (separator, count) in &mut counts {
            *count = count.saturating_add(u32::from(!quoted && byte == separator));
        }
    }
    // Of equal counts the first of the list wins: `;` is what German spreadsheets write.
    let mut best = (b';', 0);
    for (separator, count) in counts {
        if count > best.1 {
            best = (separator, count);
        }
    }
    Ok((best.0, 0))
}

fn csv_fault(error: &csv::Error, line: u64) -> Fault {
    match error.kind() {
        csv::ErrorKind::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) => {
            Fault::at(
                Problem::RowTooLong,
                line,
                megabytes(limits::CSV_ROW_BYTES as u64),
            )
        }
        csv::ErrorKind::Io(io) => Fault::at(Problem::Unreadable, line, io.to_string()),
        _ => Fault::at(Problem::NotATable, line, error.to_string()),
    }
}

/// Makes every line end `\n`, also the last, so that rows can be counted; stops a row that never ends
/// (a quote that is not closed) before it fills the memory.
struct Lines<R> {
    source: R,
    since_row: Rc<Cell<usize>>,
    last: u8,
}

/// The row is longer than [`limits::CSV_ROW_BYTES`].
#[derive(Debug, thiserror::Error)]
#[error("row too long")]
struct RowTooLong;

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.source.read(buffer)?;
            self.since_row
                .set(self.since_row.get().saturating_add(read));
            if self.since_row.get() > limits::CSV_ROW_BYTES {
                return Err(std::io::Error::other(RowTooLong));
            }
            if read == 0 {
                return Ok(self.end(buffer));
            }
            let kept = self.line_ends(buffer.get_mut(..read).unwrap_or(&mut []));
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

impl<R> Lines<R> {
    /// The last line gets its end too.
    fn end(&mut self, buffer: &mut [u8]) -> usize {
        match buffer.first_mut() {
            Some(first) if !matches!(self.last, b'\n' | b'\r') => {
                *first = b'\n';
                self.last = b'\n';
                1
            }
            _ => 0,
        }
    }

    /// `\r\n` and `\r` become `\n`, in place; returns how many bytes are left.
    fn line_ends(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0_usize;
        for at in 0..bytes.len() {
            let Some(byte) = bytes.get(at).copied() else {
                break;
            };
            let second_half = byte == b'\n' && self.last == b'\r';
            self.last = byte;
            if second_half {
                continue;
            }
            if let Some(place) = bytes.get_mut(kept) {
                *place = if byte == b'\r' { b'\n' } else { byte };
                kept = kept.saturating_add(1);
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, Piece, Shape, read};
    use crate::problem::{Fault, Problem};
    use std::io::Cursor;

    fn table(bytes: &[u8]) -> Result<(Option<Header>, Vec<(u64, Vec<String>)>), Fault> {
        let (mut header, mut rows) = (None, Vec::new());
        read(Cursor::new(bytes.to_vec()), &mut |piece| {
            match piece {
                Piece::Header(found) => header = Some(found),
                Piece::Row(row) => rows.push((row.number, row.cells)),
            }
            Ok(true)
        })?;
        Ok((header, rows))
    }

    #[test]
    fn separators_and_line_numbers() {
        let rows: &[(&str, char, u64)] = &[
            ("a;b\n\n1;2\n", ';', 3),
            ("a,b\r\n1,2\r\n", ',', 2),
            ("a\tb\n1\t2\n", '\t', 2),
            ("\"a, or c, or d\";b\n1;2", ';', 2),
            ("sep=,\r\na,b\r\n1,2\r\n", ',', 3),
            ("\u{feff}a;b\n1;2\n", ';', 2),
            ("a;b\r\n\r\n1;2", ';', 3),
            ("a;b\r1;2\r", ';', 2),
            ("\"a\r\nx\";b\r\n1;2\r\n", ';', 3),
        ];
        for (text, separator, line) in rows {
            let (header, rows) = table(text.as_bytes()).unwrap();
            let header = header.unwrap();
            assert_eq!(
                header.shape,
                Shape::Text {
                    encoding: "UTF-8",
                    separator: *separator
                },
                "{text:?}"
            );
            assert_eq!(header.columns.last().unwrap(), "b", "{text:?}");
            assert_eq!(
                rows,
                [(*line, vec!["1".to_string(), "2".to_string()])],
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let endless = format!("a;b\n1;2\n3;\"{}", "x".repeat(10 * 1024 * 1024));
        let wide = format!("{}\n", "a;".repeat(600));
        let rows: &[(&[u8], Problem, Option<u64>)] = &[
            (b"", Problem::Empty, None),
            (b"\n \n", Problem::Empty, None),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
                Problem::OldSpreadsheet,
                None,
            ),
            (
                b"PK\x03\x04 but nothing behind it",
                Problem::BrokenSpreadsheet,
                None,
            ),
            (endless.as_bytes(), Problem::RowTooLong, Some(3)),
            (wide.as_bytes(), Problem::TooManyColumns, Some(1)),
        ];
        for (bytes, problem, line) in rows {
            let fault = table(bytes).unwrap_err();
            assert_eq!((fault.problem, fault.line), (*problem, *line), "{fault:?}");
        }
    }
}
