//! The only file that names a database engine: opens SQLite or PostgreSQL, proves that what is
//! acknowledged is durable, and runs the same SQL text on both.
//!
//! SQLite has one writer and a few readers; PostgreSQL a pool. Placeholders are `$1`, `$2`, …

mod each;
mod pipeline;
mod postgres;
mod sqlite;
mod widen;

pub use super::row::{Row, Value};
pub(super) use super::statement::places;
use anyhow::Result;
pub use each::Cells;
use std::path::Path;
use std::time::Duration;

/// An open database.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// A write transaction; dropped without [`Transaction::commit`] it leaves nothing behind.
pub struct Transaction(Open);

/// Whether nobody else hands mails over.
pub enum Alone {
    /// Nobody; the transaction, where there is one, stands for it and is kept open meanwhile.
    Yes(Option<Transaction>),
    /// Another process does.
    No,
}

enum Open {
    Sqlite(sqlite::Writing),
    Postgres(postgres::Writing),
}

/// How long a statement waits for another process to finish writing.
const BUSY: Duration = Duration::from_secs(30);

impl Database {
    /// Opens the embedded database; `create` makes the file where it is missing.
    pub async fn open_file(path: &Path, create: bool) -> Result<Self> {
        Ok(Self(Pools::Sqlite(
            sqlite::Sqlite::open(path, create).await?,
        )))
    }

    /// Opens a PostgreSQL database by URL.
    pub async fn open_url(url: &str) -> Result<Self> {
        Ok(Self(Pools::Postgres(postgres::Postgres::open(url).await?)))
    }

    /// Name of the engine for people.
    pub fn engine(&self) -> &'static str {
        match &self.0 {
            Pools::Sqlite(_) => "SQLite",
            Pools::Postgres(_) => "PostgreSQL",
        }
    }

    /// Reads rows.
    pub async fn read(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        match &self.0 {
            Pools::Sqlite(sqlite) => sqlite.read(sql, values).await,
            Pools::Postgres(postgres) => postgres.read(sql, values).await,
        }
    }

    /// Reads at most one row.
    pub async fn read_one(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.read(sql, values).await?.into_iter().next())
    }

    /// Begins a write transaction; on SQLite it waits for the one writer.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(Transaction(match &self.0 {
            Pools::Sqlite(sqlite) => Open::Sqlite(sqlite.begin().await?),
            Pools::Postgres(postgres) => Open::Postgres(postgres.begin().await?),
        }))
    }

    /// Begins the transaction in which migrations run: one process at a time.
    pub(super) async fn begin_migration(&self) -> Result<Transaction> {
        let mut transaction = self.begin().await?;
        if let Open::Postgres(open) = &mut transaction.0 {
            open.lock_migrations().await?;
        }
        Ok(transaction)
    }

    /// Claims the hand-over of mails among all processes on this database, until the transaction ends, which
    /// is also when its process dies. SQLite lies in one data directory, whose own lock is enough.
    pub async fn only_dispatcher(&self) -> Result<Alone> {
        let Pools::Postgres(postgres) = &self.0 else {
            return Ok(Alone::Yes(None));
        };
        let held = postgres.only_dispatcher().await?;
        Ok(held.map_or(Alone::No, |held| {
            Alone::Yes(Some(Transaction(Open::Postgres(held))))
        }))
    }

    /// The schema in this engine's words.
    pub(super) fn dialect(&self, sql: &str) -> String {
        let bytes = match &self.0 {
            Pools::Sqlite(_) => " BLOB",
            Pools::Postgres(_) => " BYTEA",
        };
        sql.replace(" BYTES", bytes)
    }

    /// Statements that make `table` append-only; triggers are not portable text.
    pub(super) fn append_only(&self, table: &str) -> String {
        match &self.0 {
            Pools::Sqlite(_) => format!(
                "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
                 CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
            ),
            Pools::Postgres(_) => format!(
                "CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
                 CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();"
            ),
        }
    }

    /// True where a table of this name exists.
    pub(super) async fn has_table(&self, table: &str) -> Result<bool> {
        let sql = match &self.0 {
            Pools::Sqlite(_) => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
            Pools::Postgres(_) => {
                "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1"
            }
        };
        let rows = self.read(sql, crate::values![table]).await?;
        Ok(!rows.is_empty())
    }

    /// Tables and columns as they really are, `(table, column)` in order.
    pub async fn columns(&self) -> Result<Vec<(String, String)>> {
        let sql = match &self.0 {
            Pools::Sqlite(_) => {
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
            }
            Pools::Postgres(_) => {
                "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c
                 JOIN information_schema.tables t USING (table_schema, table_name) WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"
            }
        };
        self.read(sql, Vec::new())
            .await?
            .iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?)))
            .collect()
    }

    /// Closes all connections (SQLite: folds the write-ahead log back).
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite(sqlite) => sqlite.close().await,
            Pools::Postgres(postgres) => postgres.close().await,
        }
    }
}

impl Transaction {
    /// Reads rows inside the transaction.
    pub async fn read(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        match &mut self.0 {
            Open::Sqlite(open) => open.read(sql, values).await,
            Open::Postgres(open) => open.read(sql, values).await,
        }
    }

    /// Reads at most one row inside the transaction.
    pub async fn read_one(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.read(sql, values).await?.into_iter().next())
    }

    /// Runs a statement; returns the number of rows it touched.
    pub async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        match &mut self.0 {
            Open::Sqlite(open) => open.run(sql, values).await,
            Open::Postgres(open) => open.run(sql, values).await,
        }
    }

    /// Runs several statements without values (migrations).
    pub(super) async fn run_script(&mut self, sql: &str) -> Result<()> {
        match &mut self.0 {
            Open::Sqlite(open) => open.run_script(sql).await,
            Open::Postgres(open) => open.run_script(sql).await,
        }
    }

    /// Writes many rows: `head` is `INSERT INTO t (a, b)`, `tail` an `ON CONFLICT …` or empty.
    /// Every row must have the same number of values. Returns the number of rows touched.
    pub async fn insert_many(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<u64> {
        match &mut self.0 {
            Open::Sqlite(open) => open.insert_many(head, rows, tail).await,
            Open::Postgres(open) => open.insert_many(head, rows, tail).await,
        }
    }

    /// The same, where a row that is there already stays; says of each row whether it is new. `keys` are the first two
    /// columns, by which rows are told apart.
    pub async fn insert_new(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        keys: &str,
    ) -> Result<Vec<bool>> {
        match &mut self.0 {
            Open::Sqlite(open) => open.insert_new(head, rows).await,
            Open::Postgres(open) => open.insert_new(head, rows, keys).await,
        }
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Open::Sqlite(open) => open.commit().await,
            Open::Postgres(open) => open.commit().await,
        }
    }
}
