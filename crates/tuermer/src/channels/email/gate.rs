//! When the mail server is away the whole dispatch waits; no recipient pays for it with an attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tuermer_core::limits;

/// Rest after it was given up: a wrong password tried every two seconds would lock the account.
const REST: Duration = Duration::from_secs(limits::SERVER_REST_SECONDS);
/// Longest pause between two tries to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What all connections know about the server.
#[derive(Debug)]
pub struct Gate {
    patience: Duration,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    failures: u32,
    away_since: Option<Instant>,
    not_before: Option<Instant>,
    /// Why, and when it may be tried again.
    given_up: Option<(String, Instant)>,
}

impl Gate {
    /// Gives the server up when it was away for `patience`.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // The lock is never held over code that can fail, so a poisoned one still holds whole values.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait before the next try to connect; `Err` with the reason where it was given up.
    pub fn pause(&self, now: Instant) -> Result<Duration, String> {
        let known = self.known();
        match &known.given_up {
            Some((why, _)) => Err(why.clone()),
            None => Ok(known
                .not_before
                .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))),
        }
    }

    /// A connection could not be made.
    pub fn failed(&self, why: &str, now: Instant) {
        let mut known = self.known();
        let since = *known.away_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= self.patience {
            known.given_up = Some((why.to_string(), now + REST));
        }
        // Several connections fail together; that is one failure of the server.
        if known.not_before.is_none_or(|at| at <= now) {
            let pause = Duration::from_millis(
                500_u64.saturating_mul(2_u64.saturating_pow(known.failures.min(10))),
            );
            known.failures = known.failures.saturating_add(1);
            known.not_before = Some(now + pause.min(LONGEST_PAUSE));
        }
    }

    /// Waiting would change nothing: settings and server do not fit.
    pub fn give_up(&self, why: &str, now: Instant) {
        self.rest(why, now + REST);
    }

    /// Given up until then; also by a dispatch before this one.
    pub fn rest(&self, why: &str, until: Instant) {
        self.known().given_up = Some((why.to_string(), until));
    }

    /// Begins anew where the rest is over; false where there was none, or it goes on.
    pub fn try_again(&self, now: Instant) -> bool {
        let mut known = self.known();
        let given_up = known.given_up.as_ref();
        let over = given_up.is_some_and(|(_, until)| *until <= now);
        if over {
            *known = Known::default();
        }
        over
    }

    /// The server took a mail or refused one: it is there.
    pub fn fine(&self) {
        let mut known = self.known();
        *known = Known {
            given_up: known.given_up.take(),
            ..Known::default()
        };
    }

    /// Why the server was given up, and when it may be tried again.
    pub fn given_up(&self) -> Option<(String, Instant)> {
        self.known().given_up.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_and_longer_then_gives_up() {
        let gate = Gate::new(Duration::from_secs(120));
        let start = Instant::now();
        let mut now = start;
        let mut pauses = Vec::new();
        while let Ok(pause) = gate.pause(now) {
            now += pause;
            gate.failed("refused", now);
            gate.failed("refused", now);
            pauses.push(pause.as_millis());
        }
        assert_eq!(
            pauses.get(..7),
            Some([0, 500, 1000, 2000, 4000, 8000, 16000].as_slice())
        );
        assert!(
            (now - start) >= Duration::from_secs(120) && (now - start) < Duration::from_secs(180)
        );
        let (why, until) = gate.given_up().unwrap();
        assert_eq!(why, "refused");
        gate.try_again(until - Duration::from_millis(1));
        assert!(gate.pause(until).is_err());
        gate.try_again(until);
        assert_eq!(gate.pause(until), Ok(Duration::ZERO));
    }

    #[test]
    fn success_forgets_failures() {
        let gate = Gate::new(Duration::from_secs(120));
        let now = Instant::now();
        gate.failed("refused", now);
        assert_eq!(gate.pause(now), Ok(Duration::from_millis(500)));
        gate.fine();
        assert_eq!(gate.pause(now), Ok(Duration::ZERO));
    }
}
