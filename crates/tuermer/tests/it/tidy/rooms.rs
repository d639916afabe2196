//! Rooms of the house and the arrows between them.

use super::{Source, no_complaints, rust};

/// Rooms (path prefixes) and what must not be named in them.
const ARROWS: &[(&str, &[&str], &str)] = &[
    (
        "crates/tuermer-core/src/",
        &[
            "serde_json",
            "tokio",
            "sqlx",
            "std::fs",
            "std::env",
            "std::process",
            "net::Tcp",
            "net::Udp",
            "std::time",
            "::now()",
            "async fn",
            "println!",
        ],
        "the core decides: no I/O, no clock, no async, no format of bytes",
    ),
    (
        "crates/tuermer-formats/src/",
        &[
            "tokio",
            "sqlx",
            "std::fs",
            "std::env",
            "std::process",
            "net::Tcp",
            "net::Udp",
            "std::time",
            "::now()",
            "async fn",
            "println!",
        ],
        "formats turn bytes into nouns: no I/O, no clock",
    ),
    (
        "crates/tuermer-store/src/",
        &["axum", "lettre", "clap", "reqwest", "Texts"],
        "the store knows only nouns and SQL; words are rendered by who shows them",
    ),
    (
        "crates/tuermer/src/channels/",
        &[
            "crate::web",
            "crate::store",
            "crate::stations",
            "crate::acts",
            "crate::feeds",
            "crate::cli",
            "sqlx",
        ],
        "a channel carries one message and knows no store",
    ),
    (
        "crates/tuermer/src/outgoing/",
        &[
            "crate::web",
            "crate::store",
            "crate::stations",
            "crate::acts",
            "crate::channels",
            "crate::feeds",
            "crate::cli",
            "sqlx",
            "lettre",
        ],
        "what goes out knows bytes and addresses",
    ),
    (
        "crates/tuermer/src/feeds/",
        &[
            "crate::web",
            "crate::store",
            "crate::stations",
            "crate::acts",
            "crate::channels",
            "crate::cli",
            "sqlx",
        ],
        "a feed fetches bytes and knows no store",
    ),
    (
        "crates/tuermer/src/web/",
        &[
            "crate::channels",
            "crate::feeds",
            "crate::outgoing",
            "stations::deliver",
            "crate::cli",
            "sqlx",
            "lettre",
        ],
        "a page shows and asks; stations do",
    ),
    (
        "crates/tuermer/src/views/",
        &[
            "crate::web",
            "crate::cli",
            "crate::stations",
            "crate::channels",
            "Context",
            "async fn",
            "sqlx",
        ],
        "a view names the fields of nouns; it asks nobody",
    ),
    (
        "crates/tuermer/src/acts/",
        &["crate::web", "crate::cli", "axum", "sqlx", "lettre"],
        "an act is the same whatever door it came through; nobody is shown anything and nothing is sent",
    ),
    (
        "crates/tuermer/src/stations/",
        &["crate::web", "crate::cli", "axum", "sqlx"],
        "stations join store, channels and core; nobody is shown anything",
    ),
    (
        "crates/tuermer/src/cli/",
        &["sqlx", "\"SELECT ", "\"INSERT ", "\"UPDATE ", "\"DELETE "],
        "SQL stands beside the noun that owns the table",
    ),
];

#[test]
fn arrows_between_rooms_hold() {
    let sources = rust();
    let mut complaints = Vec::new();
    for (room, forbidden, why) in ARROWS {
        // The bench fills a store with a million rows to measure it; that is no business of a noun.
        let judged = |source: &&Source| {
            source.path.starts_with(room)
                && !source.is_test()
                && !source.path.contains("/cli/bench")
        };
        for source in sources.iter().filter(judged) {
            for (number, line) in source.code() {
                complaints.extend(
                    forbidden
                        .iter()
                        .filter(|word| line.contains(*word))
                        .map(|word| format!("{}:{number}: `{word}` – {why}", source.path)),
                );
            }
        }
    }
    no_complaints("Arrows between rooms", &complaints);
}
