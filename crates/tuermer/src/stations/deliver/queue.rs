//! What waits in memory: the warnings that are being sent, and what is due of each, read page by page.
//!
//! A warning is verified word by word when it comes into the queue, and by its seal before each batch
//! ([`super::release`]). The database stays the queue; this is the part of it that is looked at now.

use super::DeliverReport;
use super::letter::Letter;
use super::parcel::{NOTICES, Parcel, rank};
use super::road::{Road, Shared};
use super::roads::Roads;
use crate::acts::warn;
use crate::context::Context;
use crate::refusal::in_english;
use anyhow::{Error, Result};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer_core::delivery::{Delivery, DeliveryState};
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;
use tuermer_core::warning::{MessageType, WarningState};

/// After this time a warning is read from the start again: tries that became due, mails that a person sends again.
const AGAIN: Duration = Duration::from_secs(10);
/// The same where nothing of it waits.
const SOON: Duration = Duration::from_secs(2);
/// After this time of verifying the rest waits for the next round, so that the first ones leave.
const VERIFYING: Duration = Duration::from_secs(1);

/// The queue.
#[derive(Default)]
pub struct Queue {
    open: BTreeMap<WarningNumber, Opened>,
    /// Whose release did not fit; told once, and looked at again by the next dispatch.
    refused: HashSet<WarningNumber>,
    /// Warnings that were not looked at yet.
    waiting: bool,
    /// Why a warning could not be taken in.
    trouble: Option<Error>,
}

/// A warning that is being sent.
struct Opened {
    message_type: MessageType,
    /// How far it was read, for each road.
    reading: Vec<Reading>,
}

/// How far a warning was read for one road, so that a slow one holds up no other.
struct Reading {
    /// Where reading goes on, first of what is due, then of what is unsure; `None` = everything was read.
    next: Option<(DeliveryState, String)>,
    read_at: Instant,
}

impl Queue {
    /// Warnings that are being sent.
    pub fn warnings(&self) -> impl Iterator<Item = &WarningNumber> {
        self.open.keys()
    }

    /// True where a warning was not read to its end for this road.
    pub fn is_unread(&self, road: usize) -> bool {
        let unread = |opened: &Opened| opened.reading.get(road).is_some_and(Reading::is_unread);
        self.waiting || self.open.values().any(unread)
    }

    /// Why a warning could not be taken in, told once.
    pub fn trouble(&mut self) -> Option<Error> {
        self.trouble.take()
    }

    /// Takes in what was released since the last look, lets go of what is over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn follow(
        &mut self,
        shared: &Shared,
        roads: &Roads,
        report: &mut DeliverReport,
    ) -> Result<()> {
        let context = &shared.context;
        let listed = context.store.warnings_to_send().await?;
        let over: Vec<WarningNumber> = self
            .open
            .keys()
            .filter(|number| listed.iter().all(|(other, _)| other != *number))
            .cloned()
            .collect();
        for number in over {
            self.open.remove(&number);
            forget(&number, shared, roads);
        }
        let began = Instant::now();
        self.waiting = false;
        self.trouble = None;
        for (number, state) in listed {
            if self.open.contains_key(&number) || self.refused.contains(&number) {
                continue;
            }
            if began.elapsed() >= VERIFYING {
                self.waiting = true;
                break;
            }
            match self.take_in(shared, roads, &number, state).await {
                Ok(true) => {}
                Ok(false) => self.refuse(&number, report),
                // One warning that cannot be taken in must not hold up the others; it is told when these are done.
                Err(error) => {
                    tracing::error!(
                        warning.number = %number,
                        error = in_english(&error),
                        "a released warning cannot be taken in; it is tried again"
                    );
                    self.trouble = Some(error);
                }
            }
        }
        for number in shared.batches.refused().await {
            if self.open.remove(&number).is_some() {
                forget(&number, shared, roads);
                self.refuse(&number, report);
            }
        }
        Ok(())
    }

    /// Verifies a released warning and begins to send it; false where its release does not fit its content.
    async fn take_in(
        &mut self,
        shared: &Shared,
        roads: &Roads,
        number: &WarningNumber,
        state: WarningState,
    ) -> Result<bool> {
        let context = &shared.context;
        if !warn::verify(context, number).await? {
            return Ok(false);
        }
        if state == WarningState::Approved {
            context.store.start_warning(number, context.now()).await?;
        }
        let letter = Letter::load(context, number).await?;
        let opened = Opened {
            message_type: letter.message_type(),
            reading: roads.iter().map(|_| Reading::begin()).collect(),
        };
        shared.sending.begin(number, Arc::new(letter));
        self.open.insert(number.clone(), opened);
        Ok(true)
    }

    fn refuse(&mut self, number: &WarningNumber, report: &mut DeliverReport) {
        tracing::error!(warning.number = %number, "the release does not fit the content; nothing is sent");
        self.refused.insert(number.clone());
        report.unapproved.push(number.clone());
    }

    /// Reads notices that are due onto their road.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notices(context: &Context, roads: &Roads) -> Result<()> {
        for notice in context.store.due_notices(context.now()).await? {
            roads.push_notice(NOTICES, Parcel::Notice(notice));
        }
        Ok(())
    }

    /// Reads what is due onto the roads, no more of one warning than its share.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn refill(&mut self, context: &Context, roads: &Roads) -> Result<()> {
        let now = context.now();
        for (number, opened) in &mut self.open {
            let message_type = opened.message_type;
            for (road, reading) in roads.iter().zip(&mut opened.reading) {
                reading.go_on(road, number);
                while let Some(page) = reading.page(context, road, number, now).await? {
                    for (delivery, incident) in page {
                        let rank = rank(message_type, incident, delivery.state);
                        road.push(rank, number.as_str(), Parcel::Warning(delivery));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Reading {
    fn begin() -> Self {
        Self {
            next: Some((DeliveryState::Due, String::new())),
            read_at: Instant::now(),
        }
    }

    fn is_unread(&self) -> bool {
        self.next.is_some()
    }

    /// Begins anew after a while.
    fn go_on(&mut self, road: &Road, number: &WarningNumber) {
        let idle = road.lanes().waiting_of(number.as_str()) == 0;
        let pause = if idle { SOON } else { AGAIN };
        if self.next.is_none() && self.read_at.elapsed() >= pause {
            self.next = Some((DeliveryState::Due, String::new()));
        }
    }

    /// The next page; `None` where everything was read, or enough of it waits.
    async fn page(
        &mut self,
        context: &Context,
        road: &Road,
        number: &WarningNumber,
        now: Timestamp,
    ) -> Result<Option<Vec<(Delivery, bool)>>> {
        let Some((state, after)) = &self.next else {
            return Ok(None);
        };
        let (of_it, all) = {
            let lanes = road.lanes();
            (lanes.waiting_of(number.as_str()), lanes.waiting())
        };
        // However much waits of others, a warning of which nothing waits gets its page.
        let full = of_it >= limits::DISPATCH_SHARE || all >= limits::DISPATCH_QUEUE;
        if full && of_it > 0 {
            return Ok(None);
        }
        let page = context
            .store
            .due_deliveries(number, road.channel, *state, now, after)
            .await?;
        self.next = match page.last() {
            Some((last, _)) if page.len() >= limits::PAGE_ROWS => {
                Some((*state, last.id.as_str().to_string()))
            }
            _ if *state == DeliveryState::Due => Some((DeliveryState::Unsure, String::new())),
            _ => None,
        };
        self.read_at = Instant::now();
        Ok(Some(page))
    }
}

/// What waits of a warning stays in the database; nothing of it leaves any more.
fn forget(number: &WarningNumber, shared: &Shared, roads: &Roads) {
    roads.forget(number);
    shared.sending.end(number);
}
