//! One road for each channel: its lanes, its carrier and its connections, so that no channel waits for another.
//!
//! A connection takes the next message, records the last one together with the next claim, sends; until nothing waits.

use super::letter::notice;
use super::parcel::Parcel;
use super::release::Batches;
use super::sending::Sending;
use super::writer::Writer;
use crate::channels::lanes::{Answer, Lanes, Next, Rank};
use crate::channels::{Carrier, Line, Message, Sent};
use crate::context::Context;
use crate::store::warning::deliveries::{Claim, Finished, Record};
use anyhow::Result;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tuermer_core::channel::Channel;
use tuermer_core::delivery::Outcome;
use tuermer_core::ids::{DeliveryId, WarningNumber};

/// A missed wake-up costs a connection this long.
const LOOK: Duration = Duration::from_millis(500);

/// What all roads of a dispatch share.
pub struct Shared {
    /// Under the lease.
    pub context: Context,
    /// Which warnings may leave.
    pub sending: Sending,
    /// Repeats the check of a release before each batch.
    pub batches: Batches,
    closing: AtomicBool,
    writer: Writer,
}

impl Shared {
    /// Nothing may leave yet.
    pub fn new(context: Context, sending: Sending, writer: Writer) -> Self {
        Self {
            context,
            sending,
            batches: Batches::default(),
            closing: AtomicBool::new(false),
            writer,
        }
    }

    /// Nothing more is taken; what is on its way is finished.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// The claim, where two people still agree on the warning.
    async fn claim(&self, parcel: &Parcel) -> Result<Option<Claim>> {
        let allowed = match parcel {
            Parcel::Warning(delivery) => {
                self.batches.allow(&self.context, &delivery.warning).await?
            }
            Parcel::Notice(_) => true,
        };
        Ok(allowed.then(|| parcel.claim()))
    }

    /// The message, or why it goes to nobody.
    async fn message(&self, parcel: &Parcel, keyed: bool) -> Result<Result<Message, String>> {
        match parcel {
            Parcel::Warning(delivery) => {
                let letter = self.sending.letter(&delivery.warning)?;
                letter.to(&self.context, delivery, keyed).await
            }
            Parcel::Notice(delivery) => notice(&self.context, delivery).await,
        }
    }
}

/// The road of one channel.
pub struct Road {
    /// Whose messages it carries.
    pub channel: Channel,
    /// What carries them.
    pub carrier: Carrier,
    shared: Arc<Shared>,
    lanes: Mutex<Lanes<Parcel>>,
    /// What waits or is on its way: never queued twice.
    held: Mutex<HashSet<DeliveryId>>,
    /// Wakes connections when a lane has room again or something was queued.
    freed: Notify,
}

impl Road {
    /// Nothing waits yet.
    pub fn new(channel: Channel, carrier: Carrier, shared: Arc<Shared>) -> Self {
        Self {
            channel,
            lanes: Mutex::new(carrier.lanes()),
            carrier,
            shared,
            held: Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// The lanes; held only over their own arithmetic.
    pub fn lanes(&self) -> MutexGuard<'_, Lanes<Parcel>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, HashSet<DeliveryId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a message unless it waits or is on its way already.
    pub fn push(&self, rank: Rank, group: &str, parcel: Parcel) {
        if self.held().insert(parcel.id().clone()) {
            let lane = self.carrier.lane(parcel.address());
            self.lanes().push(rank, group, &lane, parcel);
        }
    }

    /// Lets go of a warning: what waits of it stays in the database.
    pub fn forget(&self, number: &WarningNumber) {
        let dropped = self.lanes().drop_group(number.as_str());
        let mut held = self.held();
        for parcel in &dropped {
            held.remove(parcel.id());
        }
    }

    /// Connections that wait look again.
    pub fn look_again(&self) {
        self.freed.notify_waiters();
    }

    /// Works until nothing waits that matters at least as much as `least`.
    ///
    /// # Errors
    /// The database did not confirm; what was on its way stays claimed and is unsure at the next start.
    pub async fn connection(self: Arc<Self>, least: Rank) -> Result<()> {
        let shared = &self.shared;
        let mut line = Line::default();
        let mut record: Option<Record> = None;
        loop {
            if !self.carrier.is_open(&line) {
                shared.writer.exchange(record.take(), None).await?;
                if !self.open(&mut line, least).await {
                    break;
                }
            }
            let Some(parcel) = self.take(&mut record, least).await? else {
                break;
            };
            let claim = shared.claim(&parcel).await?;
            if !shared.writer.exchange(record.take(), claim).await? {
                self.done(&parcel, Answer::Nothing);
                continue;
            }
            let (finished, answer) = match self.send(&parcel, &mut line).await? {
                Sent::Outcome(outcome, answer) => (Finished::Tried(outcome), answer),
                Sent::Away(_) | Sent::Unwanted => (Finished::Back, Answer::Nothing),
            };
            record = Some(Record {
                claim: parcel.claim(),
                finished,
            });
            self.done(&parcel, answer);
        }
        shared.writer.exchange(record, None).await?;
        line.close().await;
        Ok(())
    }

    /// Opens a line unless nothing waits any more. False: nothing to do, or the carrier was given up.
    async fn open(&self, line: &mut Line, least: Rank) -> bool {
        if self.lanes().waiting_up_to(least) == 0 || self.shared.is_closing() {
            return false;
        }
        self.carrier.open(line, &self.shared.closing).await
    }

    async fn send(&self, parcel: &Parcel, line: &mut Line) -> Result<Sent> {
        let shared = &self.shared;
        match shared.message(parcel, self.carrier.is_keyed()).await? {
            Ok(message) => {
                // A request that was given up may live on for a moment; it must not hold back the end of the dispatch.
                let (shared_still, number) = (Arc::downgrade(shared), parcel.warning().cloned());
                let wanted = move || match &number {
                    Some(number) => shared_still
                        .upgrade()
                        .is_some_and(|shared| shared.sending.wanted(number)),
                    None => true,
                };
                self.carrier
                    .send(&shared.context, &message, line, wanted)
                    .await
            }
            Err(why) => Ok(Sent::outcome(Outcome::Refused(why))),
        }
    }

    /// The next message that may leave. What was finished is recorded before any waiting.
    async fn take(&self, record: &mut Option<Record>, least: Rank) -> Result<Option<Parcel>> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // From here on a wake-up is not missed.
            freed.as_mut().enable();
            if self.shared.is_closing() {
                return Ok(None);
            }
            let next = self.lanes().next(Instant::now(), least);
            match next {
                Next::Take(parcel) => return Ok(Some(parcel)),
                Next::Empty => return Ok(None),
                Next::WaitUntil(_) | Next::WaitForOthers if record.is_some() => {
                    self.shared.writer.exchange(record.take(), None).await?;
                }
                Next::WaitUntil(at) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(at.into()) => {}
                        () = freed => {}
                    }
                }
                Next::WaitForOthers => {
                    // Whether woken or not: it looks again.
                    let _ = tokio::time::timeout(LOOK, freed).await;
                }
            }
        }
    }

    fn done(&self, parcel: &Parcel, answer: Answer) {
        let lane = self.carrier.lane(parcel.address());
        self.lanes().done(&lane, answer, Instant::now());
        self.held().remove(parcel.id());
        self.look_again();
    }
}
