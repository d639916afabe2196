//! Telling: bytes are sent to an address once, and the answer says how far they came.
//!
//! ```text
//! name, address, connection, TLS ─ fails ─▶ NotSent: nobody saw a byte of it
//! request ─ broken, silent ─▶ MaybeSent: it may have been read
//! status ─▶ Answered, whatever it is; a redirect is an answer and never followed
//! ```
//! No connection is kept: a message goes to each of thousands of hosts once, and kept ones would pile up.

use super::client::{ClientRules, failure, retry_after, words};
use super::fetch_error::{FetchError, RetryAfter};
use super::guard::{Guard, shown};
use super::setup::builder;
use anyhow::{Context as _, Result};
use reqwest::{Response, header};
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
    pub fn check(&self, url: &str) -> Result<Url, FetchError> {
        self.guard.read(url)
    }

    /// Posts bytes.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Pushed {
        let url = match self.guard.read(url) {
            Ok(url) => url,
            Err(why) => return Pushed::NotSent(why),
        };
        let mut request = self.inner.post(url.clone()).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        // A connection takes less than this, so whatever ends here had one.
        match tokio::time::timeout(self.patience, request.send()).await {
            Ok(Ok(response)) => answered(response).await,
            Ok(Err(error)) if error.is_connect() || error.is_builder() => {
                Pushed::NotSent(failure(&error, &url))
            }
            Ok(Err(error)) => Pushed::MaybeSent(failure(&error, &url)),
            Err(_) => Pushed::MaybeSent(FetchError::TooSlow {
                url: shown(&url),
                seconds: self.patience.as_secs(),
            }),
        }
    }
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
    let begin = match tokio::time::timeout(limit, response.chunk()).await {
        Ok(Ok(Some(begin))) if text => begin,
        _ => Default::default(),
    };
    let begin = begin.get(..limits::PUSH_ANSWER_BYTES).unwrap_or(&begin);
    Pushed::Answered {
        code,
        retry_after,
        words: words(&String::from_utf8_lossy(begin)),
    }
}
