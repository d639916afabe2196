//! Which message leaves next: what matters most first, warnings in turns, and no destination faster than it likes.
//!
//! A lane is a destination of one channel. It has a limit of connections, a limit a minute (token bucket) and a pause
//! that doubles while it answers 4xx. What waits lies in groups, one for each warning: a warning of 25,000 mails gives
//! way to one of three after every mail. Pure: the caller tells the monotonic time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest pause of a lane that keeps answering 4xx.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the destination said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It took the message, or refused this one recipient.
    Fine,
    /// It wants us to come later.
    Slower,
    /// Nothing was handed over.
    Nothing,
}

/// How much a message matters; the first of the list goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// To the operators.
    Notice,
    /// A warning was wrong.
    Correction,
    /// Somebody was broken into.
    Incident,
    /// Everything else.
    Ordinary,
    /// May have arrived already.
    Unsure,
}

/// What a free connection should do.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Hand this over now; tell [`Lanes::done`] afterwards.
    Take(T),
    /// Nothing may leave before this time.
    WaitUntil(Instant),
    /// Every lane in which something waits has all its connections busy.
    WaitForOthers,
    /// Nothing waits.
    Empty,
}

/// The waiting messages of a dispatch.
#[derive(Debug)]
pub struct Lanes<T> {
    connections: usize,
    per_minute: u32,
    lanes: HashMap<Arc<str>, Pace>,
    groups: BTreeMap<(Rank, String), Group<T>>,
    /// Messages taken so far: tells whose turn it is.
    taken: u64,
}

/// What waits of one warning in one rank.
#[derive(Debug)]
struct Group<T> {
    /// Lanes in which something waits, the next one first.
    turns: VecDeque<Arc<str>>,
    waiting: HashMap<Arc<str>, VecDeque<T>>,
    count: usize,
    last_taken: u64,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self {
            turns: VecDeque::new(),
            waiting: HashMap::new(),
            count: 0,
            last_taken: 0,
        }
    }
}

/// How one lane is doing.
#[derive(Debug, Default)]
struct Pace {
    busy: usize,
    tokens: f64,
    filled_at: Option<Instant>,
    slower_in_a_row: u32,
    not_before: Option<Instant>,
}

impl<T> Lanes<T> {
    /// So many messages of one lane on their way at once, and `per_minute` in a minute; 0 = no limit.
    pub fn new(connections: usize, per_minute: u32) -> Self {
        Self {
            connections,
            per_minute,
            lanes: HashMap::new(),
            groups: BTreeMap::new(),
            taken: 0,
        }
    }

    /// No limits at all: files in a folder.
    pub fn unlimited() -> Self {
        Self::new(usize::MAX, 0)
    }

    /// Adds a message of `group` at the end of its lane.
    pub fn push(&mut self, rank: Rank, group: &str, lane: &str, message: T) {
        let lane = match self.lanes.get_key_value(lane) {
            Some((name, _)) => Arc::clone(name),
            None => {
                let name: Arc<str> = lane.into();
                self.lanes.insert(Arc::clone(&name), Pace::default());
                name
            }
        };
        let group = self.groups.entry((rank, group.to_string())).or_default();
        let waiting = group.waiting.entry(Arc::clone(&lane)).or_default();
        if waiting.is_empty() {
            group.turns.push_back(lane);
        }
        waiting.push_back(message);
        group.count = group.count.saturating_add(1);
    }

    /// Messages that wait.
    pub fn waiting(&self) -> usize {
        self.groups.values().map(|group| group.count).sum()
    }

    /// Messages that wait and matter at least as much as `least`.
    pub fn waiting_up_to(&self, least: Rank) -> usize {
        let groups = self.groups.iter();
        groups
            .filter(|((rank, _), _)| *rank <= least)
            .map(|(_, group)| group.count)
            .sum()
    }

    /// Messages of one warning that wait.
    pub fn waiting_of(&self, name: &str) -> usize {
        let groups = self.groups.iter();
        groups
            .filter(|((_, group), _)| group == name)
            .map(|(_, group)| group.count)
            .sum()
    }

    /// Drops what waits of a warning, and gives it back.
    pub fn drop_group(&mut self, name: &str) -> Vec<T> {
        let keys: Vec<_> = self
            .groups
            .keys()
            .filter(|(_, group)| group == name)
            .cloned()
            .collect();
        let groups = keys.iter().filter_map(|key| self.groups.remove(key));
        groups
            .flat_map(|group| group.waiting.into_values().flatten())
            .collect()
    }

    /// The next message that may leave now, if it matters at least as much as `least`.
    pub fn next(&mut self, now: Instant, least: Rank) -> Next<T> {
        self.groups.retain(|_, group| group.count > 0);
        let groups = self.groups.iter_mut();
        let mut turns: Vec<(Rank, &mut Group<T>)> = groups
            .filter(|((rank, _), _)| *rank <= least)
            .map(|((rank, _), group)| (*rank, group))
            .collect();
        turns.sort_by_key(|(rank, group)| (*rank, group.last_taken));
        let empty = turns.is_empty();
        let mut wake: Option<Instant> = None;
        for (_, group) in turns {
            match group.next(&mut self.lanes, self.connections, self.per_minute, now) {
                Next::Take(message) => {
                    self.taken = self.taken.saturating_add(1);
                    group.last_taken = self.taken;
                    return Next::Take(message);
                }
                Next::WaitUntil(at) => wake = Some(wake.map_or(at, |earlier| earlier.min(at))),
                Next::WaitForOthers | Next::Empty => {}
            }
        }
        match wake {
            Some(at) => Next::WaitUntil(at),
            None if empty => Next::Empty,
            None => Next::WaitForOthers,
        }
    }

    /// One message in `lane` is over.
    pub fn done(&mut self, lane: &str, answer: Answer, now: Instant) {
        let Some(pace) = self.lanes.get_mut(lane) else {
            return;
        };
        pace.busy = pace.busy.saturating_sub(1);
        match answer {
            Answer::Fine => {
                pace.slower_in_a_row = 0;
                pace.not_before = None;
            }
            Answer::Slower => {
                let seconds = 2_u64.saturating_pow(pace.slower_in_a_row.min(10));
                pace.slower_in_a_row = pace.slower_in_a_row.saturating_add(1);
                pace.not_before = Some(now + Duration::from_secs(seconds).min(LONGEST_PAUSE));
            }
            Answer::Nothing => pace.tokens += 1.0,
        }
    }
}

impl<T> Group<T> {
    /// The next message whose lane may have one now; lanes take turns.
    fn next(
        &mut self,
        lanes: &mut HashMap<Arc<str>, Pace>,
        connections: usize,
        per_minute: u32,
        now: Instant,
    ) -> Next<T> {
        let mut wake: Option<Instant> = None;
        for _ in 0..self.turns.len() {
            let Some(name) = self.turns.pop_front() else {
                break;
            };
            let Some(pace) = lanes.get_mut(&name) else {
                continue;
            };
            match pace.ready(now, connections, per_minute) {
                Ready::Now => {
                    if let Some(message) = self.take(name) {
                        pace.busy = pace.busy.saturating_add(1);
                        pace.tokens -= 1.0;
                        return Next::Take(message);
                    }
                }
                Ready::At(at) => {
                    wake = Some(wake.map_or(at, |earlier| earlier.min(at)));
                    self.turns.push_back(name);
                }
                Ready::Busy => self.turns.push_back(name),
            }
        }
        wake.map_or(Next::WaitForOthers, Next::WaitUntil)
    }

    fn take(&mut self, lane: Arc<str>) -> Option<T> {
        let waiting = self.waiting.get_mut(&lane)?;
        let message = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&lane);
        } else {
            self.turns.push_back(lane);
        }
        if message.is_some() {
            self.count = self.count.saturating_sub(1);
        }
        message
    }
}

enum Ready {
    Now,
    At(Instant),
    Busy,
}

impl Pace {
    fn ready(&mut self, now: Instant, connections: usize, per_minute: u32) -> Ready {
        if self.busy >= connections {
            return Ready::Busy;
        }
        if let Some(at) = self.not_before.filter(|at| *at > now) {
            return Ready::At(at);
        }
        if per_minute == 0 {
            return Ready::Now;
        }
        // One second's worth may leave at once; together with the refill that is never more than the limit in any minute.
        let burst = (f64::from(per_minute) / 60.0).floor().max(1.0);
        let a_second = (f64::from(per_minute) - burst).max(0.5) / 60.0;
        let filled = match self.filled_at {
            Some(at) => self.tokens + now.saturating_duration_since(at).as_secs_f64() * a_second,
            None => burst,
        };
        self.tokens = filled.min(burst);
        self.filled_at = Some(now);
        if self.tokens >= 1.0 {
            return Ready::Now;
        }
        // A little late rather than a rounding error too early.
        Ready::At(
            now + Duration::from_secs_f64((1.0 - self.tokens) / a_second)
                + Duration::from_millis(1),
        )
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
