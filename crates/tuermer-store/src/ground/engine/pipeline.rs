//! Very many rows of the embedded engine: one thread steps through them, another takes them, on two cores.
//!
//! The first rows are taken where they are read; most reads end there, and need no second thread.

use super::each::{Cells, Lent};
use anyhow::{Result, anyhow};
use rusqlite::Rows;
use rusqlite::types::ValueRef;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows of one batch, and those taken before a second thread is started.
const ROWS: usize = 512;
/// Batches under way; what bounds the memory.
const BATCHES: usize = 4;

/// Rows copied out of the engine, in few allocations that are used again.
#[derive(Default)]
pub(crate) struct Batch {
    cells: Vec<Cell>,
    texts: Vec<u8>,
}

/// A cell; a text lies in the batch.
#[derive(Clone, Copy)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text {
        start: u32,
        length: u32,
    },
    /// Bytes and fractions; nobody takes such rows one by one.
    Other,
}

/// One row of a batch.
pub(crate) struct Packed<'a> {
    cells: &'a [Cell],
    texts: &'a str,
}

/// Gives every row to `take`.
pub(crate) fn run<S: Send>(
    mut rows: Rows<'_>,
    columns: usize,
    state: &mut S,
    take: fn(&mut S, &Cells<'_>) -> Result<()>,
) -> Result<()> {
    for _ in 0..ROWS {
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        take(state, &Cells(Lent::Sqlite(row)))?;
    }
    std::thread::scope(|scope| {
        let (full, to_take) = sync_channel(BATCHES);
        let (empty, to_fill) = sync_channel(BATCHES);
        let taker = scope.spawn(move || taken(&to_take, &empty, columns, state, take));
        let read = read(rows, columns, &full, &to_fill);
        // The end of the channel is the end of the taker.
        drop(full);
        let taken = taker
            .join()
            .map_err(|_| anyhow!("the thread that takes rows ended"))?;
        // Where the taker ended early, the reader only says that; the reason is the taker's.
        taken.and(read)
    })
}

fn read(
    mut rows: Rows<'_>,
    columns: usize,
    full: &SyncSender<Batch>,
    to_fill: &Receiver<Batch>,
) -> Result<()> {
    loop {
        let mut batch = to_fill.try_recv().unwrap_or_default();
        let more = batch.fill(&mut rows, columns)?;
        full.send(batch)
            .map_err(|_| anyhow!("nobody takes the rows"))?;
        if !more {
            return Ok(());
        }
    }
}

fn taken<S>(
    to_take: &Receiver<Batch>,
    empty: &SyncSender<Batch>,
    columns: usize,
    state: &mut S,
    take: fn(&mut S, &Cells<'_>) -> Result<()>,
) -> Result<()> {
    while let Ok(Batch { cells, texts }) = to_take.recv() {
        // All texts are looked at together: cell by cell it were a sixth of the time.
        let texts = String::from_utf8(texts)?;
        for cells in cells.chunks_exact(columns.max(1)) {
            let texts = texts.as_str();
            take(state, &Cells(Lent::Packed(Packed { cells, texts })))?;
        }
        // A batch for which there is no place is let go.
        let texts = texts.into_bytes();
        let _ = empty.try_send(Batch { cells, texts });
    }
    Ok(())
}

impl Batch {
    /// False where these were the last rows.
    fn fill(&mut self, rows: &mut Rows<'_>, columns: usize) -> Result<bool> {
        self.cells.clear();
        self.texts.clear();
        for _ in 0..ROWS {
            let Some(row) = rows.next()? else {
                return Ok(false);
            };
            for column in 0..columns {
                let cell = match row.get_ref(column)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Integer(number),
                    ValueRef::Text(text) => {
                        let start = u32::try_from(self.texts.len())?;
                        self.texts.extend_from_slice(text);
                        Cell::Text {
                            start,
                            length: u32::try_from(text.len())?,
                        }
                    }
                    ValueRef::Real(_) | ValueRef::Blob(_) => Cell::Other,
                };
                self.cells.push(cell);
            }
        }
        Ok(true)
    }
}

impl Packed<'_> {
    /// TEXT or NULL.
    pub(crate) fn text(&self, column: usize) -> Result<Option<&str>> {
        match self.cells.get(column) {
            Some(Cell::Null) => Ok(None),
            Some(&Cell::Text { start, length }) => {
                let start = usize::try_from(start)?;
                let end = start.saturating_add(usize::try_from(length)?);
                let text = self.texts.get(start..end);
                text.map(Some)
                    .ok_or_else(|| anyhow!("column {column} is not UTF-8"))
            }
            _ => Err(anyhow!("column {column} is not text")),
        }
    }

    /// BIGINT or NULL.
    pub(crate) fn number(&self, column: usize) -> Result<Option<i64>> {
        match self.cells.get(column) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Integer(number)) => Ok(Some(*number)),
            _ => Err(anyhow!("column {column} is not a number")),
        }
    }
}
