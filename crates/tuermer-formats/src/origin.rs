//! What a reader of signs must know of their source, and the forms in which sources write times, hosts and tags.

use crate::csaf::plain;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::admiralty::Grade;
use tuermer_core::limits;
use tuermer_core::tlp::Tlp;

/// Where signs come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Name of the feed; used where the signs do not name one.
    pub feed: String,
    /// Label of what carries none of its own.
    pub tlp: Tlp,
    /// Grade of what carries none of its own.
    pub grade: Grade,
    /// When it is read: a sign cannot be newer.
    pub now: Timestamp,
    /// Makes the key of a sign from its distinguishing parts (the shell hashes them).
    pub key: fn(&[&str]) -> String,
}

impl Origin {
    /// A source nobody has judged yet and that is not public: AMBER+STRICT, F6.
    pub fn unjudged(feed: &str, now: Timestamp, key: fn(&[&str]) -> String) -> Self {
        Self {
            feed: feed.to_string(),
            tlp: Tlp::AmberStrict,
            grade: Grade::UNJUDGED,
            now,
            key,
        }
    }

    /// The time of a sign, or why it cannot be one.
    ///
    /// # Errors
    /// Not a time, or one at which nothing can have been seen.
    pub fn seen_at(&self, text: &str) -> Result<Timestamp, &'static str> {
        let time = time(text).ok_or("timestamp")?;
        let ahead = SignedDuration::from_hours(limits::OBSERVED_AHEAD_HOURS);
        match time {
            _ if time.as_second() < limits::OBSERVED_FROM_SECOND => Err("timestamp too old"),
            _ if time.duration_since(self.now) > ahead => Err("timestamp in the future"),
            _ => Ok(time),
        }
    }
}

/// A time as sources write it, to the microsecond: RFC 3339, with a blank instead of `T`, without zone (UTC), a day alone,
/// seconds since 1970.
pub fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").unwrap_or(text);
    let read = || {
        if (9..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Timestamp::from_second(text.parse().ok()?).ok();
        }
        if text.len() == "2021-03-05".len() {
            return Some(
                text.parse::<Date>()
                    .ok()?
                    .to_zoned(TimeZone::UTC)
                    .ok()?
                    .timestamp(),
            );
        }
        let with_zone = || text.parse::<Timestamp>().ok();
        with_zone().or_else(|| {
            Some(
                text.parse::<DateTime>()
                    .ok()?
                    .to_zoned(TimeZone::UTC)
                    .ok()?
                    .timestamp(),
            )
        })
    };
    Timestamp::from_microsecond(read()?.as_microsecond()).ok()
}

/// Lower-case A-labels without the dot at the end; what is no host name is no value.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let ascii = idna::domain_to_ascii(text).ok()?;
    let fits = !ascii.is_empty()
        && ascii.len() <= 253
        && ascii
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    (fits && ascii.parse::<std::net::IpAddr>().is_err()).then_some(ascii)
}

/// Tags in lower case, in order, each once, no more than the limit.
pub(crate) fn tags<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in words.map(|tag| plain(&tag.to_lowercase(), limits::TAG_CHARACTERS)) {
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < limits::TAGS {
            tags.push(tag);
        }
    }
    tags
}

/// The host of an `http` address.
pub(crate) fn host_of_url(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    url.host_str().and_then(host)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Origin, host, time};

    /// A feed read on 1 June 2026.
    pub(crate) fn origin() -> Origin {
        Origin::unjudged("test", "2026-06-01T00:00:00Z".parse().unwrap(), |parts| {
            parts.join("|")
        })
    }

    #[test]
    fn times_as_sources_write_them() {
        for (text, wanted) in [
            ("2021-05-14 00:11:30", Some("2021-05-14T00:11:30Z")),
            ("2021-05-14T00:11:30Z", Some("2021-05-14T00:11:30Z")),
            ("2021-05-14T02:11:30+02:00", Some("2021-05-14T00:11:30Z")),
            ("2021-05-14T00:11:30+0000", Some("2021-05-14T00:11:30Z")),
            ("2021-05-14 00:11:30 UTC", Some("2021-05-14T00:11:30Z")),
            (
                "2021-03-05T10:07:29.0421232Z",
                Some("2021-03-05T10:07:29.042123Z"),
            ),
            ("1475679332", Some("2016-10-05T14:55:32Z")),
            ("2021-03-10", Some("2021-03-10T00:00:00Z")),
            ("1601-01-01 00:00:00", Some("1601-01-01T00:00:00Z")),
            ("0", None),
            ("", None),
            ("soon", None),
            ("2021-13-01 00:00:00", None),
        ] {
            assert_eq!(
                time(text),
                wanted.map(|text| text.parse().unwrap()),
                "{text}"
            );
        }
        for (text, wanted) in [
            ("1601-01-01 00:00:00", Err("timestamp too old")),
            ("1970-01-01 00:00:00", Err("timestamp too old")),
            ("2099-01-01 00:00:00", Err("timestamp in the future")),
            ("2026-06-01 12:00:00", Ok(())),
            ("x", Err("timestamp")),
        ] {
            assert_eq!(origin().seen_at(text).map(|_| ()), wanted, "{text}");
        }
        assert_eq!(
            (
                host("Mail.Example.ORG.").as_deref(),
                host("bäcker.example").as_deref()
            ),
            (Some("mail.example.org"), Some("xn--bcker-gra.example"))
        );
        assert_eq!((host("192.0.2.1"), host("a b")), (None, None));
    }
}
