//! A provider is tried step by step without storing or trusting anything: found, keys, lists, and its newest document.

use super::{maintained, moved};
use crate::context::Context;
use crate::feeds::csaf::{self, Checked, Discovered, Found, Rules};
use crate::outgoing::Client;
use crate::refusal::Refusal;
use anyhow::{Error, Result};
use std::collections::HashMap;
use std::sync::Arc;
use tuermer_core::feed::Feed;
use tuermer_formats::rolie::Entry;

/// Says what a provider offers. The key is taken as the provider shows it: this proves that its documents fit its key,
/// not whose key it is.
///
/// # Errors
/// The step that failed, as a refusal; the steps before it stand in `steps`.
pub async fn look(
    context: &Context,
    client: &Client,
    feed: &Feed,
    steps: &mut Vec<Refusal>,
) -> Result<()> {
    let found = csaf::discover(client, &feed.url)
        .await
        .map_err(Error::new)?;
    discovery_steps(&found, steps);
    let Some(provider) = found.providers.first() else {
        return Ok(());
    };
    let said = &provider.provider;
    let role = said.role.as_str();
    steps.push(Refusal::new(
        "provider.step_provider",
        [
            ("publisher", &said.publisher),
            ("namespace", &said.namespace),
            ("role", &role),
            ("url", &provider.url),
        ],
    ));
    steps.extend(maintained(provider, context.now())?);
    let (keys, wrong) = csaf::keys(client, &said.keys).await;
    for (url, key) in &keys {
        steps.push(Refusal::new(
            "provider.step_key",
            [("fingerprint", &key.fingerprint), ("url", url)],
        ));
    }
    steps.extend(wrong);
    let entries = lists(client, provider, steps).await?;
    let newest = moved::moved(&entries, &HashMap::new(), context.now())
        .into_iter()
        .next();
    let rules = Rules {
        role: said.role,
        keys: Arc::new(keys.into_iter().map(|(_, key)| key).collect()),
        decided: Arc::default(),
        key_waits: false,
        names_keys: !said.keys.is_empty(),
        now: context.now(),
    };
    match newest {
        Some(entry) => document(client, entry, &rules, steps).await,
        None => Ok(()),
    }
}

/// Where was looked, and the list of an aggregator.
fn discovery_steps(found: &Discovered, steps: &mut Vec<Refusal>) {
    for (url, reason) in &found.steps {
        steps.push(
            reason
                .clone()
                .unwrap_or_else(|| Refusal::new("provider.step_read", [("url", url)])),
        );
    }
    if let Some(list) = &found.aggregator {
        steps.push(Refusal::new(
            "provider.step_list",
            [("name", &list.name), ("count", &list.listed.len())],
        ));
    }
}

async fn lists(client: &Client, found: &Found, steps: &mut Vec<Refusal>) -> Result<Vec<Entry>> {
    let (choices, closed) = csaf::lists(found);
    steps.extend(closed);
    let mut last = Refusal::new("provider.no_lists", [("url", &found.url)]);
    for lists in choices {
        let (mut entries, mut read) = (Vec::new(), false);
        for list in &lists {
            match csaf::list(client, list, "").await {
                Ok(listing) => {
                    let (count, tolerated) = (listing.entries.len(), listing.tolerated.total());
                    steps.push(Refusal::new(
                        "provider.step_listing",
                        [
                            ("url", &list.url),
                            ("count", &count),
                            ("tolerated", &tolerated),
                        ],
                    ));
                    entries.extend(listing.entries);
                    read = true;
                }
                Err(reason) => {
                    last = reason.clone();
                    steps.push(reason);
                }
            }
        }
        if read {
            return Ok(entries);
        }
    }
    Err(Error::new(last))
}

async fn document(
    client: &Client,
    entry: Entry,
    rules: &Rules,
    steps: &mut Vec<Refusal>,
) -> Result<()> {
    let url = entry.url.clone();
    let arrived = csaf::fetch(client, entry, rules)
        .await
        .map_err(Error::new)?;
    match arrived.checked {
        Checked::Verified {
            fingerprint,
            warning,
        } => {
            steps.push(Refusal::new(
                "provider.step_verified",
                [("url", &url), ("fingerprint", &fingerprint)],
            ));
            steps.extend(warning);
            Ok(())
        }
        Checked::Unsigned(_) => {
            steps.push(Refusal::new("provider.step_unsigned", [("url", &url)]));
            Ok(())
        }
        Checked::Refused { reason, .. } => Err(Error::new(reason)),
    }
}
