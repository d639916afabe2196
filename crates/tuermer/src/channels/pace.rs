//! How fast mails leave towards each destination domain, so that none of them throttles us.
//!
//! Domains take turns; each has a limit of connections, a limit a minute (token bucket) and a pause that
//! doubles while it answers 4xx. Pure: the caller tells the monotonic time.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};
use tuermer_core::limits::SMTP_CONNECTIONS_PER_DOMAIN;

/// Longest pause of a domain that keeps answering 4xx.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What the domain said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It took the mail, or refused this one recipient.
    Fine,
    /// It wants us to come later.
    Slower,
    /// Nothing was handed over.
    Nothing,
}

/// What a free connection should do.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Hand this over now; tell [`Pacer::done`] afterwards.
    Take(T),
    /// Nothing may leave before this time.
    WaitUntil(Instant),
    /// Every waiting domain has all its connections busy.
    WaitForOthers,
    /// Nothing waits.
    Empty,
}

/// The waiting mails of one dispatch.
#[derive(Debug)]
pub struct Pacer<T> {
    connections: usize,
    per_minute: u32,
    domains: HashMap<String, Domain<T>>,
    /// Domains with something waiting, the next one first.
    turns: VecDeque<String>,
}

#[derive(Debug)]
struct Domain<T> {
    waiting: VecDeque<T>,
    busy: usize,
    tokens: f64,
    filled_at: Option<Instant>,
    slower_in_a_row: u32,
    not_before: Option<Instant>,
}

impl<T> Default for Domain<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            busy: 0,
            tokens: 0.0,
            filled_at: None,
            slower_in_a_row: 0,
            not_before: None,
        }
    }
}

impl<T> Pacer<T> {
    /// `per_minute` mails a minute to one domain; 0 = no limit.
    pub fn new(per_minute: u32) -> Self {
        Self {
            connections: SMTP_CONNECTIONS_PER_DOMAIN,
            per_minute,
            domains: HashMap::new(),
            turns: VecDeque::new(),
        }
    }

    /// No limits at all: files in a folder.
    pub fn unlimited() -> Self {
        Self {
            connections: usize::MAX,
            ..Self::new(0)
        }
    }

    /// Adds a mail at the end of its domain's queue.
    pub fn push(&mut self, domain: &str, mail: T) {
        let entry = self.domains.entry(domain.to_string()).or_default();
        if entry.waiting.is_empty() {
            self.turns.push_back(domain.to_string());
        }
        entry.waiting.push_back(mail);
    }

    /// Mails that wait.
    pub fn waiting(&self) -> usize {
        self.domains
            .values()
            .map(|domain| domain.waiting.len())
            .sum()
    }

    /// Drops everything that waits.
    pub fn clear(&mut self) {
        self.turns.clear();
        self.domains
            .values_mut()
            .for_each(|domain| domain.waiting.clear());
    }

    /// The next mail whose domain may have one now; domains take turns.
    pub fn next(&mut self, now: Instant) -> Next<T> {
        let mut wake: Option<Instant> = None;
        for _ in 0..self.turns.len() {
            let Some(name) = self.turns.pop_front() else {
                break;
            };
            let Some(domain) = self.domains.get_mut(&name) else {
                continue;
            };
            match domain.ready(now, self.connections, self.per_minute) {
                Ready::Now => {
                    let mail = domain.waiting.pop_front();
                    domain.busy = domain.busy.saturating_add(1);
                    domain.tokens -= 1.0;
                    if !domain.waiting.is_empty() {
                        self.turns.push_back(name);
                    }
                    if let Some(mail) = mail {
                        return Next::Take(mail);
                    }
                }
                Ready::At(at) => {
                    wake = Some(wake.map_or(at, |earlier| earlier.min(at)));
                    self.turns.push_back(name);
                }
                Ready::Busy => self.turns.push_back(name),
            }
        }
        match wake {
            Some(at) => Next::WaitUntil(at),
            None if self.turns.is_empty() => Next::Empty,
            None => Next::WaitForOthers,
        }
    }

    /// One mail to `domain` is over.
    pub fn done(&mut self, domain: &str, answer: Answer, now: Instant) {
        let Some(domain) = self.domains.get_mut(domain) else {
            return;
        };
        domain.busy = domain.busy.saturating_sub(1);
        match answer {
            Answer::Fine => {
                domain.slower_in_a_row = 0;
                domain.not_before = None;
            }
            Answer::Slower => {
                let seconds = 2_u64.saturating_pow(domain.slower_in_a_row.min(10));
                domain.slower_in_a_row = domain.slower_in_a_row.saturating_add(1);
                domain.not_before = Some(now + Duration::from_secs(seconds).min(LONGEST_PAUSE));
            }
            Answer::Nothing => domain.tokens += 1.0,
        }
    }
}

enum Ready {
    Now,
    At(Instant),
    Busy,
}

impl<T> Domain<T> {
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
mod tests {
    use super::*;

    /// Plays a whole dispatch in simulated time: seconds at which each domain's mails left.
    fn play(
        per_minute: u32,
        mails: &[(&str, usize)],
        each_takes: Duration,
    ) -> HashMap<String, Vec<f64>> {
        let mut pacer = Pacer::new(per_minute);
        for (domain, count) in mails {
            (0..*count).for_each(|_| pacer.push(domain, domain.to_string()));
        }
        let start = Instant::now();
        let mut now = start;
        let mut flying: VecDeque<(Instant, String)> = VecDeque::new();
        let mut left: HashMap<String, Vec<f64>> = HashMap::new();
        loop {
            while flying.front().is_some_and(|(at, _)| *at <= now) {
                let (_, domain) = flying.pop_front().unwrap();
                pacer.done(&domain, Answer::Fine, now);
            }
            match pacer.next(now) {
                Next::Take(domain) if flying.len() < 16 => {
                    left.entry(domain.clone())
                        .or_default()
                        .push((now - start).as_secs_f64());
                    flying.push_back((now + each_takes, domain));
                }
                Next::Take(_) => panic!("the play has more mails at once than connections"),
                Next::WaitUntil(at) => now = flying.front().map_or(at, |(done, _)| (*done).min(at)),
                Next::WaitForOthers => now = flying.front().unwrap().0,
                Next::Empty => return left,
            }
        }
    }

    #[test]
    fn a_minute_never_has_more_than_its_limit_and_nobody_starves() {
        let left = play(
            20,
            &[
                ("big.example", 60),
                ("small.example", 3),
                ("other.example", 1),
            ],
            Duration::from_millis(10),
        );
        let big = &left["big.example"];
        for from in big {
            assert!(
                big.iter()
                    .filter(|at| (*from..from + 60.0).contains(at))
                    .count()
                    <= 20
            );
        }
        assert!(big[59] < 60.0 * 3.3, "the limit is used: {}", big[59]);
        assert!(
            left["other.example"][0] < 0.001,
            "the small ones do not wait for the big one"
        );
        assert!(left["small.example"][2] < 10.0);
    }

    #[test]
    fn connections_to_one_domain_are_limited() {
        let mut pacer = Pacer::new(0);
        (0..10).for_each(|n| pacer.push("a.example", n));
        let now = Instant::now();
        for n in 0..SMTP_CONNECTIONS_PER_DOMAIN {
            assert_eq!(pacer.next(now), Next::Take(n));
        }
        assert_eq!(pacer.next(now), Next::WaitForOthers);
        pacer.done("a.example", Answer::Fine, now);
        assert_eq!(pacer.next(now), Next::Take(4));
    }

    #[test]
    fn four_hundreds_double_the_pause_and_success_ends_it() {
        let mut pacer = Pacer::new(0);
        (0..20).for_each(|n| pacer.push("a.example", n));
        let mut now = Instant::now();
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(matches!(pacer.next(now), Next::Take(_)));
            pacer.done("a.example", Answer::Slower, now);
            assert_eq!(
                pacer.next(now),
                Next::WaitUntil(now + Duration::from_secs(seconds))
            );
            now += Duration::from_secs(seconds);
        }
        assert!(matches!(pacer.next(now), Next::Take(_)));
        pacer.done("a.example", Answer::Fine, now);
        assert!(matches!(pacer.next(now), Next::Take(_)));
        pacer.clear();
        assert_eq!((pacer.waiting(), pacer.next(now)), (0, Next::Empty));
    }
}
