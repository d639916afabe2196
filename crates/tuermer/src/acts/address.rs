//! Takes one document from an address a person names. It counts like a file brought by hand: tested, but nobody's
//! signature was checked; a provider that signs is a feed.

use super::intake::{self, IngestReport};
use crate::context::Context;
use crate::feeds::{Fetched, Wanted};
use crate::refusal::refusal;
use crate::stations::poll;
use anyhow::Result;

/// Fetches and reads.
///
/// # Errors
/// It cannot be fetched, which is told in one sentence; or the store cannot be read or written.
pub async fn ingest(
    context: &Context,
    url: &str,
    private_hosts: &[String],
) -> Result<IngestReport> {
    match poll::client(context, private_hosts)?
        .get(url, Wanted::DOCUMENT)
        .await?
    {
        Fetched::Body(body) => intake::ingest_bytes(context, &body.url, body.bytes).await,
        // We sent no condition.
        Fetched::NotModified => Err(refusal("threat.ingest_not_modified", [("url", &url)])),
    }
}
