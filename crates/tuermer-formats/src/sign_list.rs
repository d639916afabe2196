//! Lists of files of signs: the page a web server makes of a folder, and the manifest of a MISP feed. What they name, not the files.
//!
//! Only files beneath the list, on the same server, with the name of a format we read. Nothing is fetched here.

use crate::links::resolve;
use html5gum::{Token, Tokenizer};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use tuermer_core::limits;
use url::Url;

/// A file the list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub url: String,
    /// When it moved last, as the list says; empty where it does not: then the name stands for its content.
    pub updated: String,
}

/// Why a list is not used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignListError {
    /// Not the expected shape; with line and column.
    #[error("{0}")]
    Shape(String),
    /// More than [`limits::SIGN_LIST_ENTRIES`] entries.
    #[error("more than {limit} files", limit = limits::SIGN_LIST_ENTRIES)]
    TooMany,
}

/// Endings of files we read.
const ENDINGS: &[&str] = &[
    ".csv",
    ".csv.gz",
    ".csv.zip",
    ".zip",
    ".json",
    ".json.gz",
    ".jsonl",
    ".jsonl.gz",
    ".xz",
];

/// True where the bytes begin like a page.
pub fn is_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..head.len().min(512)).unwrap_or_default())
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

/// True where the bytes begin like a manifest: an object whose first key is a UUID.
pub fn is_manifest(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..head.len().min(512)).unwrap_or_default());
    let key = text
        .trim_start()
        .strip_prefix('{')
        .and_then(|rest| rest.trim_start().strip_prefix('"'))
        .and_then(|rest| rest.split('"').next());
    key.is_some_and(is_uuid)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// The files that the page of a folder links to, in the order of the page.
///
/// # Errors
/// More links than anybody needs.
pub fn page(bytes: &[u8], base: &str) -> Result<Vec<Entry>, SignListError> {
    let folder = Url::parse(base)
        .and_then(|url| url.join("."))
        .map(String::from)
        .unwrap_or_default();
    let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
    for token in Tokenizer::new(bytes) {
        let Ok(Token::StartTag(tag)) = token else {
            continue;
        };
        let Some(href) = tag
            .attributes
            .get(b"href".as_slice())
            .filter(|_| *tag.name == *b"a")
        else {
            continue;
        };
        let Some((url, _)) = resolve(base, &String::from_utf8_lossy(href)) else {
            continue;
        };
        let beneath = url.starts_with(&folder)
            && ENDINGS
                .iter()
                .any(|ending| url.to_ascii_lowercase().ends_with(ending));
        if beneath && seen.insert(url.clone()) {
            if entries.len() >= limits::SIGN_LIST_ENTRIES {
                return Err(SignListError::TooMany);
            }
            entries.push(Entry {
                url,
                updated: String::new(),
            });
        }
    }
    Ok(entries)
}

#[derive(Deserialize)]
struct RawEvent {
    #[serde(default)]
    timestamp: Option<serde_json::Value>,
}

/// The events of a MISP feed, by their id; `updated` is the event's own time.
///
/// # Errors
/// Not the expected shape.
pub fn manifest(bytes: &[u8], base: &str) -> Result<Vec<Entry>, SignListError> {
    let text = crate::json::text(bytes).map_err(|error| SignListError::Shape(error.to_string()))?;
    let raw: BTreeMap<String, RawEvent> =
        serde_json::from_str(text).map_err(|error| SignListError::Shape(error.to_string()))?;
    if raw.len() > limits::SIGN_LIST_ENTRIES {
        return Err(SignListError::TooMany);
    }
    let entry = |(id, event): (String, RawEvent)| {
        let (url, _) = resolve(base, &format!("{id}.json")).filter(|_| is_uuid(&id))?;
        let updated = match event.timestamp {
            Some(serde_json::Value::String(text)) => {
                text.chars().take(limits::FIELD_CHARACTERS).collect()
            }
            Some(serde_json::Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        Some(Entry { url, updated })
    };
    Ok(raw.into_iter().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://reports.example/member/";

    fn urls(entries: &[Entry]) -> Vec<&str> {
        entries
            .iter()
            .map(|entry| entry.url.strip_prefix(BASE).unwrap_or(&entry.url))
            .collect()
    }

    #[test]
    fn a_folder_and_a_manifest() {
        let folder = include_bytes!("../tests/fixtures/sign_list-folder.html");
        assert!(is_page(folder) && !is_manifest(folder));
        assert_eq!(
            urls(&page(folder, BASE).unwrap()),
            [
                "2026-05-30-scan_exchange-region.csv",
                "2026-05-31-scan_exchange-region.csv.gz",
                "events.jsonl"
            ]
        );
        assert_eq!(
            urls(
                &page(
                    b"<html><a href=x.csv><a HREF='x.csv'><a href=\"y.json",
                    BASE
                )
                .unwrap()
            ),
            ["x.csv"],
            "twice is once, cut is none"
        );
        let list = include_bytes!("../tests/fixtures/sign_list-manifest.json");
        assert!(is_manifest(list) && !is_page(list));
        let events = manifest(list, "https://reports.example/member/manifest.json").unwrap();
        assert_eq!(
            urls(&events),
            [
                "5f1e7d8e-0000-4000-8000-000000000001.json",
                "5f1e7d8e-0000-4000-8000-000000000002.json"
            ]
        );
        assert_eq!(
            [events[0].updated.as_str(), &events[1].updated],
            ["1767225600", "1767229200"]
        );
        assert!(matches!(
            manifest(b"[]", BASE),
            Err(SignListError::Shape(_))
        ));
    }
}
