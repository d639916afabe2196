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

mod answer;

pub(super) use answer::{failure, retry_after};
pub(crate) use answer::{stranger_words, tls_words};

use self::answer::answer;
use super::fetch_error::FetchError;
use super::guard::{Guard, shown};
use super::setup::builder;
use crate::context::Context;
use anyhow::{Context as _, Result};
use reqwest::Response;
use reqwest::header::{self, HeaderMap, HeaderValue};
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
