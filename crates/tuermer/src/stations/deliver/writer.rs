//! The one task that writes while many connections send: everything that waits goes into one transaction.

use crate::context::Context;
use crate::store::warning::deliveries::{Claim, Record, Recorded};
use anyhow::{Result, anyhow};
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait; more than there are connections never wait.
const QUEUE: usize = 1_024;
/// Most requests of one transaction.
const GROUP: usize = 512;

struct Request {
    record: Option<Record>,
    claim: Option<Claim>,
    /// `true`: the claim is committed. Dropped without an answer where the database did not confirm.
    answer: oneshot::Sender<bool>,
}

/// The connections' end.
#[derive(Clone)]
pub struct Writer(mpsc::Sender<Request>);

impl Writer {
    /// Makes the writer; [`Desk::run`] does its work.
    pub fn new() -> (Self, Desk) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Self(sender), Desk(receiver))
    }

    /// Records what happened and claims the next one; returns only after the commit.
    ///
    /// # Errors
    /// The database did not confirm: stop sending.
    pub async fn exchange(&self, record: Option<Record>, claim: Option<Claim>) -> Result<bool> {
        if record.is_none() && claim.is_none() {
            return Ok(false);
        }
        let (answer, answered) = oneshot::channel();
        self.0
            .send(Request {
                record,
                claim,
                answer,
            })
            .await
            .map_err(|_| anyhow!(GONE))?;
        answered.await.map_err(|_| anyhow!(GONE))
    }
}

const GONE: &str = "the database no longer confirms; sending stops";

/// The writing end.
pub struct Desk(mpsc::Receiver<Request>);

impl Desk {
    /// Writes until every connection is gone; `each` is told what was committed.
    ///
    /// # Errors
    /// A transaction failed. It is not tried again: after a failed fsync nobody knows what is on disk.
    pub async fn run(mut self, context: &Context, mut each: impl FnMut(&Recorded)) -> Result<()> {
        let mut group = Vec::new();
        while self.0.recv_many(&mut group, GROUP).await > 0 {
            let mut records = Vec::new();
            let mut claims = Vec::new();
            let mut answers = Vec::new();
            for Request {
                record,
                claim,
                answer,
            } in group.drain(..)
            {
                records.extend(record);
                answers.push((claim.as_ref().map(|claim| claim.id().clone()), answer));
                claims.extend(claim);
            }
            let recorded = context
                .store
                .record_deliveries(records, claims, context.now())
                .await?;
            each(&recorded);
            for (claim, answer) in answers {
                // A connection that no longer listens leaves a claim behind, which the next start finds.
                let _ = answer.send(claim.is_some_and(|id| recorded.granted.contains(&id)));
            }
        }
        Ok(())
    }
}
