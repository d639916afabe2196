//! `tuermer feed add`: everything a stranger may type wrong is said before anything is written.

use super::{Rules, listed, say_steps, tried};
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::{refusal, wrong_call};
use crate::stations::poll;
use anyhow::Result;
use tuermer_core::feed::{self, Feed, FeedCounts, FeedKind, is_name, span};
use tuermer_core::limits;
use url::Url;

/// What was typed.
pub struct Wish {
    pub kind: String,
    pub url: Option<String>,
    pub rules: Rules,
    pub name: Option<String>,
    pub untested: bool,
}

/// Runs it.
pub async fn run(call: &Call, context: &Context, Wish { kind, url, rules, name, untested }: Wish) -> Result<Exit> {
    let mut feed = ruled(feed(context, &kind, url.as_deref(), &rules.allow_private)?, &rules)?;
    if let Some(name) = name {
        feed.name = name;
    }
    if !is_name(&feed.name) {
        return Err(wrong_call("feed.name_wrong", [("name", &feed.name), ("limit", &limits::FEED_NAME_CHARACTERS)]));
    }
    free(context, &feed).await?;
    if !untested {
        if let Some(providers) = listed::of(context, &feed).await.unwrap_or_default() {
            return listed::add(call, context, &feed, providers).await;
        }
        let (steps, result) = tried(context, &feed).await;
        if !call.out.json {
            say_steps(call, &steps);
        }
        if let Err(error) = result {
            let reason = poll::sentence(&error, call.out.texts.0);
            return Err(refusal("feed.not_added", [("reason", &reason)]));
        }
    }
    if !context.store.add_feed(&feed).await? {
        return Err(refusal("feed.name_taken", [("name", &feed.name), ("url", &feed.url)]));
    }
    if call.out.json {
        call.out.object(&super::show::object(call, &feed))?;
    } else {
        let values = [("name", feed.name.as_str()), ("period", &span(feed.period_seconds)), ("silent", &span(feed.silent_after_seconds))];
        call.out.line(&call.out.texts.with("feed.added", &values));
    }
    super::show::say_no_operators(call, context);
    Ok(Exit::Ok)
}

/// Name and address must be new.
pub async fn free(context: &Context, feed: &Feed) -> Result<()> {
    let feeds = context.store.feeds().await?;
    if let Some(known) = feeds.iter().find(|known| known.kind == feed.kind && known.url == feed.url) {
        return Err(refusal("feed.url_taken", [("url", &feed.url), ("name", &known.name)]));
    }
    if let Some(known) = feeds.iter().find(|known| known.name == feed.name) {
        return Err(refusal("feed.name_taken", [("name", &feed.name), ("url", &known.url)]));
    }
    if feeds.len() >= limits::FEEDS {
        return Err(refusal("feed.too_many", [("limit", &limits::FEEDS)]));
    }
    Ok(())
}

/// A feed as typed, with the rules of its kind. Nothing is asked yet.
pub fn feed(context: &Context, kind: &str, url: Option<&str>, allow_private: &[String]) -> Result<Feed> {
    let Some(known) = FeedKind::parse(kind) else {
        let kinds: Vec<&str> = FeedKind::ALL.iter().map(|kind| kind.as_str()).collect();
        return Err(wrong_call("feed.kind_wrong", [("kind", &kind), ("kinds", &kinds.join(", "))]));
    };
    let Some(url) = url.or(known.default_url()) else {
        return Err(wrong_call("feed.url_missing", [("kind", &kind)]));
    };
    if let Some(host) = allow_private.iter().find(|host| !is_host(host)) {
        return Err(wrong_call("feed.host_wrong", [("host", host)]));
    }
    // A provider of advisories may be named by its domain; its address is found by asking there.
    let bare = known == FeedKind::Csaf && !url.contains("://");
    let full = if bare { format!("https://{url}/") } else { url.to_string() };
    let parsed = poll::client(context, allow_private)?.check(&full)?;
    let now = context.now();
    Ok(Feed {
        name: name(known, &parsed),
        kind: known,
        url: if bare { url.trim().to_string() } else { parsed.to_string() },
        period_seconds: known.default_period_seconds(),
        silent_after_seconds: known.default_silent_after_seconds(),
        private_hosts: allow_private.to_vec(),
        paused: false,
        added_at: now,
        next_at: now,
        etag: String::new(),
        last_modified: String::new(),
        last_attempt_at: None,
        last_success_at: None,
        last_change_at: None,
        last_error_de: String::new(),
        last_error_en: String::new(),
        failures: 0,
        silent_since: None,
        told_at: None,
        counts: FeedCounts::default(),
    })
}

/// The same with what was typed about its period and its silence.
fn ruled(feed: Feed, rules: &Rules) -> Result<Feed> {
    let period_seconds = rules.period.as_deref().map_or(Ok(feed.period_seconds), seconds)?;
    // Three missed pulls are silence, whatever the kind says.
    let default = feed.silent_after_seconds.max(period_seconds.saturating_mul(3)).min(limits::FEED_PERIOD_MOST_SECONDS);
    let silent_after_seconds = rules.silent_after.as_deref().map_or(Ok(default), seconds)?;
    if silent_after_seconds < period_seconds {
        return Err(wrong_call("feed.silent_too_short", [("silent", &span(silent_after_seconds)), ("period", &span(period_seconds))]));
    }
    Ok(Feed { period_seconds, silent_after_seconds, ..feed })
}

fn seconds(text: &str) -> Result<i64> {
    let (least, most) = (limits::FEED_PERIOD_LEAST_SECONDS, limits::FEED_PERIOD_MOST_SECONDS);
    let found = feed::seconds(text).filter(|seconds| (least..=most).contains(seconds));
    found.ok_or_else(|| wrong_call("feed.time_wrong", [("text", &text), ("least", &span(least)), ("most", &span(most))]))
}

/// A name or an address, without scheme, port and path.
fn is_host(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>().is_ok();
    let name = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    address || name
}

/// The kind where it has one publisher, else the host without `www.`.
fn name(kind: FeedKind, url: &Url) -> String {
    if kind.default_url() == Some(url.as_str()) {
        return kind.as_str().to_string();
    }
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.").to_ascii_lowercase();
    let name: String = host.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' }).collect();
    name.trim_matches(['-', '.']).chars().take(limits::FEED_NAME_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_from_hosts() {
        for (kind, url, expected) in [
            (FeedKind::Kev, FeedKind::Kev.default_url().unwrap(), "kev"),
            (FeedKind::Kev, "https://www.mirror.example/kev.json", "mirror.example"),
            (FeedKind::Csaf, "https://localhost:8443/x", "localhost"),
            (FeedKind::Csaf, "https://[2606:4700::1]/", "2606-4700--1"),
            (FeedKind::Atom, "https://müller.example/", "xn--mller-kva.example"),
        ] {
            let name = name(kind, &Url::parse(url).unwrap());
            assert_eq!(name, expected);
            assert!(is_name(&name), "{name}");
        }
    }

    #[test]
    fn hosts_are_hosts() {
        for (text, expected) in [
            ("localhost", true),
            ("csaf.intern.example", true),
            ("10.0.0.1", true),
            ("fd00::1", true),
            ("[fd00::1]", true),
            ("", false),
            ("https://localhost", false),
            ("localhost:8443", false),
            ("a b", false),
            ("a/b", false),
        ] {
            assert_eq!(is_host(text), expected, "{text}");
        }
    }
}
