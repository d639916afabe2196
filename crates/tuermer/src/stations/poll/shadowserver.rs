//! Shadowserver's API: asks which reports of the last days there are, and fetches those that are new.
//!
//! ```text
//! POST reports/list {apikey, date} + HMAC2: HMAC-SHA256(secret, body) ─▶ [{id, file, timestamp}] ─▶ GET download/id ─▶ intake
//! ```
//! Key and secret come from the feed's secret file, which may be the one that Shadowserver's own programs read. Its line
//! `download` names another place for the reports, for a chamber that goes through a relay.
//!
//! Source: <https://github.com/The-Shadowserver-Foundation/api_utils/wiki>.

use super::{entries, secret};
use crate::context::Context;
use crate::feeds::{PullReport, Secret};
use crate::outgoing::{Client, Wanted};
use crate::refusal::Refusal;
use anyhow::{Error, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::json;
use sha2::Sha256;
use tuermer_core::feed::Feed;
use tuermer_core::limits;
use tuermer_formats::report_list::{self, Listed};

/// Where reports are fetched by their id.
const DOWNLOAD: &str = "https://dl.shadowserver.org/";

/// Takes the reports that we do not have.
///
/// # Errors
/// The API cannot be asked, refuses the key, or none of its reports can be fetched.
pub async fn pull(context: &Context, client: &Client, feed: &Feed) -> Result<PullReport> {
    let secret = secret(context, feed)?;
    let download = match secret.get("download") {
        "" => DOWNLOAD,
        set => set,
    };
    let listed = list(context, client, feed, &secret).await?;
    let entry = |Listed { id, file, day }: Listed| entries::ListedFile {
        name: file,
        url: format!("{}/{id}", download.trim_end_matches('/')),
        updated: day,
    };
    entries::ingest_moved(
        context,
        client,
        feed,
        listed.into_iter().map(entry).collect(),
        0,
    )
    .await
    .map(|(report, _)| report)
}

/// Asks what there is, and takes nothing.
///
/// # Errors
/// As [`pull`].
pub async fn look(
    context: &Context,
    client: &Client,
    feed: &Feed,
    steps: &mut Vec<Refusal>,
) -> Result<()> {
    let listed = list(context, client, feed, &secret(context, feed)?).await?;
    steps.push(Refusal::new(
        "feed.step_reports",
        [
            ("count", &listed.len()),
            ("days", &limits::REPORT_LIST_DAYS),
        ],
    ));
    Ok(())
}

async fn list(
    context: &Context,
    client: &Client,
    feed: &Feed,
    secret: &Secret,
) -> Result<Vec<Listed>> {
    let today = context.now().to_zoned(TimeZone::UTC).date();
    let from = today.checked_sub(SignedDuration::from_hours(
        limits::REPORT_LIST_DAYS.saturating_mul(24),
    ))?;
    let body = json!({"apikey": secret.get("key"), "date": format!("{from}:{today}")}).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.get("secret").as_bytes())?;
    mac.update(body.as_bytes());
    let mac = hex::encode(mac.finalize().into_bytes());
    let url = format!("{}/reports/list", feed.url.trim_end_matches('/'));
    let bytes = client
        .post(&url, body, ("hmac2", &mac), Wanted::JSON)
        .await?;
    report_list::read(&bytes).map_err(|error| {
        Error::new(Refusal::new(
            "feed.error_list",
            [("url", &url), ("error", &error)],
        ))
    })
}
