//! A TAXII 2.1 server: its collections page by page, each from where the last pull ended.
//!
//! The address may be that of the server (`…/taxii2/`), of a root, or of one collection. How far a collection was read is
//! kept with its address, so a pull that broke off goes on there.

use crate::acts::intake;
use crate::context::Context;
use crate::feeds::{PullReport, Rejected};
use crate::outgoing::{Body, Client, Wanted};
use crate::refusal::Refusal;
use crate::store::feeds::feed_entries::{self, SeenEntry};
use anyhow::{Error, Result};
use tuermer_core::feed::Feed;
use tuermer_core::limits;
use tuermer_core::provenance::EntryState;
use tuermer_core::rights::Actor;
use tuermer_formats::links::resolve;
use tuermer_formats::taxii::{self, MEDIA_TYPE, Progress, Step};
use url::Url;

/// Who the journal says did it.
const BY: Actor = Actor::Station("poll");

const PAGE: Wanted<'static> = Wanted {
    accept: &[
        MEDIA_TYPE,
        "application/taxii+json",
        "application/stix+json",
        "application/json",
    ],
    ..Wanted::DOCUMENT
};

/// Takes what is new in every collection that we may read.
///
/// # Errors
/// The server cannot be asked, or says something else.
pub async fn pull(context: &Context, client: &Client, feed: &Feed) -> Result<PullReport> {
    let seen = context.store.feed_entries(&feed.name).await?;
    let mut report = PullReport::default();
    for collection in collections(client, &feed.url).await? {
        let since = seen
            .get(&collection)
            .and_then(|seen| seen.updated.parse().ok());
        read(
            context,
            client,
            feed,
            &collection,
            Progress::since(since),
            &mut report,
        )
        .await?;
    }
    Ok(report)
}

/// Asks what there is, and takes nothing.
///
/// # Errors
/// The server cannot be asked, or says something else.
pub async fn look(client: &Client, feed: &Feed, steps: &mut Vec<Refusal>) -> Result<()> {
    let found = collections(client, &feed.url).await?;
    steps.push(Refusal::new(
        "feed.step_collections",
        [("count", &found.len())],
    ));
    if let Some(first) = found.first() {
        let body = client
            .body(&objects(first, &Progress::default())?, PAGE)
            .await?;
        let page = taxii::page(&body.bytes).map_err(|error| wrong(&body.url, &error))?;
        steps.push(Refusal::new(
            "feed.step_objects",
            [("count", &page.objects)],
        ));
    }
    Ok(())
}

/// Addresses of the collections, each with a slash at its end.
async fn collections(client: &Client, url: &str) -> Result<Vec<String>> {
    let slashed = if url.ends_with('/') {
        url.to_string()
    } else {
        format!("{url}/")
    };
    if slashed.trim_end_matches('/').rsplit('/').nth(1) == Some("collections") {
        return Ok(vec![slashed]);
    }
    let body = client.body(&slashed, PAGE).await?;
    // A root says nothing of other roots; then the address is that of the root itself.
    let roots = taxii::discovery(&body.bytes)
        .map_or_else(|_| vec![slashed.clone()], |discovery| discovery.api_roots);
    let mut all = Vec::new();
    for root in roots
        .iter()
        .filter_map(|root| resolve(&body.url, root))
        .map(|(root, _)| root)
    {
        let list = format!("{}/collections/", root.trim_end_matches('/'));
        let Body { bytes, url, .. } = client.body(&list, PAGE).await?;
        let found = taxii::collections(&bytes).map_err(|error| wrong(&url, &error))?;
        all.extend(
            found
                .iter()
                .filter(|collection| collection.can_read)
                .map(|collection| format!("{list}{}/", collection.id)),
        );
    }
    all.truncate(limits::TAXII_COLLECTIONS);
    Ok(all)
}

/// One collection, page by page; what was read is kept after each.
async fn read(
    context: &Context,
    client: &Client,
    feed: &Feed,
    collection: &str,
    mut progress: Progress,
    report: &mut PullReport,
) -> Result<()> {
    loop {
        let Body {
            bytes,
            added_last,
            url,
            ..
        } = client.body(&objects(collection, &progress)?, PAGE).await?;
        let page = taxii::page(&bytes).map_err(|error| wrong(&url, &error))?;
        report.discovered = report.discovered.saturating_add(page.objects);
        if page.objects > 0 {
            let taken = intake::ingest_signs(context, &BY, feed, collection, bytes).await?;
            report.new = report.new.saturating_add(taken.new);
            report.same = report.same.saturating_add(taken.same);
            let reasons = taken.rejected.into_iter().map(|remark| Rejected {
                document: collection.to_string(),
                reason: Refusal::from(remark),
            });
            report
                .rejected
                .extend(reasons.take(limits::REJECTED_SHOWN.saturating_sub(report.rejected.len())));
        }
        let step = progress.advance(
            &page,
            Some(added_last.as_str()).filter(|text| !text.is_empty()),
        );
        keep(context, feed, collection, &progress).await?;
        match step {
            Step::Ask => {}
            Step::Done => return Ok(()),
            Step::Stuck => {
                report
                    .remarks
                    .push(Refusal::new("feed.taxii_stuck", [("url", &collection)]));
                return Ok(());
            }
        }
    }
}

async fn keep(context: &Context, feed: &Feed, collection: &str, progress: &Progress) -> Result<()> {
    let Some(after) = progress.added_after else {
        return Ok(());
    };
    let mut open = context.store.begin().await?;
    let entry = SeenEntry {
        updated: after.to_string(),
        state: EntryState::Taken,
        at: context.now(),
    };
    feed_entries::keep(&mut open, &feed.name, collection, &entry, "", "").await?;
    open.commit().await
}

/// Address of the next page of objects.
fn objects(collection: &str, progress: &Progress) -> Result<String> {
    let mut url = Url::parse(&format!("{collection}objects/"))?;
    url.query_pairs_mut().extend_pairs(progress.query());
    Ok(url.into())
}

fn wrong(url: &str, error: &dyn std::fmt::Display) -> Error {
    Error::new(Refusal::new(
        "feed.error_list",
        [("url", &url), ("error", error)],
    ))
}
