//! How sources look on the terminal and as JSON.

use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::feeds::{PullReport, Rejected};
use crate::refusal::{Refusal, refusal_words};
use crate::stations::poll::{self, Pulled};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tuermer_core::admiralty::Grade;
use tuermer_core::feed::{Feed, FeedCounts, span};
use tuermer_core::limits;
use tuermer_core::tlp::Tlp;
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
            call.out.object(&object(call, feed))?;
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

/// How a source stands, in one word: `paused`, `silent`, `failing`, `fresh` or `new`.
pub fn state(feed: &Feed) -> &'static str {
    match feed {
        Feed { paused: true, .. } => "paused",
        Feed {
            silent_since: Some(_),
            ..
        } => "silent",
        Feed {
            last_error: Some(_),
            ..
        } => "failing",
        Feed {
            last_success_at: Some(_),
            ..
        } => "fresh",
        _ => "new",
    }
}

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
    let state = texts.get(&format!("feed.state_{}", state(feed)));
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

/// A source as one object; keys are never translated.
pub fn object(call: &Call, feed: &Feed) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let FeedCounts {
        discovered,
        new,
        changed,
        verified,
        rejected,
        tolerated,
    } = feed.counts;
    let error = error(call, feed);
    json!({
        "feed": feed.name, "kind": feed.kind.as_str(), "url": feed.url, "state": state(feed),
        "period_seconds": feed.period_seconds, "silent_after_seconds": feed.silent_after_seconds, "paused": feed.paused,
        "private_hosts": feed.private_hosts, "grade": feed.grade.map(Grade::to_text), "tlp": feed.tlp.map(Tlp::as_str), "senders": feed.senders, "next": feed.next_at.to_string(), "failures": feed.failures,
        "last_attempt": time(feed.last_attempt_at), "last_success": time(feed.last_success_at), "last_change": time(feed.last_change_at),
        "last_error": if error.is_empty() { Value::Null } else { error.into() }, "silent_since": time(feed.silent_since),
        "discovered": discovered, "new": new, "changed": changed, "verified": verified, "rejected": rejected, "tolerated": tolerated,
    })
}

/// What one pull brought.
pub fn pulled(call: &Call, Pulled { feed, result }: &Pulled) -> Result<()> {
    let texts = call.out.texts;
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            let reason = poll::sentence(error, texts.0);
            if call.out.json {
                return call.out.object(&json!({
                    "feed": feed.name, "kind": feed.kind.as_str(), "error": reason, "next": feed.next_at.to_string(),
                    "discovered": 0, "new": 0, "changed": 0, "same": 0, "verified": 0, "tolerated": 0, "rejected": [], "remarks": [],
                }));
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
        let rejected: Vec<Value> = rejected.iter().map(|Rejected { document, reason }| json!({"document": document, "reason": say(reason)})).collect();
        let remarks: Vec<String> = remarks.iter().map(say).collect();
        return call.out.object(&json!({
            "feed": feed.name, "kind": feed.kind.as_str(), "error": null, "unchanged": unchanged, "discovered": discovered, "new": new,
            "changed": changed, "same": same, "verified": verified, "tolerated": tolerated, "rejected": rejected, "remarks": remarks,
            "next": feed.next_at.to_string(),
        }));
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
