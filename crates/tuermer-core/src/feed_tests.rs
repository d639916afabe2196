//! Rows for the schedule of feeds: periods, back-off, jumping clocks, silence.

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn feed() -> Feed {
    Feed {
        name: "kev".into(),
        kind: FeedKind::Kev,
        url: "https://example.org/kev.json".into(),
        period_seconds: HOUR,
        silent_after_seconds: DAY,
        private_hosts: Vec::new(),
        paused: false,
        added_at: at("2026-01-01T00:00:00Z"),
        next_at: at("2026-01-01T00:00:00Z"),
        etag: String::new(),
        last_modified: String::new(),
        last_attempt_at: None,
        last_success_at: None,
        last_change_at: None,
        last_error: None,
        failures: 0,
        silent_since: None,
        told_at: None,
        grade: None,
        tlp: None,
        senders: Vec::new(),
        counts: FeedCounts::default(),
    }
}

/// Last attempt, next attempt, now, whether the feed is due, and why.
const DUE: &[(Option<&str>, &str, &str, bool, &str)] = &[
    (
        None,
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        true,
        "just added",
    ),
    (
        None,
        "2030-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        true,
        "added while the clock was wrong",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T13:00:00Z",
        "2026-01-01T12:59:59Z",
        false,
        "before its time",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T13:00:00Z",
        "2026-01-01T13:00:00Z",
        true,
        "in time",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T13:00:00Z",
        "2036-01-01T00:00:00Z",
        true,
        "the clock jumped ten years ahead",
    ),
    (
        Some("2036-01-01T00:00:00Z"),
        "2036-01-01T01:00:00Z",
        "2026-01-01T12:00:00Z",
        true,
        "and back: not silent for ten years",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T13:00:00Z",
        "2026-01-01T11:59:50Z",
        false,
        "ten seconds back: no second pull",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:10Z",
        false,
        "never twice within the least distance",
    ),
    (
        Some("2026-01-01T12:00:00Z"),
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:30Z",
        true,
        "but after it",
    ),
];

#[test]
fn due_whatever_the_clock_does() {
    for &(last, next, now, expected, why) in DUE {
        let feed = Feed {
            last_attempt_at: last.map(at),
            next_at: at(next),
            ..feed()
        };
        assert_eq!(feed.is_due(at(now)), expected, "{why}");
        assert!(
            !Feed {
                paused: true,
                ..feed
            }
            .is_due(at(now)),
            "{why}, paused"
        );
    }
}

#[test]
fn a_jump_ahead_is_one_pull_not_one_for_each_period() {
    let mut feed = feed();
    let mut pulls = 0;
    // Rounds every two seconds over ten minutes, with a jump of a year in the middle.
    for round in 0..300 {
        let now = at(if round < 150 {
            "2026-01-01T12:00:00Z"
        } else {
            "2027-01-01T12:00:00Z"
        })
        .checked_add(SignedDuration::from_secs(round * 2))
        .unwrap();
        if feed.is_due(now) {
            pulls += 1;
            feed.last_attempt_at = Some(now);
            feed.next_at = feed.next_after(Came::Success, now, 500);
        }
    }
    assert_eq!(pulls, 2, "one at the start, one after the jump");
}

#[test]
fn waiting_times() {
    let failure = |seconds| Came::Failure {
        retry_after_seconds: seconds,
    };
    for (came, failures, dice, expected) in [
        (Came::Success, 0, 0, HOUR),
        (Came::Success, 0, 999, HOUR - 359),
        (failure(None), 1, 0, MINUTE),
        (failure(None), 1, 999, 31),
        (failure(None), 2, 0, 2 * MINUTE),
        (failure(None), 6, 0, 32 * MINUTE),
        (failure(None), 7, 0, HOUR),
        (failure(None), 1_000_000, 0, HOUR),
        (failure(None), 0, 0, MINUTE),
        (failure(Some(7200)), 1, 999, 7200),
        (failure(Some(10)), 2, 0, 2 * MINUTE),
        (failure(Some(400 * DAY)), 1, 0, limits::RETRY_AFTER_SECONDS),
        (failure(Some(-5)), 1, 0, MINUTE),
    ] {
        let now = at("2026-01-01T12:00:00Z");
        let next = Feed { failures, ..feed() }.next_after(came, now, dice);
        assert_eq!(
            next.as_second() - now.as_second(),
            expected,
            "{came:?} {failures} {dice}"
        );
    }
}

#[test]
fn silence() {
    let now = at("2026-01-10T00:00:00Z");
    for (success, failures, expected) in [
        (Some("2026-01-09T23:00:00Z"), 3, Health::Fine),
        (
            Some("2026-01-09T00:00:00Z"),
            1,
            Health::Silent {
                since: at("2026-01-09T00:00:00Z"),
            },
        ),
        (Some("2026-01-02T00:00:00Z"), 0, Health::Fine),
        (
            None,
            1,
            Health::Silent {
                since: at("2026-01-01T00:00:00Z"),
            },
        ),
        (None, 0, Health::Fine),
        (Some("2036-01-01T00:00:00Z"), 5, Health::Fine),
    ] {
        assert_eq!(
            Feed {
                last_success_at: success.map(at),
                failures,
                ..feed()
            }
            .health(now),
            expected,
            "{success:?} {failures}"
        );
    }
}

#[test]
fn spans_and_names() {
    for (text, expected) in [
        ("90s", Some(90)),
        ("15m", Some(900)),
        ("1h", Some(3600)),
        (" 2 D ", Some(2 * DAY)),
        ("1w", Some(7 * DAY)),
        ("0h", None),
        ("abc", None),
        ("", None),
        ("h", None),
        ("-1h", None),
        ("1.5h", None),
        ("3600", None),
        ("1é", None),
        ("99999999999h", None),
    ] {
        assert_eq!(seconds(text), expected, "{text}");
    }
    for (number, expected) in [
        (90, "90s"),
        (60, "1m"),
        (900, "15m"),
        (3600, "1h"),
        (5400, "90m"),
        (DAY, "1d"),
        (36 * HOUR, "36h"),
    ] {
        assert_eq!(
            (span(number).as_str(), seconds(expected)),
            (expected, Some(number))
        );
    }
    for (text, expected) in [
        ("kev", true),
        ("cert-bund.de", true),
        ("", false),
        ("Ä", false),
        ("a b", false),
        ("KEV", false),
        ("-x", false),
        ("--all", false),
    ] {
        assert_eq!(is_name(text), expected, "{text}");
    }
}
