//! Facts about this store itself.

use super::Store;
use crate::values;
use anyhow::Result;

impl Store {
    /// A fact, if set.
    pub async fn meta(&self, key: &str) -> Result<Option<String>> {
        self.read_one("SELECT value FROM meta WHERE key = $1", values![key]).await?.map(|row| row.text(0)).transpose()
    }

    /// Sets a fact.
    pub async fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let mut open = self.begin().await?;
        open.run("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", values![key, value]).await?;
        open.commit().await
    }
}
