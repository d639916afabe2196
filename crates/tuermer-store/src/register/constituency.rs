//! The snapshot in which products and their signs are found: kept in memory, read again where it changed.

use crate::Store;
use crate::values;
use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use std::ops::Deref;
use tokio::sync::OwnedRwLockReadGuard;
use tuermer_core::admiralty::Grade;
use tuermer_core::asset::{Asset, AssetKind, Presence};
use tuermer_core::constituency::Constituency;
use tuermer_core::ids::{AssetId, ObservationId, OrganisationId};
use tuermer_core::limits;
use tuermer_core::observation::{Attribution, Observation, Side, Sighting};
use tuermer_core::scale::Source;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::Tlp;

use crate::ground::engine::{Cells, Row, Value, places};
use crate::ground::row::unknown;
use crate::verdicts::pending::Pending;

pub(crate) const ASSET_COLUMNS: &str = "id, organisation_id, vendor, product, version, build, hostname, source, observed_at, note, presence";

/// An asset from a row of [`ASSET_COLUMNS`].
pub(crate) fn asset(row: &Row) -> Result<Asset> {
    Ok(Asset {
        id: AssetId(row.text(0)?),
        organisation: OrganisationId(row.text(1)?),
        vendor: row.text(2)?,
        product: row.text(3)?,
        version: row.text(4)?,
        build: row.text_or_null(5)?,
        hostname: row.text(6)?,
        source: row.word(7, "asset.source", Source::parse)?,
        observed_at: row.time(8)?,
        note: row.text(9)?,
        presence: row.word(10, "asset.presence", Presence::parse)?,
    })
}

/// The snapshot as it is kept between two runs.
#[derive(Default)]
pub struct Kept {
    constituency: Constituency,
    /// How often organisations had been judged when it was brought up to date; `None` = never loaded.
    judged: Option<i64>,
}

/// Counts how often organisations whose facts had changed were judged, by whatever process.
pub(crate) const JUDGED: &str = "judged.organisations";

/// The snapshot while it is used; it is not changed meanwhile.
pub struct Snapshot(OwnedRwLockReadGuard<Kept>);

impl Snapshot {
    /// How often organisations had been judged when this was read.
    pub fn judgements(&self) -> Option<i64> {
        self.0.judged
    }
}

impl Deref for Snapshot {
    type Target = Constituency;

    fn deref(&self) -> &Constituency {
        &self.0.constituency
    }
}

fn add_asset(constituency: &mut Constituency, row: &Cells<'_>) -> Result<()> {
    let (source, presence) = (row.text(7)?, row.text(10)?);
    let kind = AssetKind {
        vendor: row.text(2)?,
        product: row.text(3)?,
        version: row.text(4)?,
        build: row.text_or_null(5)?,
        source: listed(source, "asset.source", Source::parse)?,
        note: row.text(9)?,
        presence: listed(presence, "asset.presence", Presence::parse)?,
    };
    if !constituency.add_asset(row.text(1)?, row.text(0)?, kind, row.text(6)?, row.int(8)?) {
        bail!("there are more assets, or longer host names, than one snapshot can hold");
    }
    Ok(())
}

pub(crate) const SIGHTING_COLUMNS: &str = "s.organisation_id, s.attribution, s.id, k.report, s.observed_at, s.ip, s.port, s.hostname, s.asn, k.class,
    k.severity, k.tags, k.vendor, k.product, k.version, s.origin_id, s.last_seen_at, s.network, k.tlp, k.grade, k.side";

/// How many columns these are.
pub(crate) const SIGHTING_WIDTH: usize = 21;

fn add_sighting(constituency: &mut Constituency, row: &Cells<'_>) -> Result<()> {
    constituency.add_sighting(sighting(row)?);
    Ok(())
}

/// A word of a closed list, lent by its row.
fn listed<T>(word: &str, column: &str, parse: fn(&str) -> Option<T>) -> Result<T> {
    parse(word).ok_or_else(|| unknown(word, column))
}

/// A sighting from a row of [`SIGHTING_COLUMNS`].
pub(crate) fn sighting(row: &Cells<'_>) -> Result<Sighting> {
    let attribution = row.text(1)?;
    let attribution = match attribution.split_once(':') {
        Some(("network", value)) => Attribution::Network(value.to_string()),
        Some(("host", value)) => Attribution::Host(value.to_string()),
        Some(("domain", value)) => Attribution::Domain(value.to_string()),
        Some(("told", value)) => Attribution::Told(value.to_string()),
        _ => return Err(anyhow!("stored attribution {attribution}")),
    };
    let incident = listed(row.text(9)?, "sighting_kind.class", IncidentType::parse)?;
    let observed_at = Timestamp::from_microsecond(row.int(4)?)?;
    let owned = |index| Ok::<_, anyhow::Error>(row.text_or_null(index)?.map(str::to_string));
    let tags: Vec<String> = row
        .text(11)?
        .split(';')
        .filter(|tag| !tag.is_empty())
        .map(str::to_string)
        .collect();
    Ok(Sighting {
        organisation: OrganisationId(row.text(0)?.to_string()),
        attribution,
        observation: Observation {
            id: ObservationId(row.text(2)?.to_string()),
            ip: row.text_or_null(5)?.and_then(|text| text.parse().ok()),
            port: row
                .int_or_null(6)?
                .and_then(|port| u16::try_from(port).ok()),
            hostname: owned(7)?,
            asn: row.int_or_null(8)?.and_then(|asn| u32::try_from(asn).ok()),
            severity: row.text(10)?.to_string(),
            proven_cves: tags
                .iter()
                .filter(|tag| tag.starts_with("cve-"))
                .map(|tag| tag.to_uppercase())
                .collect(),
            tags,
            vendor: row.text(12)?.to_string(),
            product: row.text(13)?.to_string(),
            version: owned(14)?,
            origin_id: row.text(15)?.to_string(),
            last_seen_at: row
                .int_or_null(16)?
                .map_or(Ok(observed_at), Timestamp::from_microsecond)?,
            network: row.text_or_null(17)?.and_then(|text| text.parse().ok()),
            tlp: Tlp::read(row.text(18)?),
            side: listed(row.text(20)?, "sighting_kind.side", Side::parse)?,
            grade: listed(row.text(19)?, "sighting_kind.grade", Grade::read)?,
            ..Observation::new(row.text(3)?, observed_at, incident)
        },
    })
}

impl Store {
    /// Everything that can be attributed or matched, as it is now. Only what changed since the last time is read.
    ///
    /// Whatever is told or seen raises `facts_revision` of its organisation in the same transaction. So an organisation
    /// that changed is either still to be judged, or was judged since, and then the count of judgements is another.
    pub async fn constituency(&self) -> Result<Snapshot> {
        // In this order: what is judged between the two is in the first list.
        let (_, pending) = self.pending().await?;
        let judged = self.judged().await?;
        let stale = |kept: &Kept, pending: &Pending<OrganisationId>| {
            kept.constituency.revision(&pending.id) != Some(pending.facts_revision)
        };
        let kept = self.snapshot.clone().read_owned().await;
        if kept.judged == Some(judged) && !pending.iter().any(|pending| stale(&kept, pending)) {
            return Ok(Snapshot(kept));
        }
        drop(kept);
        let mut kept = self.snapshot.clone().write_owned().await;
        let Kept {
            constituency,
            judged: before,
        } = std::mem::take(&mut *kept);
        kept.constituency = match before {
            None => self.loaded().await?,
            Some(before) if before == judged => {
                let changed = pending.into_iter().filter(|pending| {
                    constituency.revision(&pending.id) != Some(pending.facts_revision)
                });
                let changed = changed
                    .map(|pending| (pending.id.0, pending.facts_revision))
                    .collect();
                self.read_again(constituency, changed).await?
            }
            Some(_) => self.compared(constituency).await?,
        };
        kept.judged = Some(judged);
        Ok(Snapshot(kept.downgrade()))
    }

    /// Our own judgement of organisations needs no second look at all of them.
    pub async fn judged_by_us(&self, before: Snapshot, now: i64) {
        let known = before.judgements();
        drop(before);
        let mut kept = self.snapshot.write().await;
        if kept.judged == known && known.and_then(|known| known.checked_add(1)) == Some(now) {
            kept.judged = Some(now);
        }
    }

    async fn judged(&self) -> Result<i64> {
        Ok(self
            .meta(JUDGED)
            .await?
            .map_or(Ok(0), |count| count.parse())?)
    }

    /// Another process has judged organisations: those whose revision is another are read again.
    async fn compared(&self, before: Constituency) -> Result<Constituency> {
        let sql = "SELECT id, facts_revision FROM organisation ORDER BY id";
        let take = |noted: &mut (Constituency, Vec<(String, i64)>, usize), row: &Cells<'_>| {
            let (constituency, changed, organisations) = noted;
            let (id, revision) = (row.text(0)?, row.int(1)?);
            if constituency.revision(&OrganisationId(id.to_string())) != Some(revision) {
                changed.push((id.to_string(), revision));
            }
            *organisations = organisations.saturating_add(1);
            Ok(())
        };
        let (constituency, changed, organisations) = self
            .database
            .read_into(sql, Vec::new(), (before, Vec::new(), 0), take)
            .await?;
        if organisations < constituency.organisations() {
            self.loaded().await
        } else {
            self.read_again(constituency, changed).await
        }
    }

    /// Reads these organisations again, or everything where that is less work.
    async fn read_again(
        &self,
        mut constituency: Constituency,
        changed: Vec<(String, i64)>,
    ) -> Result<Constituency> {
        let (assets, empty) = constituency.size();
        if changed.len() > limits::CHANGED_ORGANISATIONS || empty > assets {
            return self.loaded().await;
        }
        for page in changed.chunks(limits::ROWS_PER_STATEMENT) {
            for (id, revision) in page {
                constituency.forget(&OrganisationId(id.clone()));
                constituency.note_revision(id, *revision);
            }
            let only = format!(" WHERE organisation_id IN ({})", places(1, page.len()));
            constituency = self.read_facts(constituency, &only, page).await?;
        }
        Ok(constituency)
    }

    /// The whole snapshot.
    async fn loaded(&self) -> Result<Constituency> {
        let assets = self
            .read_one("SELECT COUNT(*) FROM asset", Vec::new())
            .await?
            .map_or(Ok(0), |row| row.count(0))?;
        let organisations = self
            .read_one("SELECT COUNT(*) FROM organisation", Vec::new())
            .await?
            .map_or(Ok(0), |row| row.count(0))?;
        let mut constituency = Constituency::default();
        constituency.reserve(usize::try_from(organisations)?, usize::try_from(assets)?);
        let sql = "SELECT id, facts_revision FROM organisation ORDER BY id";
        let constituency = self
            .database
            .read_into(sql, Vec::new(), constituency, |constituency, row| {
                constituency.note_revision(row.text(0)?, row.int(1)?);
                Ok(())
            })
            .await?;
        self.read_facts(constituency, "", &[]).await
    }

    async fn read_facts(
        &self,
        constituency: Constituency,
        only: &str,
        ids: &[(String, i64)],
    ) -> Result<Constituency> {
        let values = || ids.iter().map(|(id, _)| Value::from(id.as_str())).collect();
        let constituency = self
            .database
            .read_into(
                &format!("SELECT {ASSET_COLUMNS} FROM asset{only}"),
                values(),
                constituency,
                add_asset,
            )
            .await?;
        let sightings = format!(
            "SELECT {SIGHTING_COLUMNS} FROM sighting s JOIN sighting_kind k ON k.key = s.kind{only}"
        );
        self.database
            .read_into(&sightings, values(), constituency, add_sighting)
            .await
    }

    /// Assets of one organisation, newest first.
    pub async fn assets(&self, organisation: &OrganisationId) -> Result<Vec<Asset>> {
        let sql = format!(
            "SELECT {ASSET_COLUMNS} FROM asset WHERE organisation_id = $1 ORDER BY observed_at DESC, id"
        );
        self.read(&sql, values![organisation.as_str()])
            .await?
            .iter()
            .map(asset)
            .collect()
    }
}
