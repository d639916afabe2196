//! Poll: asks every feed that is due, hands what it brought to intake, and notes what came of it.
//!
//! ```text
//! due ─▶ claim (committed, counts as failed) ─▶ [ask] ─▶ intake ─▶ outcome and next time ─▶ silent? heard again?
//! ```
//! A kill between claim and outcome loses nothing: the feed is due again after one period, and what was taken
//! already is known by its bytes. A failure keeps the last good copy. Feeds are asked side by side, so that a
//! slow one holds up nobody. Only `serve`, `run --once` and `feed pull` come here.

mod entries;
mod file;
mod health;
mod mailbox;
mod shadowserver;
mod taxii;

use super::provider;
use crate::context::Context;
use crate::feeds::{PullReport, Secret};
use crate::outgoing::{Client, ClientRules, FetchError, RetryAfter};
use crate::refusal::in_english;
use crate::refusal::{self, Refusal};
use crate::store::feeds::feed::{Attempted, Came};
use crate::text::Texts;
use anyhow::{Error, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tuermer_core::feed::{self, Asked, Feed, FeedCounts};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::sentence::Sentence;
use tuermer_core::station::Station;

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PollReport {
    /// Feeds asked.
    pub asked: u64,
    /// Of those: no answer, a wrong one, or one that is not believed.
    pub failed: u64,
    /// Documents or entries taken for the first time.
    pub new: u64,
    /// Taken in a newer revision.
    pub changed: u64,
    /// Not taken.
    pub rejected: u64,
}

adds_up!(PollReport: asked, failed, new, changed, rejected);

/// What came of asking one feed.
#[derive(Debug)]
pub struct Pulled {
    /// Which feed.
    pub feed: Feed,
    /// What it brought, or why nothing.
    pub result: Result<PullReport>,
}

impl PollReport {
    fn count(&mut self, pulled: &Pulled) {
        self.asked = self.asked.saturating_add(1);
        match &pulled.result {
            Err(_) => self.failed = self.failed.saturating_add(1),
            Ok(report) => {
                self.new = self.new.saturating_add(report.new);
                self.changed = self.changed.saturating_add(report.changed);
                self.rejected = self.rejected.saturating_add(report.rejected.len() as u64);
            }
        }
    }
}

/// Asks every feed that is due now, once.
///
/// # Errors
/// The store cannot be read or written. What a feed does wrong is noted with the feed.
pub async fn run(context: &Context) -> Result<PollReport> {
    let mut report = PollReport::default();
    let mut under_way = UnderWay::new(context);
    under_way.start_due().await?;
    while let Some(pulled) = under_way.next().await {
        if let Some(pulled) = pulled? {
            report.count(&pulled);
        }
    }
    Ok(report)
}

/// Feeds that are being asked; dropped, they are found again at the next start.
pub(super) struct UnderWay {
    context: Context,
    turns: Arc<Semaphore>,
    tasks: JoinSet<(String, Result<Option<Pulled>>)>,
    names: HashSet<String>,
}

impl UnderWay {
    /// Nothing is asked yet.
    pub(super) fn new(context: &Context) -> Self {
        Self {
            context: Context {
                store: context.store.of_station(Station::Poll),
                ..context.clone()
            },
            turns: Arc::new(Semaphore::new(limits::FEEDS_AT_ONCE)),
            tasks: JoinSet::new(),
            names: HashSet::new(),
        }
    }

    /// Asks what is due, notes what is finished, and waits for nobody.
    ///
    /// # Errors
    /// The feeds cannot be read.
    pub(super) async fn round(&mut self) -> Result<()> {
        self.start_due().await?;
        while let Some(ended) = self.tasks.try_join_next() {
            // It concerns this one; the others are being asked.
            if let Err(error) = self.ended(ended) {
                tracing::error!(
                    error = in_english(&error),
                    "what came of asking a feed could not be noted"
                );
            }
        }
        Ok(())
    }

    /// Starts every feed that is due and not being asked yet.
    async fn start_due(&mut self) -> Result<()> {
        let now = self.context.now();
        for feed in self.context.store.feeds().await? {
            if !feed.is_due(now) || !self.names.insert(feed.name.clone()) {
                continue;
            }
            let (context, turns) = (self.context.clone(), Arc::clone(&self.turns));
            self.tasks.spawn(async move {
                let _turn = turn(turns, Duration::from_secs(limits::FEED_TURN_WAIT_SECONDS)).await;
                let name = feed.name.clone();
                (name, pull(&context, feed).await)
            });
        }
        Ok(())
    }

    /// What came of the next one that is finished; `None` where nothing is under way.
    async fn next(&mut self) -> Option<Result<Option<Pulled>>> {
        let ended = self.tasks.join_next().await?;
        Some(self.ended(ended))
    }

    fn ended(
        &mut self,
        ended: Result<(String, Result<Option<Pulled>>), JoinError>,
    ) -> Result<Option<Pulled>> {
        match ended {
            Ok((name, pulled)) => {
                self.names.remove(&name);
                pulled
            }
            Err(error) => {
                // Whose task it was is not said; forgetting all means that none is left out, and claims keep them apart.
                self.names.clear();
                Err(Error::new(error).context("asking a feed ended unexpectedly"))
            }
        }
    }
}

/// A turn among the feeds that are asked at once. Whoever waited long enough goes without one: floods from as many sources
/// as there are turns keep no other waiting.
async fn turn(turns: Arc<Semaphore>, wait: Duration) -> Option<OwnedSemaphorePermit> {
    tokio::time::timeout(wait, turns.acquire_owned())
        .await
        .ok()?
        .ok()
}

/// Asks one feed, due or not; `None` where another process is asking it.
///
/// # Errors
/// The store cannot be read or written. What the feed does wrong is in the result.
pub async fn pull(context: &Context, feed: Feed) -> Result<Option<Pulled>> {
    if feed.failures > 1 {
        health::judge(context, &feed).await?;
    }
    if !context.store.claim_feed(&feed, context.now()).await? {
        return Ok(None);
    }
    let result = ask(context, &feed).await;
    if let Err(error) = &result {
        tracing::warn!(
            feed = feed.name,
            error = sentence(error, Language::LOG),
            "a feed brought nothing"
        );
    }
    let claimed = Feed {
        failures: feed.failures.saturating_add(1),
        ..feed
    };
    context
        .store
        .record_attempt(&claimed.name, &attempted(context, &claimed, &result)?)
        .await?;
    let feed = match context.store.feed(&claimed.name).await? {
        Some(feed) => feed,
        // Removed in the meantime.
        None => claimed,
    };
    health::judge(context, &feed).await?;
    Ok(Some(Pulled { feed, result }))
}

/// Asks a feed and takes what it brings.
async fn ask(context: &Context, feed: &Feed) -> Result<PullReport> {
    let client = client(context, &feed.private_hosts)?;
    match feed.kind.nature().asked {
        Asked::File(_) => file::pull(context, &client, feed).await,
        Asked::Provider => provider::pull(context, &client, feed).await,
        Asked::Taxii => taxii::pull(context, &client, feed).await,
        Asked::Shadowserver => shadowserver::pull(context, &client, feed).await,
        Asked::Mailbox => mailbox::pull(context, &client, feed).await,
    }
}

/// Tries an address step by step without taking or noting anything; each step is a sentence.
///
/// # Errors
/// The step that failed; the steps before it stand in `steps`.
pub async fn look(context: &Context, feed: &Feed, steps: &mut Vec<Refusal>) -> Result<()> {
    let client = client(context, &feed.private_hosts)?;
    match feed.kind.nature().asked {
        Asked::File(_) => file::look(context, &client, feed, steps).await,
        Asked::Provider => provider::look(context, &client, feed, steps).await,
        Asked::Taxii => taxii::look(&client, feed, steps).await,
        Asked::Shadowserver => shadowserver::look(context, &client, feed, steps).await,
        Asked::Mailbox => mailbox::look(context, feed, steps).await,
    }
}

/// The client for a feed: only its own hosts of the house may be asked for it.
///
/// # Errors
/// The file of authorities or the proxy of the environment cannot be used.
pub fn client(context: &Context, private_hosts: &[String]) -> Result<Client> {
    Client::new(&rules(context, private_hosts))
}

/// Whom we may ask for a feed, and whom we believe.
pub fn rules(context: &Context, private_hosts: &[String]) -> ClientRules {
    ClientRules {
        private_hosts: private_hosts.to_vec(),
        trusted_roots: context.config.feeds.trusted_roots.clone(),
        base_url: context.config.chamber.base_url.clone(),
    }
}

/// Removes the key or password of a source, if there is one.
pub fn forget_secret(context: &Context, name: &str) -> Result<()> {
    match std::fs::remove_file(context.home.feed_secret(name)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Key or password of a feed.
fn secret(context: &Context, feed: &Feed) -> Result<Secret> {
    Secret::read(
        &context.home.feed_secret(&feed.name),
        feed.kind.nature().secret,
    )
}

/// The row of an attempt, with the time of the next one.
fn attempted(context: &Context, feed: &Feed, result: &Result<PullReport>) -> Result<Attempted> {
    let now = context.now();
    let mut bytes = [0_u8; 2];
    context.random.fill(&mut bytes)?;
    let dice = i64::from(u16::from_be_bytes(bytes) % 1_000);
    let success = |came| (feed::Came::Success, came);
    let (timed, came) = match result {
        Ok(report) if report.unchanged => success(Came::Unchanged),
        Ok(report) => success(Came::Read {
            counts: counts(report),
            etag: report.etag.clone(),
            last_modified: report.last_modified.clone(),
        }),
        Err(error) => {
            let came = Came::Failed { error: fact(error) };
            (
                feed::Came::Failure {
                    retry_after_seconds: retry_after(error, now),
                },
                came,
            )
        }
    };
    Ok(Attempted {
        at: now,
        next_at: feed.next_after(timed, now, dice),
        came,
    })
}

fn counts(report: &PullReport) -> FeedCounts {
    let PullReport {
        discovered,
        new,
        changed,
        verified,
        tolerated,
        rejected,
        ..
    } = report;
    FeedCounts {
        discovered: *discovered,
        new: *new,
        changed: *changed,
        verified: *verified,
        rejected: rejected.len() as u64,
        tolerated: *tolerated,
    }
}

fn retry_after(error: &Error, now: Timestamp) -> Option<i64> {
    error
        .downcast_ref()
        .and_then(FetchError::retry_after)
        .map(|after: RetryAfter| after.seconds(now))
}

/// Why a feed brought nothing, to be stored.
pub fn fact(error: &Error) -> Sentence {
    let fetched = error.downcast_ref::<FetchError>();
    fetched.map_or_else(
        || refusal::sentence(error),
        |error| error.sentence().sentence(),
    )
}

/// Why a feed brought nothing, in the reader's language.
pub fn sentence(error: &Error, language: Language) -> String {
    Texts(language).sentence(&fact(error), &TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::turn;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::sync::Semaphore;

    #[tokio::test]
    async fn a_feed_waits_for_its_turn_but_not_forever() {
        let (turns, wait) = (Arc::new(Semaphore::new(1)), Duration::from_millis(20));
        let flood = turn(turns.clone(), wait).await;
        assert!(flood.is_some(), "a turn is free");
        assert!(
            turn(turns.clone(), wait).await.is_none(),
            "the flood keeps its turn, and the next one goes without"
        );
        drop(flood);
        assert!(turn(turns, wait).await.is_some(), "the turn is free again");
    }
}
