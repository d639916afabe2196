//! Leases: one process at a time works at a station.
//!
//! ```text
//! free ──take──▶ held, fence n ──renew──▶ held ──give back──▶ free
//!                 │ the holder died (at once), or did not renew (after 30 s)
//!                 └──take by another──▶ held, fence n + 1: what the first one commits from now on fails
//! ```
//! Times are those of the database, so clocks of processes may be hours apart. The fence is checked in every commit of
//! a [`Store::fenced`] store.

use crate::Store;
use crate::ground::engine::Alive;
use crate::random::Random;
use crate::values;
use anyhow::{Context as _, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tuermer_core::limits::LEASE_SECONDS;
use tuermer_core::station::Station;

/// Which lease something is written under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// Which station.
    pub station: Station,
    /// Which part of its work; 0 where it is not divided.
    pub shard: i64,
    /// Rises with every holder.
    pub number: i64,
}

/// Another process took the lease: this one was stopped too long, or lost its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another process works at the station {} by now; nothing of this step was kept", .0.as_str())]
pub struct LeaseLost(pub Station);

/// This process, as long as it holds a lease.
pub(crate) struct Holder {
    id: i64,
    alive: Alive,
}

/// The holder of a store and its clones, made with the first lease and gone with the last.
pub(crate) type HolderShelf = Arc<Mutex<Weak<Holder>>>;

/// A lease that is held. Give it back with [`Lease::give_back`]; dropped, it is given back a moment later.
pub struct Lease {
    store: Store,
    fence: Fence,
    holder: Arc<Holder>,
    lost: Arc<AtomicBool>,
    renewing: JoinHandle<()>,
    given_back: bool,
}

impl Store {
    /// A store whose every commit fails once the lease is lost.
    #[must_use]
    pub fn fenced(&self, fence: &Fence) -> Self {
        Self {
            fence: Some(fence.clone()),
            ..self.of_station(fence.station)
        }
    }

    /// The same store outside any lease.
    fn unfenced(&self) -> Self {
        Self {
            fence: None,
            ..self.clone()
        }
    }

    /// Takes the lease of a station; `None` where somebody works there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_lease(&self, station: Station, shard: i64) -> Result<Option<Lease>> {
        let store = self.unfenced();
        let holder = store.holder().await?;
        let clock = store.database.clock();
        let sql = format!(
            "SELECT holder, fence, until <= {clock} OR until > {clock} + 2 * $3 FROM lease WHERE station = $1 AND shard = $2"
        );
        let length = LEASE_SECONDS.saturating_mul(1_000_000);
        // A lease that would last far longer than any is from before the clock was set back.
        let found = store
            .read_one(&sql, values![station.as_str(), shard, length])
            .await?;
        let number = match found {
            None => 0,
            Some(row) => {
                let free = row.bool(2)? || store.is_gone(&row.text(0)?).await?;
                if !free {
                    return Ok(None);
                }
                row.int(1)?
            }
        };
        let next = number.saturating_add(1);
        let sql = format!(
            "INSERT INTO lease (station, shard, holder, fence, until) VALUES ($1, $2, $3, $4, {clock} + $5)
             ON CONFLICT (station, shard) DO UPDATE SET holder = excluded.holder, fence = excluded.fence, until = excluded.until
             WHERE lease.fence = $6"
        );
        let values = values![
            station.as_str(),
            shard,
            holder.id.to_string(),
            next,
            length,
            number
        ];
        let mut open = store.begin().await?;
        let taken = open.run(&sql, values).await?;
        open.commit_quietly().await?;
        if taken == 0 {
            return Ok(None);
        }
        let fence = Fence {
            station,
            shard,
            number: next,
        };
        Ok(Some(Lease::new(store, fence, holder)))
    }

    /// As [`Store::take_lease`], waiting up to `patience` for whoever works there.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn wait_for_lease(
        &self,
        station: Station,
        patience: Duration,
    ) -> Result<Option<Lease>> {
        const AGAIN: Duration = Duration::from_millis(100);
        let began = Instant::now();
        loop {
            let taken = self.take_lease(station, 0).await?;
            if taken.is_some() || began.elapsed() >= patience {
                return Ok(taken);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// The process that holds leases of this store.
    async fn holder(&self) -> Result<Arc<Holder>> {
        let mut shelf = self.holders.lock().await;
        if let Some(holder) = shelf.upgrade()
            && holder.alive.is_seen().await
        {
            return Ok(holder);
        }
        let mut bytes = [0_u8; 8];
        Random::System.fill(&mut bytes)?;
        // Positive, because it is part of a file's name.
        let id = i64::from_le_bytes(bytes) & i64::MAX;
        let alive = self.database.come_alive(id).await;
        let holder = Arc::new(Holder {
            id,
            alive: alive.context("this process cannot show that it lives")?,
        });
        *shelf = Arc::downgrade(&holder);
        Ok(holder)
    }

    /// True where nobody holds the lease of `holder` any more: it was given back, or its process died.
    async fn is_gone(&self, holder: &str) -> Result<bool> {
        match holder.parse() {
            Ok(id) => self.database.is_dead(id).await,
            Err(_) => Ok(true),
        }
    }

    async fn renew(&self, fence: &Fence) -> Result<bool> {
        let clock = self.database.clock();
        let sql = format!(
            "UPDATE lease SET until = {clock} + $4 WHERE station = $1 AND shard = $2 AND fence = $3"
        );
        let length = LEASE_SECONDS.saturating_mul(1_000_000);
        let values = values![fence.station.as_str(), fence.shard, fence.number, length];
        let mut open = self.begin().await?;
        let held = open.run(&sql, values).await? > 0;
        open.commit_quietly().await?;
        Ok(held)
    }
}

impl Lease {
    fn new(store: Store, fence: Fence, holder: Arc<Holder>) -> Self {
        let lost = Arc::new(AtomicBool::new(false));
        let renewing = tokio::spawn(keep(store.clone(), fence.clone(), lost.clone()));
        Self {
            store,
            fence,
            holder,
            lost,
            renewing,
            given_back: false,
        }
    }

    /// What commits are checked against.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// Asks whether it is still ours.
    ///
    /// # Errors
    /// It is not ([`LeaseLost`]), or the database does not answer.
    pub async fn still_held(&self) -> Result<()> {
        let Fence {
            station,
            shard,
            number,
        } = &self.fence;
        let sql = "SELECT 1 FROM lease WHERE station = $1 AND shard = $2 AND fence = $3";
        let values = values![station.as_str(), *shard, *number];
        let row = self.store.read_one(sql, values).await?;
        if row.is_none() || self.lost.load(Ordering::Acquire) {
            return Err(LeaseLost(*station).into());
        }
        Ok(())
    }

    /// Gives it back; the next one may begin at once.
    pub async fn give_back(mut self) {
        self.renewing.abort();
        give_back(&self.store, &self.fence).await;
        self.given_back = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
        if self.given_back {
            return;
        }
        // Whoever drops it was given up in the middle; without a runtime the lease ends with its process.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (store, fence) = (self.store.clone(), self.fence.clone());
            let holder = self.holder.clone();
            runtime.spawn(async move {
                give_back(&store, &fence).await;
                drop(holder);
            });
        }
    }
}

async fn give_back(store: &Store, fence: &Fence) {
    let sql =
        "UPDATE lease SET holder = '', until = 0 WHERE station = $1 AND shard = $2 AND fence = $3";
    let values = values![fence.station.as_str(), fence.shard, fence.number];
    let given = async {
        let mut open = store.begin().await?;
        open.run(sql, values).await?;
        open.commit_quietly().await
    };
    if let Err(error) = given.await {
        // It ends by the clock, or with this process.
        tracing::warn!(
            station = fence.station.as_str(),
            error = format!("{error:#}"),
            "a lease could not be given back"
        );
    }
}

/// Renews a lease until it is lost.
async fn keep(store: Store, fence: Fence, lost: Arc<AtomicBool>) {
    let pause = Duration::from_secs(LEASE_SECONDS.unsigned_abs() / 3);
    loop {
        tokio::time::sleep(pause).await;
        match store.renew(&fence).await {
            Ok(true) => {}
            Ok(false) => {
                lost.store(true, Ordering::Release);
                return;
            }
            // Unless it works in time, somebody else takes it, and the next commit says so.
            Err(error) => tracing::warn!(
                station = fence.station.as_str(),
                error = format!("{error:#}"),
                "a lease could not be renewed"
            ),
        }
    }
}
