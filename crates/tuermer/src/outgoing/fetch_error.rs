//! Why something could not be fetched: one clear sentence each, in the reader's language.

use crate::refusal::{Refusal, refusal_words};
use crate::text::Texts;
use jiff::Timestamp;
use std::fmt;
use std::net::IpAddr;
use tuermer_core::locale::Language;

/// When a server wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// In so many seconds.
    Seconds(u32),
    /// At this time.
    At(Timestamp),
}

impl RetryAfter {
    /// Seconds from now, never negative.
    pub fn seconds(self, now: Timestamp) -> i64 {
        match self {
            Self::Seconds(seconds) => i64::from(seconds),
            Self::At(at) => at.as_second().saturating_sub(now.as_second()).max(0),
        }
    }
}

/// Why something could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// Not an address at all.
    NotAUrl {
        /// As given.
        url: String,
    },
    /// Anything but `https://`.
    NotHttps {
        /// As given.
        url: String,
    },
    /// A mailbox has an address of its own form.
    NotImaps {
        /// As given.
        url: String,
    },
    /// The mail server refuses user or password.
    LogIn {
        /// The server.
        host: String,
        /// What was said.
        why: String,
    },
    /// There is no such mailbox, or we may not open it.
    NoFolder {
        /// Its name.
        folder: String,
        /// What was said.
        why: String,
    },
    /// A name and password inside the address.
    Credentials {
        /// Without them.
        host: String,
    },
    /// The host is, or leads to, an address outside the open internet.
    AddressRefused {
        /// The host as asked for.
        host: String,
        /// Where it leads; `None` where the name alone says it (`localhost`).
        address: Option<IpAddr>,
    },
    /// More than [`tuermer_core::limits::REDIRECTS`].
    TooManyRedirects {
        /// Where it began.
        url: String,
    },
    /// A redirect that must not be followed.
    RedirectRefused {
        /// Who redirected.
        url: String,
        /// Where to.
        target: String,
        /// Why not.
        why: Box<FetchError>,
    },
    /// No such name.
    NoSuchHost {
        /// The name.
        host: String,
    },
    /// No connection came about.
    NoConnection {
        /// The host.
        host: String,
        /// What was said.
        why: String,
    },
    /// TLS failed: certificate, name, authority.
    Tls {
        /// The host.
        host: String,
        /// What was said.
        why: String,
    },
    /// Longer than it may take, or silent for too long.
    TooSlow {
        /// What was fetched.
        url: String,
        /// The limit that was passed.
        seconds: u64,
    },
    /// Larger than it may be, unpacked.
    TooBig {
        /// What was fetched.
        url: String,
        /// The limit that was passed.
        limit_bytes: u64,
    },
    /// Another status than 200.
    Status {
        /// What was fetched.
        url: String,
        /// The status.
        code: u16,
        /// When to ask again, if the server says so.
        retry_after: Option<RetryAfter>,
    },
    /// For example a web page instead of a document.
    ContentType {
        /// What was fetched.
        url: String,
        /// What it says it is.
        found: String,
    },
    /// The connection broke in the middle, or the answer is no HTTP.
    Broken {
        /// What was fetched.
        url: String,
        /// What was said.
        why: String,
    },
    /// There is no room here for what was sent.
    NotKept {
        /// What was fetched.
        url: String,
        /// What was said.
        why: String,
    },
}

impl FetchError {
    /// The sentence, for any language.
    pub fn sentence(&self) -> Refusal {
        match self {
            Self::NotAUrl { url } => Refusal::new("feed.error_not_a_url", [("url", url)]),
            Self::NotHttps { url } => Refusal::new("feed.error_not_https", [("url", url)]),
            Self::NotImaps { url } => Refusal::new("feed.error_not_imaps", [("url", url)]),
            Self::LogIn { host, why } => {
                Refusal::new("feed.error_log_in", [("host", host), ("why", why)])
            }
            Self::NoFolder { folder, why } => {
                Refusal::new("feed.error_no_folder", [("folder", folder), ("why", why)])
            }
            Self::Credentials { host } => Refusal::new("feed.error_credentials", [("host", host)]),
            Self::AddressRefused {
                host,
                address: Some(address),
            } => Refusal::new("feed.error_address", [("host", host), ("address", address)]),
            Self::AddressRefused {
                host,
                address: None,
            } => Refusal::new("feed.error_local_name", [("host", host)]),
            Self::TooManyRedirects { url } => Refusal::new(
                "feed.error_redirects",
                [("url", url), ("limit", &tuermer_core::limits::REDIRECTS)],
            ),
            Self::RedirectRefused { url, target, why } => redirect_refused(url, target, why),
            Self::NoSuchHost { host } => Refusal::new("feed.error_no_such_host", [("host", host)]),
            Self::NoConnection { host, why } => {
                Refusal::new("feed.error_no_connection", [("host", host), ("why", why)])
            }
            Self::Tls { host, why } => {
                Refusal::new("feed.error_tls", [("host", host), ("why", why)])
            }
            Self::TooSlow { url, seconds } => {
                Refusal::new("feed.error_too_slow", [("url", url), ("seconds", seconds)])
            }
            Self::TooBig { url, limit_bytes } => Refusal::new(
                "feed.error_too_big",
                [("url", url), ("limit", &size(*limit_bytes))],
            ),
            Self::Status { url, code, .. } => status(url, *code),
            Self::ContentType { url, found } => {
                Refusal::new("feed.error_content_type", [("url", url), ("found", found)])
            }
            Self::NotKept { url, why } => {
                Refusal::new("feed.error_not_kept", [("url", url), ("why", why)])
            }
            Self::Broken { url, why } => {
                Refusal::new("feed.error_broken", [("url", url), ("why", why)])
            }
        }
    }

    /// When the server wants to be asked again, if it said so.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The server answered, and there is nothing under this address.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Status {
                code: 404 | 410,
                ..
            }
        )
    }
}

/// `64 MiB`, `16 KiB`.
fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 {
        format!("{} MiB", bytes >> 20)
    } else {
        format!("{} KiB", bytes >> 10)
    }
}

/// In English, for logs.
impl fmt::Display for FetchError {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        into.write_str(&refusal_words(&self.sentence(), Texts(Language::English)))
    }
}

impl std::error::Error for FetchError {}

fn redirect_refused(url: &str, target: &str, why: &FetchError) -> Refusal {
    let key = match why {
        FetchError::NotHttps { .. } => "feed.error_redirect_not_https",
        FetchError::AddressRefused { .. } => "feed.error_redirect_address",
        _ => "feed.error_redirect",
    };
    Refusal::new(key, [("url", &url), ("target", &target)])
}

/// An answer without a document, by its HTTP status.
fn status(url: &str, code: u16) -> Refusal {
    match code {
        404 | 410 => Refusal::new("feed.error_not_found", [("url", &url)]),
        401 | 403 => Refusal::new("feed.error_not_allowed", [("url", &url)]),
        429 => Refusal::new("feed.error_too_often", [("url", &url)]),
        _ => Refusal::new("feed.error_status", [("url", &url), ("code", &code)]),
    }
}
