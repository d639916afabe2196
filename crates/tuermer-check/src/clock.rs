//! The only place that reads the time; everything else is told `now`.

use jiff::Timestamp;

/// Now.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Timestamp {
    Timestamp::now()
}
