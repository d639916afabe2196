//! Lets the detectors of the program watch one series as it becomes known, and notes how sure they are at each moment.

use super::world::{DAY, DAYS, HOUR, Kind, Name, Seen, World};
use std::collections::HashMap;
use tuermer_core::correlate::baseline::Baseline;
use tuermer_core::correlate::detect::{Arrival, View};
use tuermer_core::correlate::{Detector, Family, per_day};

/// First day on which alarms count; what lies before is past.
pub const FIRST_DAY: i64 = 60;
/// Days in which false alarms are counted.
pub const COUNTED_DAYS: i64 = DAYS - FIRST_DAY;
const LOOK_BACK: i64 = 72 * HOUR;
/// Days until the look-back begins.
const LOOK_BACK_DAYS: i64 = 3;

/// How sure one detector is of one series at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub known: i64,
    /// Nats above what a budget of one false alarm a month asks for; for the simple rule the number of members.
    pub score: f64,
    /// Victims of the outbreak in the window that decided.
    pub victims: usize,
}

/// What is known of each kind at the beginning of the counted days.
pub struct Past {
    families: HashMap<Kind, Family>,
}

impl Past {
    pub fn learn(world: &World) -> Self {
        let days = FIRST_DAY - LOOK_BACK_DAYS;
        let families = Kind::ALL.map(|kind| {
            let series = world.series.iter().filter(|(name, _)| name.kind == kind);
            let counts = series
                .map(|(_, seen)| hours(seen, days))
                .filter(|counts| !counts.is_empty())
                .collect::<Vec<_>>();
            (
                kind,
                Family::learn(
                    matches!(kind, Kind::Product(_)),
                    counts.iter().map(Vec::as_slice),
                    days as usize,
                ),
            )
        });
        Self {
            families: families.into_iter().collect(),
        }
    }
}

/// Counts for each hour before a day, in halves.
fn hours(seen: &[Seen], before_day: i64) -> Vec<(i64, u32)> {
    let mut sums = std::collections::BTreeMap::new();
    for seen in seen.iter().filter(|seen| seen.at < before_day * DAY) {
        *sums.entry(seen.at / HOUR).or_insert(0) += 2;
    }
    sums.into_iter().collect()
}

/// Watches one series, what becomes known from `from` until before `to`; `seen` in the order in which it becomes known.
pub fn watch(
    name: Name,
    seen: &[Seen],
    past: &Past,
    least: u32,
    detectors: &[Detector],
    (from, to): (i64, i64),
) -> Vec<Vec<Moment>> {
    let family = &past.families[&name.kind];
    // Each family has the same share of the budget.
    let needed = family.threshold(1.0, Kind::ALL.len());
    let mut moments = vec![Vec::new(); detectors.len()];
    let mut baselines: HashMap<i64, Baseline> = HashMap::new();
    let mut recent: Vec<Seen> = Vec::new();
    for together in seen.chunk_by(|one, other| one.known == other.known) {
        let now = together[0].known;
        if now < from - LOOK_BACK - 2 * DAY {
            continue;
        }
        recent.retain(|old| old.at > now - LOOK_BACK);
        recent.extend(together.iter().filter(|new| new.at > now - LOOK_BACK));
        recent.sort_unstable_by_key(|seen| seen.at);
        if now < from || now >= to || recent.len() < least as usize {
            continue;
        }
        let today = now / DAY;
        let own = baselines
            .entry(today)
            .or_insert_with(|| usual(seen, today - LOOK_BACK_DAYS));
        let arrivals: Vec<Arrival> = recent.iter().map(arrival).collect();
        let first_new = together
            .iter()
            .map(|new| recent.partition_point(|old| old.at < new.at))
            .min()
            .unwrap_or(0);
        let view = View::new(&arrivals, own, family.newcomers.as_deref(), least);
        for (detector, moments) in detectors.iter().zip(&mut moments) {
            let Some(found) = detector.strongest(&view, first_new) else {
                continue;
            };
            moments.push(Moment {
                known: now,
                score: match detector {
                    Detector::Three => found.evidence,
                    _ => found.evidence - needed,
                },
                victims: victims(&recent, found.from, found.to),
            });
        }
    }
    moments
}

/// What is usual of a series before a day, without the outbreak.
fn usual(seen: &[Seen], days: i64) -> Baseline {
    let usual: Vec<Seen> = seen.iter().filter(|seen| !seen.outbreak).copied().collect();
    Baseline::learn(&per_day(&hours(&usual, days), 0, days as usize), 0)
}

fn arrival(seen: &Seen) -> Arrival {
    Arrival {
        at: seen.at,
        halves: 2,
        voice: seen.member,
    }
}

/// Victims of the outbreak behind `from`, up to `to`.
fn victims(recent: &[Seen], from: i64, to: i64) -> usize {
    let victim = |seen: &&Seen| seen.outbreak && seen.at > from && seen.at <= to;
    recent.iter().filter(victim).count()
}
