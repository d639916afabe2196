//! What each source said about an organisation, and since when. Its people stand in [`crate::register::contacts`].

use crate::Store;
use crate::ground::engine::{Row, Transaction, Value, places};
use crate::values;
use anyhow::{Result, anyhow};
use std::collections::HashMap;
use tuermer_core::ids::OrganisationId;
use tuermer_core::layer::{Facts, Layer};
use tuermer_core::locale::Language;
use tuermer_core::scale::Source;

const LAYER_COLUMNS: &str = "organisation_id, source, said_at, name, street, postcode, city, country, sector, size_class, language, provider_external_id";

fn source(row: &Row, column: usize) -> Result<Source> {
    let word = row.text(column)?;
    Source::parse(&word).ok_or_else(|| anyhow!("unknown source {word}"))
}

/// A layer from a row of [`LAYER_COLUMNS`].
fn layer(row: &Row) -> Result<(OrganisationId, Layer)> {
    let facts = Facts {
        name: row.text_or_null(3)?,
        street: row.text_or_null(4)?,
        postcode: row.text_or_null(5)?,
        city: row.text_or_null(6)?,
        country: row.text_or_null(7)?,
        sector: row.text_or_null(8)?,
        size_class: row.text_or_null(9)?,
        language: row
            .text_or_null(10)?
            .and_then(|code| Language::parse(&code)),
        provider: row.text_or_null(11)?,
    };
    Ok((
        OrganisationId(row.text(0)?),
        Layer {
            source: source(row, 1)?,
            said_at: row.time(2)?,
            facts,
        },
    ))
}

impl Store {
    /// What each source says about an organisation, strongest first.
    pub async fn layers(&self, organisation: &OrganisationId) -> Result<Vec<Layer>> {
        let sql =
            format!("SELECT {LAYER_COLUMNS} FROM organisation_layer WHERE organisation_id = $1");
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
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {LAYER_COLUMNS} FROM organisation_layer WHERE organisation_id IN ({})",
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
    let rows = layers.into_iter().map(
        |(
            organisation,
            Layer {
                source,
                said_at,
                facts,
            },
        )| {
            let Facts {
                name,
                street,
                postcode,
                city,
                country,
                sector,
                size_class,
                language,
                provider,
            } = facts;
            let language = language.map(Language::code);
            values![
                organisation.0,
                source.as_str(),
                said_at,
                name,
                street,
                postcode,
                city,
                country,
                sector,
                size_class,
                language,
                provider
            ]
        },
    );
    open.insert_many(
        &format!("INSERT INTO organisation_layer ({LAYER_COLUMNS})"),
        rows.collect(),
        "ON CONFLICT (organisation_id, source) DO UPDATE SET said_at = excluded.said_at, name = excluded.name, street = excluded.street,
            postcode = excluded.postcode, city = excluded.city, country = excluded.country, sector = excluded.sector,
            size_class = excluded.size_class, language = excluded.language, provider_external_id = excluded.provider_external_id",
    )
    .await?;
    Ok(())
}
