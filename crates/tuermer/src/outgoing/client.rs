//! Asking: one client for every document that is fetched.
//!
//! ```text
//! address read and judged ─▶ name resolved, addresses judged, connected to exactly those ─▶ TLS
//!     ▲                                                                                     │
//!     └── redirect (≤ 10, each judged anew) ◀── status ◀────────────────────────────────────┘ ─▶ body, counted
//! ```
//! Only https, also towards allowed hosts of the own house. Proxies come from the environment (`HTTPS_PROXY`,
//! `ALL_PROXY`, `NO_PROXY`); through one it is the proxy that resolves names and must refuse inner ones itself.
//! Never keeps cookies, never sends credentials or where we came from.

use super::fetch_error::{FetchError, RetryAfter};
use super::guard::{Forbidden, Guard, shown};
use super::setup::builder;
use crate::context::Context;
use anyhow::{Context as _, Result};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use std::error::Error as StdError;
use std::io::Write;
use std::time::Duration;
use tuermer_core::limits;
use url::Url;

/// What the operator set for a client.
#[derive(Debug, Clone, Default)]
pub struct ClientRules {
    /// Hosts in the own house that may be asked: names or addresses, without port.
    pub private_hosts: Vec<String>,
    /// PEM file with authorities trusted beside the public ones (`[feeds] trusted_roots`); empty = none.
    pub trusted_roots: String,
    /// Public address of the chamber, named to those we ask; only if it begins with `https://`.
    pub base_url: String,
}

impl ClientRules {
    /// For whatever is no feed: hosts in the own house are those of `[outgoing] private_hosts`.
    pub fn outgoing(context: &Context) -> Self {
        let config = &context.config;
        Self {
            private_hosts: config.outgoing.private_hosts.clone(),
            trusted_roots: config.feeds.trusted_roots.clone(),
            base_url: config.chamber.base_url.clone(),
        }
    }
}

/// [`tuermer_formats::taxii::DATE_ADDED_LAST`] as the wire compares it.
const ADDED_LAST: &str = "x-taxii-date-added-last";

/// What is fetched, and how far we go for it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// ETag of the copy we have; empty = none.
    pub etag: &'a str,
    /// Last-Modified of the copy we have; empty = none.
    pub last_modified: &'a str,
    /// Largest body, unpacked.
    pub limit_bytes: u64,
    /// Longest time in all.
    pub seconds: u64,
    /// Media types we can read; empty = any. What servers say when they do not know (`text/plain`,
    /// `application/octet-stream`, nothing) is always taken: the content decides.
    pub accept: &'a [&'a str],
}

impl Wanted<'_> {
    /// Any document up to [`limits::DOCUMENT_BYTES`], without conditions.
    pub const DOCUMENT: Wanted<'static> = Wanted {
        etag: "",
        last_modified: "",
        limit_bytes: limits::DOCUMENT_BYTES,
        seconds: limits::FETCH_SECONDS,
        accept: &[],
    };
    /// The same, said to be JSON.
    pub const JSON: Wanted<'static> = Wanted {
        accept: &["application/json"],
        ..Self::DOCUMENT
    };
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The copy we have is the newest.
    NotModified,
    /// A body.
    Body(Body),
}

/// What is told about a body that went elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Where it was found after all redirects.
    pub url: String,
    /// For the next request; empty where there is none.
    pub etag: String,
    /// For the next request; empty where there is none.
    pub last_modified: String,
    /// What it says it is, in lower case, without parameters; may be empty.
    pub content_type: String,
    /// TAXII: when the last object of the page was added; empty elsewhere.
    pub added_last: String,
}

/// A fetched body: unverified bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// As sent, unpacked where the transfer was packed.
    pub bytes: Vec<u8>,
    /// Where it was found after all redirects.
    pub url: String,
    /// For the next request; empty where there is none.
    pub etag: String,
    /// For the next request; empty where there is none.
    pub last_modified: String,
    /// What it says it is, in lower case, without parameters; may be empty.
    pub content_type: String,
    /// TAXII: when the last object of the page was added; empty elsewhere.
    pub added_last: String,
}

/// The client. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    guard: Guard,
}

impl Client {
    /// A client with these rules.
    ///
    /// # Errors
    /// The file of authorities cannot be used; a proxy in the environment is no address.
    pub fn new(rules: &ClientRules) -> Result<Self> {
        let (builder, guard) = builder(rules, Duration::from_secs(limits::CONNECT_SECONDS))?;
        Ok(Self {
            inner: builder
                .build()
                .context("the client for feeds cannot be set up")?,
            guard,
        })
    }

    /// Fetches one address into memory.
    ///
    /// # Errors
    /// One sentence; nothing of the body is kept then.
    pub async fn get(&self, url: &str, wanted: Wanted<'_>) -> Result<Fetched, FetchError> {
        let mut bytes = Vec::new();
        let head = self.get_into(url, wanted, &mut bytes).await?;
        let Some(Head {
            url,
            etag,
            last_modified,
            content_type,
            added_last,
        }) = head
        else {
            return Ok(Fetched::NotModified);
        };
        Ok(Fetched::Body(Body {
            bytes,
            url,
            etag,
            last_modified,
            content_type,
            added_last,
        }))
    }

    /// Fetches one address piece by piece into a file (or memory); `None` where the copy we have is the newest.
    ///
    /// # Errors
    /// One sentence; what was written by then is worth nothing.
    pub async fn get_into(
        &self,
        url: &str,
        wanted: Wanted<'_>,
        into: &mut (dyn Write + Send),
    ) -> Result<Option<Head>, FetchError> {
        let first = self.guard.read(url)?;
        let slow = FetchError::TooSlow {
            url: shown(&first),
            seconds: wanted.seconds,
        };
        let limit = Duration::from_secs(wanted.seconds);
        tokio::time::timeout(limit, self.follow(first, wanted, into))
            .await
            .unwrap_or(Err(slow))
    }

    /// Judges an address before anything is asked.
    ///
    /// # Errors
    /// No address, not https, a password in it, or a host that must not be asked.
    pub fn check(&self, url: &str) -> Result<Url, FetchError> {
        self.guard.read(url)
    }

    /// Fetches a body without conditions.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn body(&self, url: &str, wanted: Wanted<'_>) -> Result<Body, FetchError> {
        match self
            .get(
                url,
                Wanted {
                    etag: "",
                    last_modified: "",
                    ..wanted
                },
            )
            .await?
        {
            Fetched::Body(body) => Ok(body),
            // Nobody asked whether it was modified.
            Fetched::NotModified => Err(FetchError::Status {
                url: url.chars().take(limits::STRANGE_WORDS_CHARACTERS).collect(),
                code: 304,
                retry_after: None,
            }),
        }
    }

    /// Sends JSON and fetches the answer. A redirect is refused: what was sent is for this server alone.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn post(
        &self,
        url: &str,
        json: String,
        header: (&'static str, &str),
        wanted: Wanted<'_>,
    ) -> Result<Vec<u8>, FetchError> {
        let url = self.guard.read(url)?;
        let (name, value) = header;
        let request = self
            .inner
            .post(url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(name, value)
            .body(json);
        let exchange = async {
            let response = request
                .send()
                .await
                .map_err(|error| failure(&error, &url))?;
            let mut bytes = Vec::new();
            answer(
                response,
                &url,
                Wanted {
                    etag: "",
                    last_modified: "",
                    ..wanted
                },
                &mut bytes,
            )
            .await
            .map(|_| bytes)
        };
        let slow = FetchError::TooSlow {
            url: shown(&url),
            seconds: wanted.seconds,
        };
        tokio::time::timeout(Duration::from_secs(wanted.seconds), exchange)
            .await
            .unwrap_or(Err(slow))
    }

    /// Goes from redirect to redirect until there is an answer.
    async fn follow(
        &self,
        first: Url,
        wanted: Wanted<'_>,
        into: &mut (dyn Write + Send),
    ) -> Result<Option<Head>, FetchError> {
        let mut url = first.clone();
        for _ in 0..=limits::REDIRECTS {
            let response = self.ask(&url, wanted).await?;
            let Some(target) = target(&response, &url) else {
                return answer(response, &url, wanted, into).await;
            };
            if let Err(why) = self.guard.check(&target) {
                return Err(FetchError::RedirectRefused {
                    url: shown(&url),
                    target: shown(&target),
                    why: Box::new(why),
                });
            }
            url = target;
        }
        Err(FetchError::TooManyRedirects { url: shown(&first) })
    }

    async fn ask(&self, url: &Url, wanted: Wanted<'_>) -> Result<Response, FetchError> {
        let mut headers = HeaderMap::new();
        let accepted = if wanted.accept.is_empty() {
            "*/*".to_string()
        } else {
            format!("{}, */*;q=0.1", wanted.accept.join(", "))
        };
        let conditions = [
            (header::ACCEPT, accepted.as_str()),
            (header::IF_NONE_MATCH, wanted.etag),
            (header::IF_MODIFIED_SINCE, wanted.last_modified),
        ];
        for (name, text) in conditions {
            if let Some(value) = HeaderValue::from_str(text)
                .ok()
                .filter(|_| !text.is_empty())
            {
                headers.insert(name, value);
            }
        }
        self.inner
            .get(url.clone())
            .headers(headers)
            .send()
            .await
            .map_err(|error| failure(&error, url))
    }
}

/// Where a redirect leads; `None` where the answer is none.
fn target(response: &Response, url: &Url) -> Option<Url> {
    let code = response.status().as_u16();
    let location = response.headers().get(header::LOCATION)?;
    let target = url.join(location.to_str().ok()?).ok()?;
    matches!(code, 301 | 302 | 303 | 307 | 308).then_some(target)
}

/// Judges the head of the answer and reads the body.
async fn answer(
    response: Response,
    url: &Url,
    wanted: Wanted<'_>,
    into: &mut (dyn Write + Send),
) -> Result<Option<Head>, FetchError> {
    let asked = !wanted.etag.is_empty() || !wanted.last_modified.is_empty();
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if asked => return Ok(None),
        status => {
            return Err(FetchError::Status {
                url: shown(url),
                code: status.as_u16(),
                retry_after: retry_after(response.headers()),
            });
        }
    }
    let headers = response.headers();
    let content_type = media_type(headers);
    if !readable(&content_type, wanted.accept) {
        return Err(FetchError::ContentType {
            url: shown(url),
            found: content_type,
        });
    }
    let (etag, last_modified) = (
        kept(headers, header::ETAG),
        kept(headers, header::LAST_MODIFIED),
    );
    let added_last = kept(headers, header::HeaderName::from_static(ADDED_LAST));
    read(response, url, wanted.limit_bytes, into).await?;
    Ok(Some(Head {
        url: url.to_string(),
        etag,
        last_modified,
        content_type,
        added_last,
    }))
}

/// The body piece by piece: counted after unpacking, and never silent for long.
async fn read(
    mut response: Response,
    url: &Url,
    limit_bytes: u64,
    into: &mut (dyn Write + Send),
) -> Result<(), FetchError> {
    let too_big = || FetchError::TooBig {
        url: shown(url),
        limit_bytes,
    };
    if response
        .content_length()
        .is_some_and(|length| length > limit_bytes)
    {
        return Err(too_big());
    }
    let mut size = 0_u64;
    loop {
        let piece =
            tokio::time::timeout(Duration::from_secs(limits::STALL_SECONDS), response.chunk())
                .await;
        let piece = piece.map_err(|_| FetchError::TooSlow {
            url: shown(url),
            seconds: limits::STALL_SECONDS,
        })?;
        let Some(piece) = piece.map_err(|error| failure(&error, url))? else {
            return Ok(());
        };
        size = size.saturating_add(piece.len() as u64);
        if size > limit_bytes {
            return Err(too_big());
        }
        into.write_all(&piece)
            .map_err(|error| FetchError::NotKept {
                url: shown(url),
                why: error.to_string(),
            })?;
    }
}

/// What went wrong between us and the server, by the causes of the error.
pub(super) fn failure(error: &reqwest::Error, url: &Url) -> FetchError {
    let host = url.host_str().unwrap_or_default().to_string();
    let mut deepest = error.to_string();
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(Forbidden { host, address }) = error.downcast_ref() {
            return FetchError::AddressRefused {
                host: host.clone(),
                address: Some(*address),
            };
        }
        if let Some(why) = error.downcast_ref().and_then(tls_words) {
            return FetchError::Tls { host, why };
        }
        deepest = error.to_string();
        cause = error.source();
    }
    let why = words(&deepest);
    match () {
        () if error.is_dns() => FetchError::NoSuchHost { host },
        () if error.is_timeout() => FetchError::TooSlow {
            url: shown(url),
            seconds: limits::CONNECT_SECONDS,
        },
        () if error.is_connect() => FetchError::NoConnection { host, why },
        () => FetchError::Broken {
            url: shown(url),
            why,
        },
    }
}

/// What TLS complains about, if that is inside an error of the wire; its layers are no `source` of each other.
pub(crate) fn tls_words(error: &std::io::Error) -> Option<String> {
    let inside = error.get_ref()?;
    let tls = inside
        .downcast_ref::<rustls::Error>()
        .map(|tls| words(&tls.to_string()));
    tls.or_else(|| inside.downcast_ref().and_then(tls_words))
}

/// Words of a stranger without control characters, shortened.
pub(crate) fn words(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limits::STRANGE_WORDS_CHARACTERS)
        .collect()
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim()
}

/// A header we send back one day; too long = not kept.
fn kept(headers: &HeaderMap, name: header::HeaderName) -> String {
    let text = text(headers, name);
    if text.chars().count() > limits::ETAG_CHARACTERS {
        String::new()
    } else {
        text.to_string()
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let text = text(headers, header::CONTENT_TYPE);
    words(text.split(';').next().unwrap_or_default().trim()).to_ascii_lowercase()
}

/// `application/rolie+json` can be read where `application/json` is wanted.
fn readable(found: &str, accept: &[&str]) -> bool {
    const UNSURE: &[&str] = &[
        "",
        "text/plain",
        "application/octet-stream",
        "binary/octet-stream",
    ];
    accept.is_empty()
        || UNSURE.contains(&found)
        || accept.iter().any(|wanted| {
            let suffix = wanted.rsplit_once('/').map_or("", |(_, kind)| kind);
            found == *wanted
                || found.ends_with(&format!("+{suffix}"))
                || found == format!("text/{suffix}")
        })
}

pub(super) fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = text(headers, header::RETRY_AFTER);
    let date = || {
        jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()
            .map(RetryAfter::At)
    };
    text.parse().ok().map(RetryAfter::Seconds).or_else(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types() {
        for (found, accept, expected) in [
            ("", "application/json", true),
            ("application/json", "application/json", true),
            ("application/rolie+json", "application/json", true),
            ("text/json", "application/json", true),
            ("text/plain", "application/json", true),
            ("application/octet-stream", "application/json", true),
            ("text/html", "application/json", false),
            ("image/png", "application/json", false),
            ("application/atom+xml", "application/xml", true),
        ] {
            assert_eq!(readable(found, &[accept]), expected, "{found} {accept}");
        }
        assert!(readable("text/html", &[]));
    }

    #[test]
    fn when_to_ask_again() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        for (text, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Thu, 01 Jan 2026 01:00:00 GMT", Some(3600)),
            ("Wed, 31 Dec 2025 23:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
            ("99999999999999", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            assert_eq!(
                retry_after(&headers).map(|after| after.seconds(now)),
                expected,
                "{text}"
            );
        }
    }
}
