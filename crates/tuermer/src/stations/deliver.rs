//! Deliver: claim (committed) → send → mark, until nothing is due now.
//!
//! ```text
//! lock ─▶ claims of a dead process become unsure ─▶ for each released warning: verify, start
//!      ─▶ hand over what is due ─▶ then what is unsure, last ─▶ finish warnings with nothing open
//! ```
//! Several connections share one writer that groups their commits; a connection goes on only after its
//! commit. So a kill can double at most one mail of each connection, and each of them is listed as unsure.
//! Never decides who is warned, never waits for a time to come: it says when the next mail is due.

mod dispatch;
mod gate;
mod letter;
pub(super) mod lock;
mod post;
mod release;
mod writer;

use crate::acts::warn;
use crate::channels::smtp::Server;
use crate::config::Transport;
use crate::context::Context;
use anyhow::Result;
use jiff::Timestamp;
use lock::Lock;
use serde::{Serialize, Serializer};
use std::sync::Arc;
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::WarningNumber;
use tuermer_core::warning::WarningState;

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliverReport {
    /// Accepted by the next server, or written to the folder.
    pub sent: u64,
    /// Refused for good, or given up.
    pub refused: u64,
    /// To be tried again later.
    pub later: u64,
    /// Maybe handed over.
    pub unsure: u64,
    /// Unsure too often: a person decides.
    pub parked: u64,
    /// Left behind by a stop.
    pub stopped: u64,
    /// New on the call list.
    pub to_call: u64,
    /// When the next delivery is due, if one waits.
    #[serde(serialize_with = "as_text")]
    pub next_due: Option<Timestamp>,
    /// Another process is handing over for this data directory; this one did nothing.
    pub elsewhere: bool,
    /// The mail server cannot be used: why. Nothing of it counts as an attempt.
    pub away: Option<String>,
    /// Warnings whose release no longer fits their content; nothing of them leaves.
    #[serde(serialize_with = "as_texts")]
    pub unapproved: Vec<WarningNumber>,
}

fn as_text<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_string()).serialize(serializer)
}

fn as_texts<S: Serializer>(numbers: &[WarningNumber], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.iter().map(WarningNumber::as_str))
}

impl DeliverReport {
    fn count(&mut self, state: DeliveryState) {
        let counter = match state {
            DeliveryState::Sent => &mut self.sent,
            DeliveryState::Refused | DeliveryState::Failed => &mut self.refused,
            DeliveryState::Due => &mut self.later,
            DeliveryState::Unsure => &mut self.unsure,
            DeliveryState::Parked => &mut self.parked,
            DeliveryState::Stopped => &mut self.stopped,
            DeliveryState::ToCall => &mut self.to_call,
            DeliveryState::Claimed => return,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Hands over everything of released warnings that is due now.
///
/// # Errors
/// The database did not confirm a step, or the configuration of the mail server is wrong. What was
/// claimed by then is unsure at the next start; nothing is marked that did not happen.
pub async fn run(context: &Context) -> Result<DeliverReport> {
    let server = match context.config.mail.transport {
        Transport::Smtp if !context.drill && !context.demo => Some(Server::from_context(context)?),
        _ => None,
    };
    run_with(context, server).await
}

/// The same towards a given server (`None`: the folder).
///
/// # Errors
/// As [`run`].
pub async fn run_with(context: &Context, server: Option<Server>) -> Result<DeliverReport> {
    let Some(lock) = lock::take(context).await? else {
        return Ok(DeliverReport {
            elsewhere: true,
            ..DeliverReport::default()
        });
    };
    let lock = Arc::new(lock);
    let report = alone(context, &lock, server).await;
    lock.release().await;
    report
}

/// The round itself, with nobody else handing over.
async fn alone(
    context: &Context,
    lock: &Arc<Lock>,
    server: Option<Server>,
) -> Result<DeliverReport> {
    let mut report = DeliverReport::default();
    for found in context.store.claims_become_unsure(context.now()).await? {
        report.count(found.state);
    }
    report.stopped = report
        .stopped
        .saturating_add(context.store.stop_deliveries(context.now()).await?);
    let open = start(context, &mut report).await?;
    if !open.is_empty() {
        hand_over(context, lock, server, &open, &mut report).await?;
    }
    report.stopped = report
        .stopped
        .saturating_add(context.store.stop_deliveries(context.now()).await?);
    for number in &open {
        context.store.finish_warning(number, context.now()).await?;
    }
    report.next_due = context.store.next_due().await?;
    Ok(report)
}

/// Starts what two people released; a warning that fails the check stays where it is.
async fn start(context: &Context, report: &mut DeliverReport) -> Result<Vec<WarningNumber>> {
    let mut open = Vec::new();
    for (number, state) in context.store.warnings_to_send().await? {
        if !warn::verify(context, &number).await? {
            tracing::error!(warning.number = %number, "the release does not fit the content; nothing is sent");
            report.unapproved.push(number);
            continue;
        }
        if state == WarningState::Approved {
            context.store.start_warning(&number, context.now()).await?;
        }
        open.push(number);
    }
    Ok(open)
}

/// First everything due, then everything unsure; again until a round finds nothing.
async fn hand_over(
    context: &Context,
    lock: &Arc<Lock>,
    server: Option<Server>,
    open: &[WarningNumber],
    report: &mut DeliverReport,
) -> Result<()> {
    let post = Arc::new(post::Post::new(context, Arc::clone(lock), server, open).await?);
    loop {
        let mut found = 0;
        for state in [DeliveryState::Due, DeliveryState::Unsure] {
            let wanted: Vec<WarningNumber> = open
                .iter()
                .filter(|number| !report.unapproved.contains(number))
                .cloned()
                .collect();
            let round = dispatch::Round::load(context, &wanted, state).await?;
            found = round.size();
            if found > 0 {
                round.run(context, &post, report).await?;
                break;
            }
        }
        if found == 0 || report.away.is_some() {
            return Ok(());
        }
    }
}
