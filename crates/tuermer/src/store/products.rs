//! Products that threats name: for the search, and since when each threat says of them what it says now.
//!
//! A revision that changes status or remedy of a product starts anew what was answered and marked before (clause 13.8);
//! any other revision leaves it.

use super::engine::Transaction;
use crate::keys::sha256;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tuermer_core::product::ProductKey;
use tuermer_core::revision::stances;
use tuermer_core::threat::Threat;

/// Writes the products of a threat, in the transaction that writes the threat.
pub(super) async fn write(open: &mut Transaction, threat: &Threat, now: Timestamp) -> Result<()> {
    let id = threat.id.as_str();
    let stored = open.read("SELECT vendor, product_key FROM threat_product WHERE threat_id = $1", values![id]).await?;
    let stored = stored.iter().map(|row| Ok(ProductKey { vendor: row.text(0)?, product: row.text(1)? })).collect::<Result<Vec<_>>>()?;
    let since = if stored.is_empty() { Timestamp::UNIX_EPOCH } else { now };
    let names: BTreeMap<&ProductKey, &str> = threat.statements.iter().map(|statement| (&statement.product, statement.product_name.as_str())).collect();
    let stances = stances(threat);
    for gone in stored.iter().filter(|key| !stances.contains_key(key)) {
        let sql = "DELETE FROM threat_product WHERE threat_id = $1 AND product_key = $2 AND vendor = $3";
        open.run(sql, values![id, &gone.product, &gone.vendor]).await?;
    }
    let rows = stances.iter().map(|(key, stance)| {
        let name = names.get(key).copied().unwrap_or(&key.product);
        values![id, &key.product, &key.vendor, name, sha256(stance.as_bytes()), since]
    });
    open.insert_many(
        "INSERT INTO threat_product (threat_id, product_key, vendor, name, stance, since_at)",
        rows.collect(),
        "ON CONFLICT (threat_id, product_key, vendor) DO UPDATE SET name = excluded.name, stance = excluded.stance,
             since_at = CASE WHEN threat_product.stance = excluded.stance THEN threat_product.since_at ELSE excluded.since_at END",
    )
    .await?;
    Ok(())
}
