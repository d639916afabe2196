//! Loads the snapshot in which signs are attributed and products are found.

use super::Store;
use crate::values;
use anyhow::{Result, anyhow};
use std::str::FromStr;
use tuermer_core::asset::{Asset, Presence};
use tuermer_core::constituency::{Constituency, NetworkFact};
use tuermer_core::ids::{AssetId, ObservationId, OrganisationId};
use tuermer_core::observation::{Attribution, Observation, Sighting, SignClass};
use tuermer_core::scale::Source;

use super::engine::Row;

pub(super) const ASSET_COLUMNS: &str = "id, organisation_id, vendor, product, version, build, hostname, source, observed_at, note, presence";

/// An asset from a row of [`ASSET_COLUMNS`].
pub(super) fn asset(row: &Row) -> Result<Asset> {
    let source = row.text(7)?;
    let presence = row.text(10)?;
    Ok(Asset {
        id: AssetId(row.text(0)?),
        organisation: OrganisationId(row.text(1)?),
        vendor: row.text(2)?,
        product: row.text(3)?,
        version: row.text(4)?,
        build: row.text_or_null(5)?,
        hostname: row.text(6)?,
        source: Source::parse(&source).ok_or_else(|| anyhow!("unknown source {source}"))?,
        observed_at: row.time(8)?,
        note: row.text(9)?,
        presence: Presence::parse(&presence).ok_or_else(|| anyhow!("unknown presence {presence}"))?,
    })
}

fn network(row: &Row) -> Result<Option<(OrganisationId, NetworkFact)>> {
    let value = row.text(2)?;
    let fact = match row.text(1)?.as_str() {
        "network" => NetworkFact::Network(ip_network::IpNetwork::from_str(&value).map_err(|error| anyhow!("stored network {value}: {error}"))?),
        "domain" => NetworkFact::Domain(value),
        _ => return Ok(None),
    };
    Ok(Some((OrganisationId(row.text(0)?), fact)))
}

pub(super) const SIGHTING_COLUMNS: &str = "s.organisation_id, s.attribution, o.id, o.report, o.observed_at, o.ip, o.port, o.hostname, o.asn, o.class,
    o.severity, o.tags, o.vendor, o.product, o.version";

/// A sighting from a row of [`SIGHTING_COLUMNS`].
pub(super) fn sighting(row: &Row) -> Result<Sighting> {
    let attribution = row.text(1)?;
    let attribution = match attribution.split_once(':') {
        Some(("network", value)) => Attribution::Network(value.to_string()),
        Some(("host", value)) => Attribution::Host(value.to_string()),
        Some(("domain", value)) => Attribution::Domain(value.to_string()),
        _ => return Err(anyhow!("stored attribution {attribution}")),
    };
    let class = row.text(9)?;
    let tags: Vec<String> = row.text(11)?.split(';').filter(|tag| !tag.is_empty()).map(str::to_string).collect();
    Ok(Sighting {
        organisation: OrganisationId(row.text(0)?),
        attribution,
        observation: Observation {
            id: ObservationId(row.text(2)?),
            report: row.text(3)?,
            observed_at: row.time(4)?,
            ip: row.text_or_null(5)?.and_then(|text| text.parse().ok()),
            port: row.int_or_null(6)?.and_then(|port| u16::try_from(port).ok()),
            hostname: row.text_or_null(7)?,
            asn: row.int_or_null(8)?.and_then(|asn| u32::try_from(asn).ok()),
            class: SignClass::parse(&class).ok_or_else(|| anyhow!("unknown class {class}"))?,
            severity: row.text(10)?,
            proven_cves: tags.iter().filter(|tag| tag.starts_with("cve-")).map(|tag| tag.to_uppercase()).collect(),
            tags,
            vendor: row.text(12)?,
            product: row.text(13)?,
            version: row.text_or_null(14)?,
            extra: Vec::new(),
        },
    })
}

impl Store {
    /// Everything that can be attributed or matched, as it is now.
    pub async fn constituency(&self) -> Result<Constituency> {
        let rows = self.read(&format!("SELECT {ASSET_COLUMNS} FROM asset"), Vec::new()).await?;
        let assets = rows.iter().map(asset).collect::<Result<Vec<_>>>()?;
        let rows = self.read("SELECT organisation_id, kind, value FROM network", Vec::new()).await?;
        let networks = rows.iter().filter_map(|row| network(row).transpose()).collect::<Result<Vec<_>>>()?;
        let rows = self.read(&format!("SELECT {SIGHTING_COLUMNS} FROM sighting s JOIN observation o ON o.id = s.observation_id"), Vec::new()).await?;
        let sightings = rows.iter().map(sighting).collect::<Result<Vec<_>>>()?;
        Ok(Constituency::new(assets, networks, sightings))
    }

    /// Assets of one organisation, newest first.
    pub async fn assets(&self, organisation: &OrganisationId) -> Result<Vec<Asset>> {
        let sql = format!("SELECT {ASSET_COLUMNS} FROM asset WHERE organisation_id = $1 ORDER BY observed_at DESC, id");
        self.read(&sql, values![organisation.as_str()]).await?.iter().map(asset).collect()
    }
}
