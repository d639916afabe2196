//! Every column has a class and a retention: `columns.toml` beside the schema of both engines.

use crate::store::on_both;
use std::collections::{BTreeMap, BTreeSet};
use tuermer_core::field::Field;

/// Classes and retentions of one table in `columns.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    reason: String,
    retention: String,
    columns: BTreeMap<String, String>,
    /// True where it also has a column for each fact, whose class stands in `Field::nature`.
    #[serde(default)]
    facts: bool,
    #[serde(default)]
    kept: BTreeMap<String, String>,
}

/// Words a retention may be: `prune` will read them.
fn is_retention(text: &str) -> bool {
    let days = text
        .strip_suffix(" days")
        .is_some_and(|number| number.parse::<u32>().is_ok());
    days || matches!(
        text,
        "for ever"
            | "while member"
            | "while valid"
            | "with its threat"
            | "with its warning"
            | "with its organisation"
            | "with its document"
    )
}

/// The file, with the columns of the facts.
fn stated() -> BTreeMap<String, Table> {
    let text = include_str!("../../../tuermer-store/src/schema/columns.toml");
    let mut tables: BTreeMap<String, Table> = toml::from_str(text).unwrap();
    for table in tables.values_mut().filter(|table| table.facts) {
        for field in Field::ALL {
            let class = if field.nature().personal {
                "personal"
            } else {
                "internal"
            };
            table
                .columns
                .insert(field.as_str().to_string(), class.to_string());
        }
    }
    tables
}

#[test]
fn every_class_and_retention_is_a_word_of_the_list() {
    let mut complaints = Vec::new();
    for (
        table,
        Table {
            reason,
            retention,
            columns,
            facts: _,
            kept,
        },
    ) in &stated()
    {
        if reason.trim().is_empty() {
            complaints.push(format!("{table}: no reason"));
        }
        for (place, text) in std::iter::once((table.clone(), retention)).chain(
            kept.iter()
                .map(|(column, text)| (format!("{table}.{column}"), text)),
        ) {
            if !is_retention(text) {
                complaints.push(format!("{place}: {text:?} is not a retention"));
            }
        }
        complaints.extend(
            kept.keys()
                .filter(|column| !columns.contains_key(*column))
                .map(|column| format!("{table}.{column}: kept, but not a column")),
        );
        for (column, class) in columns {
            if !["public", "internal", "personal", "secret"].contains(&class.as_str()) {
                complaints.push(format!("{table}.{column}: {class:?} is not a class"));
            }
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

#[tokio::test]
async fn every_column_is_stated_and_nothing_else() {
    let stated: BTreeSet<(String, String)> = stated()
        .into_iter()
        .flat_map(|(table, entry)| {
            let columns = entry.columns.into_keys();
            columns.map(move |column| (table.clone(), column))
        })
        .collect();
    on_both(async |store| {
        let real: BTreeSet<(String, String)> = store
            .database
            .columns()
            .await
            .unwrap()
            .into_iter()
            .collect();
        let unstated: Vec<_> = real.difference(&stated).collect();
        let gone: Vec<_> = stated.difference(&real).collect();
        assert!(
            unstated.is_empty() && gone.is_empty(),
            "columns.toml on {}: lacks {unstated:?}, names what is not there: {gone:?}",
            store.database.engine()
        );
    })
    .await;
}
