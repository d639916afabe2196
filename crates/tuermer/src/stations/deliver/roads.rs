//! All roads of a dispatch with their workers: each channel has its own, so that none waits for another.

use super::parcel::Parcel;
use super::road::{Road, Shared};
use crate::channels::Carriers;
use crate::channels::lanes::Rank;
use anyhow::{Context as _, Result};
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;
use tuermer_core::channel::Channel;
use tuermer_core::ids::WarningNumber;

/// Channels that were given up: why, and when they may be tried again. Kept from one dispatch to the next.
#[derive(Debug, Clone, Default)]
pub struct Resting(Vec<(Channel, String, Instant)>);

impl Resting {
    /// True where nothing leaves over this channel now.
    pub fn holds(&self, channel: Channel) -> bool {
        let now = Instant::now();
        self.0
            .iter()
            .any(|(resting, _, until)| *resting == channel && *until > now)
    }

    /// Why nothing leaves over some channel.
    pub fn why(&self) -> Option<&str> {
        let now = Instant::now();
        let mut resting = self.0.iter().filter(|(_, _, until)| *until > now);
        resting.next().map(|(_, why, _)| why.as_str())
    }
}

/// The roads and who works on them.
pub struct Roads {
    crews: Vec<Crew>,
    /// The road of the operators' notices.
    operators: usize,
    workers: JoinSet<Result<Place>>,
}

/// One road and how many connections work on it.
struct Crew {
    road: Arc<Road>,
    /// Connections that take everything.
    workers: usize,
    /// One more that is kept for what is urgent.
    urgent: bool,
}

/// Whose place becomes free when a connection ends.
struct Place {
    crew: usize,
    urgent: bool,
}

impl Roads {
    /// A road for each channel; what was given up before rests on.
    ///
    /// # Errors
    /// The operators' channel is carried by nothing; that is a defect.
    pub fn new(carriers: Carriers, resting: &Resting, shared: &Arc<Shared>) -> Result<Self> {
        let (carriers, operators) = carriers.into_parts();
        let crews: Vec<Crew> = carriers
            .into_iter()
            .map(|(channel, carrier)| Crew {
                road: Arc::new(Road::new(channel, carrier, Arc::clone(shared))),
                workers: 0,
                urgent: false,
            })
            .collect();
        for (channel, why, until) in &resting.0 {
            for crew in crews.iter().filter(|crew| crew.road.channel == *channel) {
                crew.road.carrier.rest(why, *until);
                crew.road.carrier.try_again();
            }
        }
        let operators = crews
            .iter()
            .position(|crew| crew.road.channel == operators)
            .context("notices have no way to the operators")?;
        Ok(Self {
            crews,
            operators,
            workers: JoinSet::new(),
        })
    }

    /// The roads, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Road>> {
        self.crews.iter().map(|crew| &crew.road)
    }

    /// Queues a notice to an operator.
    pub fn push_notice(&self, group: &str, parcel: Parcel) {
        if let Some(crew) = self.crews.get(self.operators) {
            crew.road.push(Rank::Notice, group, parcel);
        }
    }

    /// Messages of one warning that wait on any road.
    pub fn waiting_of(&self, name: &str) -> usize {
        self.iter().map(|road| road.lanes().waiting_of(name)).sum()
    }

    /// Lets go of a warning.
    pub fn forget(&self, number: &WarningNumber) {
        self.iter().for_each(|road| road.forget(number));
    }

    /// Connections that wait look again.
    pub fn look_again(&self) {
        self.iter().for_each(|road| road.look_again());
    }

    /// Starts as many connections as there is work for.
    pub fn hire(&mut self) {
        for (index, crew) in self.crews.iter_mut().enumerate() {
            let carrier = &crew.road.carrier;
            carrier.try_again();
            if carrier.given_up().is_some() {
                continue;
            }
            let (waiting, urgent) = {
                let lanes = crew.road.lanes();
                (lanes.waiting(), lanes.waiting_up_to(Rank::Correction))
            };
            // Whoever is in the middle of a message takes no other one yet.
            let free = carrier.connections().saturating_sub(crew.workers);
            for _ in 0..free.min(waiting) {
                crew.workers = crew.workers.saturating_add(1);
                self.workers
                    .spawn(work(Arc::clone(&crew.road), index, false));
            }
            // All others may be stuck with destinations that do not answer.
            if urgent > 0 && !crew.urgent {
                crew.urgent = true;
                self.workers
                    .spawn(work(Arc::clone(&crew.road), index, true));
            }
        }
    }

    /// True where nobody works.
    pub fn is_idle(&self) -> bool {
        self.workers.is_empty()
    }

    /// Waits until a connection ends; never where nobody works.
    ///
    /// # Errors
    /// The database did not confirm what it did.
    pub async fn one_ends(&mut self) -> Result<()> {
        let Some(ended) = self.workers.join_next().await else {
            return Ok(());
        };
        let Place { crew, urgent } = ended??;
        if let Some(crew) = self.crews.get_mut(crew) {
            if urgent {
                crew.urgent = false;
            } else {
                crew.workers = crew.workers.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// True where something waits or is on its way on a road that was not given up. `unread`: the roads for which not
    /// everything was read.
    pub fn is_busy(&self, unread: impl Fn(usize) -> bool) -> bool {
        self.crews.iter().enumerate().any(|(index, crew)| {
            let works = crew.workers > 0 || crew.urgent;
            works
                || crew.road.carrier.given_up().is_none()
                    && (unread(index) || crew.road.lanes().waiting() > 0)
        })
    }

    /// Which channels were given up.
    pub fn resting(&self) -> Resting {
        let given_up = self.iter().filter_map(|road| {
            let (why, until) = road.carrier.given_up()?;
            Some((road.channel, why, until))
        });
        Resting(given_up.collect())
    }

    /// Waits until every connection has ended; the roads are gone then.
    ///
    /// # Errors
    /// As [`Roads::one_ends`], the first one.
    pub async fn end(mut self) -> Result<()> {
        let mut worked = Ok(());
        while !self.is_idle() {
            worked = worked.and(self.one_ends().await);
        }
        worked
    }
}

async fn work(road: Arc<Road>, crew: usize, urgent: bool) -> Result<Place> {
    let least = if urgent {
        Rank::Correction
    } else {
        Rank::Unsure
    };
    road.connection(least).await?;
    Ok(Place { crew, urgent })
}
