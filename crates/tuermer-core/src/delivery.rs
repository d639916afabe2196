//! One message to one contact: claim (committed) → send → mark.
//!
//! ```text
//! due ──claim──▶ claimed ──250──▶ sent
//!  ▲               │ ├── 5xx ──▶ refused ──▶ (next channel: call list)
//!  ├─ hold_until ──┤ ├── 4xx ──▶ due, later   (too often: failed)
//!  │               │ └── cut after the final dot, or we were killed ──▶ unsure
//!  └── resent last, same Message-ID ◀── unsure ──(twice)──▶ parked: a person decides
//! ```
//! Better twice than never: a duplicate can only happen to a delivery that is listed as unsure.

use crate::channel::Channel;
use crate::ids::{DeliveryId, OrganisationId, PointId, WarningNumber};
use crate::limits::UNSURE_ATTEMPTS;
use crate::scale::words;
use jiff::{SignedDuration, Timestamp};

words! {
    /// Where a delivery stands.
    DeliveryState {
        /// To be sent at `hold_until` or later.
        Due = "due",
        /// Handed to a connection; after a crash this means unsure.
        Claimed = "claimed",
        /// Maybe handed over: we do not know. Resent last.
        Unsure = "unsure",
        /// Unsure too often; a person decides.
        Parked = "parked",
        /// Nobody to send to on this channel; on the call list.
        ToCall = "to_call",
        /// Accepted by the next server, which does not mean read.
        Sent = "sent",
        /// Refused for good.
        Refused = "refused",
        /// Given up after too many temporary refusals.
        Failed = "failed",
        /// The warning was stopped before this left.
        Stopped = "stopped",
    }
}

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx after the final dot, or written to the folder.
    Accepted,
    /// 5xx with the server's words.
    Refused(String),
    /// Refused for good because the address is no more (SMTP 5.1.x, HTTP 410): its contact point has bounced.
    Gone(String),
    /// 4xx, or no connection before the final dot.
    TryLater {
        /// The server's words.
        why: String,
        /// How long the server wants us to wait, where it says so; the channel's pause is the least.
        pause: Option<SignedDuration>,
    },
    /// The connection broke after the final dot and before 250, or we were killed.
    Unsure(String),
}

/// One message of one warning to one contact over one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Our id: warning + organisation + channel + round.
    pub id: DeliveryId,
    /// Which warning.
    pub warning: WarningNumber,
    /// To whom.
    pub organisation: OrganisationId,
    /// Which way.
    pub channel: Channel,
    /// 1 = first message, 2 = first reminder, …
    pub round: i64,
    /// The contact point; empty where only an address is known.
    pub point: PointId,
    /// Mail address, telephone number, URL, or empty.
    pub address: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// Tries whose end we do not know.
    pub unsure_count: i64,
    /// Not before.
    pub hold_until: Timestamp,
    /// The same on every try.
    pub message_id: String,
    /// Last change.
    pub at: Timestamp,
    /// Last words of the server, or why.
    pub detail: String,
}

impl Delivery {
    /// The delivery after one try.
    #[must_use]
    pub fn record(self, outcome: Outcome, now: Timestamp) -> Self {
        let attempts = self.attempts.saturating_add(1);
        let mut next = Self {
            attempts,
            at: now,
            ..self
        };
        match outcome {
            Outcome::Accepted => {
                next.state = DeliveryState::Sent;
                next.detail = String::new();
            }
            Outcome::Refused(why) | Outcome::Gone(why) => {
                next.state = DeliveryState::Refused;
                next.detail = why;
            }
            Outcome::TryLater { why, pause } => {
                let own = next.pause(attempts);
                next.state = if own.is_none() {
                    DeliveryState::Failed
                } else {
                    DeliveryState::Due
                };
                next.wait(now, own.max(pause));
                next.detail = why;
            }
            Outcome::Unsure(why) => {
                next.unsure_count = next.unsure_count.saturating_add(1);
                let harmless = next.channel.nature().repeats_harmless;
                let own = next.pause(if harmless {
                    attempts
                } else {
                    next.unsure_count
                });
                next.state = match own {
                    None => DeliveryState::Failed,
                    Some(_) if !harmless && next.unsure_count >= UNSURE_ATTEMPTS => {
                        DeliveryState::Parked
                    }
                    Some(_) => DeliveryState::Unsure,
                };
                next.wait(now, own);
                next.detail = why;
            }
        }
        next
    }

    /// The channel's pause after the n-th failure, up to a tenth longer, so that not everybody comes back at once.
    fn pause(&self, failures: i64) -> Option<SignedDuration> {
        let pause = back_off(self.channel, failures)?;
        let spread = self.id.as_str().bytes().fold(failures, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(i64::from(byte))
        });
        let more = pause
            .as_millis()
            .saturating_mul(i128::from(spread.rem_euclid(100)))
            / 1_000;
        Some(pause + SignedDuration::from_millis(i64::try_from(more).unwrap_or(0)))
    }

    fn wait(&mut self, now: Timestamp, pause: Option<SignedDuration>) {
        self.hold_until = pause
            .and_then(|pause| now.checked_add(pause).ok())
            .unwrap_or(now);
    }

    /// True where nothing will happen any more without a person.
    pub fn is_final(&self) -> bool {
        !matches!(
            self.state,
            DeliveryState::Due | DeliveryState::Claimed | DeliveryState::Unsure
        )
    }
}

/// Seconds to wait after the n-th temporary failure on `channel`; `None` where it was one too many.
pub fn back_off(channel: Channel, failures: i64) -> Option<SignedDuration> {
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(0);
    let seconds = channel.nature().pauses_seconds.get(index)?;
    Some(SignedDuration::from_secs(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            id: DeliveryId("d".into()),
            warning: WarningNumber("W-2021-001".into()),
            organisation: OrganisationId("o".into()),
            channel: Channel::Email,
            round: 1,
            point: PointId(String::new()),
            address: "a@example.org".into(),
            state: DeliveryState::Claimed,
            attempts: 0,
            unsure_count: 0,
            hold_until: Timestamp::UNIX_EPOCH,
            message_id: "m".into(),
            at: Timestamp::UNIX_EPOCH,
            detail: String::new(),
        }
    }

    fn later() -> Outcome {
        Outcome::TryLater {
            why: "451".into(),
            pause: None,
        }
    }

    #[test]
    fn outcomes_lead_to_states() {
        let now = Timestamp::UNIX_EPOCH;
        for (outcome, state) in [
            (Outcome::Accepted, DeliveryState::Sent),
            (Outcome::Refused("550".into()), DeliveryState::Refused),
            (Outcome::Gone("5.1.1".into()), DeliveryState::Refused),
            (later(), DeliveryState::Due),
            (Outcome::Unsure("cut".into()), DeliveryState::Unsure),
        ] {
            assert_eq!(delivery().record(outcome, now).state, state);
        }
    }

    #[test]
    fn unsure_twice_waits_for_a_person_and_temporary_refusals_end() {
        let now = Timestamp::UNIX_EPOCH;
        let twice = delivery()
            .record(Outcome::Unsure("cut".into()), now)
            .record(Outcome::Unsure("cut".into()), now);
        assert_eq!(
            (twice.state, twice.unsure_count),
            (DeliveryState::Parked, 2)
        );
        let mut late = delivery();
        for _ in 0..12 {
            assert!(!late.is_final());
            late = late.record(later(), now);
        }
        assert_eq!(late.state, DeliveryState::Failed);
    }

    #[test]
    fn waiting_follows_the_channel_and_the_wish_of_the_server() {
        let seconds = |channel| {
            (1..)
                .map_while(|n| back_off(channel, n))
                .map(|pause| pause.as_secs())
                .collect::<Vec<i64>>()
        };
        assert_eq!(
            seconds(Channel::Email),
            [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
        );
        assert_eq!(
            seconds(Channel::Webhook),
            [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
        );
        let now = Timestamp::UNIX_EPOCH;
        let wanted = |pause| {
            let outcome = Outcome::TryLater {
                why: "503".into(),
                pause,
            };
            delivery().record(outcome, now).hold_until.as_second()
        };
        assert!((30..33).contains(&wanted(None)));
        assert!((30..33).contains(&wanted(Some(SignedDuration::from_secs(1)))));
        assert_eq!(wanted(Some(SignedDuration::from_secs(90))), 90);
    }

    #[test]
    fn where_repeats_are_harmless_nobody_is_asked() {
        let now = Timestamp::UNIX_EPOCH;
        let mut unsure = Delivery {
            channel: Channel::Webhook,
            ..delivery()
        };
        for _ in 0..9 {
            unsure = unsure.record(Outcome::Unsure("silent".into()), now);
            assert_eq!(unsure.state, DeliveryState::Unsure);
        }
        let last = unsure.record(Outcome::Unsure("silent".into()), now);
        assert_eq!((last.state, last.attempts), (DeliveryState::Failed, 10));
    }
}
