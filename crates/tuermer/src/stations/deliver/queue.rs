//! What waits in memory: the warnings that are being sent, and what is due of each, read page by page.
//!
//! A warning is verified word by word when it comes into the queue, and by its seal before each batch
//! ([`super::release`]). The database stays the queue; this is the part of it that is looked at now.

use super::DeliverReport;
use super::connection::Shared;
use super::letter::Letter;
use super::parcel::{NOTICES, Parcel, rank};
use crate::acts::warn;
use crate::channels::lanes::Rank;
use crate::context::Context;
use anyhow::{Error, Result};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer_core::delivery::DeliveryState;
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
    /// Where reading goes on, first of what is due, then of what is unsure; `None` = everything was read.
    next: Option<(DeliveryState, String)>,
    read_at: Instant,
}

impl Queue {
    /// Warnings that are being sent.
    pub fn warnings(&self) -> impl Iterator<Item = &WarningNumber> {
        self.open.keys()
    }

    /// True where a warning was not read to its end.
    pub fn is_unread(&self) -> bool {
        self.waiting || self.open.values().any(|opened| opened.next.is_some())
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
        context: &Context,
        shared: &Shared,
        report: &mut DeliverReport,
    ) -> Result<()> {
        let listed = context.store.warnings_to_send().await?;
        let over: Vec<WarningNumber> = self
            .open
            .keys()
            .filter(|number| listed.iter().all(|(other, _)| other != *number))
            .cloned()
            .collect();
        for number in over {
            self.open.remove(&number);
            shared.forget(&number);
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
            match self.take_in(context, shared, &number, state).await {
                Ok(true) => {}
                Ok(false) => self.refuse(&number, report),
                // One warning that cannot be taken in must not hold up the others; it is told when these are done.
                Err(error) => {
                    tracing::error!(
                        warning.number = %number,
                        error = format!("{error:#}"),
                        "a released warning cannot be taken in; it is tried again"
                    );
                    self.trouble = Some(error);
                }
            }
        }
        for number in shared.batches.refused().await {
            if self.open.remove(&number).is_some() {
                shared.forget(&number);
                self.refuse(&number, report);
            }
        }
        Ok(())
    }

    /// Verifies a released warning and begins to send it; false where its release does not fit its content.
    async fn take_in(
        &mut self,
        context: &Context,
        shared: &Shared,
        number: &WarningNumber,
        state: WarningState,
    ) -> Result<bool> {
        if !warn::verify(context, number).await? {
            return Ok(false);
        }
        if state == WarningState::Approved {
            context.store.start_warning(number, context.now()).await?;
        }
        let letter = Letter::load(context, number).await?;
        let opened = Opened {
            message_type: letter.message_type(),
            next: Some((DeliveryState::Due, String::new())),
            read_at: Instant::now(),
        };
        shared.post.begin(number, Arc::new(letter));
        self.open.insert(number.clone(), opened);
        Ok(true)
    }

    fn refuse(&mut self, number: &WarningNumber, report: &mut DeliverReport) {
        tracing::error!(warning.number = %number, "the release does not fit the content; nothing is sent");
        self.refused.insert(number.clone());
        report.unapproved.push(number.clone());
    }

    /// Reads notices that are due into the lanes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn notices(context: &Context, shared: &Shared) -> Result<()> {
        for notice in context.store.due_notices(context.now()).await? {
            shared.push(Rank::Notice, NOTICES, Parcel::Notice(notice));
        }
        Ok(())
    }

    /// Reads what is due into the lanes, no more of one warning than its share.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn refill(&mut self, context: &Context, shared: &Shared) -> Result<()> {
        let now = context.now();
        for (number, opened) in &mut self.open {
            let name = number.as_str();
            let idle = shared.lanes().waiting_of(name) == 0;
            let pause = if idle { SOON } else { AGAIN };
            if opened.next.is_none() && opened.read_at.elapsed() >= pause {
                opened.next = Some((DeliveryState::Due, String::new()));
            }
            while let Some((state, after)) = opened.next.take() {
                let (of_it, all) = {
                    let lanes = shared.lanes();
                    (lanes.waiting_of(name), lanes.waiting())
                };
                // However much waits of others, a warning of which nothing waits gets its page.
                let full = of_it >= limits::DISPATCH_SHARE || all >= limits::DISPATCH_QUEUE;
                if full && of_it > 0 {
                    opened.next = Some((state, after));
                    break;
                }
                let page = context
                    .store
                    .due_deliveries(number, state, now, &after)
                    .await?;
                opened.next = match page.last() {
                    Some((last, _)) if page.len() >= limits::PAGE_ROWS => {
                        Some((state, last.id.as_str().to_string()))
                    }
                    _ if state == DeliveryState::Due => {
                        Some((DeliveryState::Unsure, String::new()))
                    }
                    _ => None,
                };
                opened.read_at = Instant::now();
                for (delivery, incident) in page {
                    let rank = rank(opened.message_type, incident, delivery.state);
                    shared.push(rank, name, Parcel::Warning(delivery));
                }
            }
        }
        Ok(())
    }
}
