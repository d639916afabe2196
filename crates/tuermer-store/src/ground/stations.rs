//! How each station is doing, as the last process that ran it wrote it down.

use crate::Store;
use crate::ground::engine::Row;
use crate::values;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::limits::STATION_TOLD_SECONDS;
use tuermer_core::station::Station;

/// One station at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationHealth {
    /// Which.
    pub station: Station,
    /// A process runs it; false after an end in order.
    pub running: bool,
    /// End of its last round, good or not.
    pub round_at: Timestamp,
    /// End of its last good round.
    pub good_at: Option<Timestamp>,
    /// How long the last gap stood open before it was closed.
    pub lag: SignedDuration,
    /// Rounds that failed since the last good one.
    pub failures: i64,
    /// Since when none was good.
    pub failing_since: Option<Timestamp>,
    /// Why the last one failed; empty where it was good.
    pub error: String,
}

impl StationHealth {
    /// Before its first round.
    pub fn new(station: Station, now: Timestamp) -> Self {
        Self {
            station,
            running: true,
            round_at: now,
            good_at: None,
            lag: SignedDuration::ZERO,
            failures: 0,
            failing_since: None,
            error: String::new(),
        }
    }

    /// True where no round was good for longer than `patience`: it fails, or nobody runs it any more although its
    /// process did not end in order.
    pub fn is_down(&self, now: Timestamp, patience: SignedDuration) -> bool {
        let longer = |since: Timestamp, than: SignedDuration| now.duration_since(since) > than;
        let every = i64::try_from(self.station.every_seconds()).unwrap_or(i64::MAX);
        // Between two rounds it may rest as long as after many failures, and health is written every few seconds.
        let rest = SignedDuration::from_secs(every.saturating_add(STATION_TOLD_SECONDS));
        let silent = patience.saturating_add(rest);
        let fails = self
            .failing_since
            .is_some_and(|since| longer(since, patience));
        self.running && (fails || longer(self.round_at, silent))
    }
}

fn health(row: &Row) -> Result<Option<StationHealth>> {
    // A station of a later program is none of ours.
    let Some(station) = Station::parse(&row.text(0)?) else {
        return Ok(None);
    };
    Ok(Some(StationHealth {
        station,
        running: row.bool(1)?,
        round_at: row.time(2)?,
        good_at: row.time_or_null(3)?,
        lag: SignedDuration::from_micros(row.int(4)?),
        failures: row.int(5)?,
        failing_since: row.time_or_null(6)?,
        error: row.text(7)?,
    }))
}

impl Store {
    /// Every station that was ever run, in the order of the main line.
    pub async fn stations(&self) -> Result<Vec<StationHealth>> {
        let sql = "SELECT name, running, round_at, good_at, lag, failures, failing_since, error FROM station";
        let rows = self.read(sql, Vec::new()).await?;
        let mut found = Vec::new();
        for row in &rows {
            found.extend(health(row)?);
        }
        found.sort_by_key(|health| health.station);
        Ok(found)
    }

    /// Writes down how stations are doing.
    pub async fn record_stations(&self, healths: &[StationHealth]) -> Result<()> {
        let rows = healths.iter().map(|health| {
            let StationHealth {
                station,
                running,
                round_at,
                good_at,
                lag,
                failures,
                failing_since,
                error,
            } = health;
            let lag = i64::try_from(lag.as_micros()).unwrap_or(i64::MAX);
            values![
                station.as_str(),
                *running,
                *round_at,
                *good_at,
                lag,
                *failures,
                *failing_since,
                error
            ]
        });
        let mut open = self.begin().await?;
        open.insert_many(
            "INSERT INTO station (name, running, round_at, good_at, lag, failures, failing_since, error)",
            rows.collect(),
            "ON CONFLICT (name) DO UPDATE SET running = excluded.running, round_at = excluded.round_at, good_at = excluded.good_at,
                lag = excluded.lag, failures = excluded.failures, failing_since = excluded.failing_since, error = excluded.error",
        )
        .await?;
        open.commit_quietly().await
    }
}
