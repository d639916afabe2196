//! Tells people, outside the pages, that a feed has been silent for longer than its own rule – once – and that it is heard again.

use crate::context::Context;
use crate::store::people::notices::Notice;
use crate::text::Texts;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::feed::{Feed, Health};
use tuermer_core::locale::Language;
use tuermer_formats::times;

/// Notes what changed in the health of a feed, with the notice that is mailed to the operators.
pub async fn judge(context: &Context, feed: &Feed) -> Result<()> {
    let now = context.now();
    match feed.health(now) {
        Health::Silent { since } if feed.silent_since.is_none() && !feed.paused => {
            let notice = notice(context, feed, "feed.silent", since)?;
            if context
                .store
                .feed_fell_silent(&feed.name, since, &notice)
                .await?
            {
                tracing::error!(feed = feed.name, since = %since, "a feed is silent for longer than its rule allows");
            }
        }
        Health::Fine if feed.silent_since.is_some() => {
            let notice = notice(
                context,
                feed,
                "feed.recovered",
                feed.silent_since.unwrap_or(now),
            )?;
            if context.store.feed_recovered(&feed.name, &notice).await? {
                tracing::info!(feed = feed.name, "a feed is heard again");
            }
        }
        Health::Silent { .. } | Health::Fine => {}
    }
    Ok(())
}

fn notice(context: &Context, feed: &Feed, kind: &str, since: Timestamp) -> Result<Notice> {
    let words = |language| {
        let error = if language == Language::German {
            &feed.last_error_de
        } else {
            &feed.last_error_en
        };
        let zone = context.zone();
        let (since, next) = (
            times::full_moment(since, &zone, language),
            times::full_moment(feed.next_at, &zone, language),
        );
        let texts = Texts(language);
        let key = if kind == "feed.silent" {
            "feed.notice_silent"
        } else {
            "feed.notice_recovered"
        };
        texts
            .with(
                key,
                &[
                    ("feed", &feed.name),
                    ("url", &feed.url),
                    ("since", &since),
                    ("error", error),
                    ("next", &next),
                ],
            )
            .replace(" | ", "\n\n")
    };
    Ok(Notice {
        id: context.id()?,
        kind: kind.to_string(),
        subject: feed.name.clone(),
        text_de: words(Language::German),
        text_en: words(Language::English),
        created_at: context.now(),
        mailed_at: None,
    })
}
