//! Hints that something was committed, so that a station looks before its time. A hint may be lost: the clock is the
//! guarantee.
//!
//! In one process a hint is a [`Notify`] for each station; other processes hear of it through the database
//! ([`crate::ground::engine::Listener`]).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tuermer_core::station::Station;

/// Who committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A person, a file, a page: it may concern every station.
    Act,
    /// A station.
    Station(Station),
}

impl Source {
    /// As it is told to other processes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Station(station) => station.as_str(),
        }
    }

    /// Reads [`Source::as_str`]; what is not known may concern everybody.
    pub fn parse(text: &str) -> Self {
        Station::parse(text).map_or(Self::Act, Self::Station)
    }

    fn concerns(self, station: Station) -> bool {
        match self {
            Self::Act => true,
            Self::Station(other) => station.wakes_on().contains(&other),
        }
    }
}

/// At most one hint to other processes in this time; the rest is left to their clocks.
const OTHERS: Duration = Duration::from_millis(200);

/// The bells of one process; clones ring the same ones.
#[derive(Clone, Default)]
pub struct Wake(Arc<Bells>);

#[derive(Default)]
struct Bells {
    stations: [Notify; Station::ALL.len()],
    /// Milliseconds since the first hint at which other processes were told, plus one.
    told: AtomicU64,
    first: OnceLock<Instant>,
    /// Something of this process was committed since the last look at a counter that does not tell whose.
    committed: AtomicBool,
}

impl Wake {
    /// Notes that this process committed something.
    pub fn commit(&self) {
        self.0.committed.store(true, Ordering::Release);
    }

    /// True where this process committed something since this was asked last.
    pub fn committed_since(&self) -> bool {
        self.0.committed.swap(false, Ordering::AcqRel)
    }

    /// Tells the stations whom a commit concerns.
    pub fn ring(&self, source: Source) {
        for (station, bell) in Station::ALL.iter().zip(&self.0.stations) {
            if source.concerns(*station) {
                bell.notify_one();
            }
        }
    }

    /// Waits for a hint to `station`; one that came since the last call counts.
    pub async fn rung(&self, station: Station) {
        match Station::ALL.iter().position(|other| *other == station) {
            Some(place) => match self.0.stations.get(place) {
                Some(bell) => bell.notified().await,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }

    /// True where other processes should be told of a commit of `source` now.
    pub fn is_for_others(&self, source: Source) -> bool {
        if !Station::ALL.iter().any(|station| source.concerns(*station)) {
            return false;
        }
        let since = self.0.first.get_or_init(Instant::now).elapsed();
        let now = u64::try_from(since.as_millis())
            .unwrap_or(u64::MAX)
            .saturating_add(1);
        let pause = u64::try_from(OTHERS.as_millis()).unwrap_or(u64::MAX);
        let told = self.0.told.load(Ordering::Relaxed);
        // Two at the same moment may both tell, which costs a look.
        let due = source == Source::Act || told == 0 || now.saturating_sub(told) >= pause;
        if due {
            self.0.told.store(now, Ordering::Relaxed);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn a_commit_wakes_whom_it_concerns_once() {
        let wake = Wake::default();
        let woken = |station| wake.rung(station).now_or_never().is_some();
        wake.ring(Source::Station(Station::Tell));
        assert!(woken(Station::Deliver) && !woken(Station::Deliver));
        assert!(!woken(Station::Assess) && !woken(Station::Tell));
        wake.ring(Source::Act);
        wake.ring(Source::Act);
        assert!(Station::ALL.iter().all(|station| woken(*station)));
        assert!(!Station::ALL.iter().any(|station| woken(*station)));
        assert_eq!(Source::parse(Source::Act.as_str()), Source::Act);
        assert_eq!(Source::parse("poll"), Source::Station(Station::Poll));
    }

    #[test]
    fn other_processes_are_not_flooded() {
        let wake = Wake::default();
        assert!(wake.is_for_others(Source::Station(Station::Poll)));
        assert!(!wake.is_for_others(Source::Station(Station::Poll)));
        assert!(
            wake.is_for_others(Source::Act),
            "a person's deed is told at once"
        );
        assert!(
            !wake.is_for_others(Source::Station(Station::Forget)),
            "it concerns nobody"
        );
    }
}
