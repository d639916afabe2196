//! Telling: bytes are sent to an address once, and the answer says how far they came.
//!
//! ```text
//! name, address, connection, TLS ─ fails ─▶ NotSent: nobody saw a byte of it
//! connected, not wanted any more ─▶ Unwanted
//! body ─ broken, silent ─▶ MaybeSent: it may have been read
//! status ─▶ Answered, whatever it is; a redirect is an answer and never followed
//! ```
//! No connection is kept: a message goes to each of thousands of hosts once, and kept ones would pile up.

use super::client::{ClientRules, failure, retry_after, stranger_words};
use super::fetch_error::{FetchError, RetryAfter};
use super::guard::{Guard, shown};
use super::setup::builder;
use anyhow::{Context as _, Result};
use reqwest::{Response, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tuermer_core::limits;
use url::Url;

/// How far a message came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// There is an answer.
    Answered {
        /// Status.
        code: u16,
        /// When the server wants to be asked again, if it says so.
        retry_after: Option<RetryAfter>,
        /// Begin of what it said, without control characters; may be empty.
        words: String,
    },
    /// Nothing of it left.
    NotSent(FetchError),
    /// It may have arrived, but nobody said so.
    MaybeSent(FetchError),
    /// The sender did not want it any more when it could have left.
    Unwanted,
}

/// Sends messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Push {
    inner: reqwest::Client,
    guard: Guard,
    patience: Duration,
}

impl Push {
    /// Sends under these rules; every message takes at most [`limits::PUSH_SECONDS`].
    ///
    /// # Errors
    /// The file of authorities cannot be used; a proxy in the environment is no address.
    pub fn new(rules: &ClientRules) -> Result<Self> {
        let (builder, guard) = builder(rules, Duration::from_secs(limits::PUSH_CONNECT_SECONDS))?;
        let inner = builder.pool_max_idle_per_host(0).build();
        Ok(Self {
            inner: inner.context("the client for messages cannot be set up")?,
            guard,
            patience: Duration::from_secs(limits::PUSH_SECONDS),
        })
    }

    /// The same, waiting for an answer no longer than this.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Judges an address before anything is sent.
    ///
    /// # Errors
    /// No address, not https, a password in it, or a host that must not be told.
    pub fn judge(rules: &ClientRules, url: &str) -> Result<Url, FetchError> {
        Guard::new(&rules.private_hosts, Vec::new()).read(url)
    }

    /// Posts bytes; `wanted` is asked when the connection stands and the first of them would leave.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        wanted: impl Fn() -> bool + Send + 'static,
    ) -> Pushed {
        let url = match self.guard.read(url) {
            Ok(url) => url,
            Err(why) => return Pushed::NotSent(why),
        };
        let reached = Arc::new(Reached::default());
        // With a length of its own the body is sent in one piece, although it is made at the last moment.
        let length = body.len();
        let mut request = self
            .inner
            .post(url.clone())
            .header(header::CONTENT_LENGTH, length)
            .body(late(body, Arc::clone(&reached), wanted));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let why = match tokio::time::timeout(self.patience, request.send()).await {
            Ok(Ok(response)) => return answered(response).await,
            Ok(Err(error)) => failure(&error, &url),
            Err(_) => FetchError::TooSlow {
                url: shown(&url),
                seconds: self.patience.as_secs(),
            },
        };
        match () {
            () if reached.unwanted.load(Ordering::Acquire) => Pushed::Unwanted,
            () if reached.left.load(Ordering::Acquire) => Pushed::MaybeSent(why),
            () => Pushed::NotSent(why),
        }
    }
}

/// How far a request came.
#[derive(Default)]
struct Reached {
    left: AtomicBool,
    unwanted: AtomicBool,
}

/// The body, made when it is asked for: then the connection stands.
fn late(
    body: Vec<u8>,
    reached: Arc<Reached>,
    wanted: impl Fn() -> bool + Send + 'static,
) -> reqwest::Body {
    reqwest::Body::wrap_stream(futures_util::stream::once(async move {
        if wanted() {
            reached.left.store(true, Ordering::Release);
            Ok(body)
        } else {
            reached.unwanted.store(true, Ordering::Release);
            Err(std::io::Error::other("not wanted any more"))
        }
    }))
}

/// The head is the answer; of the body as much is read as comes at once.
async fn answered(mut response: Response) -> Pushed {
    let text = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/plain") || kind.contains("json"));
    let code = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let limit = Duration::from_secs(limits::PUSH_WORDS_SECONDS);
    let begin = match text {
        true => tokio::time::timeout(limit, response.chunk()).await,
        false => Ok(Ok(None)),
    };
    let begin = begin
        .ok()
        .and_then(Result::ok)
        .flatten()
        .unwrap_or_default();
    let begin = begin.get(..limits::PUSH_ANSWER_BYTES).unwrap_or(&begin);
    Pushed::Answered {
        code,
        retry_after,
        words: stranger_words(&String::from_utf8_lossy(begin)),
    }
}
