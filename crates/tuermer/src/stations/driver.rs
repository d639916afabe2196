//! Runs stations side by side, each in a task of its own and on its own clock, until it is told to stop.
//!
//! ```text
//! look ─▶ gap? ─no─▶ rest until the next look, or a wake-up
//!          └─yes─▶ lease ─taken elsewhere─▶ rest
//!                    └─▶ round ─good─▶ rest, or at once again where something is left
//!                               └─failed, panicked─▶ noted, told after a minute, tried again later and later
//! ```
//! No station waits for another: what one is stuck with delays itself alone.

use super::deliver::{Dispatch, Resting};
use super::health::{Board, why};
use super::poll::UnderWay;
use super::{correlate, deliver, forget, has_gap, matching, revise, tell, under};
use crate::channels::Carriers;
use crate::context::Context;
use crate::refusal::in_english;
use crate::store::ground::leases::LeaseLost;
use anyhow::{Error, Result, anyhow};
use jiff::SignedDuration;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tuermer_core::station::Station;

/// Longest rest after failures in a row.
const LONGEST: Duration = Duration::from_secs(60);
/// Shortest time between two looks, however often somebody commits.
const LEAST: Duration = Duration::from_millis(100);

/// How a look ended.
enum Rest {
    /// Something is left to do.
    None,
    /// Until the next period or wake-up.
    Period,
    /// Another process works there.
    Elsewhere,
    /// Part of the work failed: why. The rest goes on as usual.
    Trouble(String),
    /// Something is left to do, but part of the work failed: why.
    TroubleWithin(String),
    /// Nothing can be done for so long, whoever wakes.
    For(Duration),
}

/// Runs `stations` until `stopped`; what is under way then is finished first, except for feeds, which are asked again.
///
/// # Errors
/// A task of the driver itself ended unexpectedly.
pub async fn drive(
    context: Context,
    stations: &[Station],
    stopped: watch::Receiver<bool>,
) -> Result<()> {
    let board = Board::default();
    let mut tasks = JoinSet::new();
    for station in stations {
        tasks.spawn(keep(
            context.clone(),
            *station,
            board.clone(),
            stopped.clone(),
        ));
    }
    tasks.spawn({
        let (context, board, stopped) = (context.clone(), board.clone(), stopped.clone());
        async move { board.keep(context, stopped).await }
    });
    tasks.spawn(listen(context.clone(), stopped));
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(|error| Error::new(error).context("a station's task ended unexpectedly"))?;
    }
    board.end(&context).await
}

/// One station, look after look.
async fn keep(
    context: Context,
    station: Station,
    board: Board,
    mut stopped: watch::Receiver<bool>,
) {
    let mut desk = Desk::new(&context, station);
    let mut failures = 0_u32;
    let mut looked = Instant::now();
    while !*stopped.borrow() {
        board.begins(station, context.now());
        let began = Instant::now();
        let rest;
        (desk, rest) = look(desk, &context, station).await;
        let lag = SignedDuration::try_from(looked.elapsed()).unwrap_or(SignedDuration::MAX);
        looked = began;
        let rest = match rest {
            Ok(Rest::Elsewhere) => {
                board.elsewhere(station);
                Rest::Period
            }
            Ok(Rest::Trouble(why)) => {
                board.ends(station, context.now(), lag, Some(&why));
                Rest::Period
            }
            Ok(Rest::TroubleWithin(why)) => {
                board.ends(station, context.now(), lag, Some(&why));
                Rest::None
            }
            Ok(rest) => {
                failures = 0;
                board.ends(station, context.now(), lag, None);
                rest
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::error!(
                    station = station.as_str(),
                    error = in_english(&error),
                    "a round failed; it is tried again"
                );
                board.ends(station, context.now(), lag, Some(&why(&error)));
                Rest::For(pause(failures))
            }
        };
        tokio::select! {
            _ = stopped.changed() => {}
            () = wait(&context, station, rest, began) => {}
        }
    }
    if let Err(error) = desk.close().await {
        tracing::error!(
            station = station.as_str(),
            error = in_english(&error),
            "the last round failed; it is tried again at the next start"
        );
    }
}

/// 2, 4, 8 … seconds, at most a minute.
fn pause(failures: u32) -> Duration {
    Duration::from_secs(2_u64.saturating_pow(failures.min(6))).min(LONGEST)
}

async fn wait(context: &Context, station: Station, rest: Rest, began: Instant) {
    match rest {
        Rest::None | Rest::TroubleWithin(_) => tokio::task::yield_now().await,
        Rest::For(pause) => tokio::time::sleep(pause).await,
        Rest::Period | Rest::Elsewhere | Rest::Trouble(_) => {
            let period = Duration::from_secs(station.every_seconds());
            let woken = tokio::time::timeout(period, context.store.wake().rung(station)).await;
            if woken.is_ok() {
                tokio::time::sleep_until((began + LEAST).into()).await;
            }
        }
    }
}

/// One look in a task of its own, so that a panic ends the look and not the station.
async fn look(desk: Desk, context: &Context, station: Station) -> (Desk, Result<Rest>) {
    let task = tokio::spawn(async move {
        let mut desk = desk;
        let rest = desk.look().await;
        (desk, rest)
    });
    match task.await {
        Ok((desk, Ok(rest))) => (desk, Ok(rest)),
        // Feeds that are being asked go on.
        Ok((desk, Err(error))) if station == Station::Poll => (desk, Err(error)),
        Ok((desk, Err(error))) => {
            // What is under way ends before anybody begins anew, and knows the cause better.
            let error = desk.close().await.err().unwrap_or(error);
            let lost = error.downcast_ref::<LeaseLost>().is_some();
            let rest = if lost {
                Ok(Rest::Elsewhere)
            } else {
                Err(error)
            };
            (Desk::new(context, station), rest)
        }
        Err(error) => (Desk::new(context, station), Err(panicked(error))),
    }
}

fn panicked(error: JoinError) -> Error {
    let Ok(panic) = error.try_into_panic() else {
        return anyhow!("the look was given up");
    };
    let words = panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    anyhow!("a defect of the program: {}", words.unwrap_or_default())
}

/// What a station keeps between two looks.
struct Desk {
    context: Context,
    station: Station,
    work: Work,
}

enum Work {
    /// Feeds that are being asked.
    Poll(Box<UnderWay>),
    /// A dispatcher with its lease, while there is something to hand over, and what was given up.
    Deliver(Option<Box<Dispatch>>, Resting),
    /// Nothing.
    Rounds,
}

impl Desk {
    fn new(context: &Context, station: Station) -> Self {
        let work = match station {
            Station::Poll => Work::Poll(Box::new(UnderWay::new(context))),
            Station::Deliver => Work::Deliver(None, Resting::default()),
            _ => Work::Rounds,
        };
        Self {
            context: context.clone(),
            station,
            work,
        }
    }

    /// Looks for a gap and does one bounded round.
    async fn look(&mut self) -> Result<Rest> {
        let (context, station) = (&self.context, self.station);
        match &mut self.work {
            Work::Poll(feeds) => {
                feeds.round().await?;
                Ok(Rest::Period)
            }
            Work::Deliver(dispatch, resting) => hand_over(context, dispatch, resting).await,
            Work::Rounds => {
                if !has_gap(context, station).await? {
                    return Ok(Rest::Period);
                }
                let Some(lease) = context.store.take_lease(station, 0).await? else {
                    return Ok(Rest::Elsewhere);
                };
                let done = round(&under(context, &lease), station).await;
                lease.give_back().await;
                done?;
                Ok(Rest::Period)
            }
        }
    }

    /// Finishes what is under way. Feeds are dropped: they are due again at the next start.
    async fn close(self) -> Result<()> {
        if let Work::Deliver(Some(dispatch), _) = self.work {
            dispatch.close().await?;
        }
        Ok(())
    }
}

/// A round of a station that keeps nothing.
async fn round(context: &Context, station: Station) -> Result<()> {
    match station {
        Station::Revise => revise::run(context).await.map(drop),
        Station::Correlate => correlate::run(context).await.map(drop),
        Station::Assess => matching::automatic(context).await.map(drop),
        Station::Tell => tell::round(context).await.map(drop),
        Station::Forget => forget::run(context).await.map(drop),
        // They keep something and are looked at by themselves.
        Station::Poll | Station::Deliver => Ok(()),
    }
}

/// A round of the dispatcher; it keeps its lease, its connections and its queue while something waits. What was given
/// up rests, and holds up nothing else.
async fn hand_over(
    context: &Context,
    kept: &mut Option<Box<Dispatch>>,
    resting: &mut Resting,
) -> Result<Rest> {
    let dispatch = match kept {
        Some(dispatch) => dispatch,
        None => {
            if !deliver::has_gap(context, resting).await? {
                return Ok(rest(resting.why(), None));
            }
            let carriers = Carriers::new(context)?;
            let Some(lease) = context.store.take_lease(Station::Deliver, 0).await? else {
                return Ok(Rest::Elsewhere);
            };
            let opened = Dispatch::open(context, lease, carriers, resting).await?;
            kept.insert(Box::new(opened))
        }
    };
    dispatch.round().await?;
    let away = dispatch.resting();
    if let Some(why) = away.why().filter(|_| resting.why().is_none()) {
        tracing::error!(
            why,
            "nothing leaves over one channel; it stays due and is tried again"
        );
    }
    *resting = away;
    if dispatch.is_busy() {
        let why = resting.why().map(ToString::to_string);
        return Ok(why.map_or(Rest::None, Rest::TroubleWithin));
    }
    let trouble = dispatch.trouble();
    if let Some(dispatch) = kept.take() {
        dispatch.close().await?;
    }
    Ok(rest(resting.why(), trouble.as_ref()))
}

/// How the dispatcher rests: nothing to do, or something that cannot be done now.
fn rest(away: Option<&str>, trouble: Option<&Error>) -> Rest {
    let why = away.map(ToString::to_string).or(trouble.map(why));
    why.map_or(Rest::Period, Rest::Trouble)
}

/// Passes on what other processes commit. Without it the clock of each station is enough.
async fn listen(context: Context, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let hearing = async {
            let mut listener = context.store.database.listen().await?;
            loop {
                let source = listener.heard().await?;
                if listener.hears_only_others() || !context.store.wake().committed_since() {
                    context.store.wake().ring(source);
                }
            }
        };
        let heard: Result<()> = tokio::select! {
            _ = stopped.changed() => return,
            heard = hearing => heard,
        };
        if let Err(error) = heard {
            tracing::warn!(
                error = in_english(&error),
                "other processes are not heard; tried again"
            );
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(LONGEST) => {}
        }
    }
}
