//! Whose networks and names are whose, kept in memory and read again when one of them changed.

use crate::Store;
use crate::ground::engine::Cells;
use crate::ground::row::unknown;
use anyhow::{Result, anyhow};
use ip_network::IpNetwork;
use std::sync::Arc;
use tokio::sync::Mutex;
use tuermer_core::ids::OrganisationId;
use tuermer_core::owners::{NetworkFact, NetworkKind, Owners};

/// Counts how often networks were written, by whatever process.
pub(crate) const CHANGES: &str = "networks.changes";

/// What was read last, and at which count.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Option<Read>>>);

type Read = (String, Arc<Owners>);

impl Store {
    /// Networks and names of all organisations, as they are now. Whoever holds them holds up nobody.
    pub async fn owners(&self) -> Result<Arc<Owners>> {
        let mut kept = self.owners.0.lock().await;
        let changes = self.meta(CHANGES).await?.unwrap_or_default();
        if let Some((before, owners)) = kept.as_ref()
            && *before == changes
        {
            return Ok(owners.clone());
        }
        let sql = "SELECT organisation_id, kind, value FROM network ORDER BY organisation_id, kind, value";
        let facts = self
            .database
            .read_into(sql, Vec::new(), Vec::new(), add)
            .await?;
        let owners = Arc::new(tokio::task::spawn_blocking(move || Owners::new(facts)).await?);
        *kept = Some((changes, owners.clone()));
        Ok(owners)
    }
}

fn add(facts: &mut Vec<(OrganisationId, NetworkFact)>, row: &Cells<'_>) -> Result<()> {
    let value = row.text(2)?;
    let kind = row.text(1)?;
    let kind = NetworkKind::parse(kind).ok_or_else(|| unknown(kind, "network.kind"))?;
    let fact = match kind {
        NetworkKind::Network => NetworkFact::Network(
            value
                .parse::<IpNetwork>()
                .map_err(|error| anyhow!("stored network {value}: {error}"))?,
        ),
        NetworkKind::Domain => NetworkFact::Domain(value.to_string()),
        NetworkKind::AutonomousSystem => return Ok(()),
    };
    facts.push((OrganisationId(row.text(0)?.to_string()), fact));
    Ok(())
}
