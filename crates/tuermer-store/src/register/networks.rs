//! Networks, domains and autonomous systems of organisations.

use crate::Store;
use crate::ground::engine::{Transaction, Value, places};
use crate::ground::meta;
use crate::register::owners;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashSet;
use tuermer_core::ids::OrganisationId;
use tuermer_core::owners::NetworkKind;
use tuermer_core::scale::Source;

/// A network as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredNetwork {
    /// What it is.
    pub kind: NetworkKind,
    /// Canonical value.
    pub value: String,
    /// Who said so.
    pub source: Source,
    /// When.
    pub said_at: Timestamp,
}

/// Whose network: organisation, kind, canonical value.
pub type Claim = (OrganisationId, NetworkKind, String);

impl Store {
    /// Networks of one organisation by kind and value.
    pub async fn networks(&self, organisation: &OrganisationId) -> Result<Vec<StoredNetwork>> {
        let sql = "SELECT kind, value, source, said_at FROM network WHERE organisation_id = $1 ORDER BY kind, value";
        let rows = self.read(sql, values![organisation.as_str()]).await?;
        rows.iter()
            .map(|row| {
                Ok(StoredNetwork {
                    kind: row.word(0, "network.kind", NetworkKind::parse)?,
                    value: row.text(1)?,
                    source: row.word(2, "network.source", Source::parse)?,
                    said_at: row.time(3)?,
                })
            })
            .collect()
    }
}

/// Networks that many organisations already have.
pub async fn networks_of(
    open: &mut Transaction,
    organisations: &[OrganisationId],
) -> Result<HashSet<Claim>> {
    let mut found = HashSet::new();
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT organisation_id, kind, value FROM network WHERE organisation_id IN ({})",
            places(1, page.len())
        );
        for row in open
            .read(
                &sql,
                page.iter().map(|id| Value::from(id.as_str())).collect(),
            )
            .await?
        {
            let kind = row.word(1, "network.kind", NetworkKind::parse)?;
            found.insert((OrganisationId(row.text(0)?), kind, row.text(2)?));
        }
    }
    Ok(found)
}

/// Every claim on an address block or a domain with the number of who makes it, as this transaction would leave it.
pub async fn claims(open: &mut Transaction) -> Result<Vec<(Claim, String)>> {
    let sql = "SELECT n.organisation_id, n.kind, n.value, o.external_id FROM network n JOIN organisation o ON o.id = n.organisation_id WHERE n.kind <> 'asn'";
    let rows = open.read(sql, Vec::new()).await?;
    rows.iter()
        .map(|row| {
            Ok((
                (
                    OrganisationId(row.text(0)?),
                    row.word(1, "network.kind", NetworkKind::parse)?,
                    row.text(2)?,
                ),
                row.text(3)?,
            ))
        })
        .collect()
}

/// Writes new networks. The caller raises the counters of their organisations in the same transaction.
pub async fn write(
    open: &mut Transaction,
    networks: Vec<Claim>,
    source: Source,
    said_at: Timestamp,
) -> Result<()> {
    let rows = networks.into_iter().map(|(organisation, kind, value)| {
        values![
            organisation.0,
            kind.as_str(),
            value,
            source.as_str(),
            said_at
        ]
    });
    let written = open
        .insert_many(
            "INSERT INTO network (organisation_id, kind, value, source, said_at)",
            rows.collect(),
            "ON CONFLICT (organisation_id, kind, value) DO NOTHING",
        )
        .await?;
    if written > 0 {
        meta::count(open, owners::CHANGES).await?;
    }
    Ok(())
}
