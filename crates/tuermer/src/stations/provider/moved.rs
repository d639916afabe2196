//! Which documents of a list are worth fetching: those that are new, that moved, or that deserve another try. Newest first.

use crate::store::feeds::feed_entries::SeenEntry;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use tuermer_core::limits;
use tuermer_core::provenance::EntryState;
use tuermer_formats::rolie::Entry;

/// The entries to fetch, newest first; those without a time last, as listed.
pub fn moved(entries: &[Entry], seen: &HashMap<String, SeenEntry>, now: Timestamp) -> Vec<Entry> {
    let is_wanted = |entry: &&Entry| {
        seen.get(&entry.url)
            .is_none_or(|seen| differs(&seen.updated, &entry.updated) || again(seen, now))
    };
    let mut wanted: Vec<Entry> = entries.iter().filter(is_wanted).cloned().collect();
    wanted.sort_by_key(|entry| std::cmp::Reverse(time(&entry.updated)));
    wanted
}

/// True where a document is fetched again although its list does not say that it moved: it was rejected, or its list
/// tells no times, and a day has passed.
pub fn again(seen: &SeenEntry, now: Timestamp) -> bool {
    let unsure = seen.state == EntryState::Rejected || seen.updated.is_empty();
    // A clock that was set back must not keep it waiting for ever.
    unsure && now.duration_since(seen.at).abs() >= SignedDuration::from_hours(limits::RECHECK_HOURS)
}

/// Two spellings of the same time are the same time.
fn differs(known: &str, listed: &str) -> bool {
    known != listed && (time(known).is_none() || time(known) != time(listed))
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::moved;
    use crate::store::feeds::feed_entries::SeenEntry;
    use std::collections::HashMap;
    use tuermer_core::provenance::EntryState;
    use tuermer_formats::rolie::Entry;

    const NOW: &str = "2026-03-02T12:00:00Z";

    fn entry(url: &str, updated: &str) -> Entry {
        Entry {
            id: String::new(),
            updated: updated.into(),
            url: url.into(),
            sha512: None,
            sha256: None,
            signature: None,
        }
    }

    #[test]
    fn what_is_fetched() {
        for (known, state, at, listed, wanted) in [
            (
                "2026-03-01T00:00:00Z",
                EntryState::Taken,
                NOW,
                "2026-03-01T00:00:00Z",
                false,
            ),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Taken,
                NOW,
                "2026-03-01T01:00:00+01:00",
                false,
            ),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Taken,
                NOW,
                "2026-03-01T00:00:00.000Z",
                false,
            ),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Taken,
                NOW,
                "2026-03-02T00:00:00Z",
                true,
            ),
            // Going back in time is a move, too: the document itself is then refused as older.
            (
                "2026-03-01T00:00:00Z",
                EntryState::Taken,
                NOW,
                "2026-02-01T00:00:00Z",
                true,
            ),
            ("yesterday", EntryState::Taken, NOW, "today", true),
            ("yesterday", EntryState::Taken, NOW, "yesterday", false),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Rejected,
                "2026-03-02T11:00:00Z",
                "2026-03-01T00:00:00Z",
                false,
            ),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Rejected,
                "2026-03-01T12:00:00Z",
                "2026-03-01T00:00:00Z",
                true,
            ),
            (
                "2026-03-01T00:00:00Z",
                EntryState::Rejected,
                "2030-03-01T12:00:00Z",
                "2026-03-01T00:00:00Z",
                true,
            ),
            ("", EntryState::Same, "2026-03-02T11:00:00Z", "", false),
            ("", EntryState::Same, "2026-03-01T11:00:00Z", "", true),
        ] {
            let seen = SeenEntry {
                updated: known.into(),
                state,
                at: at.parse().unwrap(),
            };
            let found = moved(
                &[entry("u", listed)],
                &HashMap::from([("u".into(), seen)]),
                NOW.parse().unwrap(),
            );
            assert_eq!(!found.is_empty(), wanted, "{known} {state:?} {at} {listed}");
        }
    }

    #[test]
    fn newest_first_and_unknown_times_last() {
        let list = [
            entry("a", "2026-01-01T00:00:00Z"),
            entry("b", ""),
            entry("c", "2026-03-01T00:00:00Z"),
            entry("d", "2026-02-01T00:00:00Z"),
        ];
        let order: Vec<String> = moved(&list, &HashMap::new(), NOW.parse().unwrap())
            .into_iter()
            .map(|entry| entry.url)
            .collect();
        assert_eq!(order, ["c", "d", "a", "b"]);
    }
}
