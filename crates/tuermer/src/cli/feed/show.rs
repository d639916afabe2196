//! How sources look on the terminal and as JSON.

use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::feeds::{PullReport, Rejected};
use crate::refusal::{Refusal, refusal_words};
use crate::stations::poll::{self, Pulled};
use crate::views::feed::{FailedPullView, FeedStanding, FeedView, PullView};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::feed::{Feed, span};
use tuermer_core::limits;
use tuermer_formats::times;

/// `tuermer feed list`.
pub async fn list(call: &Call, context: &Context) -> Result<Exit> {
    let feeds = context.store.feeds().await?;
    if feeds.is_empty() {
        call.out.say(&call.out.texts.get("feed.none"));
        return Ok(Exit::NothingFound);
    }
    for feed in &feeds {
        if call.out.json {
            call.out.object(&view(call, feed))?;
        } else {
            line(call, context, feed);
        }
    }
    say_no_operators(call, context);
    Ok(Exit::Ok)
}

/// Nobody hears of a silent source: that must be loud.
pub fn say_no_operators(call: &Call, context: &Context) {
    if context.config.operators.mail.is_empty() {
        call.out.say(&call.out.texts.get("feed.no_operators"));
    }
}

/// A source for machines.
pub fn view<'a>(call: &Call, feed: &'a Feed) -> FeedView<'a> {
    FeedView::new(feed, error(call, feed))
}

/// Why a source failed, in the reader's language; empty where it did not.
fn error(call: &Call, feed: &Feed) -> String {
    let error = feed.last_error.as_ref();
    error.map_or_else(String::new, |error| {
        call.out.texts.sentence(error, &TimeZone::UTC)
    })
}

fn line(call: &Call, context: &Context, feed: &Feed) {
    let texts = call.out.texts;
    let moment = |at: Option<Timestamp>| {
        at.map_or_else(
            || "–".to_string(),
            |at| times::moment(at, &context.zone(), texts.0),
        )
    };
    let counts = feed.counts;
    let state = texts.get(&format!("feed.state_{}", FeedStanding::from(feed).as_str()));
    call.out.line(&format!(
        "{:<28} {:<5} {state:<14} {:>5}  {}",
        feed.name,
        feed.kind.as_str(),
        span(feed.period_seconds),
        feed.url
    ));
    let numbers = [
        ("discovered", counts.discovered),
        ("new", counts.new),
        ("changed", counts.changed),
        ("verified", counts.verified),
    ];
    let numbers = numbers
        .into_iter()
        .chain([("rejected", counts.rejected)])
        .map(|(name, number)| (name, number.to_string()));
    let times = [
        ("success", moment(feed.last_success_at)),
        ("change", moment(feed.last_change_at)),
        ("next", moment(Some(feed.next_at))),
    ];
    let values: Vec<(&str, String)> = numbers.chain(times).collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    call.out
        .line(&format!("    {}", texts.with("feed.line", &values)));
    if let Some(since) = feed.silent_since {
        call.out.line(&format!(
            "    {}",
            texts.with("feed.line_silent", &[("since", &moment(Some(since)))])
        ));
    }
    if !error(call, feed).is_empty() {
        call.out.line(&format!("    {}", error(call, feed)));
    }
}

/// What one pull brought.
pub fn pulled(call: &Call, Pulled { feed, result }: &Pulled) -> Result<()> {
    let texts = call.out.texts;
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            let reason = poll::sentence(error, texts.0);
            if call.out.json {
                return call.out.object(&FailedPullView::new(feed, &reason));
            }
            call.out.line(&texts.with(
                "feed.pull_failed",
                &[("name", &feed.name), ("reason", &reason)],
            ));
            return Ok(());
        }
    };
    let PullReport {
        unchanged,
        discovered,
        new,
        changed,
        same,
        verified,
        tolerated,
        rejected,
        remarks,
        etag: _,
        last_modified: _,
    } = report;
    let say = |refusal: &Refusal| refusal_words(refusal, texts);
    if call.out.json {
        return call.out.object(&PullView::new(feed, report, texts));
    }
    if *unchanged {
        call.out
            .line(&texts.with("feed.pull_unchanged", &[("name", &feed.name)]));
        return Ok(());
    }
    let numbers = [
        ("discovered", discovered),
        ("new", new),
        ("changed", changed),
        ("same", same),
        ("verified", verified),
        ("tolerated", tolerated),
    ];
    let numbers: Vec<(&str, String)> = numbers
        .into_iter()
        .map(|(name, number)| (name, number.to_string()))
        .collect();
    let count = rejected.len().to_string();
    let mut values: Vec<(&str, &str)> = vec![("name", &feed.name), ("rejected", &count)];
    values.extend(
        numbers
            .iter()
            .map(|(name, number)| (*name, number.as_str())),
    );
    call.out.line(&texts.with("feed.pull_line", &values));
    for Rejected { document, reason } in rejected.iter().take(limits::REJECTED_SHOWN) {
        call.out.line(&format!("    ✗ {document}: {}", say(reason)));
    }
    for remark in remarks {
        call.out.say(&format!("    {}", say(remark)));
    }
    Ok(())
}
