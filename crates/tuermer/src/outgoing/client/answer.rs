//! What a server answers: its head is judged, its body read piece by piece, and what went wrong gets its error.

use super::{Head, Wanted};
use crate::outgoing::fetch_error::{FetchError, RetryAfter};
use crate::outgoing::guard::{Forbidden, shown};
use reqwest::header::{self, HeaderMap};
use reqwest::{Response, StatusCode};
use std::error::Error as StdError;
use std::io::Write;
use std::time::Duration;
use tuermer_core::limits;
use url::Url;

/// [`tuermer_formats::taxii::DATE_ADDED_LAST`] as the wire compares it.
const ADDED_LAST: &str = "x-taxii-date-added-last";

/// Judges the head of the answer and reads the body.
pub(super) async fn answer(
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
    read_body(response, url, wanted.limit_bytes, into).await?;
    Ok(Some(Head {
        url: url.to_string(),
        etag,
        last_modified,
        content_type,
        added_last,
    }))
}

/// The body piece by piece: counted after unpacking, and never silent for long.
async fn read_body(
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
pub(in crate::outgoing) fn failure(error: &reqwest::Error, url: &Url) -> FetchError {
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
    let why = stranger_words(&deepest);
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
        .map(|tls| stranger_words(&tls.to_string()));
    tls.or_else(|| inside.downcast_ref().and_then(tls_words))
}

/// Words of a stranger without control characters, shortened.
pub(crate) fn stranger_words(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limits::STRANGE_WORDS_CHARACTERS)
        .collect()
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .trim()
}

/// A header we send back one day; too long = not kept.
fn kept(headers: &HeaderMap, name: header::HeaderName) -> String {
    let text = header_text(headers, name);
    if text.chars().count() > limits::ETAG_CHARACTERS {
        String::new()
    } else {
        text.to_string()
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let text = header_text(headers, header::CONTENT_TYPE);
    stranger_words(text.split(';').next().unwrap_or_default().trim()).to_ascii_lowercase()
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

pub(in crate::outgoing) fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = header_text(headers, header::RETRY_AFTER);
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
    use reqwest::header::HeaderValue;

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
