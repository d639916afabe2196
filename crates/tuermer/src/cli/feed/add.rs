//! `tuermer feed add`: everything a stranger may type wrong is said before anything is written.

use super::{Rules, listed, say_steps, tried};
use crate::acts;
use crate::cli::sign_in::ActorOrShell;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::{refusal, wrong_call};
use crate::stations::poll;
use anyhow::Result;
use std::path::PathBuf;
use tuermer_core::feed::{self, Feed, FeedKind, is_name, span};
use tuermer_core::limits;
use tuermer_core::rights::Actor;
use tuermer_formats::contact_fields;

use crate::acts::feed::wish::with_word;
pub use crate::acts::feed::wish::{feed, free};

/// What was typed.
pub struct Wish {
    pub kind: String,
    pub url: Option<String>,
    pub rules: Rules,
    pub secret_file: Option<PathBuf>,
    pub name: Option<String>,
    pub untested: bool,
    pub actor: ActorOrShell,
}

/// Runs it.
pub async fn run(
    call: &Call,
    context: &Context,
    Wish {
        kind,
        url,
        rules,
        secret_file,
        name,
        untested,
        actor,
    }: Wish,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let mut feed = ruled(
        feed(context, &kind, url.as_deref(), &rules.allow_private)?,
        &rules,
    )?;
    if let Some(name) = name {
        feed.name = name;
    }
    if !is_name(&feed.name) {
        return Err(wrong_call(
            "feed.name_wrong",
            [
                ("name", &feed.name),
                ("limit", &limits::FEED_NAME_CHARACTERS),
            ],
        ));
    }
    if secret_file.is_some() && feed.kind.nature().secret.is_empty() {
        return Err(wrong_call(
            "feed.secret_not_needed",
            [("kind", &feed.kind.as_str())],
        ));
    }
    if !untested && let Some(providers) = listed::of(context, &feed).await.unwrap_or_default() {
        return listed::add(call, context, &actor, &feed, providers).await;
    }
    free(context, &feed).await?;
    acts::feed::bring_secret(context, &actor, &feed, secret_file.as_deref())?;
    let added = tried_and_added(call, context, &actor, &feed, untested).await;
    // Somebody else may have added a source of this name meanwhile; the key is that one's.
    if added.is_err() && context.store.feed(&feed.name).await?.is_none() {
        poll::forget_secret(context, &feed.name)?;
    }
    added?;
    if call.out.json {
        call.out.object(&super::show::view(call, &feed))?;
    } else {
        let values = [
            ("name", feed.name.as_str()),
            ("period", &span(feed.period_seconds)),
            ("silent", &span(feed.silent_after_seconds)),
        ];
        call.out.line(&call.out.texts.with("feed.added", &values));
    }
    super::show::say_no_operators(call, context);
    Ok(Exit::Ok)
}

async fn tried_and_added(
    call: &Call,
    context: &Context,
    actor: &Actor,
    feed: &Feed,
    untested: bool,
) -> Result<()> {
    if !untested {
        let (steps, result) = tried(context, feed).await;
        if !call.out.json {
            say_steps(call, &steps);
        }
        if let Err(error) = result {
            let reason = poll::sentence(&error, call.out.texts.0);
            return Err(refusal("feed.not_added", [("reason", &reason)]));
        }
    }
    acts::feed::add(context, actor, feed).await
}

/// The same with what was typed about its period and its silence.
fn ruled(feed: Feed, rules: &Rules) -> Result<Feed> {
    let period_seconds = rules
        .period
        .as_deref()
        .map_or(Ok(feed.period_seconds), seconds)?;
    // Three missed pulls are silence, whatever the kind says.
    let default = feed
        .silent_after_seconds
        .max(period_seconds.saturating_mul(3))
        .min(limits::FEED_PERIOD_MOST_SECONDS);
    let silent_after_seconds = rules.silent_after.as_deref().map_or(Ok(default), seconds)?;
    if silent_after_seconds < period_seconds {
        return Err(wrong_call(
            "feed.silent_too_short",
            [
                ("silent", &span(silent_after_seconds)),
                ("period", &span(period_seconds)),
            ],
        ));
    }
    if !rules.from.is_empty() && feed.kind != FeedKind::Mailbox {
        return Err(wrong_call(
            "feed.senders_only_mailbox",
            [("kind", &feed.kind.as_str())],
        ));
    }
    if let Some(sender) = rules
        .from
        .iter()
        .find(|sender| !matches!(contact_fields::email(sender), Ok(Some(_))))
    {
        return Err(wrong_call("feed.sender_wrong", [("sender", sender)]));
    }
    let senders = rules
        .from
        .iter()
        .map(|sender| sender.to_lowercase())
        .take(limits::MAILBOX_SENDERS)
        .collect();
    let feed = with_word(feed, rules.grade.as_deref(), rules.tlp.as_deref())?;
    Ok(Feed {
        period_seconds,
        silent_after_seconds,
        senders,
        ..feed
    })
}

fn seconds(text: &str) -> Result<i64> {
    let (least, most) = (
        limits::FEED_PERIOD_LEAST_SECONDS,
        limits::FEED_PERIOD_MOST_SECONDS,
    );
    let found = feed::seconds(text).filter(|seconds| (least..=most).contains(seconds));
    found.ok_or_else(|| {
        wrong_call(
            "feed.time_wrong",
            [
                ("text", &text),
                ("least", &span(least)),
                ("most", &span(most)),
            ],
        )
    })
}
