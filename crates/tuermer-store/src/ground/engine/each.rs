//! Very many rows, one by one: a snapshot of ten million assets is read without making a value of each cell.

use super::pipeline::Packed;
use super::{Database, Pools, Row, Value};
use anyhow::{Result, anyhow};
use rusqlite::types::ValueRef;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, ValueRef as _};

/// The cells of one row, lent while it is looked at.
pub struct Cells<'a>(pub(crate) Lent<'a>);

pub(crate) enum Lent<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Packed(Packed<'a>),
    Postgres(&'a PgRow),
    Owned(&'a Row),
}

impl Row {
    /// Its cells, lent like those of a row that is not kept.
    pub fn cells(&self) -> Cells<'_> {
        Cells(Lent::Owned(self))
    }
}

impl Cells<'_> {
    /// TEXT or NULL.
    pub fn text_or_null(&self, index: usize) -> Result<Option<&str>> {
        match &self.0 {
            Lent::Sqlite(row) => text(index, row.get_ref(index)?),
            Lent::Packed(row) => row.text(index),
            Lent::Postgres(row) => Ok(row.try_get(index)?),
            Lent::Owned(row) => match row.0.get(index) {
                Some(Value::Null) => Ok(None),
                Some(Value::Text(text)) => Ok(Some(text)),
                other => Err(anyhow!("column {index} is not text but {other:?}")),
            },
        }
    }

    /// TEXT that cannot be null.
    pub fn text(&self, index: usize) -> Result<&str> {
        self.text_or_null(index)?
            .ok_or_else(|| anyhow!("column {index} is null"))
    }

    /// BIGINT or NULL.
    pub fn int_or_null(&self, index: usize) -> Result<Option<i64>> {
        match &self.0 {
            Lent::Sqlite(row) => number(index, row.get_ref(index)?),
            Lent::Packed(row) => row.number(index),
            Lent::Owned(row) => row.int_or_null(index),
            Lent::Postgres(row) => Ok(if row.try_get_raw(index)?.is_null() {
                None
            } else {
                row.try_get(index)?
            }),
        }
    }

    /// BIGINT that cannot be null.
    pub fn int(&self, index: usize) -> Result<i64> {
        self.int_or_null(index)?
            .ok_or_else(|| anyhow!("column {index} is null"))
    }
}

fn text(index: usize, cell: ValueRef<'_>) -> Result<Option<&str>> {
    match cell {
        ValueRef::Null => Ok(None),
        ValueRef::Text(text) => Ok(Some(std::str::from_utf8(text)?)),
        other => Err(anyhow!(
            "column {index} is not text but {}",
            other.data_type()
        )),
    }
}

fn number(index: usize, cell: ValueRef<'_>) -> Result<Option<i64>> {
    match cell {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number)),
        other => Err(anyhow!(
            "column {index} is not a number but {}",
            other.data_type()
        )),
    }
}

impl Database {
    /// Reads rows into `state`, each only lent to `take`.
    pub async fn read_into<S: Send + 'static>(
        &self,
        sql: &str,
        values: Vec<Value>,
        state: S,
        take: fn(&mut S, &Cells<'_>) -> Result<()>,
    ) -> Result<S> {
        match &self.0 {
            Pools::Sqlite(sqlite) => sqlite.read_into(sql, values, state, take).await,
            Pools::Postgres(postgres) => postgres.read_into(sql, values, state, take).await,
        }
    }
}
