//! The dispatcher under its lease: a queue in memory, connections that take turns, one writer, bounded rounds.

use super::DeliverReport;
use super::connection::Shared;
use super::post::Post;
use super::queue::Queue;
use super::writer::Writer;
use crate::channels::lanes::{Lanes, Rank};
use crate::channels::smtp::Server;
use crate::context::Context;
use crate::store::leases::Lease;
use anyhow::{Error, Result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::{JoinHandle, JoinSet};
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
    /// Connections that take everything, and one that is kept for what is urgent.
    workers: JoinSet<Result<()>>,
    urgent: JoinSet<Result<()>>,
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
    pub async fn open(context: &Context, lease: Lease, server: Option<Server>) -> Result<Self> {
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
        let post = Post::new(&context, Arc::clone(&lease), server);
        let lanes = if post.over_network() {
            Lanes::new(context.config.mail.per_domain_per_minute)
        } else {
            Lanes::unlimited()
        };
        let shared = Arc::new(Shared::new(context, post, lanes, writer));
        let looking = tokio::spawn(look(Arc::clone(&shared)));
        Ok(Self {
            lease,
            queue: Queue::default(),
            shared,
            workers: JoinSet::new(),
            urgent: JoinSet::new(),
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
        let (shared, context) = (Arc::clone(&self.shared), self.shared.context.clone());
        report.stopped = context.store.stop_deliveries(context.now()).await?;
        // Operators hear of it before a large warning is verified.
        Queue::notices(&context, &shared).await?;
        self.hire();
        self.queue.follow(&context, &shared, &mut report).await?;
        self.queue.refill(&context, &shared).await?;
        self.hire();
        shared.look_again();
        self.work().await?;
        for number in self.queue.warnings() {
            if shared.lanes().waiting_of(number.as_str()) == 0 {
                context.store.finish_warning(number, context.now()).await?;
            }
        }
        report.add(std::mem::take(&mut *lock(&self.counted)));
        report.away = shared.post.gate.given_up();
        Ok(report)
    }

    /// True where something waits, in memory or still to be read, or is on its way.
    pub fn is_busy(&self) -> bool {
        self.shared.lanes().waiting() > 0
            || self.queue.is_unread()
            || !self.workers.is_empty()
            || !self.urgent.is_empty()
    }

    /// Why a warning could not be taken in, told once.
    pub fn trouble(&mut self) -> Option<Error> {
        self.queue.trouble()
    }

    /// Starts as many connections as there is work for.
    fn hire(&mut self) {
        let (waiting, urgent) = {
            let lanes = self.shared.lanes();
            (lanes.waiting(), lanes.waiting_up_to(Rank::Correction))
        };
        // Whoever is in the middle of a message takes no other one yet.
        let free = self
            .shared
            .post
            .connections(&self.shared.context)
            .saturating_sub(self.workers.len());
        for _ in 0..free.min(waiting) {
            self.workers
                .spawn(Arc::clone(&self.shared).connection(Rank::Unsure));
        }
        // All others may be stuck with destinations that do not answer.
        if urgent > 0 && self.urgent.is_empty() {
            self.urgent
                .spawn(Arc::clone(&self.shared).connection(Rank::Correction));
        }
    }

    /// Lets the connections work until the round is over, nothing waits, or somebody commits something.
    async fn work(&mut self) -> Result<()> {
        let began = Instant::now();
        let end = tokio::time::Instant::from_std(began + ROUND);
        let wake = self.shared.context.store.wake().clone();
        let early = early(&wake, began);
        tokio::pin!(early);
        loop {
            if self.workers.is_empty() && self.urgent.is_empty() {
                return Ok(());
            }
            tokio::select! {
                Some(ended) = self.workers.join_next() => ended??,
                Some(ended) = self.urgent.join_next() => ended??,
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
            mut workers,
            mut urgent,
            writing,
            looking,
            counted,
        } = self;
        shared.close();
        let mut worked = Ok(());
        while let Some(ended) = workers.join_next().await {
            worked = worked.and(ended.map_err(Into::into).and_then(|ended| ended));
        }
        while let Some(ended) = urgent.join_next().await {
            worked = worked.and(ended.map_err(Into::into).and_then(|ended| ended));
        }
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
        shared.post.look(&shared.context).await?;
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
