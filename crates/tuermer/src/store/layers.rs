//! What each source said about an organisation and its person, and since when.

use super::Store;
use super::engine::{Row, Transaction, Value, places};
use crate::values;
use anyhow::{Result, anyhow};
use std::collections::HashMap;
use tuermer_core::ids::OrganisationId;
use tuermer_core::layer::{Facts, Layer};
use tuermer_core::locale::Language;
use tuermer_core::organisation::Contact;
use tuermer_core::scale::Source;

const LAYER_COLUMNS: &str = "organisation_id, source, said_at, name, street, postcode, city, country, sector, size_class, language, provider_external_id";
const CONTACT_COLUMNS: &str = "organisation_id, source, name, role, email, phone, mobile, said_at";

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

/// A contact from a row of [`CONTACT_COLUMNS`].
fn contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        organisation: OrganisationId(row.text(0)?),
        source: source(row, 1)?,
        name: row.text(2)?,
        role: row.text(3)?,
        email: row.text_or_null(4)?,
        phone: row.text_or_null(5)?,
        mobile: row.text_or_null(6)?,
        said_at: row.time(7)?,
    })
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

    /// People of an organisation as each source told them, strongest source first.
    pub async fn contacts(&self, organisation: &OrganisationId) -> Result<Vec<Contact>> {
        let sql = format!("SELECT {CONTACT_COLUMNS} FROM contact WHERE organisation_id = $1");
        let rows = self.read(&sql, values![organisation.as_str()]).await?;
        let mut contacts = rows.iter().map(contact).collect::<Result<Vec<_>>>()?;
        contacts.sort_by_key(|contact| std::cmp::Reverse(contact.source));
        Ok(contacts)
    }

    /// A page of all contacts of one kind of organisation with its number and name, by organisation id.
    pub async fn contacts_page(
        &self,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<(String, String, Contact)>> {
        // Pages end between organisations, never inside one, so the key of the page is enough.
        let columns = CONTACT_COLUMNS
            .split(", ")
            .map(|column| format!("c.{column}"))
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "SELECT {columns}, o.external_id, o.name FROM organisation o JOIN contact c ON c.organisation_id = o.id
             WHERE o.id IN (SELECT id FROM organisation WHERE id > $1 AND kind = 'member' AND EXISTS (SELECT 1 FROM contact x WHERE x.organisation_id = organisation.id)
                ORDER BY id LIMIT $2)
             ORDER BY o.id, c.source"
        );
        let rows = self
            .read(
                &sql,
                values![
                    after.map_or("", OrganisationId::as_str),
                    i64::try_from(limit)?
                ],
            )
            .await?;
        rows.iter()
            .map(|row| Ok((row.text(8)?, row.text(9)?, contact(row)?)))
            .collect()
    }
}

/// Layers of many organisations.
pub(crate) async fn layers_of(
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

/// Contacts of many organisations as one source told them.
pub(crate) async fn contacts_of(
    open: &mut Transaction,
    said_by: Source,
    organisations: &[OrganisationId],
) -> Result<HashMap<OrganisationId, Contact>> {
    let mut found = HashMap::new();
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {CONTACT_COLUMNS} FROM contact WHERE source = $1 AND organisation_id IN ({})",
            places(2, page.len())
        );
        let values = std::iter::once(Value::from(said_by.as_str()))
            .chain(page.iter().map(|id| Value::from(id.as_str())))
            .collect();
        for row in open.read(&sql, values).await? {
            let contact = contact(&row)?;
            found.insert(contact.organisation.clone(), contact);
        }
    }
    Ok(found)
}

/// Writes layers, new or changed.
pub(crate) async fn write_layers(
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

/// Writes contacts, new or changed.
pub(crate) async fn write_contacts(open: &mut Transaction, contacts: Vec<Contact>) -> Result<()> {
    let rows = contacts.into_iter().map(|contact| {
        let Contact {
            organisation,
            name,
            role,
            email,
            phone,
            mobile,
            source,
            said_at,
        } = contact;
        values![
            organisation.0,
            source.as_str(),
            name,
            role,
            email,
            phone,
            mobile,
            said_at
        ]
    });
    open.insert_many(
        &format!("INSERT INTO contact ({CONTACT_COLUMNS})"),
        rows.collect(),
        "ON CONFLICT (organisation_id, source) DO UPDATE SET name = excluded.name, role = excluded.role, email = excluded.email,
            phone = excluded.phone, mobile = excluded.mobile, said_at = excluded.said_at",
    )
    .await?;
    Ok(())
}
