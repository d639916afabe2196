//! Facts about this store itself.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use anyhow::Result;

/// Sets a fact inside the transaction of what follows from it.
pub async fn set(open: &mut Transaction, key: &str, value: &str) -> Result<()> {
    open.run("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", values![key, value]).await?;
    Ok(())
}

/// Raises a counter, so that other processes see that something changed.
pub async fn count(open: &mut Transaction, key: &str) -> Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, '1') ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)";
    open.run(sql, values![key]).await?;
    Ok(())
}

/// A fact as this transaction sees it.
pub async fn read(open: &mut Transaction, key: &str) -> Result<Option<String>> {
    open.read_one("SELECT value FROM meta WHERE key = $1", values![key])
        .await?
        .map(|row| row.text(0))
        .transpose()
}

impl Store {
    /// A fact, if set.
    pub async fn meta(&self, key: &str) -> Result<Option<String>> {
        self.read_one("SELECT value FROM meta WHERE key = $1", values![key])
            .await?
            .map(|row| row.text(0))
            .transpose()
    }

    /// Sets a fact.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let mut open = self.begin().await?;
        set(&mut open, key, value).await?;
        open.commit().await
    }
}
