//! Products of organisations, written in bulk; what they were said to be before is kept in the same transaction.
//! Reading them for verdicts: [`crate::register::constituency`]; as they were told on an earlier day: [`crate::views::history`].

use crate::ground::engine::{Transaction, Value, places};
use crate::register::constituency::{ASSET_COLUMNS, asset};
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::asset::Asset;
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Source;

/// What makes two statements be about the same thing: organisation, product, host, source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AssetKey {
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
pub async fn assets_of(
    open: &mut Transaction,
    organisations: &[OrganisationId],
) -> Result<HashMap<AssetKey, Asset>> {
    let mut found = HashMap::new();
    for page in organisations.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {ASSET_COLUMNS} FROM asset WHERE organisation_id IN ({})",
            places(1, page.len())
        );
        for row in open
            .read(
                &sql,
                page.iter().map(|id| Value::from(id.as_str())).collect(),
            )
            .await?
        {
            let asset = asset(&row)?;
            found.insert(AssetKey::of(&asset), asset);
        }
    }
    Ok(found)
}

/// Keeps what these assets are said to be until `now`, before a write changes or removes them. An id that is not
/// stored yet has nothing to keep. Of two changes at the same instant the words before the first are kept.
pub(crate) async fn remember(open: &mut Transaction, ids: &[&str], now: Timestamp) -> Result<()> {
    for page in ids.chunks(ROWS_PER_STATEMENT) {
        let mut values = values![now];
        values.extend(page.iter().map(|id| Value::from(*id)));
        let sql = format!(
            "INSERT INTO asset_history (asset_id, since_at, until_at, organisation_id, vendor, product, product_key, version, build, hostname, source,
                 observed_at, note, presence)
             SELECT id, changed_at, CAST($1 AS BIGINT), organisation_id, vendor, product, product_key, version, build, hostname, source, observed_at, note, presence
             FROM asset WHERE id IN ({}) ON CONFLICT (asset_id, until_at) DO NOTHING",
            places(2, page.len())
        );
        open.run(&sql, values).await?;
    }
    Ok(())
}

/// Writes assets, new or changed; what they were said to be before is kept. The caller raises the counters of their
/// organisations in the same transaction.
pub async fn write(
    open: &mut Transaction,
    assets: Vec<(AssetKey, Asset)>,
    now: Timestamp,
) -> Result<()> {
    let ids: Vec<&str> = assets.iter().map(|(_, asset)| asset.id.as_str()).collect();
    remember(open, &ids, now).await?;
    let rows = assets.into_iter().map(|(key, asset)| {
        let Asset {
            id,
            organisation,
            vendor,
            product,
            version,
            build,
            hostname,
            source,
            observed_at,
            note,
            presence,
        } = asset;
        values![
            id.0,
            organisation.0,
            vendor,
            product,
            key.product_key,
            version,
            build,
            hostname,
            source.as_str(),
            observed_at,
            note,
            presence.as_str(),
            now
        ]
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
