//! One round: a queue in memory, connections that take turns, one writer.

use super::DeliverReport;
use super::post::Post;
use super::release::Batches;
use super::writer::Writer;
use crate::channels::pace::{Answer, Next, Pacer};
use crate::channels::smtp::{Connection, Sent};
use crate::context::Context;
use crate::store::deliveries::{Claim, Finished, Record};
use anyhow::Result;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tuermer_core::delivery::{Delivery, DeliveryState, Outcome};
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;

/// How often the state of the warnings is read: no hand-over may begin later than 2 s after a stop.
const LOOK: Duration = Duration::from_millis(500);

/// What is due now in one state.
pub struct Round {
    state: DeliveryState,
    mails: Vec<Delivery>,
}

impl Round {
    /// Reads what is due, page by page, at most [`limits::DISPATCH_QUEUE`].
    pub async fn load(
        context: &Context,
        open: &[WarningNumber],
        state: DeliveryState,
    ) -> Result<Self> {
        let now = context.now();
        let mut mails: Vec<Delivery> = Vec::new();
        let mut after = String::new();
        while mails.len() < limits::DISPATCH_QUEUE {
            let page = context.store.due_deliveries(state, now, &after).await?;
            let Some(last) = page.last() else { break };
            after = last.id.as_str().to_string();
            mails.extend(page.into_iter().filter(|mail| open.contains(&mail.warning)));
        }
        Ok(Self { state, mails })
    }

    /// How many mails.
    pub fn size(&self) -> usize {
        self.mails.len()
    }

    /// Hands everything over.
    ///
    /// # Errors
    /// The database did not confirm; what was on its way stays claimed and is unsure at the next start.
    pub async fn run(
        self,
        context: &Context,
        post: &Arc<Post>,
        report: &mut DeliverReport,
    ) -> Result<()> {
        let mut pacer = if post.over_network() {
            Pacer::new(context.config.mail.per_domain_per_minute)
        } else {
            Pacer::unlimited()
        };
        for mail in self.mails {
            pacer.push(&domain(&mail), mail);
        }
        let connections = post.connections(context).min(pacer.waiting());
        let (writer, desk) = Writer::new();
        let batches = Arc::new(Batches::default());
        let shared = Shared {
            context: context.clone(),
            post: Arc::clone(post),
            state: self.state,
            pacer: Mutex::new(pacer),
            freed: Notify::new(),
            batches: Arc::clone(&batches),
            writer,
        };
        // The connections hold the only writers' ends: when the last one is done, the desk closes.
        let workers = work(Arc::new(shared), connections);
        let written = desk
            .run(context, |recorded| {
                recorded
                    .states
                    .iter()
                    .for_each(|state| report.count(*state));
                report.to_call = report.to_call.saturating_add(recorded.to_call);
            })
            .await;
        let worked = workers.await;
        // The writer knows the cause; the connections only know that it is gone.
        written?;
        worked??;
        report.unapproved.extend(batches.refused().await);
        report.away = post.gate.given_up();
        Ok(())
    }
}

fn domain(mail: &Delivery) -> String {
    mail.address
        .rsplit_once('@')
        .map_or(String::new(), |(_, domain)| domain.to_lowercase())
}

struct Shared {
    context: Context,
    post: Arc<Post>,
    state: DeliveryState,
    pacer: Mutex<Pacer<Delivery>>,
    /// Wakes connections when a domain has room again.
    freed: Notify,
    batches: Arc<Batches>,
    writer: Writer,
}

/// Runs all connections and, beside them, the look-out for a stop.
fn work(shared: Arc<Shared>, connections: usize) -> JoinHandle<Result<()>> {
    let (context, post) = (shared.context.clone(), Arc::clone(&shared.post));
    let mut running = JoinSet::new();
    for _ in 0..connections {
        let shared = Arc::clone(&shared);
        running.spawn(async move { shared.connection().await });
    }
    drop(shared);
    tokio::spawn(async move {
        let mut first = Ok(());
        loop {
            tokio::select! {
                ended = running.join_next() => match ended {
                    None => return first,
                    Some(ended) => first = first.and(ended.map_err(Into::into).and_then(|result| result)),
                },
                () = tokio::time::sleep(LOOK) => first = first.and(post.look(&context).await),
            }
        }
    })
}

impl Shared {
    fn pacer(&self) -> MutexGuard<'_, Pacer<Delivery>> {
        // Held only over the pacer's own arithmetic.
        self.pacer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection: take, record the last one together with the next claim, send; until nothing waits.
    async fn connection(&self) -> Result<()> {
        let mut wire: Option<Connection> = None;
        let mut record: Option<Record> = None;
        loop {
            if self.post.over_network() && wire.is_none() {
                self.writer.exchange(record.take(), None).await?;
                if !self.connect(&mut wire).await {
                    break;
                }
            }
            let Some(mail) = self.take(&mut record).await? else {
                break;
            };
            let allowed = self.batches.allow(&self.context, &mail.warning).await?;
            let claim = allowed.then(|| Claim {
                id: mail.id.clone(),
                state: self.state,
            });
            if !self.writer.exchange(record.take(), claim).await? {
                self.done(&mail, Answer::Nothing);
                continue;
            }
            let sent = self.post.send(&self.context, &mail, &mut wire).await?;
            let (finished, answer) = match sent {
                Sent::Outcome(outcome) => {
                    let slower = matches!(outcome, Outcome::TryLater(_));
                    (
                        Finished::Tried(outcome),
                        if slower { Answer::Slower } else { Answer::Fine },
                    )
                }
                Sent::Away(_) | Sent::Unwanted => (Finished::Back(self.state), Answer::Nothing),
            };
            record = Some(Record {
                id: mail.id.clone(),
                finished,
            });
            self.done(&mail, answer);
        }
        self.writer.exchange(record, None).await?;
        if let Some(wire) = wire {
            wire.quit().await;
        }
        Ok(())
    }

    /// Opens a connection unless nothing waits any more. False: nothing to do, or the server was given up.
    async fn connect(&self, wire: &mut Option<Connection>) -> bool {
        if self.pacer().waiting() == 0 {
            return false;
        }
        *wire = self.post.connect().await;
        wire.is_some()
    }

    /// The next mail that may leave. What was finished is recorded before any waiting.
    async fn take(&self, record: &mut Option<Record>) -> Result<Option<Delivery>> {
        loop {
            let freed = self.freed.notified();
            let next = self.pacer().next(Instant::now());
            match next {
                Next::Take(mail) => return Ok(Some(mail)),
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
                    // A missed wake-up costs this long, not the mail.
                    let _ = tokio::time::timeout(LOOK, freed).await;
                }
            }
        }
    }

    fn done(&self, mail: &Delivery, answer: Answer) {
        self.pacer().done(&domain(mail), answer, Instant::now());
        self.freed.notify_waiters();
    }
}
