//! The only file that names a database engine: opens SQLite or PostgreSQL, proves that what is
//! acknowledged is durable, and runs the same SQL text on both.
//!
//! SQLite has one writer and many readers; PostgreSQL a pool. Placeholders are `$1`, `$2`, …

mod each;
mod widen;

pub use super::row::{Row, Value};
pub(super) use super::statement::places;
use super::statement::{insert_text, nameless};
use crate::refusal::Refusal;
use anyhow::{Context as _, Result, anyhow, bail};
pub use each::Cells;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Column, ConnectOptions as _, Executor, PgPool, Postgres, Row as _, Sqlite, SqlitePool, TypeInfo, ValueRef};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// An open database.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, readers: SqlitePool, lenders: each::Lenders },
    Postgres(PgPool),
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
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Readers of SQLite beside its one writer.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;
/// Parameters of one bulk statement; both engines allow at least 32,766.
const PARAMETERS: usize = 6_000;
/// How long a statement waits for another process to finish writing.
const BUSY: Duration = Duration::from_secs(30);
/// Key of the advisory lock that serialises migrations on PostgreSQL ("tuermer" in ASCII, shortened).
const MIGRATION_LOCK: i64 = 0x7475_6572_6d65;
/// Key of the advisory lock of the one process that hands mails over.
const DISPATCH_LOCK: i64 = MIGRATION_LOCK + 1;

impl Database {
    /// Opens the embedded database; `create` makes the file where it is missing.
    pub async fn open_file(path: &Path, create: bool) -> Result<Self> {
        if create {
            // Made here, because SQLite would make it readable for everybody; its journal files take the same mode.
            let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path);
            file.with_context(|| format!("cannot make the database {}", path.display()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .statement_cache_capacity(256)
            // A slow bulk statement would be logged with all its text.
            .disable_statement_logging()
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY");
        let writer = SqlitePoolOptions::new().max_connections(1).acquire_timeout(BUSY).connect_with(options.clone()).await;
        let writer = writer.with_context(|| format!("cannot open the database {}", path.display()))?;
        let readers = SqlitePoolOptions::new().max_connections(SQLITE_READERS).acquire_timeout(BUSY).connect_lazy_with(options.pragma("query_only", "ON"));
        let this = Self(Pools::Sqlite { writer, readers, lenders: each::Lenders::new(path.to_path_buf()) });
        this.refuse_unsafe_settings().await?;
        Ok(this)
    }

    /// Opens a PostgreSQL database by URL.
    pub async fn open_url(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| anyhow!("--database is not a PostgreSQL URL; expected postgres://user@host/name"))?
            .disable_statement_logging();
        let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(BUSY).connect_with(options).await;
        let this = Self(Pools::Postgres(pool.context("cannot reach PostgreSQL; is it running, and are user and database right?")?));
        this.refuse_unsafe_settings().await?;
        Ok(this)
    }

    /// Measured: without these settings a power cut loses acknowledged rows, so we do not start.
    async fn refuse_unsafe_settings(&self) -> Result<()> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await?;
                let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(writer).await?;
                if synchronous < 2 || foreign_keys != 1 {
                    bail!("SQLite does not run with synchronous=FULL and foreign_keys=ON; refusing to start, because a power cut could lose approved warnings");
                }
            }
            Pools::Postgres(pool) => {
                let commit: String = sqlx::query_scalar("SHOW synchronous_commit").fetch_one(pool).await?;
                let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(pool).await?;
                if matches!(commit.as_str(), "off" | "local") || fsync != "on" {
                    bail!(
                        "PostgreSQL runs with synchronous_commit={commit}, fsync={fsync}; set both to on and start again, because a power cut could lose approved warnings"
                    );
                }
            }
        }
        Ok(())
    }

    /// Name of the engine for people.
    pub fn engine(&self) -> &'static str {
        match &self.0 {
            Pools::Sqlite { .. } => "SQLite",
            Pools::Postgres(_) => "PostgreSQL",
        }
    }

    /// Reads rows.
    pub async fn read(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        match &self.0 {
            Pools::Sqlite { readers, .. } => sqlite_read(readers, sql, values).await,
            Pools::Postgres(pool) => postgres_read(pool, sql, values).await,
        }
    }

    /// Reads at most one row.
    pub async fn read_one(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.read(sql, values).await?.into_iter().next())
    }

    /// Begins a write transaction; on SQLite it waits for the one writer.
    pub async fn begin(&self) -> Result<Transaction> {
        Ok(Transaction(match &self.0 {
            Pools::Sqlite { writer, .. } => Open::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await.context("the database is busy")?),
            Pools::Postgres(pool) => Open::Postgres(pool.begin().await?),
        }))
    }

    /// Begins the transaction in which migrations run: one process at a time.
    pub(super) async fn begin_migration(&self) -> Result<Transaction> {
        let mut transaction = self.begin().await?;
        if let Open::Postgres(open) = &mut transaction.0 {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK).execute(&mut **open).await?;
        }
        Ok(transaction)
    }

    /// Claims the hand-over of mails among all processes on this database, until the transaction ends, which
    /// is also when its process dies. SQLite lies in one data directory, whose own lock is enough.
    pub async fn only_dispatcher(&self) -> Result<Alone> {
        let Pools::Postgres(pool) = &self.0 else { return Ok(Alone::Yes(None)) };
        let mut open = pool.begin().await?;
        // The transaction is idle while mails leave; a limit on that would take the lock away.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0").execute(&mut *open).await?;
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(DISPATCH_LOCK).fetch_one(&mut *open).await?;
        Ok(if free { Alone::Yes(Some(Transaction(Open::Postgres(open)))) } else { Alone::No })
    }

    /// The schema in this engine's words.
    pub(super) fn dialect(&self, sql: &str) -> String {
        let bytes = match &self.0 {
            Pools::Sqlite { .. } => " BLOB",
            Pools::Postgres(_) => " BYTEA",
        };
        sql.replace(" BYTES", bytes)
    }

    /// Statements that make `table` append-only; triggers are not portable text.
    pub(super) fn append_only(&self, table: &str) -> String {
        match &self.0 {
            Pools::Sqlite { .. } => format!(
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
        let rows = match &self.0 {
            Pools::Sqlite { writer, .. } => {
                sqlite_read(writer, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", crate::values![table]).await?
            }
            Pools::Postgres(pool) => {
                postgres_read(pool, "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1", crate::values![table])
                    .await?
            }
        };
        Ok(!rows.is_empty())
    }

    /// Tables and columns as they really are, `(table, column)` in order.
    pub async fn columns(&self) -> Result<Vec<(String, String)>> {
        let sql = match &self.0 {
            Pools::Sqlite { .. } => {
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
            }
            Pools::Postgres(_) => {
                "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c
                 JOIN information_schema.tables t USING (table_schema, table_name) WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"
            }
        };
        self.read(sql, Vec::new()).await?.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
    }

    /// Closes all connections (SQLite: folds the write-ahead log back).
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers, lenders } => {
                lenders.close();
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Reads rows inside the transaction.
    pub async fn read(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        match &mut self.0 {
            Open::Sqlite(open) => sqlite_read(&mut **open, sql, values).await,
            Open::Postgres(open) => postgres_read(&mut **open, sql, values).await,
        }
    }

    /// Reads at most one row inside the transaction.
    pub async fn read_one(&mut self, sql: &str, values: Vec<Value>) -> Result<Option<Row>> {
        Ok(self.read(sql, values).await?.into_iter().next())
    }

    /// Runs a statement; returns the number of rows it touched.
    pub async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        match &mut self.0 {
            Open::Sqlite(open) => {
                let mut query = sqlx::query(AssertSqlSafe(nameless(sql)));
                for value in values {
                    query = sqlite_bind(query, value);
                }
                Ok(query.execute(&mut **open).await?.rows_affected())
            }
            Open::Postgres(open) => {
                let mut query = sqlx::query(AssertSqlSafe(sql.to_string()));
                for value in values {
                    query = postgres_bind(query, value);
                }
                Ok(query.execute(&mut **open).await?.rows_affected())
            }
        }
    }

    /// Runs several statements without values (migrations).
    pub(super) async fn run_script(&mut self, sql: &str) -> Result<()> {
        match &mut self.0 {
            Open::Sqlite(open) => {
                (&mut **open).execute(sqlx::raw_sql(AssertSqlSafe(sql.to_string()))).await?;
            }
            Open::Postgres(open) => {
                (&mut **open).execute(sqlx::raw_sql(AssertSqlSafe(sql.to_string()))).await?;
            }
        }
        Ok(())
    }

    /// Writes many rows with few statements: `head` is `INSERT INTO t (a, b)`, `tail` an `ON CONFLICT …` or empty.
    /// Every row must have the same number of values. Returns the number of rows touched.
    pub async fn insert_many(&mut self, head: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<u64> {
        let mut touched = 0_u64;
        let width = rows.first().map_or(1, Vec::len).max(1);
        let per_statement = (PARAMETERS / width).clamp(1, tuermer_core::limits::ROWS_PER_STATEMENT);
        let mut rows = rows.into_iter().peekable();
        let mut full_text = None;
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
            let sql = if chunk.len() == per_statement {
                full_text.get_or_insert_with(|| insert_text(head, width, per_statement, tail)).clone()
            } else {
                insert_text(head, width, chunk.len(), tail)
            };
            touched = touched.saturating_add(self.run(&sql, chunk.into_iter().flatten().collect()).await?);
        }
        Ok(touched)
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Open::Sqlite(open) => open.commit().await.context(Refusal::new("general.not_written", []))?,
            Open::Postgres(open) => open.commit().await.context("PostgreSQL did not confirm the commit; nothing of this step may have been kept")?,
        }
        Ok(())
    }
}

type SqliteQuery<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;
type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, sqlx::postgres::PgArguments>;

fn sqlite_bind(query: SqliteQuery<'_>, value: Value) -> SqliteQuery<'_> {
    match value {
        Value::Null => query.bind(None::<String>),
        Value::Text(text) => query.bind(text),
        Value::Int(number) => query.bind(number),
        Value::Bool(flag) => query.bind(flag),
        Value::Bytes(bytes) => query.bind(bytes),
    }
}

fn postgres_bind(query: PostgresQuery<'_>, value: Value) -> PostgresQuery<'_> {
    match value {
        Value::Null => query.bind(PostgresNull),
        Value::Text(text) => query.bind(text),
        Value::Int(number) => query.bind(number),
        Value::Bool(flag) => query.bind(flag),
        Value::Bytes(bytes) => query.bind(bytes),
    }
}

/// A NULL that leaves its type to the server, because the same value list serves every column type.
struct PostgresNull;

impl sqlx::Type<Postgres> for PostgresNull {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        sqlx::postgres::PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, Postgres> for PostgresNull {
    fn encode_by_ref(&self, _: &mut sqlx::postgres::PgArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}

async fn sqlite_read<'e, E: Executor<'e, Database = Sqlite>>(executor: E, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    let mut query = sqlx::query(AssertSqlSafe(nameless(sql)));
    for value in values {
        query = sqlite_bind(query, value);
    }
    query.fetch_all(executor).await?.iter().map(sqlite_row).collect()
}

async fn postgres_read<'e, E: Executor<'e, Database = Postgres>>(executor: E, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_string()));
    for value in values {
        query = postgres_bind(query, value);
    }
    query.fetch_all(executor).await?.iter().map(postgres_row).collect()
}

fn sqlite_row(row: &SqliteRow) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let raw = row.try_get_raw(index)?;
        let value = match raw.type_info().name() {
            _ if raw.is_null() => Value::Null,
            "TEXT" => Value::Text(row.try_get(index)?),
            "BLOB" => Value::Bytes(row.try_get(index)?),
            "BOOLEAN" => Value::Bool(row.try_get(index)?),
            _ => Value::Int(row.try_get_unchecked(index)?),
        };
        values.push(value);
    }
    Ok(Row(values))
}

fn postgres_row(row: &PgRow) -> Result<Row> {
    let mut values = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let null = row.try_get_raw(index)?.is_null();
        let value = match column.type_info().name() {
            _ if null => Value::Null,
            "TEXT" | "VARCHAR" | "NAME" | "CHAR" => Value::Text(row.try_get(index)?),
            "BYTEA" => Value::Bytes(row.try_get(index)?),
            "BOOL" => Value::Bool(row.try_get(index)?),
            "INT8" => Value::Int(row.try_get(index)?),
            "INT4" => Value::Int(i64::from(row.try_get::<i32, _>(index)?)),
            other => bail!("column {index} has the type {other}; cast it to BIGINT or TEXT in the statement"),
        };
        values.push(value);
    }
    Ok(Row(values))
}
