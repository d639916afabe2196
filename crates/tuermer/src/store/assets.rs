//! Products of organisations, written in bulk. Reading them for verdicts: [`super::constituency`].

use super::constituency::{ASSET_COLUMNS, asset};
use super::engine::{Transaction, Value, places};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::asset::Asset;
use tuermer_core::ids::OrganisationId;
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Source;

/// What makes two statements be about the same thing: organisation, product, host, source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AssetKey {
    /// Whose.
    pub organisation: OrganisationId,
    /// Product in comparable form.
    pub product_key: String,
    /// Host, may be empty.
    pub hostname: String,
    /// Who said so.
    pub source: Source,
}

impl AssetKey {
    /// The key of an asset.
    pub fn of(asset: &Asset) -> Self {
        Self {
            organisation: asset.organisation.clone(),
            product_key: ProductKey::new(&asset.vendor, &asset.product).product,
            hostname: asset.hostname.clone(),
            source: asset.source,
        }
    }
}

/// Assets of many organisations by key.
pub(crate) async fn assets_of(open: &mut Transaction, organisations: &[OrganisationId]) -> Result<HashMap<AssetKey, Asset>> {
    let mut found = HashMap::new();
    for page in organisations.chunks(tuermer_core::limits::ROWS_PER_STATEMENT) {
        let sql = format!("SELECT {ASSET_COLUMNS} FROM asset WHERE organisation_id IN ({})", places(1, page.len()));
        for row in open.read(&sql, page.iter().map(|id| Value::from(id.as_str())).collect()).await? {
            let asset = asset(&row)?;
            found.insert(AssetKey::of(&asset), asset);
        }
    }
    Ok(found)
}

/// Writes assets, new or changed. The caller raises the counters of their organisations in the same transaction.
pub(crate) async fn write(open: &mut Transaction, assets: Vec<(AssetKey, Asset)>, now: Timestamp) -> Result<()> {
    let rows = assets.into_iter().map(|(key, asset)| {
        let Asset { id, organisation, vendor, product, version, build, hostname, source, observed_at, note, presence } = asset;
        values![id.0, organisation.0, vendor, product, key.product_key, version, build, hostname, source.as_str(), observed_at, note, presence.as_str(), now]
    });
    open.insert_many(
        "INSERT INTO asset (id, organisation_id, vendor, product, product_key, version, build, hostname, source, observed_at, note, presence, changed_at)",
        rows.collect(),
        "ON CONFLICT (organisation_id, product_key, hostname, source) DO UPDATE SET vendor = excluded.vendor, product = excluded.product,
            version = excluded.version, build = excluded.build, observed_at = excluded.observed_at, note = excluded.note,
            presence = excluded.presence, changed_at = excluded.changed_at",
    )
    .await?;
    Ok(())
}
