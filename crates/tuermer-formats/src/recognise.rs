//! What kind of file is this? Decided by content, never by name.

use crate::{indicators, shadowserver};
use tuermer_core::trace::TraceKind;

/// Kinds of files we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A CSAF document.
    Csaf,
    /// A CVE record.
    Cve,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// A Shadowserver report.
    Shadowserver,
    /// FIRST's daily estimates.
    Epss,
    /// Atom, RSS or JSON Feed for the reading list.
    Atom,
    /// A bill of materials.
    Sbom,
    /// What a provider or aggregator of advisories says of itself and its documents.
    Provider,
    /// IntelMQ events.
    Intelmq,
    /// n6 events.
    N6,
    /// MISP events.
    Misp,
    /// A MISP warninglist.
    Warninglist,
    /// A STIX bundle, or a page of a TAXII server.
    Stix,
    /// A list of indicators.
    Indicators,
    /// Lines of a firewall, where a template says which.
    Firewall,
    /// The report of a check of a company's own server, plain or sealed.
    Check,
    /// Many documents in one file: a ZIP, or one JSON document a line.
    Archive,
    /// None of these.
    #[default]
    Unknown,
}

impl Kind {
    /// Every kind but [`Kind::Unknown`].
    pub const ALL: &'static [Self] = &[
        Self::Csaf,
        Self::Cve,
        Self::Kev,
        Self::Shadowserver,
        Self::Epss,
        Self::Atom,
        Self::Sbom,
        Self::Provider,
        Self::Intelmq,
        Self::N6,
        Self::Misp,
        Self::Warninglist,
        Self::Stix,
        Self::Indicators,
        Self::Firewall,
        Self::Check,
        Self::Archive,
    ];

    /// The word as stored and as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csaf => "csaf",
            Self::Cve => "cve",
            Self::Kev => "kev",
            Self::Shadowserver => "shadowserver",
            Self::Epss => "epss",
            Self::Atom => "atom",
            Self::Sbom => "sbom",
            Self::Provider => "provider",
            Self::Intelmq => "intelmq",
            Self::N6 => "n6",
            Self::Misp => "misp",
            Self::Warninglist => "warninglist",
            Self::Stix => "stix",
            Self::Indicators => "indicators",
            Self::Firewall => "firewall",
            Self::Check => "check",
            Self::Archive => "archive",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of a word; what is not known is [`Kind::Unknown`].
    pub fn parse(word: &str) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == word)
            .unwrap_or(Self::Unknown)
    }
}

/// How a sealed report begins (`tuermer_check::seal`).
const SEALED_REPORT: &[u8] = b"tuermer-sealed-report ";

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

/// The kind of a JSON document by its outermost keys.
pub fn json(keys: &[String]) -> Kind {
    let has = |key: &str| keys.iter().any(|known| known == key);
    if has("document") {
        Kind::Csaf
    } else if has("format") && has("coverage") && has("findings") {
        Kind::Check
    } else if has("cveMetadata") && has("containers") {
        Kind::Cve
    } else if has("bomFormat") || has("spdxVersion") || has("@graph") {
        Kind::Sbom
    } else if has("feed") || has("canonical_url") || has("csaf_providers") {
        Kind::Provider
    } else if has("catalogVersion") && has("vulnerabilities") {
        Kind::Kev
    } else if has("Event")
        || has("response")
        || (has("info") && (has("Attribute") || has("threat_level_id")))
    {
        Kind::Misp
    } else if has("list") && has("matching_attributes") {
        Kind::Warninglist
    } else if has("objects") && (has("type") || has("more") || keys.len() == 1) {
        Kind::Stix
    } else if keys.iter().any(|key| {
        ["classification.", "source.", "feed."]
            .iter()
            .any(|start| key.starts_with(start))
    }) {
        Kind::Intelmq
    } else if has("restriction") && has("category") {
        Kind::N6
    } else {
        Kind::Unknown
    }
}

/// The kind of a JSON list, or of lines of JSON, by words of its first elements: what is not listed here is no list we read.
pub fn list(head: &[u8]) -> Kind {
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    if has(b"\"classification.type\"") || has(b"\"feed.name\"") {
        Kind::Intelmq
    } else if has(b"\"restriction\"") && has(b"\"category\"") {
        Kind::N6
    } else if has(b"\"threat_level_id\"") || has(b"\"Event\"") {
        Kind::Misp
    } else if has(b"\"spec_version\"") {
        Kind::Stix
    } else {
        Kind::Unknown
    }
}

/// The kind a broken JSON file was probably meant to be, so that the message can name it.
pub fn broken_json(bytes: &[u8]) -> Kind {
    let has = |word: &[u8]| {
        bytes
            .windows(word.len())
            .take(HEAD_BYTES)
            .any(|window| window == word)
    };
    if has(b"\"csaf_version\"") {
        Kind::Csaf
    } else if has(b"\"cveMetadata\"") {
        Kind::Cve
    } else if has(b"\"catalogVersion\"") {
        Kind::Kev
    } else {
        list(bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default())
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

/// The kind of XML by its outermost element.
fn xml(head: &[u8]) -> Kind {
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    if has(b"cyclonedx.org/schema/bom") {
        Kind::Sbom
    } else if has(b"<feed") || has(b"<rss") || has(b"<rdf:RDF") {
        Kind::Atom
    } else {
        Kind::Unknown
    }
}

/// The kind of a text file by its first line.
pub fn table(head: &[u8]) -> Kind {
    if is_xml(head) {
        return xml(head);
    }
    if head.starts_with(SEALED_REPORT) {
        return Kind::Check;
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let line = String::from_utf8_lossy(line).to_lowercase();
    let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
    let columns: Vec<&str> = line
        .split(',')
        .map(|column| column.trim().trim_matches('"'))
        .collect();
    if shadowserver::Plan::new(line.as_bytes(), "").is_ok() {
        Kind::Shadowserver
    } else if indicators::is_header(line.as_bytes()) || is_indicator(head) {
        Kind::Indicators
    } else if line.starts_with("#model_version") || columns.starts_with(&["cve", "epss"]) {
        Kind::Epss
    } else if line.starts_with("spdxversion:") {
        Kind::Sbom
    } else {
        Kind::Unknown
    }
}

/// True where the first line that is no comment is a hash or an address and nothing else.
fn is_indicator(head: &[u8]) -> bool {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let first = lines
        .next()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let trace = indicators::recognised(&first);
    trace.is_some_and(|trace| {
        matches!(
            trace.kind(),
            TraceKind::Hash | TraceKind::Address | TraceKind::Url
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_lines, json, list, looks_like_json, table};

    /// Keys of a document, and its kind.
    const KINDS: &[(&str, Kind)] = &[
        ("document product_tree", Kind::Csaf),
        ("vulnerabilities document", Kind::Csaf),
        ("title catalogVersion vulnerabilities", Kind::Kev),
        ("vulnerabilities", Kind::Unknown),
        ("bomFormat components", Kind::Sbom),
        ("spdxVersion packages", Kind::Sbom),
        ("dataType dataVersion cveMetadata containers", Kind::Cve),
        ("feed", Kind::Provider),
        ("canonical_url publisher", Kind::Provider),
        ("Event", Kind::Misp),
        ("response", Kind::Misp),
        ("Attribute analysis info threat_level_id", Kind::Misp),
        (
            "name version type matching_attributes list",
            Kind::Warninglist,
        ),
        ("type id objects", Kind::Stix),
        ("more next objects", Kind::Stix),
        ("objects", Kind::Stix),
        ("raw feed.name source.ip", Kind::Intelmq),
        ("id source restriction confidence category time", Kind::N6),
        ("format format_version findings coverage", Kind::Check),
    ];

    #[test]
    fn kinds_by_content() {
        let keys = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        for &(text, kind) in KINDS {
            assert_eq!(json(&keys(text)), kind, "{text}");
        }
        for (text, kind) in [
            ("\"timestamp\",\"ip\",\"port\"\n", Kind::Shadowserver),
            ("\u{feff}IP,Severity,Timestamp\r\n", Kind::Shadowserver),
            ("external_id;name\n", Kind::Unknown),
            ("timestamp,account\n", Kind::Unknown),
            ("timestamp,src_ip,tag\n", Kind::Shadowserver),
            ("timestamp,email,infection\n", Kind::Shadowserver),
            (
                "DateAdded,FirstSeen,Indicator,IndicatorType,TLP\n",
                Kind::Indicators,
            ),
            ("value,entity_type,description\n", Kind::Indicators),
            (
                "# hashes\nd41d8cd98f00b204e9800998ecf8427e\n",
                Kind::Indicators,
            ),
            ("words of a person\n", Kind::Unknown),
            (
                "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000\ncve,epss,percentile\n",
                Kind::Epss,
            ),
            ("cve,epss,percentile\n", Kind::Epss),
            (
                "\u{feff}<?xml version=\"1.0\"?>\n<rss version=\"2.0\">",
                Kind::Atom,
            ),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", Kind::Atom),
            (
                "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">",
                Kind::Sbom,
            ),
            ("<html>", Kind::Unknown),
            ("tuermer-sealed-report 1\n\u{1}", Kind::Check),
            ("SPDXVersion: SPDX-2.3\n", Kind::Sbom),
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
            ("[{\"classification.type\":\"spam\"}]", Kind::Intelmq),
            (
                "{\"restriction\":\"public\",\"category\":\"bots\"}\n{}",
                Kind::N6,
            ),
            ("[{\"Event\":{}}]", Kind::Misp),
            ("[{\"type\":\"url\",\"spec_version\":\"2.1\"}]", Kind::Stix),
            ("[{}]", Kind::Unknown),
        ] {
            assert_eq!(list(text.as_bytes()), kind, "{text}");
        }
        for kind in Kind::ALL.iter().copied().chain([Kind::Unknown]) {
            assert_eq!(Kind::parse(kind.as_str()), kind);
        }
        assert!(
            looks_like_json(b" \n{") && looks_like_json(b"[") && !looks_like_json(b"timestamp,ip")
        );
    }
}
