//! Many rows on their way into the embedded engine.

use super::Value;
use super::sqlite::Writing;
use crate::ground::statement::{insert_text, nameless};
use anyhow::Result;
use rusqlite::{Connection, params_from_iter};

/// Rows of one statement that may also change rows. Measured: 25, 100 and 500 cost the same, 1 costs twice as much.
const UPSERTS_PER_STATEMENT: usize = 64;

impl Writing {
    /// A statement that may change a row keeps a copy of each page it touches, in case it fails: one for many rows copies few.
    /// Where a row that is there stays, no copy is made, and one statement for each row is the fastest.
    pub(crate) async fn insert_many(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<u64> {
        let per_statement = if tail.contains(" DO UPDATE ") {
            UPSERTS_PER_STATEMENT
        } else {
            1
        };
        let touched = self.insert_each(head, rows, tail, per_statement).await?;
        Ok(u64::try_from(touched.into_iter().sum::<usize>())?)
    }

    pub(crate) async fn insert_new(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<bool>> {
        let touched = self
            .insert_each(head, rows, "ON CONFLICT DO NOTHING", 1)
            .await?;
        Ok(touched.into_iter().map(|rows| rows > 0).collect())
    }

    /// How many rows each statement touched: those of `per_statement` rows, then one for each row that is left, so that only
    /// two are prepared.
    async fn insert_each(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
        per_statement: usize,
    ) -> Result<Vec<usize>> {
        let Some(width) = rows.first().map(Vec::len) else {
            return Ok(Vec::new());
        };
        let text = |rows| nameless(&insert_text(head, width, rows, tail));
        let (many, single) = (text(per_statement), text(1));
        let work = move |connection: &Connection| {
            let pages = rows.chunks_exact(per_statement);
            let left = pages.remainder();
            let mut touched = executed(connection, &many, pages)?;
            touched.extend(executed(connection, &single, left.chunks(1))?);
            Ok(touched)
        };
        self.with(work).await
    }
}

/// Runs a statement for each page of rows; how many rows each touched.
fn executed<'a>(
    connection: &Connection,
    sql: &str,
    mut pages: impl ExactSizeIterator<Item = &'a [Vec<Value>]>,
) -> Result<Vec<usize>> {
    if pages.len() == 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(sql)?;
    pages.try_fold(Vec::new(), |mut touched, page| {
        touched.push(statement.execute(params_from_iter(page.iter().flatten()))?);
        Ok(touched)
    })
}
