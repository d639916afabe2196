//! TAXII 2.1: what a server offers, one page of its objects, and where to go on. No requests are made here.
//!
//! Pages follow each other by `next`; where a server gives none, by the time of the last object. The next pull resumes
//! from `X-TAXII-Date-Added-Last`. A server that turns in a circle is stopped.

use crate::csaf::plain;
use crate::findings::DocumentError;
use crate::json;
use crate::loose::{Word, each};
use crate::origin::time;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use tuermer_core::limits;

/// What requests must ask for and answers must be.
pub const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// Header of an answer: when its last object was added.
pub const DATE_ADDED_LAST: &str = "X-TAXII-Date-Added-Last";

/// What `/taxii2/` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// What the server calls itself.
    pub title: String,
    /// Addresses of its roots, absolute or relative to the server, the default first.
    pub api_roots: Vec<String>,
}

/// One collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its id, part of its address.
    pub id: String,
    /// What it calls itself.
    pub title: String,
    /// Whether we may read it.
    pub can_read: bool,
}

/// One page of objects; they are read by [`crate::stix::read`] from the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many objects.
    pub objects: u64,
    /// Whether there are more.
    pub more: bool,
    /// Where to go on.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct RawDiscovery {
    #[serde(default)]
    title: Word,
    #[serde(default)]
    default: Word,
    #[serde(default)]
    api_roots: Vec<Word>,
}

#[derive(Deserialize)]
struct RawCollections<'a> {
    #[serde(borrow, default)]
    collections: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawCollection {
    id: Word,
    #[serde(default)]
    title: Word,
    #[serde(default)]
    can_read: Word,
}

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(default)]
    more: Word,
    #[serde(default)]
    next: Word,
    #[serde(borrow, default)]
    objects: Option<&'a RawValue>,
}

/// Reads what a server says of itself.
///
/// # Errors
/// Not JSON, or no API root.
pub fn discovery(bytes: &[u8]) -> Result<Discovery, DocumentError> {
    let RawDiscovery {
        title,
        default,
        api_roots,
    } = serde_json::from_str(json::text(bytes)?)?;
    let mut roots: Vec<String> = Vec::new();
    for root in std::iter::once(default)
        .chain(api_roots)
        .take(limits::TAXII_COLLECTIONS)
    {
        let fits = !root.text().is_empty()
            && root.text().len() <= limits::URL_CHARACTERS
            && !root.text().contains(char::is_whitespace);
        if fits && !roots.iter().any(|known| known == root.text()) {
            roots.push(root.text().to_string());
        }
    }
    match roots.is_empty() {
        true => Err(DocumentError::NotThis("TAXII server: no API root")),
        false => Ok(Discovery {
            title: plain(title.text(), limits::FIELD_CHARACTERS),
            api_roots: roots,
        }),
    }
}

/// Reads the collections of a root. One whose id could not stand in an address is left out.
///
/// # Errors
/// Not JSON.
pub fn collections(bytes: &[u8]) -> Result<Vec<Collection>, DocumentError> {
    let raw: RawCollections<'_> = serde_json::from_str(json::text(bytes)?)?;
    let mut read = Vec::new();
    each(raw.collections, &mut |raw| {
        let Ok(RawCollection {
            id,
            title,
            can_read,
        }) = serde_json::from_str(raw.get())
        else {
            return;
        };
        let is_id = (1..=100).contains(&id.text().len())
            && id
                .text()
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_id && read.len() < limits::TAXII_COLLECTIONS {
            read.push(Collection {
                id: id.text().to_string(),
                title: plain(title.text(), limits::FIELD_CHARACTERS),
                can_read: can_read.is_true(),
            });
        }
    })?;
    Ok(read)
}

/// Reads how one page goes on.
///
/// # Errors
/// Not JSON, or cut off.
pub fn page(bytes: &[u8]) -> Result<Page, DocumentError> {
    let RawPage {
        more,
        next,
        objects,
    } = serde_json::from_str(json::text(bytes)?)?;
    let mut count = 0_u64;
    each(objects, &mut |_| count = count.saturating_add(1))?;
    let next = next
        .0
        .filter(|next| !next.is_empty() && next.len() <= limits::URL_CHARACTERS);
    Ok(Page {
        objects: count,
        more: more.is_true(),
        next,
    })
}

/// How far a collection was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Objects added after this moment are asked for; `None`: all.
    pub added_after: Option<Timestamp>,
    next: Option<String>,
    newest: Option<Timestamp>,
    pages: usize,
}

/// What to do after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask for the next page.
    Ask,
    /// All was read; `added_after` is where the next pull begins.
    Done,
    /// The server says that there is more and does not say where, or turns in a circle; what was read counts.
    Stuck,
}

impl Progress {
    /// Begins where the last pull ended.
    pub fn since(added_after: Option<Timestamp>) -> Self {
        Self {
            added_after,
            ..Self::default()
        }
    }

    /// Fields of the next request behind `/collections/{id}/objects/?`, not yet encoded.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let after = self
            .added_after
            .map(|after| ("added_after", after.to_string()));
        let next = self.next.clone().map(|next| ("next", next));
        after
            .into_iter()
            .chain(next)
            .chain([("limit", limits::PAGE_ROWS.to_string())])
            .collect()
    }

    /// Takes note of a page and its header `X-TAXII-Date-Added-Last`.
    pub fn advance(&mut self, page: &Page, date_added_last: Option<&str>) -> Step {
        self.pages = self.pages.saturating_add(1);
        let last = date_added_last.and_then(time);
        self.newest = self.newest.max(last);
        if !page.more {
            (self.added_after, self.next) = (self.newest.max(self.added_after), None);
            return Step::Done;
        }
        let moved = match &page.next {
            Some(next) if self.next.as_ref() != Some(next) => {
                self.next = Some(next.clone());
                true
            }
            Some(_) => false,
            None => {
                let moved = last > self.added_after;
                (self.added_after, self.next) = (last.max(self.added_after), None);
                moved
            }
        };
        if moved && page.objects > 0 && self.pages < limits::TAXII_PAGES {
            Step::Ask
        } else {
            Step::Stuck
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, Progress, Step, collections, discovery, page};

    const FIXTURE: &[u8] = include_bytes!("../tests/fixtures/taxii-page.json");

    #[test]
    fn what_a_server_offers() {
        let text = r#"{"title":"T","default":"https://t.example/api/","api_roots":["https://t.example/api/","/other/","a b"]}"#;
        assert_eq!(
            discovery(text.as_bytes()).unwrap().api_roots,
            ["https://t.example/api/", "/other/"]
        );
        assert!(discovery(b"{}").is_err() && discovery(b"[").is_err());
        let text = r#"{"collections":[{"id":"91a7b528-80eb-42ed-a74d-c6fbd5a26116","title":"A","can_read":true},{"id":"../x","can_read":true},{"title":"no id"},7]}"#;
        let read = collections(text.as_bytes()).unwrap();
        assert_eq!((read.len(), read[0].can_read), (1, true));
        assert_eq!(collections(b"{}").unwrap(), []);
        assert_eq!(
            page(FIXTURE).unwrap(),
            Page {
                objects: 2,
                more: true,
                next: Some("cGFnZTI".into())
            }
        );
    }

    #[test]
    fn pages_follow_each_other_and_circles_end() {
        let page = |more, next: Option<&str>, objects| Page {
            objects,
            more,
            next: next.map(str::to_string),
        };
        let mut progress = Progress::since(Some("2021-03-01T00:00:00Z".parse().unwrap()));
        assert_eq!(
            progress.query(),
            [
                ("added_after", "2021-03-01T00:00:00Z".to_string()),
                ("limit", "1000".to_string())
            ]
        );
        assert_eq!(
            progress.advance(&page(true, Some("a"), 2), Some("2021-03-02T00:00:00Z")),
            Step::Ask
        );
        assert_eq!(progress.query()[1], ("next", "a".to_string()));
        assert_eq!(
            progress.advance(&page(true, Some("b"), 2), Some("2021-03-03T00:00:00Z")),
            Step::Ask
        );
        assert_eq!(
            progress.clone().advance(&page(true, Some("b"), 2), None),
            Step::Stuck,
            "the same page again"
        );
        assert_eq!(
            progress.clone().advance(&page(true, None, 2), None),
            Step::Stuck,
            "more, and nobody says where"
        );
        assert_eq!(
            progress
                .clone()
                .advance(&page(true, None, 2), Some("2021-03-04T00:00:00Z")),
            Step::Ask
        );
        assert_eq!(
            progress.clone().advance(&page(true, Some("c"), 0), None),
            Step::Stuck,
            "more of nothing"
        );
        assert_eq!(progress.advance(&page(false, None, 1), None), Step::Done);
        assert_eq!(progress.query()[0].1, "2021-03-03T00:00:00Z");
    }
}
