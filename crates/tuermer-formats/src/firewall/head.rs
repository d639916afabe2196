//! The head of a syslog line (RFC 5424, RFC 3164, and what relays write) and the `key=value` pairs behind it.

use tuermer_core::limits;

/// What stands before the message.
pub(super) struct Head<'l> {
    /// Time as it stands there; without year in RFC 3164.
    pub time: Option<String>,
    /// The rest.
    pub message: &'l str,
}

/// Takes the head off; a line without one is all message.
pub(super) fn head(line: &str) -> Head<'_> {
    let line = line.trim();
    let body = line
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .filter(|(priority, _)| is_number(priority, 3))
        .map_or(line, |(_, body)| body);
    // RFC 5424: version, time, host, application, process, message id.
    if let Some(rest) = body.strip_prefix("1 ") {
        let mut parts = rest.splitn(6, ' ');
        let time = parts.next().filter(|time| *time != "-").map(str::to_string);
        return Head {
            time,
            message: parts.nth(4).unwrap_or(rest),
        };
    }
    if let Some((time, rest)) = body
        .split_at_checked("Mar  5 10:00:01".len())
        .filter(|(time, _)| is_short(time))
    {
        return Head {
            time: Some(time.to_string()),
            message: rest,
        };
    }
    match body.split_once(' ') {
        Some((time, rest)) if crate::origin::time(time).is_some() => Head {
            time: Some(time.to_string()),
            message: rest,
        },
        _ => Head {
            time: None,
            message: body,
        },
    }
}

fn is_number(text: &str, digits: usize) -> bool {
    (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names of months in RFC 3164.
pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn is_short(time: &str) -> bool {
    time.get(..3).is_some_and(|month| MONTHS.contains(&month))
        && time.get(9..10) == Some(":")
        && time.get(12..13) == Some(":")
}

/// Pairs `key=value` and `key="some words"`, no more than the limit; words between them are passed over.
pub(super) fn pairs(message: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = message;
    while let Some((before, behind)) = rest.split_once('=') {
        if found.len() >= limits::LOG_PAIRS {
            break;
        }
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let key = before.trim_end_matches(is_key).len();
        let key = before.get(key..).unwrap_or_default();
        let (value, after) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => {
                let end = behind
                    .find(|c: char| c.is_whitespace() || matches!(c, ']' | ';'))
                    .unwrap_or(behind.len());
                behind.split_at_checked(end).unwrap_or((behind, ""))
            }
        };
        if !key.is_empty() {
            found.push((key, value.trim_end_matches(',')));
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{head, pairs};

    #[test]
    fn heads_and_pairs() {
        for (line, time, message) in [
            (
                "<134>1 2021-03-05T10:00:01Z fw app - - - src=1",
                Some("2021-03-05T10:00:01Z"),
                "- src=1",
            ),
            (
                "<134>Mar  5 10:00:01 fw kernel: src=1",
                Some("Mar  5 10:00:01"),
                " fw kernel: src=1",
            ),
            ("Mar 15 10:00:01 fw x", Some("Mar 15 10:00:01"), " fw x"),
            (
                "2021-03-05T10:00:01+01:00 fw x",
                Some("2021-03-05T10:00:01+01:00"),
                "fw x",
            ),
            (
                "date=2021-03-05 time=10:00:01 a=b",
                None,
                "date=2021-03-05 time=10:00:01 a=b",
            ),
            ("<1345>x", None, "<1345>x"),
            ("", None, ""),
            ("<134>1 ", None, "1"),
        ] {
            let head = head(line);
            assert_eq!(
                (head.time.as_deref(), head.message),
                (time, message),
                "{line}"
            );
        }
        for (message, wanted) in [
            (
                "src=192.0.2.1 msg=\"two words\" x",
                vec![("src", "192.0.2.1"), ("msg", "two words")],
            ),
            (
                "[id@1 a=\"b\"] SRC=1, DST=2",
                vec![("a", "b"), ("SRC", "1"), ("DST", "2")],
            ),
            ("a== b=", vec![("a", "="), ("b", "")]),
            ("=x a=\"open", vec![("a", "open")]),
            ("", vec![]),
        ] {
            assert_eq!(pairs(message), wanted, "{message}");
        }
        assert_eq!(
            pairs(&"a=b ".repeat(10_000)).len(),
            tuermer_core::limits::LOG_PAIRS
        );
    }
}
