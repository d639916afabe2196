//! CSAF providers at their source (CSAF 7.3): found, listed, fetched and checked, in this order.
//!
//! ```text
//! address ─▶ metadata ─▶ lists ─▶ document ─▶ hash over the raw bytes ─▶ signature over the raw bytes ─▶ checked
//! ```
//! Nothing is parsed as a document here: what comes out are bytes and what is proven of them. Whose keys count
//! is decided by the station that knows the store (`stations/provider.rs`).

mod discovery;
mod document;
mod keys;
mod listing;

pub use discovery::{Discovered, Found, discover};
pub use document::{Arrived, Checked, Rules, compare, fetch};
pub use keys::keys;
pub use listing::{List, Listing, list, lists};

use crate::outgoing::{Body, Client, FetchError, Wanted};
use crate::refusal::Refusal;
use tuermer_core::limits;
use tuermer_formats::links;

/// Most bytes of a small file, and that it should be JSON.
fn json(limit_bytes: u64) -> Wanted<'static> {
    Wanted {
        limit_bytes,
        ..Wanted::JSON
    }
}

/// Any small file.
fn plain(limit_bytes: u64) -> Wanted<'static> {
    Wanted {
        limit_bytes,
        ..Wanted::DOCUMENT
    }
}

/// Fetches metadata. It speaks for the host it was asked of, so a redirect to somebody else's host is refused.
async fn metadata(client: &Client, url: &str) -> Result<Body, Refusal> {
    let body = client
        .body(url, json(limits::METADATA_BYTES))
        .await
        .map_err(|error| error.sentence())?;
    if links::registered_name(&body.url) != links::registered_name(url) {
        return Err(Refusal::new(
            "provider.metadata_elsewhere",
            [("url", &url), ("target", &body.url)],
        ));
    }
    Ok(body)
}

/// A file that may be missing: `None` where the server says so.
async fn optional(
    client: &Client,
    url: &str,
    limit_bytes: u64,
) -> Result<Option<Vec<u8>>, FetchError> {
    match client.body(url, plain(limit_bytes)).await {
        Ok(body) => Ok(Some(body.bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
