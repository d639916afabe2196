//! How things stand, in counts, without names.

use super::{Keyed, Moment};
use crate::store::ground::stations::StationHealth;
use crate::store::views::overview::Overview;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tuermer_core::limits::STATION_TOLD_SECONDS;

/// The whole program and its database.
#[derive(Debug, Serialize)]
pub struct StatusView<'a> {
    /// `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    /// Number of the schema.
    pub schema: i64,
    /// The data directory is for drills.
    pub drill: bool,
    /// It is the demo.
    pub demo: bool,
    /// How many members.
    pub members: u64,
    /// How many providers.
    pub providers: u64,
    /// How many products in use.
    pub assets: u64,
    /// How many signs.
    pub observations: u64,
    /// How many threats.
    pub threats: u64,
    /// How many verdicts of each status.
    pub exposures: Keyed<&'a str, u64>,
    /// How many warnings in each state.
    pub warnings: Keyed<&'a str, u64>,
    /// How many deliveries in each state.
    pub deliveries: Keyed<&'a str, u64>,
    /// How many open tasks of each kind.
    pub tasks: Keyed<&'a str, u64>,
    /// How much waits to be judged.
    pub pending: u64,
    /// The sources.
    pub feeds: FeedCountsView,
    /// The notices.
    pub notices: NoticeCountsView,
    /// The stations that ran.
    pub stations: Vec<StationView>,
    /// How many operators get mails.
    pub operators: usize,
    /// The journal.
    pub journal: JournalTailView<'a>,
}

/// Counts of sources.
#[derive(Debug, Serialize)]
pub struct FeedCountsView {
    /// All.
    pub count: u64,
    /// That fail.
    pub failing: u64,
    /// That are silent.
    pub silent: u64,
    /// That are not asked.
    pub paused: u64,
}

/// Counts of notices.
#[derive(Debug, Serialize)]
pub struct NoticeCountsView {
    /// That are open.
    pub open: u64,
    /// That no operator got by mail.
    pub unmailed: u64,
}

/// The end of the journal.
#[derive(Debug, Serialize)]
pub struct JournalTailView<'a> {
    /// How many entries.
    pub entries: u64,
    /// Hash of the last one.
    pub last_hash: &'a str,
    /// When it was written.
    pub at: Option<Moment>,
}

/// What the overview of the store does not know.
pub struct Circumstances {
    /// `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    /// The data directory is for drills.
    pub drill: bool,
    /// It is the demo.
    pub demo: bool,
    /// How many operators get mails.
    pub operators: usize,
}

impl<'a> StatusView<'a> {
    /// The overview of the store, its stations, and what else is known.
    pub fn new(
        overview: &'a Overview,
        stations: Vec<StationView>,
        circumstances: Circumstances,
    ) -> Self {
        let Circumstances {
            engine,
            drill,
            demo,
            operators,
        } = circumstances;
        Self {
            engine,
            schema: overview.schema,
            drill,
            demo,
            members: overview.members,
            providers: overview.providers,
            assets: overview.assets,
            observations: overview.observations,
            threats: overview.threats,
            exposures: counts(&overview.exposures),
            warnings: counts(&overview.warnings),
            deliveries: counts(&overview.deliveries),
            tasks: counts(&overview.tasks),
            pending: overview.pending,
            feeds: FeedCountsView {
                count: overview.feeds,
                failing: overview.feeds_failing,
                silent: overview.feeds_silent,
                paused: overview.feeds_paused,
            },
            notices: NoticeCountsView {
                open: overview.notices,
                unmailed: overview.notices_unmailed,
            },
            stations,
            operators,
            journal: JournalTailView {
                entries: overview.journal_entries,
                last_hash: &overview.journal_hash,
                at: overview.journal_at.map(Moment),
            },
        }
    }
}

fn counts(counts: &[(String, u64)]) -> Keyed<&str, u64> {
    let counts = counts.iter();
    Keyed(
        counts
            .map(|(word, count)| (word.as_str(), *count))
            .collect(),
    )
}

/// One station.
#[derive(Debug, Serialize)]
pub struct StationView {
    /// A word of `Station`.
    pub station: &'static str,
    /// A process works at it.
    pub running: bool,
    /// It has had no good round for so long that operators are told.
    pub down: bool,
    /// Its last round.
    pub round_at: Moment,
    /// Its last good round.
    pub good_at: Option<Moment>,
    /// How far it is behind, in seconds.
    pub lag_seconds: f64,
    /// How many rounds in a row failed.
    pub failures: i64,
    /// Since when it fails.
    pub failing_since: Option<Moment>,
    /// Why; empty where it does not.
    pub error: String,
}

impl StationView {
    /// A station; `error` says why its last round failed, in the reader's language.
    pub fn new(health: &StationHealth, error: String, now: Timestamp) -> Self {
        Self {
            station: health.station.as_str(),
            running: health.running,
            down: is_down(health, now),
            round_at: Moment(health.round_at),
            good_at: health.good_at.map(Moment),
            lag_seconds: health.lag.as_secs_f64(),
            failures: health.failures,
            failing_since: health.failing_since.map(Moment),
            error,
        }
    }
}

/// It has had no good round for so long that operators are told.
pub fn is_down(health: &StationHealth, now: Timestamp) -> bool {
    health.is_down(now, SignedDuration::from_secs(STATION_TOLD_SECONDS))
}
