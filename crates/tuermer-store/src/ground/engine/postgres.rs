//! PostgreSQL: a pool of connections, and values on their way there and back.

use super::each::{Cells, Lent};
use super::{BUSY, Row, Value};
use crate::ground::statement::insert_text;
use crate::wake::Source;
use anyhow::{Context as _, Result, anyhow, bail};
use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgListener, PgPoolOptions, PgRow};
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Executor, PgPool, Row as _, TypeInfo as _,
    ValueRef as _,
};
use std::collections::HashSet;
use std::str::FromStr as _;

/// Connections.
const CONNECTIONS: u32 = 10;
/// Parameters of one bulk statement; the engine allows 65,535.
const PARAMETERS: usize = 6_000;
/// Key of the advisory lock that serialises migrations ("tuermer" in ASCII, shortened).
const MIGRATION_LOCK: i64 = 0x7475_6572_6d65;
/// Key of the advisory lock under which the journal grows: two entries at once would take one number.
const JOURNAL_LOCK: i64 = MIGRATION_LOCK + 2;
/// Microseconds since 1970 by the clock of the server.
pub(crate) const CLOCK: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
/// Channel on which commits are told to other processes.
const CHANNEL: &str = "tuermer";

/// An open database.
#[derive(Clone)]
pub(crate) struct Postgres(PgPool);

/// Commits that other processes tell.
pub struct Notifications(PgListener);

impl Notifications {
    pub(crate) async fn next(&mut self) -> Result<Source> {
        let told = self.0.recv().await?;
        Ok(Source::parse(told.payload()))
    }
}

/// A write transaction; dropped before the commit, it is rolled back.
pub(crate) struct Writing(sqlx::Transaction<'static, sqlx::Postgres>);

impl Postgres {
    /// Measured: without these settings a power cut loses acknowledged rows, so we do not start.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| {
                anyhow!("--database is not a PostgreSQL URL; expected postgres://user@host/name")
            })?
            // A slow bulk statement would be logged with all its text.
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(BUSY)
            .connect_with(options)
            .await;
        let pool = pool
            .context("cannot reach PostgreSQL; is it running, and are user and database right?")?;
        let commit: String = sqlx::query_scalar("SHOW synchronous_commit")
            .fetch_one(&pool)
            .await?;
        let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&pool).await?;
        if matches!(commit.as_str(), "off" | "local") || fsync != "on" {
            bail!(
                "PostgreSQL runs with synchronous_commit={commit}, fsync={fsync}; set both to on and start again, because a power cut could lose approved warnings"
            );
        }
        Ok(Self(pool))
    }

    pub(crate) async fn begin(&self) -> Result<Writing> {
        Ok(Writing(self.0.begin().await?))
    }

    /// A transaction that holds the lock by which others see that `holder` lives.
    pub(crate) async fn come_alive(&self, holder: i64) -> Result<Writing> {
        let mut open = self.0.begin().await?;
        // The transaction is idle while the process works; a limit on that would take the lock away.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = 0")
            .execute(&mut *open)
            .await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(holder)
            .execute(&mut *open)
            .await?;
        Ok(Writing(open))
    }

    /// The lock is free: whoever held it is gone.
    pub(crate) async fn is_dead(&self, holder: i64) -> Result<bool> {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
            .bind(holder)
            .fetch_one(&self.0)
            .await?;
        Ok(free)
    }

    pub(crate) async fn listen(&self) -> Result<Notifications> {
        let mut listener = PgListener::connect_with(&self.0).await?;
        listener.listen(CHANNEL).await?;
        Ok(Notifications(listener))
    }

    pub(crate) async fn read(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        query(sql, values)
            .fetch_all(&self.0)
            .await?
            .iter()
            .map(row)
            .collect()
    }

    /// Rows in `state`, each only lent to `take`.
    pub(crate) async fn read_into<S>(
        &self,
        sql: &str,
        values: Vec<Value>,
        mut state: S,
        take: fn(&mut S, &Cells<'_>) -> Result<()>,
    ) -> Result<S> {
        let mut rows = query(sql, values).fetch(&self.0);
        while let Some(row) = rows.try_next().await? {
            take(&mut state, &Cells(Lent::Postgres(&row)))?;
        }
        Ok(state)
    }

    pub(crate) async fn close(&self) {
        self.0.close().await;
    }
}

impl Writing {
    /// One process at a time goes past here, until its transaction ends.
    pub(crate) async fn lock_migrations(&mut self) -> Result<()> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(MIGRATION_LOCK)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    pub(crate) async fn read(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        query(sql, values)
            .fetch_all(&mut *self.0)
            .await?
            .iter()
            .map(row)
            .collect()
    }

    pub(crate) async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        Ok(query(sql, values)
            .execute(&mut *self.0)
            .await?
            .rows_affected())
    }

    /// One transaction at a time writes into the journal, until it ends.
    pub(crate) async fn lock_journal(&mut self) -> Result<()> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)")
            .bind(JOURNAL_LOCK)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    /// Tells other processes who commits; they hear it after the commit, or never.
    pub(crate) async fn notify(&mut self, source: &str) -> Result<()> {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(source)
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        (&mut *self.0)
            .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_string())))
            .await?;
        Ok(())
    }

    /// Many rows in one statement: each statement costs a way to the server and back.
    pub(crate) async fn insert_many(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<u64> {
        let mut touched = 0_u64;
        let width = rows.first().map_or(1, Vec::len).max(1);
        let per_statement = (PARAMETERS / width).clamp(1, tuermer_core::limits::ROWS_PER_STATEMENT);
        let mut rows = rows.into_iter().peekable();
        let mut full_text = None;
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
            let sql = if chunk.len() == per_statement {
                full_text
                    .get_or_insert_with(|| insert_text(head, width, per_statement, tail))
                    .clone()
            } else {
                insert_text(head, width, chunk.len(), tail)
            };
            touched = touched.saturating_add(
                self.run(&sql, chunk.into_iter().flatten().collect())
                    .await?,
            );
        }
        Ok(touched)
    }

    /// Rows in pages; what is new is what a page returns.
    pub(crate) async fn insert_new(
        &mut self,
        head: &str,
        rows: Vec<Vec<Value>>,
        keys: &str,
    ) -> Result<Vec<bool>> {
        let width = rows.first().map_or(1, Vec::len).max(1);
        let per_statement = (PARAMETERS / width).clamp(1, tuermer_core::limits::ROWS_PER_STATEMENT);
        let tail = format!("ON CONFLICT DO NOTHING RETURNING {keys}");
        let mut new = Vec::with_capacity(rows.len());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(per_statement).collect();
            let told: Vec<Vec<Value>> = chunk
                .iter()
                .map(|row| row.iter().take(2).cloned().collect())
                .collect();
            let sql = insert_text(head, width, chunk.len(), &tail);
            let returned = self
                .read(&sql, chunk.into_iter().flatten().collect())
                .await?;
            let mut returned: HashSet<Vec<Value>> =
                returned.into_iter().map(|Row(values)| values).collect();
            new.extend(told.iter().map(|key| returned.remove(key)));
        }
        Ok(new)
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.0.commit().await.context(
            "PostgreSQL did not confirm the commit; nothing of this step may have been kept",
        )
    }
}

/// A NULL that leaves its type to the server, because the same value list serves every column type.
struct Null;

impl sqlx::Type<sqlx::Postgres> for Null {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        sqlx::postgres::PgTypeInfo::with_oid(sqlx::postgres::types::Oid(0))
    }
}

impl sqlx::Encode<'_, sqlx::Postgres> for Null {
    fn encode_by_ref(
        &self,
        _: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Ok(sqlx::encode::IsNull::Yes)
    }
}

fn query(
    sql: &str,
    values: Vec<Value>,
) -> sqlx::query::Query<'static, sqlx::Postgres, PgArguments> {
    let query = sqlx::query(AssertSqlSafe(sql.to_string()));
    values.into_iter().fold(query, |query, value| match value {
        Value::Null => query.bind(Null),
        Value::Text(text) => query.bind(text),
        Value::Int(number) => query.bind(number),
        Value::Bool(flag) => query.bind(flag),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

fn row(row: &PgRow) -> Result<Row> {
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
            other => bail!(
                "column {index} has the type {other}; cast it to BIGINT or TEXT in the statement"
            ),
        };
        values.push(value);
    }
    Ok(Row(values))
}
