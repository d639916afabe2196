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

use crate::ids::{DeliveryId, OrganisationId, WarningNumber};
use crate::limits::{TEMPORARY_ATTEMPTS, UNSURE_ATTEMPTS};
use crate::scale::words;
use crate::warning::Channel;
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
    /// 4xx, or no connection before the final dot.
    TryLater(String),
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
    /// Mail address, telephone number, or empty.
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
            Outcome::Refused(why) => {
                next.state = DeliveryState::Refused;
                next.detail = why;
            }
            Outcome::TryLater(why) => {
                next.state = if attempts >= TEMPORARY_ATTEMPTS {
                    DeliveryState::Failed
                } else {
                    DeliveryState::Due
                };
                next.hold_until = now.checked_add(back_off(attempts)).unwrap_or(now);
                next.detail = why;
            }
            Outcome::Unsure(why) => {
                next.unsure_count = next.unsure_count.saturating_add(1);
                next.state = if next.unsure_count >= UNSURE_ATTEMPTS {
                    DeliveryState::Parked
                } else {
                    DeliveryState::Unsure
                };
                next.hold_until = now.checked_add(back_off(next.unsure_count)).unwrap_or(now);
                next.detail = why;
            }
        }
        next
    }

    /// True where nothing will happen any more without a person.
    pub fn is_final(&self) -> bool {
        !matches!(
            self.state,
            DeliveryState::Due | DeliveryState::Claimed | DeliveryState::Unsure
        )
    }
}

/// Waiting time after the n-th try: 30 s, 1 min, 2 min, … at most 1 h.
pub fn back_off(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 7)).unwrap_or(7);
    let seconds = 30_i64
        .saturating_mul(2_i64.saturating_pow(doublings))
        .min(3_600);
    SignedDuration::from_secs(seconds)
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

    #[test]
    fn outcomes_lead_to_states() {
        let now = Timestamp::UNIX_EPOCH;
        for (outcome, state) in [
            (Outcome::Accepted, DeliveryState::Sent),
            (Outcome::Refused("550".into()), DeliveryState::Refused),
            (Outcome::TryLater("451".into()), DeliveryState::Due),
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
        for _ in 0..TEMPORARY_ATTEMPTS {
            assert!(!late.is_final());
            late = late.record(Outcome::TryLater("451".into()), now);
        }
        assert_eq!(late.state, DeliveryState::Failed);
    }

    #[test]
    fn waiting_doubles_up_to_an_hour() {
        let seconds: Vec<i64> = (1..=9).map(|n| back_off(n).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }
}
