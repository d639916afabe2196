//! A CSAF provider: what it lists, fetched, verified, then taken.

use crate::context::Context;
use crate::feeds::{Client, PullReport};
use crate::refusal::{Refusal, refusal};
use anyhow::Result;
use tuermer_core::feed::Feed;

/// Takes what is new or newer at a provider.
///
/// # Errors
/// The provider cannot be found or read, or the store does not answer. A single document that is not taken is in the report.
pub async fn pull(_context: &Context, _client: &Client, feed: &Feed) -> Result<PullReport> {
    Err(refusal("feed.kind_not_read", [("kind", &feed.kind.as_str())]))
}

/// Finds the provider and says what it offers; takes nothing.
///
/// # Errors
/// The provider cannot be found or read.
pub async fn look(_client: &Client, feed: &Feed, _steps: &mut Vec<Refusal>) -> Result<()> {
    Err(refusal("feed.kind_not_read", [("kind", &feed.kind.as_str())]))
}
