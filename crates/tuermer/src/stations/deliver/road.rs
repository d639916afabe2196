//! One connection: takes the next message, records the last one together with the next claim, sends; until nothing waits.

use super::parcel::Parcel;
use super::post::Post;
use super::release::Batches;
use super::writer::Writer;
use crate::channels::lanes::{Answer, Lanes, Next, Rank};
use crate::channels::smtp::{Connection, Sent};
use crate::context::Context;
use crate::store::deliveries::{Claim, Finished, Record};
use anyhow::Result;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tuermer_core::delivery::Outcome;
use tuermer_core::ids::{DeliveryId, WarningNumber};

/// A missed wake-up costs a connection this long.
const LOOK: Duration = Duration::from_millis(500);

/// What the connections of a dispatch share.
pub struct Shared {
    /// Under the lease.
    pub context: Context,
    /// The server or the folder, and which warnings may leave.
    pub post: Post,
    /// Repeats the check of a release before each batch.
    pub batches: Batches,
    lanes: Mutex<Lanes<Parcel>>,
    /// What waits or is on its way: never queued twice.
    held: Mutex<HashSet<DeliveryId>>,
    /// Wakes connections when a lane has room again or something was queued.
    freed: Notify,
    closing: AtomicBool,
    writer: Writer,
}

impl Shared {
    /// Nothing waits yet.
    pub fn new(context: Context, post: Post, lanes: Lanes<Parcel>, writer: Writer) -> Self {
        Self {
            context,
            post,
            batches: Batches::default(),
            lanes: Mutex::new(lanes),
            held: Mutex::default(),
            freed: Notify::new(),
            closing: AtomicBool::new(false),
            writer,
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
            self.lanes().push(rank, group, &parcel.lane(), parcel);
        }
    }

    /// Lets go of a warning: what waits of it stays in the database.
    pub fn forget(&self, number: &WarningNumber) {
        let dropped = self.lanes().drop_group(number.as_str());
        let mut held = self.held();
        for parcel in &dropped {
            held.remove(parcel.id());
        }
        drop(held);
        self.post.end(number);
    }

    /// Connections that wait look again.
    pub fn look_again(&self) {
        self.freed.notify_waiters();
    }

    /// Nothing more is taken; what is on its way is finished.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.look_again();
    }

    /// Works until nothing waits that matters at least as much as `least`.
    ///
    /// # Errors
    /// The database did not confirm; what was on its way stays claimed and is unsure at the next start.
    pub async fn connection(self: Arc<Self>, least: Rank) -> Result<()> {
        let mut wire: Option<Connection> = None;
        let mut record: Option<Record> = None;
        loop {
            if self.post.over_network() && wire.is_none() {
                self.writer.exchange(record.take(), None).await?;
                if !self.connect(&mut wire, least).await {
                    break;
                }
            }
            let Some(parcel) = self.take(&mut record, least).await? else {
                break;
            };
            let claim = self.claim(&parcel).await?;
            if !self.writer.exchange(record.take(), claim).await? {
                self.done(&parcel, Answer::Nothing);
                continue;
            }
            let sent = self.post.send(&self.context, &parcel, &mut wire).await?;
            let (finished, answer) = match sent {
                Sent::Outcome(outcome) => {
                    let slower = matches!(outcome, Outcome::TryLater(_));
                    let answer = if slower { Answer::Slower } else { Answer::Fine };
                    (Finished::Tried(outcome), answer)
                }
                Sent::Away(_) | Sent::Unwanted => (Finished::Back, Answer::Nothing),
            };
            record = Some(Record {
                claim: parcel.claim(),
                finished,
            });
            self.done(&parcel, answer);
        }
        self.writer.exchange(record, None).await?;
        if let Some(wire) = wire {
            wire.quit().await;
        }
        Ok(())
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

    /// Opens a connection unless nothing waits any more. False: nothing to do, or the server was given up.
    async fn connect(&self, wire: &mut Option<Connection>, least: Rank) -> bool {
        if self.lanes().waiting_up_to(least) == 0 || self.closing.load(Ordering::Acquire) {
            return false;
        }
        *wire = self.post.connect(&self.closing).await;
        wire.is_some()
    }

    /// The next message that may leave. What was finished is recorded before any waiting.
    async fn take(&self, record: &mut Option<Record>, least: Rank) -> Result<Option<Parcel>> {
        loop {
            let freed = self.freed.notified();
            tokio::pin!(freed);
            // From here on a wake-up is not missed.
            freed.as_mut().enable();
            if self.closing.load(Ordering::Acquire) {
                return Ok(None);
            }
            let next = self.lanes().next(Instant::now(), least);
            match next {
                Next::Take(parcel) => return Ok(Some(parcel)),
                Next::Empty => return Ok(None),
                Next::WaitUntil(_) | Next::WaitForOthers if record.is_some() => {
                    self.writer.exchange(record.take(), None).await?;
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
        self.lanes().done(&parcel.lane(), answer, Instant::now());
        self.held().remove(parcel.id());
        self.look_again();
    }
}
