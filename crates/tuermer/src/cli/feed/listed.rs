//! `tuermer feed add csaf` with a list of providers: each becomes a feed of its own; nobody is trusted because he is listed.

use super::add;
use crate::acts;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::refusal_words;
use crate::stations::poll;
use crate::stations::provider::{self, Candidate};
use anyhow::Result;
use tuermer_core::feed::{Feed, FeedKind};
use tuermer_core::rights::Actor;

/// The providers an aggregator or lister names; `None` where the address is no such list.
pub async fn of(context: &Context, feed: &Feed) -> Result<Option<Vec<Candidate>>> {
    if feed.kind != FeedKind::Csaf {
        return Ok(None);
    }
    let found =
        provider::candidates(&poll::client(context, &feed.private_hosts)?, &feed.url).await?;
    // Only who stands in a list carries a remark.
    Ok(found
        .iter()
        .any(|candidate| candidate.remark.is_some())
        .then_some(found))
}

/// Adds all of them with the rules of `like`; who is there already is passed over and said.
pub async fn add(
    call: &Call,
    context: &Context,
    actor: &Actor,
    like: &Feed,
    listed: Vec<Candidate>,
) -> Result<Exit> {
    let texts = call.out.texts;
    let (mut added, mut passed) = (0_u64, 0_u64);
    for Candidate {
        url,
        publisher,
        namespace: _,
        remark,
    } in listed
    {
        let feed = Feed {
            private_hosts: like.private_hosts.clone(),
            ..add::feed(
                context,
                FeedKind::Csaf.as_str(),
                Some(&url),
                &like.private_hosts,
            )?
        };
        let feed = Feed {
            period_seconds: like.period_seconds,
            silent_after_seconds: like.silent_after_seconds,
            name: free_name(context, &feed.name).await?,
            ..feed
        };
        if let Err(reason) = add::free(context, &feed).await {
            call.out.say(&poll::sentence(&reason, texts.0));
            passed = passed.saturating_add(1);
            continue;
        }
        acts::feed::add(context, actor, &feed).await?;
        added = added.saturating_add(1);
        if call.out.json {
            call.out.object(&super::show::view(call, &feed))?;
        } else {
            call.out.line(&texts.with(
                "provider.listed_added",
                &[
                    ("name", &feed.name),
                    ("publisher", &publisher),
                    ("url", &url),
                ],
            ));
        }
        if let Some(remark) = remark {
            call.out.say(&refusal_words(&remark, texts));
        }
    }
    super::show::say_no_operators(call, context);
    Ok(match (added, passed) {
        (0, 0) => Exit::NothingFound,
        (_, 0) => Exit::Ok,
        _ => Exit::Partial,
    })
}

/// Several providers may lie on one host: `vendor.example`, `vendor.example-2` …
async fn free_name(context: &Context, name: &str) -> Result<String> {
    let mut candidate = name.to_string();
    for number in 2_u32.. {
        if context.store.feed(&candidate).await?.is_none() {
            break;
        }
        candidate = format!("{name}-{number}");
    }
    Ok(candidate)
}
