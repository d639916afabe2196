//! A CSAF provider is asked: what moved is fetched, checked, and taken or refused; who may speak and sign is pinned.
//!
//! ```text
//! metadata ─▶ who speaks? (pin) ─▶ lists ─▶ what moved? ─▶ keys (pins) ─▶ fetch and check, 8 at once ─▶ taken, one by one
//! ```
//! What could not be fetched is simply asked for again at the next pull. What was rejected is remembered, and fetched
//! again after a day or when a person decides about a key.

mod identity;
mod keyring;
mod look;
mod moved;
mod take;

pub use look::look;

use crate::context::Context;
use crate::feeds::csaf::{self, Found, List, Listing};
use crate::feeds::{PullReport, Rejected};
use crate::notice::notice;
use crate::outgoing::{Client, FetchError};
use crate::refusal::Refusal;
use crate::store::feeds::feed_entries::SeenEntry;
use crate::store::people::notices;
use anyhow::{Error, Result};
use std::collections::{HashMap, HashSet};
use tokio::task::JoinSet;
use tuermer_core::feed::Feed;
use tuermer_core::limits;
use tuermer_formats::provider::Maintained;
use tuermer_formats::rolie::Entry;

/// One provider behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Address of its metadata.
    pub url: String,
    /// Name of its publisher.
    pub publisher: String,
    /// Namespace of its publisher.
    pub namespace: String,
    /// What a person should know before adding it.
    pub remark: Option<Refusal>,
}

/// The providers behind an address: one for a file, one or more for a domain, all that an aggregator lists. Nothing is
/// stored and nobody is trusted by being listed.
///
/// # Errors
/// A refusal: nothing was found, with where was looked.
pub async fn candidates(client: &Client, url: &str) -> Result<Vec<Candidate>> {
    let found = csaf::discover(client, url).await.map_err(Error::new)?;
    let own = found
        .providers
        .into_iter()
        .map(|Found { url, provider }| Candidate {
            url,
            publisher: provider.publisher,
            namespace: provider.namespace,
            remark: None,
        });
    let list = found.aggregator;
    let remark = list
        .as_ref()
        .map(|list| Refusal::new("provider.listed_only", [("list", &list.name)]));
    let listed = list
        .into_iter()
        .flat_map(|list| list.listed)
        .map(|listed| Candidate {
            url: listed.url,
            publisher: listed.publisher,
            namespace: listed.namespace,
            remark: remark.clone(),
        });
    Ok(own.chain(listed).collect())
}

/// Asks a provider for what moved.
///
/// # Errors
/// A refusal where the provider cannot be found, read or believed; anything else is ours.
pub async fn pull(context: &Context, client: &Client, feed: &Feed) -> Result<PullReport> {
    let mut discovered = csaf::discover(client, &feed.url)
        .await
        .map_err(Error::new)?;
    if discovered.providers.is_empty() {
        return Err(Error::new(Refusal::new(
            "provider.is_aggregator",
            [("url", &feed.url)],
        )));
    }
    let found = discovered.providers.remove(0);
    let mut report = PullReport::default();
    for other in discovered.providers {
        report
            .remarks
            .push(Refusal::new("provider.one_more", [("url", &other.url)]));
    }
    report.tolerated = found.provider.tolerated.total();
    match found.provider.maintained(context.now()) {
        Maintained::Yes => {}
        Maintained::Ended(at) => {
            return Err(Error::new(Refusal::new(
                "provider.maintained_ended",
                [("url", &found.url), ("at", &at)],
            )));
        }
        Maintained::EndsSoon(at) => report.remarks.push(Refusal::new(
            "provider.maintained_ends",
            [("url", &found.url), ("at", &at)],
        )),
        Maintained::NotYet(at) => report.remarks.push(Refusal::new(
            "provider.maintained_not_yet",
            [("url", &found.url), ("at", &at)],
        )),
    }
    let identity = identity::identify(context, client, &found, &mut report.remarks).await?;
    let seen = context.store.feed_entries(&feed.name).await?;
    let read = lists(context, client, feed, &found, &seen, &mut report).await?;
    let wanted = moved::moved(&read.entries, &seen, context.now());
    let left = wanted.len().saturating_sub(limits::PULL_DOCUMENTS);
    let failed = if wanted.is_empty() {
        report.unchanged = read.unchanged;
        0
    } else {
        let rules = keyring::rules(context, client, &found, &identity, &mut report.remarks).await?;
        let taker = take::Taker {
            context,
            feed: &feed.name,
            found: &found,
            identity: &identity,
        };
        fetch_all(
            client,
            wanted.into_iter().take(limits::PULL_DOCUMENTS).collect(),
            rules,
            &taker,
            &mut report,
        )
        .await?
    };
    if left > 0 {
        report
            .remarks
            .push(Refusal::new("provider.more_left", [("count", &left)]));
    }
    if left == 0 && failed == 0 {
        for (url, etag) in read.etags {
            context
                .store
                .keep_list_etag(&feed.name, &url, &etag)
                .await?;
        }
    }
    Ok(report)
}

/// What all lists of a provider say.
struct Read {
    entries: Vec<Entry>,
    etags: Vec<(String, String)>,
    unchanged: bool,
}

/// Asks all feeds; only if none can be had, all directories. A list that cannot be had is a remark, as long as another can.
async fn lists(
    context: &Context,
    client: &Client,
    feed: &Feed,
    found: &Found,
    seen: &HashMap<String, SeenEntry>,
    report: &mut PullReport,
) -> Result<Read> {
    let (choices, remarks) = csaf::lists(found);
    report.remarks.extend(remarks);
    let mut failures = Vec::new();
    for lists in choices.iter().filter(|lists| !lists.is_empty()) {
        let before = failures.len();
        let read = read_lists(context, client, feed, lists, seen, &mut failures, report).await?;
        if failures.len().saturating_sub(before) < lists.len() {
            report.remarks.extend(failures);
            return Ok(read);
        }
    }
    Err(Error::new(failures.into_iter().next().unwrap_or_else(
        || Refusal::new("provider.no_lists", [("url", &found.url)]),
    )))
}

async fn read_lists(
    context: &Context,
    client: &Client,
    feed: &Feed,
    lists: &[List],
    seen: &HashMap<String, SeenEntry>,
    failures: &mut Vec<Refusal>,
    report: &mut PullReport,
) -> Result<Read> {
    let again = seen
        .values()
        .any(|entry| moved::again(entry, context.now()));
    let mut read = Read {
        entries: Vec::new(),
        etags: Vec::new(),
        unchanged: true,
    };
    let mut urls = HashSet::new();
    for list in lists {
        let etag = if again {
            String::new()
        } else {
            context.store.list_etag(&feed.name, &list.url).await?
        };
        match csaf::list(client, list, &etag).await {
            Err(reason) => failures.push(reason),
            Ok(Listing {
                unchanged: true, ..
            }) => {}
            Ok(Listing {
                unchanged: false,
                etag,
                entries,
                unusable,
                tolerated,
            }) => {
                read.unchanged = false;
                report.tolerated = report.tolerated.saturating_add(tolerated.total());
                report
                    .rejected
                    .extend(unusable.into_iter().map(|document| Rejected {
                        document,
                        reason: Refusal::new("provider.entry_unusable", []),
                    }));
                read.entries.extend(
                    entries
                        .into_iter()
                        .filter(|entry| urls.insert(entry.url.clone())),
                );
                read.etags.push((list.url.clone(), etag));
            }
        }
    }
    report.discovered = if read.unchanged {
        seen.len() as u64
    } else {
        read.entries.len() as u64
    };
    Ok(read)
}

/// Fetches and takes, a few at once. How many could not be fetched.
async fn fetch_all(
    client: &Client,
    entries: Vec<Entry>,
    rules: csaf::Rules,
    taker: &take::Taker<'_>,
    report: &mut PullReport,
) -> Result<usize> {
    let mut waiting = entries.into_iter();
    let mut running = JoinSet::new();
    let (mut failed, mut in_a_row, mut last) = (0_usize, 0_usize, None);
    loop {
        while running.len() < limits::PROVIDER_PARALLEL && in_a_row < limits::PULL_FAILURES {
            let Some(entry) = waiting.next() else { break };
            let (client, rules) = (client.clone(), rules.clone());
            running.spawn(async move {
                let listed = entry.clone();
                csaf::fetch(&client, entry, &rules)
                    .await
                    .map_err(|error| (listed, error))
            });
        }
        let Some(done) = running.join_next().await else {
            break;
        };
        match done {
            Ok(Ok(arrived)) => {
                in_a_row = 0;
                taker.take(arrived, report).await?;
            }
            Ok(Err((entry, error)))
                if error.is_not_found()
                    || matches!(
                        error,
                        FetchError::TooBig { .. } | FetchError::ContentType { .. }
                    ) =>
            {
                in_a_row = 0;
                taker.gone(entry, error.sentence(), report).await?;
            }
            Ok(Err((entry, error))) => {
                failed = failed.saturating_add(1);
                in_a_row = in_a_row.saturating_add(1);
                report.rejected.push(Rejected {
                    document: entry.url,
                    reason: error.sentence(),
                });
                last = Some(error);
            }
            Err(error) => return Err(Error::new(error)),
        }
    }
    let given_up = waiting.len();
    if let (Some(error), true) = (
        last,
        failed == report.rejected.len()
            && report.same == 0
            && report.new == 0
            && report.changed == 0,
    ) {
        // The lists are there and no single document is: that is a failure of the feed, not of its documents.
        return Err(Error::new(error.sentence()));
    }
    if given_up > 0 {
        report
            .remarks
            .push(Refusal::new("provider.given_up", [("count", &given_up)]));
    }
    Ok(failed.saturating_add(given_up))
}

/// Raises a notice once; the same words about the same subject are not repeated while it is open.
async fn notify(context: &Context, kind: &str, subject: &str, words: &Refusal) -> Result<()> {
    let notice = notice(context, kind, subject, words.sentence())?;
    let mut open = context.store.begin().await?;
    notices::raise(&mut open, &notice).await?;
    open.commit().await
}
