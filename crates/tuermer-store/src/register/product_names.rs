//! Names of products in comparable form, as they are stored beside assets and threats, follow the table of spellings.
//!
//! A new program may know that two spellings are one product. What was stored under the old name would then not meet what
//! comes under the new one: once per table all names are made again, and every threat is due.

use crate::Store;
use crate::documents::products;
use crate::documents::threats;
use crate::ground::engine::{Transaction, Value, places};
use crate::ground::meta;
use crate::keys::sha256;
use crate::register::assets::remember;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::product::{ALIAS_TABLE, ProductKey};

/// Which table the stored names were made with.
const KEY: &str = "names.aliases";

impl Store {
    /// Makes the stored names again where the table of spellings is another one than they were made with.
    ///
    /// # Errors
    /// The store cannot be read or written; nothing has changed then.
    pub async fn follow_product_names(&self, now: Timestamp) -> Result<()> {
        let table = sha256(ALIAS_TABLE.as_bytes());
        if self.meta(KEY).await?.as_deref() == Some(table.as_str()) {
            return Ok(());
        }
        let mut open = self.begin().await?;
        let assets = assets(&mut open, now).await?;
        let threats = threat_products(&mut open, now).await?;
        threats::raise_all(&mut open).await?;
        meta::set(&mut open, KEY, &table).await?;
        open.commit().await?;
        tracing::info!(assets, threats, "names of products made again");
        Ok(())
    }
}

/// One pair of names at a time: an inventory has far fewer of them than assets.
async fn assets(open: &mut Transaction, now: Timestamp) -> Result<u64> {
    let mut renamed = 0_u64;
    for row in open.read("SELECT DISTINCT vendor, product, product_key FROM asset ORDER BY vendor, product, product_key", Vec::new()).await? {
        let (vendor, product, old) = (row.text(0)?, row.text(1)?, row.text(2)?);
        let new = ProductKey::new(&vendor, &product).product;
        if new == old {
            continue;
        }
        while join(open, [&vendor, &product, &old, &new], now).await? {}
        let which = "vendor = $1 AND product = $2 AND product_key = $3";
        let raise = format!("UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN (SELECT organisation_id FROM asset WHERE {which})");
        open.run(&raise, values![&vendor, &product, &old]).await?;
        let rename = format!("UPDATE asset SET product_key = $4 WHERE {which}");
        renamed = renamed.saturating_add(open.run(&rename, values![&vendor, &product, &old, &new]).await?);
    }
    Ok(renamed)
}

/// Two statements of one source about one product on one host: the newer one stays, the other is kept as what was said
/// before. True while there may be more of them.
async fn join(
    open: &mut Transaction,
    [vendor, product, old, new]: [&str; 4],
    now: Timestamp,
) -> Result<bool> {
    let sql = format!(
        "SELECT a.id, b.id, a.observed_at, b.observed_at FROM asset a JOIN asset b
             ON b.organisation_id = a.organisation_id AND b.hostname = a.hostname AND b.source = a.source AND b.product_key = $4
         WHERE a.vendor = $1 AND a.product = $2 AND a.product_key = $3 ORDER BY a.id LIMIT {ROWS_PER_STATEMENT}"
    );
    let pairs = open.read(&sql, values![vendor, product, old, new]).await?;
    let mut gone = Vec::new();
    for row in &pairs {
        gone.push(if row.time(2)? > row.time(3)? {
            row.text(1)?
        } else {
            row.text(0)?
        });
    }
    let ids: Vec<&str> = gone.iter().map(String::as_str).collect();
    remember(open, &ids, now).await?;
    for page in ids.chunks(ROWS_PER_STATEMENT) {
        let which = format!("IN ({})", places(1, page.len()));
        let values = || {
            page.iter()
                .map(|id| Value::from(*id))
                .collect::<Vec<Value>>()
        };
        let raise = format!(
            "UPDATE organisation SET facts_revision = facts_revision + 1 WHERE id IN (SELECT organisation_id FROM asset WHERE id {which})"
        );
        open.run(&raise, values()).await?;
        open.run(&format!("DELETE FROM asset WHERE id {which}"), values())
            .await?;
    }
    Ok(!pairs.is_empty())
}

/// Products of threats are read again from their documents, page by page; a new name is no new statement.
async fn threat_products(open: &mut Transaction, now: Timestamp) -> Result<u64> {
    let (mut renamed, mut last) = (0_u64, String::new());
    loop {
        let sql =
            format!("SELECT id FROM threat WHERE id > $1 ORDER BY id LIMIT {ROWS_PER_STATEMENT}");
        let page = open.read(&sql, values![&last]).await?;
        for row in &page {
            last = row.text(0)?;
            let id = ThreatId(last.clone());
            if let Some(threat) = threats::as_kept(open, &id).await?
                && products::rename(open, &threat, now).await?
            {
                renamed = renamed.saturating_add(1);
            }
        }
        if page.is_empty() {
            return Ok(renamed);
        }
    }
}
