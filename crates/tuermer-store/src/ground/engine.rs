//! The only file that names a database engine: opens SQLite or PostgreSQL, proves that what is
//! acknowledged is durable, and runs the same SQL text on both.
//!
//! SQLite has one writer and a few readers; PostgreSQL a pool. Placeholders are `$1`, `$2`, …

mod beside;
mod bulk;
mod each;
mod pipeline;
mod postgres;
mod sqlite;
mod word_lists;

pub use crate::ground::leases::{Fence, LeaseLost};
pub use crate::ground::row::{Row, Value};
pub(crate) use crate::ground::statement::places;
use crate::wake::{Source, Wake};
use anyhow::{Result, bail};
pub use each::Cells;
use std::path::Path;
use std::time::Duration;
use tokio::sync::Mutex;

/// An open database.
#[derive(Clone)]
pub struct Database(Pools);

#[derive(Clone)]
enum Pools {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// A write transaction; dropped without [`Transaction::commit`] it leaves nothing behind.
pub struct Transaction {
    open: Open,
    /// The lease under which it is written; without it the commit fails.
    fence: Option<Fence>,
    /// Who writes.
    source: Source,
    /// Who is told of the commit.
    wake: Wake,
}

/// Stands for this process as long as it lives; others see by it that its leases are not those of a dead one.
pub enum Alive {
    /// A locked file beside the embedded database.
    File(beside::AliveFile),
    /// An advisory lock, which ends with its connection.
    Connection(Mutex<Transaction>),
}

/// Hears of commits of other processes.
pub enum Listener {
    /// Looks whether the embedded database was changed.
    Sqlite(beside::Changes),
    /// LISTEN.
    Postgres(postgres::Notifications),
}

enum Open {
    Sqlite(sqlite::Writing),
    Postgres(postgres::Writing),
}

/// A connection that does not answer in this time stands for nobody.
const SEEN: Duration = Duration::from_secs(5);
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
        let open = match &self.0 {
            Pools::Sqlite(sqlite) => Open::Sqlite(sqlite.begin().await?),
            Pools::Postgres(postgres) => Open::Postgres(postgres.begin().await?),
        };
        Ok(Transaction {
            open,
            fence: None,
            source: Source::Act,
            wake: Wake::default(),
        })
    }

    /// Begins the transaction in which migrations run: one process at a time.
    pub(crate) async fn begin_migration(&self) -> Result<Transaction> {
        let mut transaction = self.begin().await?;
        if let Open::Postgres(open) = &mut transaction.open {
            open.lock_migrations().await?;
        }
        Ok(transaction)
    }

    /// Microseconds since 1970 by the clock of the database, as SQL: leases are compared with no other clock.
    pub(crate) fn clock(&self) -> &'static str {
        match &self.0 {
            Pools::Sqlite(_) => sqlite::CLOCK,
            Pools::Postgres(_) => postgres::CLOCK,
        }
    }

    /// Shows to others that the process `holder` lives, until the answer is dropped or the process dies.
    pub async fn come_alive(&self, holder: i64) -> Result<Alive> {
        match &self.0 {
            Pools::Sqlite(sqlite) => Ok(Alive::File(sqlite.come_alive(holder)?)),
            Pools::Postgres(postgres) => {
                let open = Open::Postgres(postgres.come_alive(holder).await?);
                Ok(Alive::Connection(Mutex::new(Transaction {
                    open,
                    fence: None,
                    source: Source::Act,
                    wake: Wake::default(),
                })))
            }
        }
    }

    /// True where the process `holder` has died.
    pub async fn is_dead(&self, holder: i64) -> Result<bool> {
        match &self.0 {
            Pools::Sqlite(sqlite) => sqlite.is_dead(holder),
            Pools::Postgres(postgres) => postgres.is_dead(holder).await,
        }
    }

    /// Begins to hear of commits of other processes.
    pub async fn listen(&self) -> Result<Listener> {
        Ok(match &self.0 {
            Pools::Sqlite(sqlite) => Listener::Sqlite(sqlite.changes().await?),
            Pools::Postgres(postgres) => Listener::Postgres(postgres.listen().await?),
        })
    }

    /// The schema in this engine's words.
    pub(crate) fn dialect(&self, sql: &str) -> String {
        match &self.0 {
            Pools::Sqlite(_) => sql.replace(" BYTES", " BLOB"),
            Pools::Postgres(_) => sql
                .replace(" BYTES", " BYTEA")
                .replace(" WITHOUT ROWID;", ";"),
        }
    }

    /// Statements that make `table` append-only; triggers are not portable text.
    pub(crate) fn append_only(&self, table: &str) -> String {
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
    pub(crate) async fn has_table(&self, table: &str) -> Result<bool> {
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
        match &mut self.open {
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
        match &mut self.open {
            Open::Sqlite(open) => open.run(sql, values).await,
            Open::Postgres(open) => open.run(sql, values).await,
        }
    }

    /// Runs several statements without values (migrations).
    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        match &mut self.open {
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
        match &mut self.open {
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
        match &mut self.open {
            Open::Sqlite(open) => open.insert_new(head, rows).await,
            Open::Postgres(open) => open.insert_new(head, rows, keys).await,
        }
    }

    /// Makes everything durable, and wakes whom it concerns.
    ///
    /// # Errors
    /// The database did not confirm, or another process holds the lease by now ([`LeaseLost`]): nothing was kept.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(fence) = self.fence.clone()
            && !self.holds(&fence).await?
        {
            bail!(LeaseLost(fence.station));
        }
        let source = self.source;
        if let Open::Postgres(open) = &mut self.open
            && self.wake.is_for_others(source)
        {
            open.notify(source.as_str()).await?;
        }
        match self.open {
            Open::Sqlite(open) => open.commit().await?,
            Open::Postgres(open) => open.commit().await?,
        }
        self.wake.commit();
        self.wake.ring(source);
        Ok(())
    }

    /// As [`Transaction::commit`], of something that makes no gap for any station.
    pub(crate) async fn commit_quietly(self) -> Result<()> {
        match self.open {
            Open::Sqlite(open) => open.commit().await?,
            Open::Postgres(open) => open.commit().await?,
        }
        self.wake.commit();
        Ok(())
    }

    /// Waits for whoever else is in this place, until the transaction ends. The embedded database has one writer anyway.
    pub(crate) async fn alone(&mut self) -> Result<()> {
        match &mut self.open {
            Open::Sqlite(_) => Ok(()),
            Open::Postgres(open) => open.lock_journal().await,
        }
    }

    /// Whether the lease still is ours; nobody can take it before this transaction ends.
    async fn holds(&mut self, fence: &Fence) -> Result<bool> {
        // The embedded database has one writer, and that is this transaction.
        let lock = match &self.open {
            Open::Sqlite(_) => "",
            Open::Postgres(_) => " FOR SHARE",
        };
        let Fence {
            station,
            shard,
            number,
        } = fence;
        let sql =
            format!("SELECT 1 FROM lease WHERE station = $1 AND shard = $2 AND fence = $3{lock}");
        let values = crate::values![station.as_str(), *shard, *number];
        Ok(self.read_one(&sql, values).await?.is_some())
    }

    /// The same transaction of `source`, under a lease, telling its commit to `wake`.
    #[must_use]
    pub(crate) fn under(self, fence: Option<Fence>, source: Source, wake: Wake) -> Self {
        Self {
            open: self.open,
            fence,
            source,
            wake,
        }
    }
}

impl Alive {
    /// False where others may take us for dead: the connection that stands for us is gone.
    pub async fn is_seen(&self) -> bool {
        match self {
            Self::File(_) => true,
            Self::Connection(open) => {
                let asked = async {
                    let mut open = open.lock().await;
                    open.read_one("SELECT 1", Vec::new()).await.is_ok()
                };
                tokio::time::timeout(SEEN, asked).await.unwrap_or(false)
            }
        }
    }
}

impl Listener {
    /// False where it cannot tell a commit of this process from one of another.
    pub fn hears_only_others(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Waits until another process committed something, and says who; some engines cannot tell.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn heard(&mut self) -> Result<Source> {
        match self {
            Self::Sqlite(changes) => changes.next().await,
            Self::Postgres(notifications) => notifications.next().await,
        }
    }
}
