//! Times as logs write them. All are UTC; a time before Exchange 2013 or in the future is read, but covers nothing.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The first day a log of this generation of Exchange can tell of (Exchange 2013 came in October 2012).
const FIRST: i64 = 1_343_779_200;

/// `2021-03-03T04:23:22.123Z`, also with seven decimals, a blank for the T, or without zone (UTC).
pub fn read(field: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(field).ok()?.trim().trim_matches('"');
    // Longer is no time; the longest real one has 33 characters.
    if !(10..=40).contains(&text.len()) {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let civil: DateTime = text.trim_end_matches('Z').parse().ok()?;
    civil
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// IIS: date and time in two fields.
pub fn date_and_clock(date: &[u8], clock: &[u8]) -> Option<Timestamp> {
    let mut text = Vec::with_capacity(20);
    text.extend_from_slice(date.get(..10)?);
    text.push(b'T');
    text.extend_from_slice(clock.get(..8)?);
    text.push(b'Z');
    read(&text)
}

/// Whether a log of this server can really be of this time.
pub fn is_plausible(at: Timestamp, now: Timestamp) -> bool {
    at.as_second() >= FIRST && at.as_second() <= now.as_second().saturating_add(48 * 3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_logs() {
        for (text, expected) in [
            ("2021-03-03T04:23:22.123Z", Some("2021-03-03T04:23:22.123Z")),
            (
                "2021-03-05T10:07:29.0421232Z",
                Some("2021-03-05T10:07:29.0421232Z"),
            ),
            ("2021-03-03 04:23:22", Some("2021-03-03T04:23:22Z")),
            ("2021-03-10", Some("2021-03-10T00:00:00Z")),
            ("1601-01-01T00:00:00Z", Some("1601-01-01T00:00:00Z")),
            ("2099-12-31T23:59:59Z", Some("2099-12-31T23:59:59Z")),
            ("yesterday, around noon", None),
            ("2021-13-40T99:00:00Z", None),
            ("", None),
        ] {
            assert_eq!(
                read(text.as_bytes()).map(|at| at.to_string()),
                expected.map(str::to_string),
                "{text}"
            );
        }
        let now = read(b"2026-08-20").unwrap();
        let plausible = |text: &str| is_plausible(read(text.as_bytes()).unwrap(), now);
        assert!(
            plausible("2021-03-03")
                && plausible("2026-08-21")
                && !plausible("1601-01-01")
                && !plausible("2099-12-31")
        );
        assert_eq!(
            date_and_clock(b"2021-03-03", b"04:23:22")
                .unwrap()
                .to_string(),
            "2021-03-03T04:23:22Z"
        );
        assert!(date_and_clock(b"21-3-3", b"4:23").is_none());
    }
}
