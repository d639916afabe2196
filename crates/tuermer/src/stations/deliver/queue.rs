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
use anyhow::Result;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits;
use tuermer_core::warning::{MessageType, WarningState};

/// After this time a warning is read from the start again: tries that became due, mails that a person sends again.
const AGAIN: Duration = Duration::from_secs(10);

/// The queue.
#[derive(Default)]
pub struct Queue {
    open: BTreeMap<WarningNumber, Opened>,
    /// Whose release did not fit; told once, and looked at again by the next dispatch.
    refused: HashSet<WarningNumber>,
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
        self.open.values().any(|opened| opened.next.is_some())
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
        for (number, state) in listed {
            if self.open.contains_key(&number) || self.refused.contains(&number) {
                continue;
            }
            if !warn::verify(context, &number).await? {
                self.refuse(&number, report);
                continue;
            }
            if state == WarningState::Approved {
                context.store.start_warning(&number, context.now()).await?;
            }
            let letter = Letter::load(context, &number).await?;
            let opened = Opened {
                message_type: letter.message_type(),
                next: Some((DeliveryState::Due, String::new())),
                read_at: Instant::now(),
            };
            shared.post.begin(&number, Arc::new(letter));
            self.open.insert(number, opened);
        }
        for number in shared.batches.refused().await {
            if self.open.remove(&number).is_some() {
                shared.forget(&number);
                self.refuse(&number, report);
            }
        }
        Ok(())
    }

    fn refuse(&mut self, number: &WarningNumber, report: &mut DeliverReport) {
        tracing::error!(warning.number = %number, "the release does not fit the content; nothing is sent");
        self.refused.insert(number.clone());
        report.unapproved.push(number.clone());
    }

    /// Reads what is due into the lanes, no more of one warning than its share.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn refill(&mut self, context: &Context, shared: &Shared) -> Result<()> {
        let now = context.now();
        for notice in context.store.due_notices(now).await? {
            shared.push(Rank::Notice, NOTICES, Parcel::Notice(notice));
        }
        for (number, opened) in &mut self.open {
            let name = number.as_str();
            if opened.next.is_none()
                && (shared.lanes().waiting_of(name) == 0 || opened.read_at.elapsed() >= AGAIN)
            {
                opened.next = Some((DeliveryState::Due, String::new()));
            }
            // Every warning may have a page, however much waits of others.
            let mut pages = 0;
            while let Some((state, after)) = opened.next.take() {
                let (of_it, all) = {
                    let lanes = shared.lanes();
                    (lanes.waiting_of(name), lanes.waiting())
                };
                if pages > 0 && (of_it >= limits::DISPATCH_SHARE || all >= limits::DISPATCH_QUEUE) {
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
                pages += 1;
                for (delivery, incident) in page {
                    let rank = rank(opened.message_type, incident, delivery.state);
                    shared.push(rank, name, Parcel::Warning(delivery));
                }
            }
        }
        Ok(())
    }
}
