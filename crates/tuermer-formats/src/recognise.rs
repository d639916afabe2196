//! What kind of file is this? Decided by content, never by name.

use crate::format::Format;

/// Bytes that are enough to tell JSON from CSV and to see a header line.
pub const HEAD_BYTES: usize = 64 * 1024;

/// True where the file can only be JSON.
pub fn looks_like_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    matches!(
        head.iter().find(|byte| !byte.is_ascii_whitespace()),
        Some(b'{' | b'[')
    )
}

/// The format of a JSON document by its outermost keys.
pub fn json(keys: &[String]) -> Format {
    first(|format| (format.nature().marks.keys)(&Keys(keys)))
}

/// The format of a JSON list, or of lines of JSON, by words of its first elements: what is not listed here is no list we read.
pub fn list(head: &[u8]) -> Format {
    first(|format| {
        let groups = format.nature().marks.listed;
        groups
            .iter()
            .any(|words| words.iter().all(|word| contains(head, word)))
    })
}

/// The format a broken JSON file was probably meant to be, so that the message can name it.
pub fn broken_json(bytes: &[u8]) -> Format {
    let meant = first(|format| {
        let word = format.nature().marks.broken;
        word.is_some_and(|word| {
            contains(
                bytes
                    .get(..bytes.len().min(HEAD_BYTES.saturating_add(word.len())))
                    .unwrap_or_default(),
                word,
            )
        })
    });
    match meant {
        Format::Unknown => list(bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default()),
        meant => meant,
    }
}

/// The first format of the list that fits.
fn first(fits: impl Fn(&Format) -> bool) -> Format {
    Format::ALL.iter().copied().find(fits).unwrap_or_default()
}

fn contains(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

/// The outermost keys of a JSON document.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a>(pub &'a [String]);

impl Keys<'_> {
    /// True where this key is there.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|known| known == key)
    }

    /// True where all of these are there.
    pub fn have(&self, keys: &[&str]) -> bool {
        keys.iter().all(|key| self.has(key))
    }

    /// True where a key starts like this.
    pub fn start(&self, start: &str) -> bool {
        self.0.iter().any(|key| key.starts_with(start))
    }
}

/// The first bytes of a text that is no JSON.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// As they are.
    pub bytes: &'a [u8],
    /// The first line in lower case.
    pub line: String,
}

impl<'a> Head<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
        let line = String::from_utf8_lossy(line).to_lowercase();
        Self {
            bytes,
            line: line.strip_prefix('\u{feff}').unwrap_or(&line).to_string(),
        }
    }

    /// True where the first line is a header that begins with these columns.
    pub fn begins_with(&self, columns: &[&str]) -> bool {
        let mut found = self
            .line
            .split(',')
            .map(|column| column.trim().trim_matches('"'));
        columns.iter().all(|column| found.next() == Some(column))
    }
}

/// True where the file is compressed with gzip (RFC 1952).
pub fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b, 8])
}

/// True where the file is compressed with xz.
pub fn is_xz(head: &[u8]) -> bool {
    head.starts_with(b"\xfd7zXZ\0")
}

/// True where the file is a ZIP archive.
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// True where each line is a JSON object of its own. Nobody writes `}` at the end of the first line of one document that
/// goes on with `{`.
pub fn is_lines(head: &[u8]) -> bool {
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else {
        return false;
    };
    let (first, rest) = head.split_at(end);
    let first = first.trim_ascii();
    first.starts_with(b"{") && first.ends_with(b"}") && rest.trim_ascii_start().starts_with(b"{")
}

/// True where the file is a JSON list.
pub fn is_list(head: &[u8]) -> bool {
    let head = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    head.trim_ascii_start().starts_with(b"[")
}

/// True where the file can only be XML.
fn is_xml(head: &[u8]) -> bool {
    let head = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    head.trim_ascii_start().starts_with(b"<")
}

/// The format of a text file by its first bytes.
pub fn table(head: &[u8]) -> Format {
    if is_xml(head) {
        return first(|format| {
            let words = format.nature().marks.xml;
            words.iter().any(|word| contains(head, word))
        });
    }
    let head = Head::new(head);
    first(|format| (format.nature().marks.text)(&head))
}

#[cfg(test)]
mod tests {
    use super::{Format, is_lines, json, list, looks_like_json, table};

    /// Keys of a document, and its kind.
    const KINDS: &[(&str, Format)] = &[
        ("document product_tree", Format::Csaf),
        ("vulnerabilities document", Format::Csaf),
        ("title catalogVersion vulnerabilities", Format::Kev),
        ("vulnerabilities", Format::Unknown),
        ("bomFormat components", Format::Sbom),
        ("spdxVersion packages", Format::Sbom),
        ("dataType dataVersion cveMetadata containers", Format::Cve),
        ("feed", Format::Provider),
        ("canonical_url publisher", Format::Provider),
        ("Event", Format::Misp),
        ("response", Format::Misp),
        ("Attribute analysis info threat_level_id", Format::Misp),
        (
            "name version type matching_attributes list",
            Format::Warninglist,
        ),
        ("type id objects", Format::Stix),
        ("more next objects", Format::Stix),
        ("objects", Format::Stix),
        ("raw feed.name source.ip", Format::Intelmq),
        ("id source restriction confidence category time", Format::N6),
        ("format format_version findings coverage", Format::Check),
    ];

    #[test]
    fn kinds_by_content() {
        let keys = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        for &(text, kind) in KINDS {
            assert_eq!(json(&keys(text)), kind, "{text}");
        }
        for (text, kind) in [
            ("\"timestamp\",\"ip\",\"port\"\n", Format::Shadowserver),
            ("\u{feff}IP,Severity,Timestamp\r\n", Format::Shadowserver),
            ("external_id;name\n", Format::Unknown),
            ("timestamp,account\n", Format::Unknown),
            ("timestamp,src_ip,tag\n", Format::Shadowserver),
            ("timestamp,email,infection\n", Format::Shadowserver),
            (
                "DateAdded,FirstSeen,Indicator,IndicatorType,TLP\n",
                Format::Indicators,
            ),
            ("value,entity_type,description\n", Format::Indicators),
            (
                "# hashes\nd41d8cd98f00b204e9800998ecf8427e\n",
                Format::Indicators,
            ),
            ("words of a person\n", Format::Unknown),
            (
                "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000\ncve,epss,percentile\n",
                Format::Epss,
            ),
            ("cve,epss,percentile\n", Format::Epss),
            (
                "\u{feff}<?xml version=\"1.0\"?>\n<rss version=\"2.0\">",
                Format::Atom,
            ),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", Format::Atom),
            (
                "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">",
                Format::Sbom,
            ),
            ("<html>", Format::Unknown),
            ("tuermer-sealed-report 1\n\u{1}", Format::Check),
            ("SPDXVersion: SPDX-2.3\n", Format::Sbom),
        ] {
            assert_eq!(table(text.as_bytes()), kind, "{text}");
        }
        for (text, wanted) in [
            ("{\"a\":1}\n{\"a\":2}\n", true),
            ("{\"a\":1}\r\n\n{\"a\":2}", true),
            ("{\n\"a\": {}\n}", false),
            ("{\"a\":1}\n", false),
            ("{}", false),
        ] {
            assert_eq!(is_lines(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn lists_and_lines() {
        for (text, kind) in [
            ("[{\"classification.type\":\"spam\"}]", Format::Intelmq),
            (
                "{\"restriction\":\"public\",\"category\":\"bots\"}\n{}",
                Format::N6,
            ),
            ("[{\"Event\":{}}]", Format::Misp),
            (
                "[{\"type\":\"url\",\"spec_version\":\"2.1\"}]",
                Format::Stix,
            ),
            ("[{}]", Format::Unknown),
        ] {
            assert_eq!(list(text.as_bytes()), kind, "{text}");
        }
        for format in Format::ALL.iter().copied().chain([Format::Unknown]) {
            assert_eq!(Format::parse(format.as_str()), Some(format));
        }
        assert_eq!(Format::parse("of a newer program"), None);
        assert!(
            looks_like_json(b" \n{") && looks_like_json(b"[") && !looks_like_json(b"timestamp,ip")
        );
    }
}
