//! Deliver: claim (committed) → send → mark, in rounds.
//!
//! ```text
//! lease ─▶ claims of a dead process become unsure ─▶ round: what was released is verified and started ─▶ what is due
//!          is queued ─▶ connections of each channel hand over for at most 2 s ─▶ what has nothing open is finished ─▶ next round
//! ```
//! A round ends early when somebody commits something, so that a new warning never waits for an old one. Several
//! connections share one writer that groups their commits; a connection goes on only after its commit. So a kill can
//! double at most one mail of each connection, and each of them is listed as unsure. Never decides who is warned.

mod dispatch;
mod letter;
mod parcel;
mod queue;
mod release;
mod road;
mod roads;
mod sending;
mod writer;

use crate::channels::{Carriers, of_operators};
use crate::context::Context;
use crate::store::people::notice_deliveries::NoticesRecorded;
use anyhow::Result;
use jiff::Timestamp;
use serde::{Serialize, Serializer};
use tuermer_core::channel::Channel;
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::WarningNumber;
use tuermer_core::station::Station;

pub(super) use dispatch::Dispatch;
pub use roads::Resting;

/// What rounds did.
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
    /// Another process is handing over; this one did nothing.
    pub elsewhere: bool,
    /// Nothing leaves over some channel: why. Nothing of it counts as an attempt.
    pub away: Option<String>,
    /// Warnings whose release no longer fits their content; nothing of them leaves.
    #[serde(serialize_with = "as_texts")]
    pub unapproved: Vec<WarningNumber>,
    /// Notices to the operators; they are counted by the station that makes them.
    #[serde(skip)]
    pub notices: NoticesRecorded,
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

    /// Adds what a later round did.
    pub fn add(&mut self, later: Self) {
        let Self {
            sent,
            refused,
            later: again,
            unsure,
            parked,
            stopped,
            to_call,
            next_due,
            elsewhere,
            away,
            unapproved,
            notices,
        } = later;
        for (sum, more) in [
            (&mut self.sent, sent),
            (&mut self.refused, refused),
            (&mut self.later, again),
            (&mut self.unsure, unsure),
            (&mut self.parked, parked),
            (&mut self.stopped, stopped),
            (&mut self.to_call, to_call),
            (&mut self.notices.sent, notices.sent),
            (&mut self.notices.refused, notices.refused),
            (&mut self.notices.later, notices.later),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.next_due = next_due;
        self.elsewhere = elsewhere;
        self.away = away.or(self.away.take());
        self.unapproved.extend(unapproved);
        self.unapproved.sort();
        self.unapproved.dedup();
    }

    /// True where something was handed over or changed its state.
    pub fn moved(&self) -> bool {
        let Self {
            sent,
            refused,
            later,
            unsure,
            parked,
            stopped,
            to_call,
            notices,
            ..
        } = self;
        let moved = [sent, refused, later, unsure, parked, stopped, to_call];
        moved.iter().any(|count| **count > 0) || *notices != NoticesRecorded::default()
    }
}

/// True where a round would find something to do; what rests is nothing.
///
/// # Errors
/// The database does not answer.
pub(super) async fn has_gap(context: &Context, resting: &Resting) -> Result<bool> {
    let now = context.now();
    let channels: Vec<Channel> = Channel::ALL
        .iter()
        .copied()
        .filter(|channel| !channel.nature().by_person && !resting.holds(*channel))
        .collect();
    Ok(
        context.store.has_due_notices(now).await? && !resting.holds(of_operators(context))
            || context.store.has_work_for_dispatch(now, &channels).await?,
    )
}

/// Hands over everything of released warnings that is due now, and every notice; waits for the pace of destinations,
/// not for tries that are due later.
///
/// # Errors
/// The database did not confirm a step, or the configuration of the mail server is wrong. What was
/// claimed by then is unsure at the next start; nothing is marked that did not happen.
pub async fn run(context: &Context) -> Result<DeliverReport> {
    run_with(context, Carriers::new(context)?).await
}

/// The same with given carriers.
///
/// # Errors
/// As [`run`].
pub async fn run_with(context: &Context, carriers: Carriers) -> Result<DeliverReport> {
    let mut report = DeliverReport::default();
    let Some(lease) = context.store.take_lease(Station::Deliver, 0).await? else {
        report.elsewhere = true;
        return Ok(report);
    };
    let mut dispatch = Dispatch::open(context, lease, carriers, &Resting::default()).await?;
    let rounds = async {
        loop {
            report.add(dispatch.round().await?);
            if !dispatch.is_busy() {
                return Ok(());
            }
        }
    };
    let rounds: Result<()> = rounds.await;
    // The writer knows why the database does not confirm; the round only knows that it does not.
    report.add(dispatch.close().await?);
    rounds?;
    report.next_due = context.store.next_due().await?;
    Ok(report)
}
