//! One sheet of an XLSX as a table: the first visible sheet with text in it, cell by cell.
//!
//! Numbers become text as a person would type them (57072, not 57072.0); dates become ISO 8601.

use crate::problem::{Fault, Problem};
use crate::table::{Header, Piece, Row, Shape, Taker};
use calamine::{DataRef, Reader as _, SheetVisible, Xlsx};
use std::io::{Read, Seek};
use tuermer_core::limits;

/// What a failed formula becomes; no member's name contains it.
pub const CELL_ERROR: &str = "\u{1}error";

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::new(Problem::BrokenSpreadsheet, error.to_string())
}

/// Reads the sheet.
pub fn read<R: Read + Seek>(source: R, take: &mut Taker<'_>) -> Result<(), Fault> {
    let mut book = Xlsx::new(source).map_err(broken)?;
    let visible = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible);
    let sheets: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    for sheet in sheets {
        if read_sheet(&mut book, &sheet, take)? {
            return Ok(());
        }
    }
    Err(Fault::new(Problem::Empty, ""))
}

/// False where the sheet has no text.
fn read_sheet<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
    take: &mut Taker<'_>,
) -> Result<bool, Fault> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(broken)?;
    let shape = Shape::Spreadsheet {
        sheet: sheet.to_string(),
    };
    let mut rows = Rows {
        shape,
        number: 0,
        cells: Vec::new(),
        header: false,
        bytes: 0,
    };
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let number = u64::from(row).saturating_add(1);
        if number != rows.number && !rows.finish(number, take)? {
            return Ok(true);
        }
        rows.put(
            usize::try_from(column).unwrap_or(usize::MAX),
            text(cell.get_value()),
        )?;
    }
    rows.finish(0, take)?;
    Ok(rows.header)
}

/// Cells gathered until their row ends.
struct Rows {
    shape: Shape,
    number: u64,
    cells: Vec<String>,
    header: bool,
    bytes: u64,
}

impl Rows {
    fn put(&mut self, column: usize, text: String) -> Result<(), Fault> {
        if text.is_empty() {
            return Ok(());
        }
        if column >= limits::CSV_COLUMNS {
            return Err(Fault::at(
                Problem::TooManyColumns,
                self.number,
                limits::CSV_COLUMNS.to_string(),
            ));
        }
        // A few kilobytes of a spreadsheet can unpack to any size.
        self.bytes = self.bytes.saturating_add(text.len() as u64);
        if self.bytes > limits::IMPORT_FILE_BYTES {
            return Err(Fault::at(Problem::TooManyCells, self.number, ""));
        }
        if self.cells.len() <= column {
            self.cells.resize(column.saturating_add(1), String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
        Ok(())
    }

    /// Hands over the row before `next`.
    fn finish(&mut self, next: u64, take: &mut Taker<'_>) -> Result<bool, Fault> {
        let number = std::mem::replace(&mut self.number, next);
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(true);
        }
        if self.header {
            return take(Piece::Row(Row { number, cells }));
        }
        self.header = true;
        take(Piece::Header(Header {
            shape: self.shape.clone(),
            columns: cells,
        }))
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // Whole numbers print without a point: postcodes, telephone numbers, member numbers.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => CELL_ERROR.to_string(),
        DataRef::Empty => String::new(),
    }
}
