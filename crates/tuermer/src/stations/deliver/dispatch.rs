//! The dispatcher under its lease: a queue in memory, a road for each channel, one writer, bounded rounds.

use super::DeliverReport;
use super::queue::Queue;
use super::road::Shared;
use super::roads::{Resting, Roads};
use super::sending::Sending;
use super::writer::Writer;
use crate::channels::Carriers;
use crate::context::Context;
use crate::store::ground::leases::Lease;
use anyhow::{Error, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tuermer_core::station::Station;

/// Longest round: then it is looked again which warnings are open.
const ROUND: Duration = Duration::from_secs(2);
/// Shortest round where somebody commits all the time.
const LEAST: Duration = Duration::from_millis(100);
/// How often the state of the warnings is read: no hand-over may begin later than 2 s after a stop.
const LOOK: Duration = Duration::from_millis(500);

/// A dispatcher that holds the lease.
pub struct Dispatch {
    lease: Arc<Lease>,
    queue: Queue,
    shared: Arc<Shared>,
    roads: Roads,
    writing: JoinHandle<Result<()>>,
    /// Looks for stops, whatever else is done; ends with an error only.
    looking: JoinHandle<Result<()>>,
    counted: Arc<Mutex<DeliverReport>>,
}

impl Dispatch {
    /// Begins: whatever is claimed now belongs to a process that is gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open(
        context: &Context,
        lease: Lease,
        carriers: Carriers,
        resting: &Resting,
    ) -> Result<Self> {
        let lease = Arc::new(lease);
        let context = Context {
            store: context.store.fenced(lease.fence()),
            ..context.clone()
        };
        let mut found = DeliverReport::default();
        for delivery in context.store.claims_become_unsure(context.now()).await? {
            found.count(delivery.state);
        }
        let counted = Arc::new(Mutex::new(found));
        let (writer, desk) = Writer::new();
        let writing = tokio::spawn({
            let (context, counted) = (context.clone(), Arc::clone(&counted));
            async move {
                desk.run(&context, |recorded| {
                    let mut report = lock(&counted);
                    recorded
                        .states
                        .iter()
                        .for_each(|state| report.count(*state));
                    report.add(DeliverReport {
                        to_call: recorded.to_call,
                        notices: recorded.notices,
                        ..DeliverReport::default()
                    });
                })
                .await
            }
        });
        let sending = Sending::new(Arc::clone(&lease));
        let shared = Arc::new(Shared::new(context, sending, writer));
        let roads = Roads::new(carriers.fit(&shared.context)?, resting, &shared)?;
        let looking = tokio::spawn(look(Arc::clone(&shared)));
        Ok(Self {
            lease,
            queue: Queue::default(),
            shared,
            roads,
            writing,
            looking,
            counted,
        })
    }

    /// One round.
    ///
    /// # Errors
    /// The database did not confirm, or the lease is lost; what was on its way is unsure at the next start.
    pub async fn round(&mut self) -> Result<DeliverReport> {
        let mut report = DeliverReport::default();
        let context = self.shared.context.clone();
        report.stopped = context.store.stop_deliveries(context.now()).await?;
        // Operators hear of it before a large warning is verified.
        Queue::notices(&context, &self.roads).await?;
        self.roads.hire();
        self.queue
            .follow(&self.shared, &self.roads, &mut report)
            .await?;
        self.queue.refill(&context, &self.roads).await?;
        self.roads.hire();
        self.roads.look_again();
        self.work().await?;
        for number in self.queue.warnings() {
            if self.roads.waiting_of(number.as_str()) == 0 {
                context.store.finish_warning(number, context.now()).await?;
            }
        }
        report.add(std::mem::take(&mut *lock(&self.counted)));
        report.away = self.resting().why().map(ToString::to_string);
        Ok(report)
    }

    /// True where something waits, in memory or still to be read, or is on its way; what was given up does not count.
    pub fn is_busy(&self) -> bool {
        self.roads.is_busy(|road| self.queue.is_unread(road))
    }

    /// Which channels were given up.
    pub fn resting(&self) -> Resting {
        self.roads.resting()
    }

    /// Why a warning could not be taken in, told once.
    pub fn trouble(&mut self) -> Option<Error> {
        self.queue.trouble()
    }

    /// Lets the connections work until the round is over, nothing waits, or somebody commits something.
    async fn work(&mut self) -> Result<()> {
        let began = Instant::now();
        let end = tokio::time::Instant::from_std(began + ROUND);
        let wake = self.shared.context.store.wake().clone();
        let early = early(&wake, began);
        tokio::pin!(early);
        loop {
            if self.roads.is_idle() {
                return Ok(());
            }
            tokio::select! {
                ended = self.roads.one_ends() => ended?,
                looked = &mut self.looking => return looked?,
                () = tokio::time::sleep_until(end) => return Ok(()),
                () = &mut early => return Ok(()),
            }
        }
    }

    /// Ends: nothing more is taken, what is on its way is recorded, the lease is given back.
    ///
    /// # Errors
    /// The database did not confirm; what was on its way is unsure at the next start.
    pub async fn close(self) -> Result<DeliverReport> {
        let Self {
            lease,
            mut queue,
            shared,
            roads,
            writing,
            looking,
            counted,
        } = self;
        shared.close();
        roads.look_again();
        let worked = roads.end().await;
        looking.abort();
        // Ended or given up: it holds nothing any more.
        let _ = looking.await;
        // The connections are gone, so this was the last end of the writer: it closes.
        drop(shared);
        let written = writing
            .await
            .map_err(Into::into)
            .and_then(|written| written);
        if let Some(lease) = Arc::into_inner(lease) {
            lease.give_back().await;
        }
        // The writer knows the cause; the connections only know that it is gone.
        written?;
        worked?;
        match queue.trouble() {
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut *lock(&counted))),
        }
    }
}

/// Reads again and again which warnings may leave, also while a round reads or verifies.
async fn look(shared: Arc<Shared>) -> Result<()> {
    loop {
        tokio::time::sleep(LOOK).await;
        let looked = shared.sending.look(&shared.context).await;
        if looked.is_err() {
            shared.close();
            return looked;
        }
    }
}

/// Somebody committed something, and the round has lasted long enough.
async fn early(wake: &crate::wake::Wake, began: Instant) {
    wake.rung(Station::Deliver).await;
    tokio::time::sleep_until(tokio::time::Instant::from_std(began + LEAST)).await;
}

fn lock(counted: &Mutex<DeliverReport>) -> MutexGuard<'_, DeliverReport> {
    // Only counters are changed under it.
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}
