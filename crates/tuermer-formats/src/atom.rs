//! Atom, RSS and JSON Feed for the analyst's reading list: plain text and https links, no HTML survives.

use crate::csaf::{https, plain};
use crate::xml::{XmlError, check};
use jiff::Timestamp;
use std::collections::HashSet;
use tuermer_core::limits;

/// A feed as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it calls itself.
    pub title: String,
    /// Its entries in its order.
    pub entries: Vec<Entry>,
    /// Entries without an https link, or beyond the limit; left out.
    pub left_out: usize,
}

/// Something to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the feed calls it; the same for the same entry.
    pub id: String,
    /// Title, plain text.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// What it is about, plain text.
    pub summary: String,
    /// When it was published, where the feed says so.
    pub published_at: Option<Timestamp>,
}

/// Why a feed is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AtomError {
    /// Larger than we read.
    #[error("larger than {} MB", limits::READING_BYTES >> 20)]
    Size,
    /// XML we do not walk into.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Not a feed.
    #[error("{0}")]
    Shape(String),
}

/// Rounds in which words that turn out to be HTML again are made plain ("&amp;lt;b&amp;gt;").
const ROUNDS: usize = 4;

/// Reads a feed.
///
/// # Errors
/// Too large, too deep, or no feed.
pub fn read(bytes: &[u8]) -> Result<Reading, AtomError> {
    if bytes.len() > limits::READING_BYTES {
        return Err(AtomError::Size);
    }
    if !crate::recognise::looks_like_json(bytes) {
        check(bytes)?;
    }
    let feed = feed_rs::parser::Builder::new()
        .build()
        .parse(bytes)
        .map_err(|error| AtomError::Shape(plain(&error.to_string(), limits::FIELD_CHARACTERS)))?;
    let title = feed.title.map_or(String::new(), |title| {
        plain_text(&title.content, limits::FIELD_CHARACTERS)
    });
    let (mut entries, mut seen, mut left_out) = (Vec::new(), HashSet::new(), 0_usize);
    for raw in feed.entries {
        match entry(raw) {
            Some(entry)
                if entries.len() < limits::READING_ENTRIES && seen.insert(entry.id.clone()) =>
            {
                entries.push(entry)
            }
            _ => left_out = left_out.saturating_add(1),
        }
    }
    Ok(Reading {
        title,
        entries,
        left_out,
    })
}

fn entry(raw: feed_rs::model::Entry) -> Option<Entry> {
    let alternate = raw
        .links
        .iter()
        .filter(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate"));
    let url = alternate
        .chain(&raw.links)
        .find_map(|link| https(&link.href))?;
    let title = raw.title.map_or(String::new(), |title| {
        plain_text(&title.content, limits::FIELD_CHARACTERS)
    });
    let text = raw
        .summary
        .map(|text| text.content)
        .or_else(|| raw.content.and_then(|content| content.body));
    let id = plain(&raw.id, limits::FIELD_CHARACTERS);
    let published_at = raw
        .published
        .or(raw.updated)
        .and_then(|time| Timestamp::from_microsecond(time.timestamp_micros()).ok());
    Some(Entry {
        id: if id.is_empty() { url.clone() } else { id },
        title: if title.is_empty() { url.clone() } else { title },
        url,
        summary: plain_text(&text.unwrap_or_default(), limits::NOTE_CHARACTERS),
        published_at,
    })
}

/// Text without HTML: elements dropped, entities resolved, until nothing looks like an element any more.
fn plain_text(html: &str, limit: usize) -> String {
    let mut text = html.to_string();
    for _ in 0..ROUNDS {
        let next = resolved(&without_elements(&text));
        if next == text {
            break;
        }
        text = next;
    }
    // Signs that are still there stand for themselves: "versions < 2.0".
    plain(&text.replace('<', "‹").replace('>', "›"), limit)
}

/// Drops `<…>`, and with scripts and styles what is between them.
fn without_elements(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, element) = rest.split_at(at);
        plain.push_str(before);
        let begins = element.get(1..).and_then(|inner| inner.chars().next());
        if !begins.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            plain.push('<');
            rest = element.get(1..).unwrap_or_default();
            continue;
        }
        let lower: String = element
            .chars()
            .take(8)
            .collect::<String>()
            .to_ascii_lowercase();
        let end = ["<script", "<style"]
            .iter()
            .find(|tag| lower.starts_with(**tag))
            .map(|tag| tag.replace('<', "</"));
        let skipped = match end {
            Some(end) => position(element, &end)
                .and_then(|at| element.get(at..))
                .unwrap_or_default(),
            None => element,
        };
        plain.push(' ');
        rest = skipped.split_once('>').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

/// Where `end` stands, in whatever case.
fn position(text: &str, end: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|at| {
        text.get(*at..at.saturating_add(end.len()))
            .is_some_and(|part| part.eq_ignore_ascii_case(end))
    })
}

/// Resolves the entities of HTML that occur in feeds; others stay as they are.
fn resolved(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        plain.push_str(before);
        let name = entity
            .get(1..)
            .and_then(|inner| inner.split_once(';'))
            .map(|(name, _)| name)
            .filter(|name| name.len() <= 8);
        match name.and_then(|name| Some((name, character(name)?))) {
            Some((name, character)) => {
                plain.push(character);
                rest = entity
                    .get(name.len().saturating_add(2)..)
                    .unwrap_or_default();
            }
            None => {
                plain.push('&');
                rest = entity.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32)
    };
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "hellip" => Some('…'),
        "auml" => Some('ä'),
        "ouml" => Some('ö'),
        "uuml" => Some('ü'),
        "Auml" => Some('Ä'),
        "Ouml" => Some('Ö'),
        "Uuml" => Some('Ü'),
        "szlig" => Some('ß'),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(hex.get(1..)?, 16),
            decimal => number(decimal, 10),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{AtomError, plain_text, read};

    const FEED: &str = include_str!("../tests/fixtures/atom-cert.xml");
    const RSS: &str = include_str!("../tests/fixtures/atom-rss.xml");

    #[test]
    fn entries_are_plain_text_with_https_links() {
        let reading = read(FEED.as_bytes()).unwrap();
        assert_eq!(
            (
                reading.title.as_str(),
                reading.entries.len(),
                reading.left_out
            ),
            ("Meldungen des Beispiel-CERT", 2, 2)
        );
        let first = &reading.entries[0];
        assert_eq!(first.title, "Exchange: Lücken werden ausgenutzt");
        assert_eq!(first.url, "https://cert.example/meldung/1");
        assert_eq!(
            first.summary,
            "Bitte sofort aktualisieren. Versionen ‹ 15.2.792.10 sind betroffen."
        );
        assert_eq!(
            first.published_at.unwrap().to_string(),
            "2021-03-03T05:00:00Z"
        );
        let rss = read(RSS.as_bytes()).unwrap();
        assert_eq!(
            (rss.entries.len(), rss.entries[0].title.as_str()),
            (1, "Citrix Bleed")
        );
    }

    #[test]
    fn no_html_survives() {
        for (html, wanted) in [
            ("<p>One</p><p>two</p>", "One two"),
            ("a<script>alert('<b>')</script >b", "a b"),
            ("a<STYLE>x{}</STYLE>b", "a b"),
            ("&lt;img src=x onerror=alert(1)&gt;z", "z"),
            (
                "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;z",
                "z",
            ),
            ("1 < 2 and 3 > 2", "1 ‹ 2 and 3 › 2"),
            ("<<b>b>x", "‹ b›x"),
            ("unclosed <a href='https://evil.example", "unclosed"),
            ("&#60;b&#62;x &#x3c;i&#x3E;y", "x y"),
            ("&bogus; &", "&bogus; &"),
        ] {
            let text = plain_text(html, 200);
            assert_eq!(text, wanted, "{html}");
            assert!(!text.contains(['<', '>']));
        }
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        for bytes in [
            &b"<html><body/></html>"[..],
            b"",
            b"{}",
            b"<feed",
            &FEED.as_bytes()[..400],
        ] {
            assert!(
                read(bytes).is_err() || read(bytes).is_ok_and(|reading| reading.entries.len() < 2),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert!(matches!(
            read(b"<!DOCTYPE rss [<!ENTITY a \"aaaa\">]><rss/>"),
            Err(AtomError::Xml(_))
        ));
        assert_eq!(
            read(&vec![b' '; tuermer_core::limits::READING_BYTES + 1]),
            Err(AtomError::Size)
        );
    }
}
