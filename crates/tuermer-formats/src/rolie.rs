//! ROLIE feeds (RFC 8322 as JSON, CSAF 7.1.15): which documents there are, when each moved, and where its hash and signature lie.
//!
//! `updated` tells what moved, never the order. Seen in the wild, accepted and counted: `ref` for `rel`, relative
//! addresses, a `content.src` that differs from the `self` link.

use crate::links::{self, Tolerated, Written};
use serde::Deserialize;
use tuermer_core::limits;

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rolie {
    /// When the feed moved last, as written.
    pub updated: String,
    /// Its documents.
    pub entries: Vec<Entry>,
    /// Entries without a usable address, by their id.
    pub unusable: Vec<String>,
    /// What was accepted although it is not as it should be.
    pub tolerated: Tolerated,
}

/// One document of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Tracking id; empty where the list gives none.
    pub id: String,
    /// When it moved last, as written; empty where the list does not say.
    pub updated: String,
    /// Address of the document.
    pub url: String,
    /// Address of the SHA-512, if one is linked.
    pub sha512: Option<String>,
    /// Address of the SHA-256, if one is linked.
    pub sha256: Option<String>,
    /// Address of the signature, if one is linked.
    pub signature: Option<String>,
}

/// Why it is no feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RolieError {
    /// Not JSON of that shape; with line and column.
    #[error("this is no ROLIE feed: {0}")]
    Shape(String),
    /// More entries than [`limits::LISTING_ENTRIES`].
    #[error("the ROLIE feed has more than {} entries", limits::LISTING_ENTRIES)]
    TooMany,
}

#[derive(Deserialize)]
struct Raw {
    feed: RawFeed,
}

#[derive(Deserialize)]
struct RawFeed {
    #[serde(default)]
    category: Vec<RawCategory>,
    #[serde(default)]
    updated: String,
    #[serde(default)]
    entry: Vec<RawEntry>,
}

#[derive(Deserialize)]
struct RawCategory {
    #[serde(default)]
    term: String,
}

#[derive(Deserialize)]
struct RawEntry {
    #[serde(default)]
    id: String,
    #[serde(default)]
    updated: String,
    #[serde(default)]
    link: Vec<RawLink>,
    content: Option<RawContent>,
}

#[derive(Deserialize)]
struct RawLink {
    rel: Option<String>,
    #[serde(rename = "ref")]
    misspelt: Option<String>,
    #[serde(default)]
    href: String,
}

#[derive(Deserialize)]
struct RawContent {
    #[serde(default)]
    src: String,
}

/// Reads the feed that was found at `base`.
///
/// # Errors
/// Not that kind of document, or too many entries.
pub fn read(bytes: &[u8], base: &str) -> Result<Rolie, RolieError> {
    let Raw { feed } = serde_json::from_slice(bytes)
        .map_err(|error| RolieError::Shape(short(&error.to_string())))?;
    let RawFeed {
        category,
        updated,
        entry,
    } = feed;
    if entry.len() > limits::LISTING_ENTRIES {
        return Err(RolieError::TooMany);
    }
    let mut rolie = Rolie {
        updated: short(&updated),
        entries: Vec::with_capacity(entry.len()),
        unusable: Vec::new(),
        tolerated: Tolerated::default(),
    };
    if !category.iter().any(|category| category.term == "csaf") {
        rolie.tolerated.count("no_csaf_category");
    }
    for raw in entry {
        rolie.add(raw, base);
    }
    Ok(rolie)
}

impl Rolie {
    fn add(
        &mut self,
        RawEntry {
            id,
            updated,
            link,
            content,
        }: RawEntry,
        base: &str,
    ) {
        let id = short(&id);
        let mut entry = Entry {
            id: id.clone(),
            updated: short(&updated),
            url: String::new(),
            sha512: None,
            sha256: None,
            signature: None,
        };
        for RawLink {
            rel,
            misspelt,
            href,
        } in link
        {
            let Some(word) =
                rel.or_else(|| misspelt.inspect(|_| self.tolerated.count("ref_for_rel")))
            else {
                continue;
            };
            let Some(url) = self.address(&href, base) else {
                continue;
            };
            match word.as_str() {
                "self" if entry.url.is_empty() => entry.url = url,
                "signature" => entry.signature = Some(url),
                "hash" if url.ends_with(".sha512") => entry.sha512 = Some(url),
                "hash" if url.ends_with(".sha256") => entry.sha256 = Some(url),
                _ => {}
            }
        }
        if let Some(url) = content
            .and_then(|content| self.address(&content.src, base))
            .filter(|url| *url != entry.url)
        {
            // One of the two is wrong; the self link is the one that hash and signature stand beside.
            match entry.url.is_empty() {
                true => entry.url = url,
                false => self.tolerated.count("content_differs_from_self"),
            }
        }
        match entry.url.is_empty() {
            true => self.unusable.push(id),
            false => self.entries.push(entry),
        }
    }

    fn address(&mut self, text: &str, base: &str) -> Option<String> {
        let (url, written) = links::resolve(base, text)?;
        match written {
            Written::Absolute => {}
            Written::Relative => self.tolerated.count("relative_address"),
            Written::FromRoot => self.tolerated.count("root_relative_path"),
        }
        Some(url)
    }
}

fn short(text: &str) -> String {
    crate::csaf::plain(text, limits::FIELD_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::{Rolie, read};

    const FEED: &str = include_str!("../tests/fixtures/rolie-feed.json");
    const BASE: &str = "https://vendor.example/csaf/white/feed.json";

    fn feed(text: &str) -> Rolie {
        read(text.as_bytes(), BASE).unwrap()
    }

    #[test]
    fn entries_with_what_stands_beside_them() {
        let rolie = feed(FEED);
        let [first, second] = &rolie.entries[..] else {
            panic!("two entries")
        };
        assert_eq!(
            (first.id.as_str(), first.updated.as_str()),
            ("VENDOR-2026-0001", "2026-02-01T10:00:00Z")
        );
        assert_eq!(
            first.url,
            "https://vendor.example/csaf/white/2026/vendor-2026-0001.json"
        );
        assert_eq!(
            first.sha512.as_deref(),
            Some("https://vendor.example/csaf/white/2026/vendor-2026-0001.json.sha512")
        );
        assert_eq!(
            first.signature.as_deref(),
            Some("https://vendor.example/csaf/white/2026/vendor-2026-0001.json.asc")
        );
        assert!(second.sha256.is_some() && second.sha512.is_none());
        assert_eq!((rolie.tolerated.total(), rolie.unusable.len()), (0, 0));
    }

    #[test]
    fn what_is_accepted_and_counted() {
        for (from, to, name, count) in [
            ("\"rel\":", "\"ref\":", "ref_for_rel", 6),
            (
                "https://vendor.example/csaf/white/",
                "",
                "relative_address",
                8,
            ),
            (
                "https://vendor.example/csaf/white/",
                "csaf/white/",
                "root_relative_path",
                8,
            ),
            (
                "https://vendor.example/csaf/white/",
                "/csaf/white/",
                "root_relative_path",
                8,
            ),
            (
                "\"src\": \"https://vendor.example/csaf/white/2026/",
                "\"src\": \"https://vendor.example/",
                "content_differs_from_self",
                2,
            ),
            (
                "\"term\": \"csaf\"",
                "\"term\": \"other\"",
                "no_csaf_category",
                1,
            ),
        ] {
            let rolie = feed(&FEED.replace(from, to));
            assert_eq!(
                rolie.tolerated.0.get(name),
                Some(&count),
                "{name}: {:?}",
                rolie.tolerated
            );
            assert_eq!(rolie.tolerated.total(), count);
            assert_eq!(rolie.entries[0], feed(FEED).entries[0], "{name}");
        }
        let plain = feed(&FEED.replace("https:", "http:"));
        assert_eq!(
            (plain.entries.len(), plain.unusable),
            (
                0,
                vec![
                    "VENDOR-2026-0001".to_string(),
                    "VENDOR-2026-0002".to_string()
                ]
            )
        );
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        for broken in [
            "{}",
            "[]",
            "{\"feed\": 1}",
            "<feed/>",
            &FEED[..FEED.len() / 2],
        ] {
            assert!(
                read(broken.as_bytes(), BASE)
                    .unwrap_err()
                    .to_string()
                    .starts_with("this is no ROLIE feed: "),
                "{broken}"
            );
        }
    }
}
