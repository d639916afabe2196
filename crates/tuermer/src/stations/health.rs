//! What the driver knows of its stations, written down every few seconds and whenever one begins or ceases to fail.

use crate::context::Context;
use crate::notice::notice;
use crate::refusal;
use crate::refusal::in_english;
use crate::store::ground::stations::StationHealth;
use crate::store::people::notices::{self, Notice};
use anyhow::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tuermer_core::limits::{STATION_ROUND_SECONDS, STATION_TOLD_SECONDS};
use tuermer_core::sentence::Sentence;
use tuermer_core::station::Station;
use tuermer_formats::facts;

/// How often it is written down.
const WRITE: Duration = Duration::from_secs(5);
/// Kind of the notice of a station that fails.
const FAILED: &str = "station.failed";

/// The stations of one process.
#[derive(Clone, Default)]
pub struct Board(Arc<Shared>);

#[derive(Default)]
struct Shared {
    stations: Mutex<BTreeMap<Station, Known>>,
    /// Something changed that should not wait.
    changed: Notify,
}

struct Known {
    health: StationHealth,
    /// Since when a round is under way.
    busy_since: Option<Timestamp>,
    /// Changed since it was written down.
    fresh: bool,
    /// This process worked there last.
    ours: bool,
    /// Whether the operators were told that it fails; `None` = an earlier process may have told them.
    told: Option<bool>,
}

impl Known {
    fn new(station: Station, now: Timestamp) -> Self {
        Self {
            health: StationHealth::new(station, now),
            busy_since: None,
            fresh: true,
            ours: true,
            told: None,
        }
    }
}

impl Board {
    fn stations(&self) -> MutexGuard<'_, BTreeMap<Station, Known>> {
        self.0
            .stations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A round begins.
    pub fn begins(&self, station: Station, now: Timestamp) {
        if let Some(known) = self.stations().get_mut(&station) {
            known.busy_since = Some(now);
        }
    }

    /// Somebody else works there and writes it down.
    pub fn elsewhere(&self, station: Station) {
        if let Some(known) = self.stations().get_mut(&station) {
            known.ours = false;
            known.busy_since = None;
        }
    }

    /// A round ended. `lag`: how long a gap may have stood open.
    pub fn ends(
        &self,
        station: Station,
        now: Timestamp,
        lag: SignedDuration,
        failed: Option<&str>,
    ) {
        let mut stations = self.stations();
        let known = stations.entry(station).or_insert_with(|| {
            // What the last process left behind may look like a silence.
            self.0.changed.notify_one();
            Known::new(station, now)
        });
        known.busy_since = None;
        known.fresh = true;
        known.ours = true;
        let health = &mut known.health;
        let failed_before = health.failures > 0;
        health.round_at = now;
        match failed {
            None => {
                health.good_at = Some(now);
                health.lag = lag;
                health.failures = 0;
                health.failing_since = None;
                health.error = String::new();
            }
            Some(why) => {
                health.failures = health.failures.saturating_add(1);
                health.failing_since = health.failing_since.or(Some(now));
                health.error = why.to_string();
            }
        }
        if failed_before != failed.is_some() {
            self.0.changed.notify_one();
        }
    }

    /// Writes down what is known until `stopped`, and tells the operators of a station that fails too long.
    pub async fn keep(&self, context: Context, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow() {
            tokio::select! {
                _ = stopped.changed() => {}
                () = self.0.changed.notified() => {}
                () = tokio::time::sleep(WRITE) => {}
            }
            if let Err(error) = self.write(&context).await {
                tracing::error!(
                    error = in_english(&error),
                    "how the stations are doing could not be written down"
                );
            }
        }
    }

    async fn write(&self, context: &Context) -> Result<()> {
        let now = context.now();
        let (fresh, tell, settle) = self.due(now);
        if !fresh.is_empty() {
            context.store.record_stations(&fresh).await?;
        }
        for health in &tell {
            context
                .store
                .raise_notice(&failed(context, health)?)
                .await?;
            if let Some(known) = self.stations().get_mut(&health.station) {
                known.told = Some(true);
            }
        }
        for station in settle {
            let mut open = context.store.begin().await?;
            notices::settle(&mut open, FAILED, station.as_str(), now).await?;
            open.commit().await?;
            if let Some(known) = self.stations().get_mut(&station) {
                known.told = Some(false);
            }
        }
        Ok(())
    }

    /// What must be written, told, and taken back.
    fn due(&self, now: Timestamp) -> (Vec<StationHealth>, Vec<StationHealth>, Vec<Station>) {
        let (mut fresh, mut tell, mut settle) = (Vec::new(), Vec::new(), Vec::new());
        let longer = |since: Timestamp, seconds: i64| {
            now.duration_since(since) >= SignedDuration::from_secs(seconds)
        };
        for (station, known) in self.stations().iter_mut().filter(|(_, known)| known.ours) {
            // A long round is no silence, up to a bound.
            if known
                .busy_since
                .is_some_and(|since| !longer(since, STATION_ROUND_SECONDS))
            {
                known.health.round_at = now;
                known.fresh = true;
            }
            if std::mem::take(&mut known.fresh) {
                fresh.push(known.health.clone());
            }
            let failing = known.health.failing_since;
            if known.told != Some(true)
                && failing.is_some_and(|since| longer(since, STATION_TOLD_SECONDS))
            {
                tell.push(known.health.clone());
            }
            if known.told != Some(false) && failing.is_none() && known.health.good_at.is_some() {
                settle.push(*station);
            }
        }
        (fresh, tell, settle)
    }

    /// Writes down that these stations ended in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end(&self, context: &Context) -> Result<()> {
        let ended: Vec<StationHealth> = self
            .stations()
            .values()
            .filter(|known| known.ours)
            .map(|known| StationHealth {
                running: false,
                ..known.health.clone()
            })
            .collect();
        context.store.record_stations(&ended).await
    }
}

fn failed(context: &Context, health: &StationHealth) -> Result<Notice> {
    let station = health.station.as_str();
    let text = Sentence::new(
        "notice.station_failed",
        [
            (
                "station",
                Sentence::new(&format!("run.station_{station}"), []).into(),
            ),
            ("error", facts::sentence(&health.error).into()),
        ],
    );
    notice(context, FAILED, station, text)
}

/// Why a station failed, to be stored.
pub fn why(error: &Error) -> String {
    facts::stored(&refusal::sentence(error))
}
