//! Takes one document from an address a person names. It counts like a file brought by hand: tested, but nobody's
//! signature was checked; a provider that signs is a feed.

use super::allow;
use super::intake::{self, IngestReport};
use crate::context::Context;
use crate::outgoing::{Fetched, Wanted};
use crate::refusal::refusal;
use crate::stations::poll;
use anyhow::Result;
use tuermer_core::rights::{Act, Actor};

/// Fetches and reads.
///
/// # Errors
/// It cannot be fetched, which is told in one sentence; or the store cannot be read or written.
pub async fn ingest(
    context: &Context,
    actor: &Actor,
    url: &str,
    private_hosts: &[String],
) -> Result<IngestReport> {
    allow(actor, Act::Ingest)?;
    match poll::client(context, private_hosts)?
        .get(url, Wanted::DOCUMENT)
        .await?
    {
        Fetched::Body(body) => intake::ingest_bytes(context, actor, &body.url, body.bytes).await,
        // We sent no condition.
        Fetched::NotModified => Err(refusal("threat.ingest_not_modified", [("url", &url)])),
    }
}
