//! Lists of allowed words leave the schema: the enums of the core are the lists, and a new word changes no table.
//!
//! Rules that compare columns stay. That of a warning named the states that need two people; it names those that do not,
//! so that a state it has never heard of needs them, too.

use super::{Open, Transaction};
use anyhow::{Result, bail};

/// Table, rule as it was, rule as it is.
type Rule = (&'static str, &'static str, &'static str);

/// A warning is submitted by somebody, and released by somebody else for exactly its content.
const RULES: [Rule; 2] = [
    (
        "warning",
        "state NOT IN ('submitted', 'approved', 'sending', 'done')
        OR (submitted_by IS NOT NULL AND content_hash IS NOT NULL)",
        "state IN ('draft', 'returned', 'stopped')
        OR (submitted_by IS NOT NULL AND content_hash IS NOT NULL)",
    ),
    (
        "warning",
        "state NOT IN ('approved', 'sending', 'done')
        OR (approved_by IS NOT NULL AND approved_by <> submitted_by
            AND approved_hash IS NOT NULL AND approved_hash = content_hash)",
        "state IN ('draft', 'submitted', 'returned', 'stopped')
        OR (approved_by IS NOT NULL AND approved_by <> submitted_by
            AND approved_hash IS NOT NULL AND approved_hash = content_hash)",
    ),
];

impl Transaction {
    /// Takes `CHECK (column IN ('…', …))` off every column of every table, and turns [`RULES`].
    pub(crate) async fn drop_word_lists(&mut self) -> Result<()> {
        if let Open::Postgres(_) = &self.open {
            self.drop_constraints().await
        } else {
            self.rewrite_tables().await
        }
    }

    async fn drop_constraints(&mut self) -> Result<()> {
        let sql = "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
             WHERE contype = 'c' AND connamespace = current_schema()::regnamespace
             AND pg_get_constraintdef(oid) ~ '^CHECK \\(\\(\\w+ = ANY \\(ARRAY\\[(''[a-z0-9_]+''::text(, )?)+\\]\\)\\)\\)$'";
        for row in self.read(sql, Vec::new()).await? {
            let (table, name) = (row.text(0)?, row.text(1)?);
            self.run_script(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"))
                .await?;
        }
        let sql = "SELECT quote_ident(conname) FROM pg_constraint
             WHERE contype = 'c' AND conrelid = 'warning'::regclass AND pg_get_constraintdef(oid) LIKE '%submitted_by%'";
        let turned = self.read(sql, Vec::new()).await?;
        if turned.len() != RULES.len() {
            bail!(
                "table warning has {} rules for two people; the schema is not the one of an earlier program",
                turned.len()
            );
        }
        for row in turned {
            let name = row.text(0)?;
            self.run_script(&format!("ALTER TABLE warning DROP CONSTRAINT {name}"))
                .await?;
        }
        for (table, _, rule) in RULES {
            self.run_script(&format!("ALTER TABLE {table} ADD CHECK ({rule})"))
                .await?;
        }
        Ok(())
    }

    /// SQLite can take a CHECK off a column only in the text it keeps of the table; its documentation ("Making Other Kinds
    /// Of Table Schema Changes") gives these steps. Making each table anew instead would drop tables that others refer to,
    /// which deletes the rows that refer to them, and would copy every row.
    async fn rewrite_tables(&mut self) -> Result<()> {
        let tables = self
            .read(
                "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL",
                Vec::new(),
            )
            .await?;
        let version = self
            .read_one("PRAGMA schema_version", Vec::new())
            .await?
            .map_or(Ok(0), |row| row.int(0))?;
        self.run_script("PRAGMA writable_schema = ON").await?;
        for row in tables {
            let (name, before) = (row.text(0)?, row.text(1)?);
            let mut after = without_word_lists(&before);
            for (_, old, new) in RULES.iter().filter(|(table, ..)| *table == name) {
                if !after.contains(old) {
                    bail!(
                        "table {name} does not say {old}; the schema is not the one of an earlier program"
                    );
                }
                after = after.replace(old, new);
            }
            if after != before {
                let sql = "UPDATE sqlite_schema SET sql = $1 WHERE type = 'table' AND name = $2";
                self.run(sql, vec![after.into(), name.into()]).await?;
            }
        }
        self.run_script(&format!(
            "PRAGMA schema_version = {}; PRAGMA writable_schema = OFF;",
            version.saturating_add(1)
        ))
        .await
    }
}

/// The text of a table without its lists of words.
fn without_word_lists(table: &str) -> String {
    let (mut kept, mut rest) = (String::new(), table);
    while let Some((before, check)) = rest.split_once("CHECK (") {
        match behind_word_list(check) {
            Some(behind) => {
                kept.push_str(before.trim_end());
                rest = behind;
            }
            None => {
                kept.push_str(before);
                kept.push_str("CHECK (");
                rest = check;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// What stands behind `column IN ('…', …))`; `None` where the rule is another one.
fn behind_word_list(check: &str) -> Option<&str> {
    let (column, rest) = check.split_once(" IN (")?;
    let (words, behind) = rest.split_once("))")?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let is_word = |word: &str| {
        let word = word
            .trim()
            .strip_prefix('\'')
            .and_then(|word| word.strip_suffix('\''));
        word.is_some_and(is_name)
    };
    (is_name(column) && words.split(',').all(is_word)).then_some(behind)
}

#[cfg(test)]
mod tests {
    use super::without_word_lists;

    #[test]
    fn only_lists_of_words_leave() {
        let rows = [
            (
                "(kind TEXT NOT NULL CHECK (kind IN ('csaf', 'kev')), state TEXT CHECK (state IN ('due',\n 'to_call')))",
                "(kind TEXT NOT NULL, state TEXT)",
            ),
            (
                "(level TEXT CHECK (level IN ('1', '2')) DEFAULT '1')",
                "(level TEXT DEFAULT '1')",
            ),
        ];
        for (before, after) in rows {
            assert_eq!(without_word_lists(before), after);
        }
        for kept in [
            "(period BIGINT NOT NULL CHECK (period > 0))",
            "(CHECK (submitted_by <> approved_by))",
            "(CHECK (state NOT IN ('submitted', 'approved') OR content_sha256 IS NOT NULL))",
            "(CHECK (state IN ('draft', 'stopped') OR (a IN ('x'))))",
            "(CHECK (kind IN (SELECT word FROM words)))",
        ] {
            assert_eq!(without_word_lists(kept), kept);
        }
    }
}
