//! What kind of file is this? Decided by content, never by name.

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
    /// Many documents in one file: a ZIP, or one JSON document a line.
    Archive,
    /// None of these.
    #[default]
    Unknown,
}

impl Kind {
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
            Self::Archive => "archive",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of a word; what is not known is [`Kind::Unknown`].
    pub fn parse(word: &str) -> Self {
        const ALL: [Kind; 9] = [Kind::Csaf, Kind::Cve, Kind::Kev, Kind::Shadowserver, Kind::Epss, Kind::Atom, Kind::Sbom, Kind::Provider, Kind::Archive];
        ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(Self::Unknown)
    }
}

/// Bytes that are enough to tell JSON from CSV and to see a header line.
pub const HEAD_BYTES: usize = 64 * 1024;

/// True where the file can only be JSON.
pub fn looks_like_json(head: &[u8]) -> bool {
    let head = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    matches!(head.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
}

/// The kind of a JSON document by its outermost keys.
pub fn json(keys: &[String]) -> Kind {
    let has = |key: &str| keys.iter().any(|known| known == key);
    if has("document") {
        Kind::Csaf
    } else if has("cveMetadata") && has("containers") {
        Kind::Cve
    } else if has("bomFormat") || has("spdxVersion") || has("@graph") {
        Kind::Sbom
    } else if has("feed") || has("canonical_url") || has("csaf_providers") {
        Kind::Provider
    } else if has("catalogVersion") && has("vulnerabilities") {
        Kind::Kev
    } else {
        Kind::Unknown
    }
}

/// The kind a broken JSON file was probably meant to be, so that the message can name it.
pub fn broken_json(bytes: &[u8]) -> Kind {
    let has = |word: &[u8]| bytes.windows(word.len()).take(HEAD_BYTES).any(|window| window == word);
    if has(b"\"csaf_version\"") {
        Kind::Csaf
    } else if has(b"\"cveMetadata\"") {
        Kind::Cve
    } else if has(b"\"catalogVersion\"") {
        Kind::Kev
    } else {
        Kind::Unknown
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
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else { return false };
    let (first, rest) = head.split_at(end);
    let first = first.trim_ascii();
    first.starts_with(b"{") && first.ends_with(b"}") && rest.trim_ascii_start().starts_with(b"{")
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
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let line = String::from_utf8_lossy(line).to_lowercase();
    let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
    let columns: Vec<&str> = line.split(',').map(|column| column.trim().trim_matches('"')).collect();
    if columns.contains(&"timestamp") && columns.iter().any(|column| matches!(*column, "ip" | "src_ip" | "dst_ip")) {
        Kind::Shadowserver
    } else if line.starts_with("#model_version") || columns.starts_with(&["cve", "epss"]) {
        Kind::Epss
    } else if line.starts_with("spdxversion:") {
        Kind::Sbom
    } else {
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_lines, json, looks_like_json, table};

    #[test]
    fn kinds_by_content() {
        let keys = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        for (text, kind) in [
            ("document product_tree", Kind::Csaf),
            ("vulnerabilities document", Kind::Csaf),
            ("title catalogVersion vulnerabilities", Kind::Kev),
            ("vulnerabilities", Kind::Unknown),
            ("bomFormat components", Kind::Sbom),
            ("spdxVersion packages", Kind::Sbom),
            ("dataType dataVersion cveMetadata containers", Kind::Cve),
            ("feed", Kind::Provider),
            ("canonical_url publisher", Kind::Provider),
        ] {
            assert_eq!(json(&keys(text)), kind, "{text}");
        }
        for (text, kind) in [
            ("\"timestamp\",\"ip\",\"port\"\n", Kind::Shadowserver),
            ("\u{feff}IP,Severity,Timestamp\r\n", Kind::Shadowserver),
            ("external_id;name\n", Kind::Unknown),
            ("timestamp,account\n", Kind::Unknown),
            ("#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000\ncve,epss,percentile\n", Kind::Epss),
            ("cve,epss,percentile\n", Kind::Epss),
            ("\u{feff}<?xml version=\"1.0\"?>\n<rss version=\"2.0\">", Kind::Atom),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", Kind::Atom),
            ("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">", Kind::Sbom),
            ("<html>", Kind::Unknown),
            ("SPDXVersion: SPDX-2.3\n", Kind::Sbom),
        ] {
            assert_eq!(table(text.as_bytes()), kind, "{text}");
        }
        for (text, wanted) in
            [("{\"a\":1}\n{\"a\":2}\n", true), ("{\"a\":1}\r\n\n{\"a\":2}", true), ("{\n\"a\": {}\n}", false), ("{\"a\":1}\n", false), ("{}", false)]
        {
            assert_eq!(is_lines(text.as_bytes()), wanted, "{text}");
        }
        for kind in [Kind::Csaf, Kind::Cve, Kind::Kev, Kind::Shadowserver, Kind::Epss, Kind::Atom, Kind::Sbom, Kind::Provider, Kind::Archive, Kind::Unknown] {
            assert_eq!(Kind::parse(kind.as_str()), kind);
        }
        assert!(looks_like_json(b" \n{") && looks_like_json(b"[") && !looks_like_json(b"timestamp,ip"));
    }
}
