//! The only source of randomness: the operating system's, or a seed for drills and tests.

use anyhow::{Context as _, Result, anyhow};
use rand::rngs::ChaCha20Rng;
use rand::{Rng as _, SeedableRng as _};
use std::sync::{Arc, Mutex};

/// Where random bytes come from.
#[derive(Clone)]
pub enum Random {
    /// The operating system.
    System,
    /// A seeded stream; the same seed gives the same run.
    Seeded(Arc<Mutex<ChaCha20Rng>>),
}

impl Random {
    /// A seeded stream.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        match self {
            Self::System => {
                getrandom::fill(bytes).context("the operating system gives no randomness")
            }
            Self::Seeded(stream) => {
                stream
                    .lock()
                    .map_err(|_| anyhow!("the seeded randomness is broken"))?
                    .fill_bytes(bytes);
                Ok(())
            }
        }
    }

    /// A new id that sorts by time.
    pub fn id(&self, now: jiff::Timestamp) -> Result<String> {
        let mut bytes = [0_u8; 16];
        self.fill(&mut bytes)?;
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Ok(ulid::Ulid::from_parts(milliseconds, u128::from_be_bytes(bytes)).to_string())
    }

    /// A token for a link or a session: 256 bit, URL-safe.
    pub fn token(&self) -> Result<String> {
        use base64::Engine as _;
        let mut bytes = [0_u8; tuermer_core::limits::TOKEN_BYTES];
        self.fill(&mut bytes)?;
        Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
    }
}
