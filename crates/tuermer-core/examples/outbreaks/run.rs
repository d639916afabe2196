//! One run: a month of false alarms without an outbreak, then outbreaks of every size put into the same month.

use super::watch::{COUNTED_DAYS, FIRST_DAY, Moment, Past, watch};
use super::world::{DAY, DAYS, HOUR, Kind, Outbreak, Seen, World};
use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;
use std::collections::HashMap;
use tuermer_core::correlate::Detector;

/// Victims of an outbreak.
pub const SIZES: [u32; 6] = [2, 3, 5, 10, 20, 50];
/// Hours in which they fall.
pub const SPREADS: [i64; 3] = [6, 24, 72];
/// Detectors that are compared.
pub const DETECTORS: &[Detector] = Detector::ALL;
/// Budgets of false alarms a month that an operator might set; the simple rule has numbers of members instead.
pub const BUDGETS: [f64; 11] = [
    0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0,
];
/// Numbers of members for the simple rule.
pub const MEMBERS: [f64; 11] = [30.0, 20.0, 15.0, 12.0, 10.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0];
/// Seconds after which an alarm about the same thing is a new one.
const REST: i64 = 7 * DAY;
/// Hours after the last victim in which an alarm still counts as found.
const LATE_HOURS: i64 = 72;

/// From where a setting alarms.
pub fn threshold(detector: Detector, setting: usize) -> f64 {
    if detector == Detector::Three {
        MEMBERS[setting]
    } else {
        -BUDGETS[setting].ln()
    }
}

/// One outbreak as one setting met it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub detector: usize,
    pub setting: usize,
    pub size: u32,
    pub spread_hours: i64,
    /// Usual members a day of its product.
    pub per_day: f64,
    pub one_network: bool,
    /// Victims hit before the alarm and hours from the first victim; `None` where it was never found.
    pub found: Option<(u32, f64)>,
}

/// What one run gives.
pub struct Outcome {
    /// False alarms of the month, for each detector and setting, by kind.
    pub false_alarms: HashMap<(usize, usize, Kind), u32>,
    pub cases: Vec<Case>,
}

type Key = (Kind, u32);

pub fn run(seed: u64, least: u32) -> Outcome {
    let mut dice = ChaCha12Rng::seed_from_u64(seed);
    let world = World::new(&mut dice);
    let past = Past::learn(&world);
    let month = (FIRST_DAY * DAY, (FIRST_DAY + COUNTED_DAYS) * DAY);
    let mut usual: HashMap<Key, Vec<Vec<Moment>>> = HashMap::new();
    for (name, seen) in &world.series {
        let moments = watch(*name, seen, &past, least, DETECTORS, month);
        let all = usual
            .entry((name.kind, name.number))
            .or_insert_with(|| vec![Vec::new(); DETECTORS.len()]);
        for (all, moments) in all.iter_mut().zip(moments) {
            all.extend(moments);
        }
    }
    for moments in usual.values_mut().flatten() {
        moments.sort_by_key(|moment| moment.known);
    }
    let mut false_alarms = HashMap::new();
    for ((kind, _), moments) in &usual {
        for (detector, moments) in moments.iter().enumerate() {
            for setting in 0..BUDGETS.len() {
                let alarms = alarms(moments, threshold(DETECTORS[detector], setting));
                *false_alarms.entry((detector, setting, *kind)).or_insert(0) += alarms;
            }
        }
    }
    let mut cases = Vec::new();
    for size in SIZES {
        for spread in SPREADS {
            let outbreak = Outbreak::new(size, spread, &world, &mut dice);
            cases.extend(meet(&outbreak, &world, &past, &usual, least));
        }
    }
    Outcome {
        false_alarms,
        cases,
    }
}

/// Alarms with a rest between them; one that never ends is one.
fn alarms(moments: &[Moment], from: f64) -> u32 {
    let mut last = None;
    let mut count = 0;
    for moment in moments.iter().filter(|moment| moment.score >= from) {
        if last.is_none_or(|last| moment.known - last > REST) {
            count += 1;
        }
        last = Some(moment.known);
    }
    count
}

/// When a series alarms in the outbreak; who alarms already says nothing new.
fn first_alarm(moments: &[Moment], usual: Option<&[Moment]>, from: f64, start: i64) -> Option<i64> {
    let before = start - REST..=start;
    let loud = |moment: &Moment| moment.score >= from && before.contains(&moment.known);
    let alarm = moments
        .iter()
        .find(|moment| moment.score >= from && moment.victims >= 2);
    alarm
        .filter(|_| !usual.is_some_and(|usual| usual.iter().any(loud)))
        .map(|moment| moment.known)
}

/// How every setting meets an outbreak.
fn meet(
    outbreak: &Outbreak,
    world: &World,
    past: &Past,
    usual: &HashMap<Key, Vec<Vec<Moment>>>,
    least: u32,
) -> Vec<Case> {
    let end = outbreak.start + (outbreak.spread_hours + LATE_HOURS) * HOUR;
    let until = end.min(DAYS * DAY);
    let mut met: Vec<(Key, Vec<Vec<Moment>>)> = Vec::new();
    for (name, victims) in outbreak.series() {
        let mut seen: Vec<Seen> = world.series.get(&name).cloned().unwrap_or_default();
        seen.extend(victims);
        seen.sort_unstable();
        met.push((
            (name.kind, name.number),
            watch(name, &seen, past, least, DETECTORS, (outbreak.start, until)),
        ));
    }
    let mut cases = Vec::new();
    for detector in 0..DETECTORS.len() {
        for setting in 0..BUDGETS.len() {
            let from = threshold(DETECTORS[detector], setting);
            let first = met.iter().filter_map(|(key, moments)| {
                let usual = usual.get(key).map(|usual| usual[detector].as_slice());
                first_alarm(&moments[detector], usual, from, outbreak.start)
            });
            let found = first.min().map(|alarm| {
                let hit = outbreak
                    .victims
                    .iter()
                    .filter(|victim| victim.at <= alarm)
                    .count();
                (hit as u32, (alarm - outbreak.start) as f64 / HOUR as f64)
            });
            let Outbreak {
                size,
                spread_hours,
                product,
                one_network,
                ..
            } = *outbreak;
            cases.push(Case {
                detector,
                setting,
                size,
                spread_hours,
                per_day: world.products[product as usize].per_day,
                one_network,
                found,
            });
        }
    }
    cases
}

/// The name a kind has in the tables.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Product(_) => "product",
        Kind::Network => "network",
        Kind::Sender => "sender",
        Kind::Shell => "shell",
    }
}
