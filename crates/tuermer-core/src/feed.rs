//! A source that is asked at intervals: when it is due, how long to wait after trouble, when its silence is told.
//!
//! ```text
//! waiting ──due──▶ claimed (counts as failed until it succeeded) ──▶ success: one period, a little less
//!    ▲                                                           └──▶ failure: 1 min, 2, 4 … one period
//!    └────────────────────────────────────────────────────────────────┘
//! ```
//! A clock that jumps forward makes every feed due once, not once for each period missed; one that jumps back
//! makes it due as soon as its last attempt lies in the future. Never asks anybody itself.

mod kind;

pub use kind::{Asked, Brings, FeedKind, Nature};

use crate::admiralty::Grade;
use crate::limits;
use crate::sentence::Sentence;
use crate::tlp::Tlp;
use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the last pull that found something to read brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Documents or entries listed.
    pub discovered: u64,
    /// Taken for the first time.
    pub new: u64,
    /// Taken in a newer revision.
    pub changed: u64,
    /// With a hash and a signature that fit.
    pub verified: u64,
    /// Not taken.
    pub rejected: u64,
    /// Deviations from the standard that were accepted.
    pub tolerated: u64,
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What people type.
    pub name: String,
    /// What it brings.
    pub kind: FeedKind,
    /// Where it is asked.
    pub url: String,
    /// Seconds from one pull to the next.
    pub period_seconds: i64,
    /// Seconds without success after which people are told.
    pub silent_after_seconds: i64,
    /// Hosts in the own house that may be asked for it.
    pub private_hosts: Vec<String>,
    /// Signs: how far it is to be believed, where what it brings does not say.
    pub grade: Option<Grade>,
    /// Signs: their TLP label where the document has none.
    pub tlp: Option<Tlp>,
    /// Mailbox: addresses whose mails are read; empty = everybody's.
    pub senders: Vec<String>,
    /// Not asked until somebody resumes it.
    pub paused: bool,
    /// Since when it is known.
    pub added_at: Timestamp,
    /// When it is asked next.
    pub next_at: Timestamp,
    /// ETag of the copy we have; may be empty.
    pub etag: String,
    /// Last-Modified of the copy we have; may be empty.
    pub last_modified: String,
    /// When it was asked last.
    pub last_attempt_at: Option<Timestamp>,
    /// When it answered last as it should.
    pub last_success_at: Option<Timestamp>,
    /// When it brought something new last.
    pub last_change_at: Option<Timestamp>,
    /// Why the last attempt failed; `None` = it did not.
    pub last_error: Option<Sentence>,
    /// Attempts since the last success, the one under way included.
    pub failures: i64,
    /// Set while people are told that it is silent: when it was heard last.
    pub silent_since: Option<Timestamp>,
    /// When they were told.
    pub told_at: Option<Timestamp>,
    /// What it brought last.
    pub counts: FeedCounts,
}

/// What came of an attempt, as far as the next one depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// An answer as it should be, "unchanged" included.
    Success,
    /// No answer, a wrong one, or one that is not believed.
    Failure {
        /// What the server asked for.
        retry_after_seconds: Option<i64>,
    },
}

/// What an operator states about a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Heard within its own rule.
    Fine,
    /// Not heard for longer than its own rule.
    Silent {
        /// When it was heard last, or was added.
        since: Timestamp,
    },
}

impl Feed {
    /// Should it be asked now?
    pub fn is_due(&self, now: Timestamp) -> bool {
        let Some(last) = self.last_attempt_at else {
            return !self.paused;
        };
        let distance = now
            .as_second()
            .saturating_sub(last.as_second())
            .saturating_abs();
        !self.paused
            && distance >= limits::FEED_DISTANCE_SECONDS
            && (self.next_at <= now || last > now)
    }

    /// When it is asked next: never farther away than one period, or than the server asked for (at most a day).
    /// `dice` is a random number below 1,000; it spreads the chambers of a country over time.
    pub fn next_after(&self, came: Came, now: Timestamp, dice: i64) -> Timestamp {
        let dice = dice.clamp(0, 999);
        let seconds = match came {
            Came::Success => self
                .period_seconds
                .saturating_sub(self.period_seconds.saturating_mul(dice) / 10_000),
            Came::Failure {
                retry_after_seconds,
            } => {
                let doublings =
                    u32::try_from(self.failures.saturating_sub(1).clamp(0, 20)).unwrap_or(0);
                let wait = MINUTE
                    .saturating_mul(1_i64 << doublings)
                    .min(self.period_seconds.max(MINUTE));
                let spread = wait.saturating_sub(wait.saturating_mul(dice) / 2_000);
                spread.max(
                    retry_after_seconds
                        .unwrap_or(0)
                        .min(limits::RETRY_AFTER_SECONDS),
                )
            }
        };
        let seconds = seconds.max(limits::FEED_DISTANCE_SECONDS);
        now.checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(now)
    }

    /// Is its silence longer than its own rule? A feed that nobody asked is not silent, so a night in which the
    /// program did not run alarms nobody.
    pub fn health(&self, now: Timestamp) -> Health {
        let since = self.last_success_at.unwrap_or(self.added_at);
        let silence = now.as_second().saturating_sub(since.as_second());
        if self.failures > 0 && silence >= self.silent_after_seconds {
            Health::Silent { since }
        } else {
            Health::Fine
        }
    }
}

/// `90s`, `15m`, `1h`, `2d`, `1w` as seconds.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let each = match unit.to_ascii_lowercase() {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        'w' => 7 * DAY,
        _ => return None,
    };
    let number: u32 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
    i64::from(number)
        .checked_mul(each)
        .filter(|seconds| *seconds > 0)
}

/// Seconds in the largest unit that fits: `90s`, `15m`, `1h`, `2d`.
pub fn span(seconds: i64) -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "m")];
    let fits = units
        .into_iter()
        .find(|(each, _)| seconds >= *each && seconds % each == 0);
    fits.map_or_else(
        || format!("{seconds}s"),
        |(each, unit)| format!("{}{unit}", seconds / each),
    )
}

/// A name people can type: small letters, digits, dot, hyphen, underscore, up to [`limits::FEED_NAME_CHARACTERS`].
pub fn is_name(text: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    text.chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric())
        && text.chars().all(fits)
        && text.len() <= limits::FEED_NAME_CHARACTERS
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
