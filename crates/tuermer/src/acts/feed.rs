//! Sources that are asked by themselves: added, paused, asked now, given another key, forgotten.

pub mod wish;

use super::allow;
use crate::context::Context;
use crate::feeds::Secret;
use crate::refusal::{refusal, wrong_call};
use crate::stations::poll::{self, Pulled};
use anyhow::Result;
use std::path::Path;
use tuermer_core::feed::Feed;
use tuermer_core::rights::{Act, Actor};

/// Adds a source that was looked at.
///
/// # Errors
/// The actor may not, or the name is taken.
pub async fn add(context: &Context, actor: &Actor, feed: &Feed) -> Result<()> {
    allow(actor, Act::AddFeed)?;
    if context.store.add_feed(feed, actor.name()).await? {
        return Ok(());
    }
    Err(refusal(
        "feed.name_taken",
        [("name", &feed.name), ("url", &feed.url)],
    ))
}

/// Keeps the key or password of a source that is about to be added.
///
/// # Errors
/// The actor may not, the kind needs none or another one, or the file cannot be read or written.
pub fn bring_secret(
    context: &Context,
    actor: &Actor,
    feed: &Feed,
    from: Option<&Path>,
) -> Result<()> {
    allow(actor, Act::AddFeed)?;
    keep_secret(context, feed, from)
}

/// Gives a source that is there another key or password.
///
/// # Errors
/// As [`bring_secret`].
pub async fn replace_secret(
    context: &Context,
    actor: &Actor,
    feed: &Feed,
    from: &Path,
) -> Result<()> {
    allow(actor, Act::ReplaceSecret)?;
    keep_secret(context, feed, Some(from))?;
    context
        .store
        .note_feed(
            &feed.name,
            "feed.secret_replaced",
            actor.name(),
            context.now(),
        )
        .await
}

/// Puts the key or password of a source where it is looked for when it is asked.
fn keep_secret(context: &Context, feed: &Feed, from: Option<&Path>) -> Result<()> {
    let names = feed.kind.nature().secret;
    match from {
        None if names.is_empty() => Ok(()),
        None => Err(wrong_call(
            "feed.secret_missing",
            [("kind", &feed.kind.as_str()), ("names", &names.join(", "))],
        )),
        Some(_) if names.is_empty() => Err(wrong_call(
            "feed.secret_not_needed",
            [("kind", &feed.kind.as_str())],
        )),
        Some(from) => Secret::keep(from, &context.home.feed_secret(&feed.name), names),
    }
}

/// Does not ask a source any more; `false` where there is none of this name.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn pause(context: &Context, actor: &Actor, name: &str) -> Result<bool> {
    allow(actor, Act::PauseFeed)?;
    context
        .store
        .pause_feed(name, true, actor.name(), context.now())
        .await
}

/// Asks a source again, at once; `false` where there is none of this name.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn resume(context: &Context, actor: &Actor, name: &str) -> Result<bool> {
    allow(actor, Act::ResumeFeed)?;
    context
        .store
        .pause_feed(name, false, actor.name(), context.now())
        .await
}

/// Forgets a source with its key or password; the documents it brought stay. `false` where there is none of this name.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn remove(context: &Context, actor: &Actor, name: &str) -> Result<bool> {
    allow(actor, Act::RemoveFeed)?;
    let found = context
        .store
        .remove_feed(name, actor.name(), context.now())
        .await?;
    if found {
        poll::forget_secret(context, name)?;
    }
    Ok(found)
}

/// Has a source asked at the next look; `false` where there is none of this name or it is paused.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn want(context: &Context, actor: &Actor, name: &str) -> Result<bool> {
    allow(actor, Act::PullFeed)?;
    context
        .store
        .make_feed_due(name, actor.name(), context.now())
        .await
}

/// Asks a source now, due or not, and waits for its answer; `None` where another process is asking it.
///
/// # Errors
/// The actor may not, or the store cannot be read or written. What the source does wrong is in the result.
pub async fn pull(context: &Context, actor: &Actor, feed: Feed) -> Result<Option<Pulled>> {
    allow(actor, Act::PullFeed)?;
    context
        .store
        .note_feed(&feed.name, "feed.wanted", actor.name(), context.now())
        .await?;
    poll::pull(context, feed).await
}
