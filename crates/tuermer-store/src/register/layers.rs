//! What each source said about an organisation, and since when. Its people stand in [`crate::register::contacts`].

use crate::Store;
use crate::ground::engine::{Row, Transaction, Value, places};
use crate::values;
use anyhow::{Result, bail};
use std::collections::HashMap;
use tuermer_core::field::{Facts, Field};
use tuermer_core::ids::OrganisationId;
use tuermer_core::layer::Layer;
use tuermer_core::scale::Source;

/// The columns of the facts, in the order of the list.
pub(crate) fn fact_columns() -> String {
    Field::ALL
        .iter()
        .map(|field| field.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// What an upsert sets in the columns of the facts.
pub(crate) fn fact_updates() -> String {
    let update = |field: &Field| format!("{0} = excluded.{0}", field.as_str());
    Field::ALL.iter().map(update).collect::<Vec<_>>().join(", ")
}

/// The facts of a row whose columns from `first` on are [`fact_columns`].
pub(crate) fn facts(row: &Row, first: usize) -> Result<Facts> {
    let mut facts = Facts::default();
    for (field, column) in Field::ALL.iter().zip(first..) {
        let value = row.text_or_null(column)?;
        if let Some(value) = value.as_deref().filter(|value| field.is_unknown(value)) {
            bail!("unknown word {value} in column {}", field.as_str());
        }
        facts.set(*field, value);
    }
    Ok(facts)
}

/// The values for [`fact_columns`]; NULL where nothing is told.
pub(crate) fn fact_values(facts: &Facts) -> impl Iterator<Item = Value> {
    Field::ALL.iter().map(|field| facts.get(*field).into())
}

fn layer_columns() -> String {
    format!("organisation_id, source, said_at, {}", fact_columns())
}

/// A layer from a row of [`layer_columns`].
fn layer(row: &Row) -> Result<(OrganisationId, Layer)> {
    let layer = Layer {
        source: row.word(1, "organisation_layer.source", Source::parse)?,
        said_at: row.time(2)?,
        facts: facts(row, 3)?,
    };
    Ok((OrganisationId(row.text(0)?), layer))
}

impl Store {
    /// What each source says about an organisation, strongest first.
    pub async fn layers(&self, organisation: &OrganisationId) -> Result<Vec<Layer>> {
        let columns = layer_columns();
        let sql = format!("SELECT {columns} FROM organisation_layer WHERE organisation_id = $1");
        let rows = self.read(&sql, values![organisation.as_str()]).await?;
        let mut layers = rows
            .iter()
            .map(|row| Ok(layer(row)?.1))
            .collect::<Result<Vec<_>>>()?;
        layers.sort_by_key(|layer| std::cmp::Reverse(layer.source));
        Ok(layers)
    }
}

/// Layers of many organisations.
pub async fn layers_of(
    open: &mut Transaction,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, Vec<Layer>>> {
    let mut found: HashMap<OrganisationId, Vec<Layer>> = HashMap::new();
    let columns = layer_columns();
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {columns} FROM organisation_layer WHERE organisation_id IN ({})",
            places(1, page.len())
        );
        for row in open
            .read(
                &sql,
                page.iter().map(|id| Value::from(id.as_str())).collect(),
            )
            .await?
        {
            let (organisation, layer) = layer(&row)?;
            found.entry(organisation).or_default().push(layer);
        }
    }
    Ok(found)
}

/// Writes layers, new or changed.
pub async fn write_layers(
    open: &mut Transaction,
    layers: Vec<(OrganisationId, Layer)>,
) -> Result<()> {
    let rows = layers.into_iter().map(|(organisation, layer)| {
        let Layer {
            source,
            said_at,
            facts,
        } = layer;
        let mut values = values![organisation.0, source.as_str(), said_at];
        values.extend(fact_values(&facts));
        values
    });
    open.insert_many(
        &format!("INSERT INTO organisation_layer ({})", layer_columns()),
        rows.collect(),
        &format!(
            "ON CONFLICT (organisation_id, source) DO UPDATE SET said_at = excluded.said_at, {}",
            fact_updates()
        ),
    )
    .await?;
    Ok(())
}
