//! The embedded engine: one connection that writes and a few that only read.
//!
//! A connection is used by one blocking thread at a time; it goes there with the work and comes back with the result.
//! Work whose waiting future was dropped ends alone on its thread, and what it held is dropped there: the reader goes
//! back to its place, the writer rolls back.

use super::each::Cells;
use super::{BUSY, Row, Value};
use crate::ground::statement::nameless;
use crate::refusal::Refusal;
use anyhow::{Context as _, Result, anyhow, bail};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Connections that read at the same time.
const READERS: usize = 4;
/// Prepared statements kept by a connection.
const STATEMENTS: usize = 256;
/// Page cache of the writer and of each reader, in KiB.
const WRITER_CACHE: i64 = 65_536;
const READER_CACHE: i64 = 16_384;
/// Pages of 4 KiB in the write-ahead log from which on a commit also moves them into the database. A bulk write fits below
/// it, so that those who wait for its commit do not wait for the move, too.
const CHECKPOINT_PAGES: i64 = 16_000;

/// Microseconds since 1970; every process on the file has the same clock.
pub(crate) const CLOCK: &str = "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)";

/// An open database file.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) path: Arc<Path>,
    /// `None`: closed, or given up because it could not roll back; then it is opened anew.
    writer: Arc<Mutex<Option<Connection>>>,
    readers: Arc<Readers>,
}

struct Readers {
    /// One permit for each connection in use; closed with the database.
    free: Arc<Semaphore>,
    idle: std::sync::Mutex<Vec<Connection>>,
}

/// The writer in a transaction. Dropped before the commit, it rolls back.
struct Held(OwnedMutexGuard<Option<Connection>>);

/// A write transaction; empty once a statement of it was given up in the middle.
pub(crate) struct Writing(Option<Held>);

impl Sqlite {
    pub(crate) async fn open(path: &Path, create: bool) -> Result<Self> {
        if create {
            // Made here, because SQLite would make it readable for everybody; its journal files take the same mode.
            let file = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(path);
            file.with_context(|| format!("cannot make the database {}", path.display()))?;
        }
        let owned = path.to_path_buf();
        let writer = blocking(move || writer(&owned)).await?;
        let readers = Readers {
            free: Arc::new(Semaphore::new(READERS)),
            idle: std::sync::Mutex::default(),
        };
        Ok(Self {
            path: path.into(),
            writer: Arc::new(Mutex::new(Some(writer))),
            readers: Arc::new(readers),
        })
    }

    pub(crate) async fn begin(&self) -> Result<Writing> {
        let mut place = timeout(BUSY, self.writer.clone().lock_owned())
            .await
            .map_err(|_| anyhow!("the database is busy"))?;
        if self.readers.free.is_closed() {
            bail!("the database is closed");
        }
        let path = self.path.clone();
        let held = blocking(move || {
            if place.is_none() {
                *place = Some(writer(&path)?);
            }
            let held = Held(place);
            held.connection()?
                .execute_batch("BEGIN IMMEDIATE")
                .context("the database is busy")?;
            Ok(held)
        });
        Ok(Writing(Some(held.await?)))
    }

    pub(crate) async fn read(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        let sql = nameless(sql);
        self.with_reader(move |connection| rows(connection, &sql, &values))
            .await
    }

    /// Rows in `state`, each only lent to `take`.
    pub(crate) async fn read_into<S: Send + 'static>(
        &self,
        sql: &str,
        values: Vec<Value>,
        mut state: S,
        take: fn(&mut S, &Cells<'_>) -> Result<()>,
    ) -> Result<S> {
        let sql = nameless(sql);
        let work = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let columns = statement.column_count();
            super::pipeline::run(
                statement.query(params_from_iter(values))?,
                columns,
                &mut state,
                take,
            )?;
            Ok(state)
        };
        self.with_reader(work).await
    }

    async fn with_reader<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = timeout(BUSY, self.readers.free.clone().acquire_owned())
            .await
            .map_err(|_| anyhow!("the database is busy"))?;
        let permit = permit.map_err(|_| anyhow!("the database is closed"))?;
        let (path, readers) = (self.path.clone(), self.readers.clone());
        blocking(move || {
            let idle = readers.idle.lock().ok().and_then(|mut idle| idle.pop());
            let connection = idle.map_or_else(|| reader(&path), Ok)?;
            let result = work(&connection);
            if let Ok(mut idle) = readers.idle.lock() {
                idle.push(connection);
            }
            drop(permit);
            result
        })
        .await
    }

    /// Waits for whoever reads or writes. The last connection folds the write-ahead log back.
    pub(crate) async fn close(&self) {
        let everybody = self
            .readers
            .free
            .acquire_many(u32::try_from(READERS).unwrap_or(1))
            .await;
        self.readers.free.close();
        drop(everybody);
        let mut writer = self.writer.clone().lock_owned().await;
        let readers = self.readers.clone();
        let closed = blocking(move || {
            if let Ok(mut idle) = readers.idle.lock() {
                idle.clear();
            }
            *writer = None;
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::error!(%error, "the database did not close in order");
        }
    }
}

impl Writing {
    pub(crate) async fn read(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        let sql = nameless(sql);
        self.with(move |connection| rows(connection, &sql, &values))
            .await
    }

    pub(crate) async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        let sql = nameless(sql);
        self.with(move |connection| {
            Ok(u64::try_from(
                connection
                    .prepare_cached(&sql)?
                    .execute(params_from_iter(values))?,
            )?)
        })
        .await
    }

    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        let sql = sql.to_string();
        self.with(move |connection| Ok(connection.execute_batch(&sql)?))
            .await
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        let committed = self
            .with(|connection| Ok(connection.execute_batch("COMMIT")?))
            .await;
        committed.context(Refusal::new("general.not_written", []))
    }

    pub(crate) async fn with<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let held = self.0.take().context(
            "a statement of this transaction was given up in the middle; nothing of it was kept",
        )?;
        let (held, result) = spawn_blocking(move || {
            let result = held.in_transaction().and_then(work);
            (held, result)
        })
        .await
        .context("the database thread ended")?;
        self.0 = Some(held);
        result
    }
}

impl Held {
    fn connection(&self) -> Result<&Connection> {
        self.0.as_ref().context("the database is closed")
    }

    /// A full or failing disk may end a transaction in the middle; what came after would be kept without it.
    fn in_transaction(&self) -> Result<&Connection> {
        let connection = self.connection()?;
        if connection.is_autocommit() {
            return Err(Refusal::new("general.not_written", []).into());
        }
        Ok(connection)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let rolled_back = self.0.as_ref().is_none_or(|connection| {
            connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok()
        });
        if !rolled_back {
            // Closing it rolls back for certain.
            *self.0 = None;
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Bool(flag) => ValueRef::Integer(i64::from(*flag)),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The connection that writes. Measured: without these settings a power cut loses acknowledged rows, so we do not start.
fn writer(path: &Path) -> Result<Connection> {
    let set_up = || {
        let connection = connection(path)?;
        let journal: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.pragma_update(None, "cache_size", -WRITER_CACHE)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection
            .pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
        let number =
            |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let safe = journal == "wal" && number("synchronous")? >= 2 && number("foreign_keys")? == 1;
        Ok::<_, rusqlite::Error>((connection, safe))
    };
    let (connection, safe) =
        set_up().with_context(|| format!("cannot open the database {}", path.display()))?;
    if !safe {
        bail!(
            "SQLite does not run with a write-ahead log, synchronous=FULL and foreign_keys=ON; refusing to start, because a power cut could lose approved warnings"
        );
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(crate) fn reader(path: &Path) -> Result<Connection> {
    let set_up = || {
        let connection = connection(path)?;
        connection.pragma_update(None, "cache_size", -READER_CACHE)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "query_only", "ON")?;
        Ok::<_, rusqlite::Error>(connection)
    };
    set_up().with_context(|| format!("cannot open the database {}", path.display()))
}

/// A connection to a file that is there.
fn connection(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn rows(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut found = statement.query(params_from_iter(values))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let values = (0..columns)
            .map(|column| value(column, row.get_ref(column)?))
            .collect::<Result<_>>()?;
        rows.push(Row(values));
    }
    Ok(rows)
}

fn value(column: usize, cell: ValueRef<'_>) -> Result<Value> {
    Ok(match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text)?.to_string()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => {
            bail!("column {column} is a fraction; cast it to BIGINT or TEXT in the statement")
        }
    })
}

/// Runs what may wait for the disk on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work)
        .await
        .context("the database thread ended")?
}
