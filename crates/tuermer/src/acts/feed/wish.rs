//! A feed somebody wishes for: what was typed with the rules of its kind, and everything that is wrong with it. Asks nobody.

use crate::acts::intake;
use crate::context::Context;
use crate::feeds::mailbox;
use crate::refusal::{refusal, wrong_call};
use crate::stations::poll::{client, rules};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::feed::{Asked, Brings, Feed, FeedCounts, FeedKind};
use tuermer_core::limits;
use url::Url;

/// A feed as typed, with the rules of its kind. Nothing is asked yet.
pub fn feed(
    context: &Context,
    kind: &str,
    url: Option<&str>,
    allow_private: &[String],
) -> Result<Feed> {
    let Some(known) = FeedKind::parse(kind) else {
        let kinds = FeedKind::words(|_| true);
        return Err(wrong_call(
            "feed.kind_wrong",
            [("kind", &kind), ("kinds", &kinds)],
        ));
    };
    let Some(url) = url.or(known.nature().url) else {
        return Err(wrong_call("feed.url_missing", [("kind", &kind)]));
    };
    if let Some(host) = allow_private.iter().find(|host| !is_host(host)) {
        return Err(wrong_call("feed.host_wrong", [("host", host)]));
    }
    if known.nature().asked == Asked::Mailbox {
        let address = mailbox::Address::read(url, &rules(context, allow_private))?;
        return Ok(new(
            known,
            named(address.host()),
            address.shown(),
            allow_private,
            context.now(),
        ));
    }
    // A provider of advisories may be named by its domain; its address is found by asking there.
    let bare = known.nature().asked == Asked::Provider && !url.contains("://");
    let full = if bare {
        format!("https://{url}/")
    } else {
        url.to_string()
    };
    let parsed = client(context, allow_private)?.check(&full)?;
    let url = if bare {
        url.trim().to_string()
    } else {
        parsed.to_string()
    };
    Ok(new(
        known,
        name(known, &parsed),
        url,
        allow_private,
        context.now(),
    ))
}

/// A feed that was never asked, with the rules of its kind.
fn new(
    kind: FeedKind,
    name: String,
    url: String,
    allow_private: &[String],
    now: Timestamp,
) -> Feed {
    Feed {
        name,
        kind,
        url,
        period_seconds: kind.nature().period_seconds,
        silent_after_seconds: kind.nature().silent_after_seconds,
        private_hosts: allow_private.to_vec(),
        grade: None,
        tlp: None,
        senders: Vec::new(),
        paused: false,
        added_at: now,
        next_at: now,
        etag: String::new(),
        last_modified: String::new(),
        last_attempt_at: None,
        last_success_at: None,
        last_change_at: None,
        last_error: None,
        failures: 0,
        silent_since: None,
        told_at: None,
        counts: FeedCounts::default(),
    }
}

/// A kind that is asked with a key is not added without one.
///
/// # Errors
/// The kind needs a key or password.
pub fn without_secret(feed: &Feed) -> Result<()> {
    if feed.kind.nature().secret.is_empty() {
        Ok(())
    } else {
        Err(refusal(
            "feed.secret_by_terminal",
            [("kind", &feed.kind.as_str())],
        ))
    }
}

/// The same with what was said of how far its signs are to be believed, and who may see them.
///
/// # Errors
/// No such grade or label, or a kind that brings no signs.
pub fn with_word(feed: Feed, grade: Option<&str>, tlp: Option<&str>) -> Result<Feed> {
    if !feed.kind.tells_signs() && (grade.is_some() || tlp.is_some()) {
        return Err(wrong_call(
            "feed.word_only_signs",
            [
                ("kind", &feed.kind.as_str()),
                (
                    "kinds",
                    &FeedKind::words(|nature| nature.brings == Brings::Signs),
                ),
            ],
        ));
    }
    Ok(Feed {
        grade: intake::grade(grade)?,
        tlp: intake::label(tlp)?,
        ..feed
    })
}

/// Name and address must be new.
pub async fn free(context: &Context, feed: &Feed) -> Result<()> {
    let feeds = context.store.feeds().await?;
    // With another key or user the same address is another source.
    if let Some(known) = feeds.iter().find(|known| {
        known.kind == feed.kind && known.url == feed.url && feed.kind.nature().secret.is_empty()
    }) {
        return Err(refusal(
            "feed.url_taken",
            [("url", &feed.url), ("name", &known.name)],
        ));
    }
    if let Some(known) = feeds.iter().find(|known| known.name == feed.name) {
        return Err(refusal(
            "feed.name_taken",
            [("name", &feed.name), ("url", &known.url)],
        ));
    }
    if feeds.len() >= limits::FEEDS {
        return Err(refusal("feed.too_many", [("limit", &limits::FEEDS)]));
    }
    Ok(())
}

/// A name or an address, without scheme, port and path.
fn is_host(text: &str) -> bool {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>().is_ok();
    let name = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    address || name
}

/// The kind where it has one publisher, else the host without `www.`.
fn name(kind: FeedKind, url: &Url) -> String {
    if kind.nature().url == Some(url.as_str()) {
        return kind.as_str().to_string();
    }
    named(url.host_str().unwrap_or_default())
}

/// A name that people can type, from a host.
fn named(host: &str) -> String {
    let host = host.trim_start_matches("www.").to_ascii_lowercase();
    let name: String = host
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') {
                c
            } else {
                '-'
            }
        })
        .collect();
    name.trim_matches(['-', '.'])
        .chars()
        .take(limits::FEED_NAME_CHARACTERS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuermer_core::feed::is_name;

    #[test]
    fn names_are_made_from_hosts() {
        for (kind, url, expected) in [
            (FeedKind::Kev, FeedKind::Kev.nature().url.unwrap(), "kev"),
            (
                FeedKind::Kev,
                "https://www.mirror.example/kev.json",
                "mirror.example",
            ),
            (FeedKind::Csaf, "https://localhost:8443/x", "localhost"),
            (FeedKind::Csaf, "https://[2606:4700::1]/", "2606-4700--1"),
            (
                FeedKind::Atom,
                "https://müller.example/",
                "xn--mller-kva.example",
            ),
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
