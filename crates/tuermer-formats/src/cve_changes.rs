//! Which CVE records moved: `delta.json` and `deltaLog.json` of the CVE program's list, one change set or those of a month.
//!
//! A record that moved several times is named once, with its last time. Never follows a link.

use serde::Deserialize;
use std::collections::HashMap;
use tuermer_core::limits;

/// A record that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// CVE id, upper case.
    pub cve: String,
    /// Where the record lies: https, and named like the id.
    pub url: String,
    /// When it moved last, as the list says; times of equal form, so that they sort.
    pub updated: String,
}

/// What a list names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Records, the newest change first.
    pub records: Vec<Change>,
    /// Entries without a usable id or address.
    pub unusable: u64,
}

/// Why a list is not used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangesError {
    /// Not the expected shape; with line and column.
    #[error("{0}")]
    Shape(String),
    /// More than [`limits::CVE_CHANGES`] entries.
    #[error("more than {limit} changes", limit = limits::CVE_CHANGES)]
    TooMany,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawSet {
    // Only there to be told from anything else.
    #[serde(rename = "fetchTime")]
    _fetch_time: String,
    #[serde(default)]
    new: Vec<RawChange>,
    #[serde(default)]
    updated: Vec<RawChange>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawChange {
    #[serde(default)]
    cve_id: String,
    #[serde(default)]
    github_link: String,
    #[serde(default)]
    date_updated: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRecord {
    cve_metadata: RawMetadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawMetadata {
    cve_id: String,
}

/// Is this such a list rather than a record? By its first bytes.
pub fn looks_like_changes(head: &[u8]) -> bool {
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    has(b"\"fetchTime\"") && has(b"\"numberOfChanges\"")
}

/// Reads a list.
///
/// # Errors
/// Another shape, or too many entries.
pub fn read(bytes: &[u8]) -> Result<Changes, ChangesError> {
    let shape = |error: serde_json::Error| ChangesError::Shape(error.to_string());
    let log = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let sets: Vec<RawSet> = if log {
        serde_json::from_slice(bytes).map_err(shape)?
    } else {
        vec![serde_json::from_slice(bytes).map_err(shape)?]
    };
    let listed: usize = sets
        .iter()
        .map(|set| set.new.len().saturating_add(set.updated.len()))
        .sum();
    if listed > limits::CVE_CHANGES {
        return Err(ChangesError::TooMany);
    }
    let mut newest: HashMap<String, Change> = HashMap::new();
    let mut unusable = 0_u64;
    for raw in sets
        .into_iter()
        .flat_map(|set| set.new.into_iter().chain(set.updated))
    {
        let Some(change) = change(raw) else {
            unusable = unusable.saturating_add(1);
            continue;
        };
        match newest.get(&change.cve) {
            Some(known) if known.updated >= change.updated => {}
            _ => {
                newest.insert(change.cve.clone(), change);
            }
        }
    }
    let mut records: Vec<Change> = newest.into_values().collect();
    records.sort_by(|one, other| {
        other
            .updated
            .cmp(&one.updated)
            .then_with(|| one.cve.cmp(&other.cve))
    });
    Ok(Changes { records, unusable })
}

fn change(
    RawChange {
        cve_id,
        github_link,
        date_updated,
    }: RawChange,
) -> Option<Change> {
    let digits = |text: &str, least: usize| {
        text.len() >= least && text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = cve_id.strip_prefix("CVE-")?.splitn(2, '-');
    let right = parts
        .next()
        .is_some_and(|year| year.len() == 4 && digits(year, 4))
        && parts.next().is_some_and(|number| digits(number, 4));
    let named = github_link.starts_with("https://")
        && github_link.len() <= limits::URL_CHARACTERS
        && github_link.ends_with(&format!("/{cve_id}.json"));
    let dated = date_updated.len() <= limits::SHOWN_CHARACTERS
        && date_updated.chars().all(|c| c.is_ascii_graphic());
    (right && named && dated).then_some(Change {
        cve: cve_id,
        url: github_link,
        updated: date_updated,
    })
}

/// The CVE id a record says of itself.
pub fn record_id(bytes: &[u8]) -> Option<String> {
    serde_json::from_slice(bytes).ok().map(
        |RawRecord {
             cve_metadata: RawMetadata { cve_id },
         }| cve_id,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = include_str!("../tests/fixtures/cve_changes-log.json");

    #[test]
    fn a_record_that_moved_twice_is_named_once_and_the_newest_comes_first() {
        assert!(looks_like_changes(LOG.as_bytes()));
        let changes = read(LOG.as_bytes()).unwrap();
        let named: Vec<(&str, &str)> = changes
            .records
            .iter()
            .map(|change| (change.cve.as_str(), change.updated.as_str()))
            .collect();
        assert_eq!(
            named,
            [
                ("CVE-2026-0002", "2026-03-02T10:20:00.000Z"),
                ("CVE-2026-0001", "2026-03-02T10:14:00.000Z")
            ]
        );
        assert_eq!(changes.unusable, 4);
    }

    #[test]
    fn one_set_is_a_list_too_and_anything_else_is_none() {
        let one = r#"{"fetchTime": "2026-03-02T10:00:00.000Z", "numberOfChanges": 0, "new": [], "updated": [], "error": []}"#;
        assert_eq!(read(one.as_bytes()).unwrap(), Changes::default());
        for wrong in [
            "",
            "{}",
            "[1]",
            "null",
            r#"{"dataType": "CVE_RECORD", "cveMetadata": {"cveId": "CVE-2026-0001"}}"#,
            "[{\"fetchTime\": \"x\", \"new\": 1}]",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(
            record_id(br#"{"cveMetadata": {"cveId": "CVE-2026-0001"}}"#).as_deref(),
            Some("CVE-2026-0001")
        );
        assert_eq!(record_id(b"{}"), None);
    }
}
