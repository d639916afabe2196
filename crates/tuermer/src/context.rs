//! Everything the deciding code must not reach for itself: store, clock, randomness, keys, configuration.

use crate::clock::Clock;
use crate::config::{Config, Home};
use crate::keys::Keys;
use crate::random::Random;
use crate::store::Store;
use jiff::Timestamp;
use std::sync::Arc;
use tuermer_core::pack::BuildPack;
use tuermer_core::urgency::UrgencyPolicy;

/// One running Türmer.
#[derive(Clone)]
pub struct Context {
    /// The nouns.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Secrets.
    pub keys: Keys,
    /// Settings.
    pub config: Arc<Config>,
    /// Decision table of deadlines: the default, or that of `[urgency] policy`.
    pub policy: Arc<UrgencyPolicy>,
    /// Data directory.
    pub home: Home,
    /// Made with `init --drill`: time may be moved, every output says ÜBUNG, nothing leaves but to the folder.
    pub drill: bool,
    /// The demo: every page says "DEMO – nichts wird verschickt".
    pub demo: bool,
}

impl Context {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id.
    pub fn id(&self) -> anyhow::Result<String> {
        self.random.id(self.now())
    }

    /// Every build pack: those of the program, and over them those a chamber brought in.
    ///
    /// # Errors
    /// The database refused, or an imported pack can no longer be read.
    pub async fn packs(&self) -> anyhow::Result<Arc<Vec<BuildPack>>> {
        self.store.packs().await
    }

    /// The zone in which people read times; UTC where the configured name is unknown.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.config.chamber.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}
