//! Tells people, outside the pages, that a feed has been silent for longer than its own rule – once – and that it is heard again.

use crate::context::Context;
use crate::notice::notice;
use crate::store::people::notices::Notice;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::feed::{Feed, Health};
use tuermer_core::sentence::Sentence;

/// Notes what changed in the health of a feed, with the notice that is mailed to the operators.
pub async fn judge(context: &Context, feed: &Feed) -> Result<()> {
    let now = context.now();
    match feed.health(now) {
        Health::Silent { since } if feed.silent_since.is_none() && !feed.paused => {
            let notice = told(context, feed, "feed.silent", since)?;
            if context
                .store
                .feed_fell_silent(&feed.name, since, &notice)
                .await?
            {
                tracing::error!(feed = feed.name, since = %since, "a feed is silent for longer than its rule allows");
            }
        }
        Health::Fine if feed.silent_since.is_some() => {
            let notice = told(
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

fn told(context: &Context, feed: &Feed, kind: &str, since: Timestamp) -> Result<Notice> {
    let error = feed.last_error.clone();
    let error = error.unwrap_or_else(|| Sentence::verbatim(""));
    let key = if kind == "feed.silent" {
        "feed.notice_silent"
    } else {
        "feed.notice_recovered"
    };
    let text = Sentence::new(
        key,
        [
            ("feed", feed.name.as_str().into()),
            ("url", feed.url.as_str().into()),
            ("since", since.into()),
            ("error", error.into()),
            ("next", feed.next_at.into()),
        ],
    );
    notice(context, kind, &feed.name, text)
}
