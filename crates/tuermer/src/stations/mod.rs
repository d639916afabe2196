//! Stations look for what is missing, let the core decide, and write the answer with the next thing to do.
//!
//! Kill the process anywhere: the next round finds the same gap. [`driver`] runs each on its own clock; [`once`] runs
//! all of them until nobody finds a gap.

/// Sums of counters, for reports of several rounds.
macro_rules! adds_up {
    ($report:ident: $($counter:ident),+) => {
        impl $report {
            /// Adds what a later round did.
            pub fn add(&mut self, later: &Self) {
                let Self { $($counter),+ } = later;
                $(self.$counter = self.$counter.saturating_add(*$counter);)+
            }
        }
    };
}

pub mod assess;
pub mod correlate;
pub mod deliver;
pub mod driver;
pub mod forget;
mod health;
pub mod matching;
pub mod once;
pub mod poll;
pub mod provider;
pub mod revise;
pub mod rules;
pub mod tell;

use crate::context::Context;
use crate::refusal::refusal;
use crate::store::ground::leases::Lease;
use anyhow::Result;
use std::time::Duration;
use tuermer_core::limits::STATION_WAIT_SECONDS;
use tuermer_core::station::Station;

pub use once::{OnceReport, run_all, run_once};

/// True where a station would find something to do. It costs a few reads, so that nobody takes a lease for nothing.
///
/// # Errors
/// The database does not answer.
async fn has_gap(context: &Context, station: Station) -> Result<bool> {
    match station {
        // Each feed knows itself when it is due.
        Station::Poll => Ok(true),
        Station::Revise => revise::has_gap(context).await,
        Station::Correlate => correlate::has_gap(context).await,
        Station::Assess => assess::has_gap(context).await,
        Station::Tell => tell::has_gap(context).await,
        Station::Deliver => deliver::has_gap(context, &deliver::Resting::default()).await,
        Station::Forget => forget::has_gap(context).await,
    }
}

/// The same context, whose every commit fails once the lease is lost.
fn under(context: &Context, lease: &Lease) -> Context {
    Context {
        store: context.store.fenced(lease.fence()),
        ..context.clone()
    }
}

/// Does the work of a station outside the driver, because a person asked for it now; waits for whoever works there.
///
/// # Errors
/// Another process works there and does not end, or the work failed.
pub async fn by_hand<T>(
    context: &Context,
    station: Station,
    work: impl AsyncFnOnce(&Context) -> Result<T>,
) -> Result<T> {
    let patience = Duration::from_secs(STATION_WAIT_SECONDS);
    let Some(lease) = context.store.wait_for_lease(station, patience).await? else {
        return Err(refusal(
            "run.station_busy",
            [("station", &station.as_str())],
        ));
    };
    let done = work(&under(context, &lease)).await;
    lease.give_back().await;
    done
}
