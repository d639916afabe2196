//! Products that threats name: for the search, and since when each threat says of them what it says now.
//!
//! A revision that changes status or remedy of a product starts anew what was answered and marked before (clause 13.8);
//! any other revision leaves it.

use crate::ground::engine::{Transaction, Value, places};
use crate::keys::sha256;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::product::ProductKey;
use tuermer_core::revision::stances;
use tuermer_core::threat::Threat;

/// Writes the products of threats, each id once, in the transaction that writes the threats.
pub(crate) async fn write(
    open: &mut Transaction,
    threats: &[&Threat],
    now: Timestamp,
) -> Result<()> {
    let stored = stored(open, threats).await?;
    let mut rows = Vec::new();
    for threat in threats {
        let id = threat.id.as_str();
        let before = stored.get(id).map_or(&[][..], Vec::as_slice);
        let since = if before.is_empty() {
            Timestamp::UNIX_EPOCH
        } else {
            now
        };
        let names: BTreeMap<&ProductKey, &str> = threat
            .statements
            .iter()
            .map(|statement| (&statement.product, statement.product_name.as_str()))
            .collect();
        let stances = stances(threat);
        for gone in before.iter().filter(|key| !stances.contains_key(key)) {
            let sql = "DELETE FROM threat_product WHERE threat_id = $1 AND product_key = $2 AND vendor = $3";
            open.run(sql, values![id, &gone.product, &gone.vendor])
                .await?;
        }
        rows.extend(stances.iter().map(|(key, stance)| {
            let name = names.get(key).copied().unwrap_or(&key.product);
            values![
                id,
                &key.product,
                &key.vendor,
                name,
                sha256(stance.as_bytes()),
                since
            ]
        }));
    }
    open.insert_many(
        "INSERT INTO threat_product (threat_id, product_key, vendor, name, stance, since_at)",
        rows,
        "ON CONFLICT (threat_id, product_key, vendor) DO UPDATE SET name = excluded.name, stance = excluded.stance,
             since_at = CASE WHEN threat_product.stance = excluded.stance THEN threat_product.since_at ELSE excluded.since_at END",
    )
    .await?;
    Ok(())
}

/// Names the products of a threat anew where the table of spellings changed. What it says of them stays as old as it is:
/// answers and marks go on. True where a name changed.
pub(crate) async fn rename(
    open: &mut Transaction,
    threat: &Threat,
    now: Timestamp,
) -> Result<bool> {
    let id = threat.id.as_str();
    let stances = stances(threat);
    let sql = "SELECT vendor, product_key, since_at FROM threat_product WHERE threat_id = $1";
    let mut since = None;
    for row in open.read(sql, values![id]).await? {
        let key = ProductKey {
            vendor: row.text(0)?,
            product: row.text(1)?,
        };
        if !stances.contains_key(&key) {
            since = since.max(Some(row.time(2)?));
        }
    }
    write(open, &[threat], now).await?;
    let Some(since) = since else { return Ok(false) };
    // Only the rows just made carry this instant.
    open.run(
        "UPDATE threat_product SET since_at = $1 WHERE threat_id = $2 AND since_at = $3",
        values![since, id, now],
    )
    .await?;
    Ok(true)
}

/// The products that are stored, by threat.
async fn stored(
    open: &mut Transaction,
    threats: &[&Threat],
) -> Result<HashMap<String, Vec<ProductKey>>> {
    let mut found: HashMap<String, Vec<ProductKey>> = HashMap::new();
    for page in threats.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT threat_id, vendor, product_key FROM threat_product WHERE threat_id IN ({})",
            places(1, page.len())
        );
        for row in open
            .read(
                &sql,
                page.iter()
                    .map(|threat| Value::from(threat.id.as_str()))
                    .collect(),
            )
            .await?
        {
            found.entry(row.text(0)?).or_default().push(ProductKey {
                vendor: row.text(1)?,
                product: row.text(2)?,
            });
        }
    }
    Ok(found)
}
