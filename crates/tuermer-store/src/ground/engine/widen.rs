//! A list of allowed words of a column grows: the one change of a table that the engines do differently.

use super::{Open, Transaction};
use anyhow::{Result, bail};

impl Transaction {
    /// Lets a column with `CHECK (column IN (…))` take more words. SQLite keeps the text of a table and can change a
    /// CHECK only there; its documentation ("Making Other Kinds Of Table Schema Changes") gives these steps.
    pub(crate) async fn widen(
        &mut self,
        table: &str,
        column: &str,
        before: &[&str],
        added: &[&str],
    ) -> Result<()> {
        let list = |words: &[&str]| {
            words
                .iter()
                .map(|word| format!("'{word}'"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let check = |words: &[&str]| format!("CHECK ({column} IN ({}))", list(words));
        let (old, new) = (check(before), check(&[before, added].concat()));
        if let Open::Postgres(_) = &self.open {
            let name = format!("{table}_{column}_check");
            return self.run_script(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}; ALTER TABLE {table} ADD CONSTRAINT {name} {new};")).await;
        }
        let found = self
            .read_one(
                "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1",
                vec![table.into()],
            )
            .await?;
        let text = found.map_or(Ok(String::new()), |row| row.text(0))?;
        if !text.contains(&old) {
            bail!(
                "table {table} does not say {old}; the schema is not the one of an earlier program"
            );
        }
        let version = self
            .read_one("PRAGMA schema_version", Vec::new())
            .await?
            .map_or(Ok(0), |row| row.int(0))?;
        self.run_script("PRAGMA writable_schema = ON").await?;
        self.run(
            "UPDATE sqlite_schema SET sql = $1 WHERE type = 'table' AND name = $2",
            vec![text.replace(&old, &new).into(), table.into()],
        )
        .await?;
        self.run_script(&format!(
            "PRAGMA schema_version = {}; PRAGMA writable_schema = OFF;",
            version.saturating_add(1)
        ))
        .await
    }
}
