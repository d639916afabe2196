//! The only place that reads the time. A drill or a demo moves it; everything else is told `now`.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Real or simulated time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is set (drills only).
    Simulated(Arc<AtomicI64>),
}

impl Clock {
    /// A simulated clock that shows `at`.
    pub fn simulated(at: Timestamp) -> Self {
        Self::Simulated(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// Now, cut to microseconds, as it is stored.
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Timestamp {
        let microseconds = match self {
            Self::System => Timestamp::now().as_microsecond(),
            Self::Simulated(at) => at.load(Ordering::SeqCst),
        };
        // Both sources are inside jiff's range; the epoch is only there to have no panic.
        Timestamp::from_microsecond(microseconds).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Sets a simulated clock; a real one is left alone.
    pub fn set(&self, now: Timestamp) {
        if let Self::Simulated(at) = self {
            at.store(now.as_microsecond(), Ordering::SeqCst);
        }
    }
}
