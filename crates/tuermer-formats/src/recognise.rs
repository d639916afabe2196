//! What kind of file is this? Decided by content, never by name.

/// Kinds of files we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A CSAF document.
    Csaf,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// A Shadowserver report.
    Shadowserver,
    /// None of these.
    Unknown,
}

impl Kind {
    /// The word as stored and as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csaf => "csaf",
            Self::Kev => "kev",
            Self::Shadowserver => "shadowserver",
            Self::Unknown => "unknown",
        }
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
    } else if has(b"\"catalogVersion\"") {
        Kind::Kev
    } else {
        Kind::Unknown
    }
}

/// The kind of a text file by its first line.
pub fn table(head: &[u8]) -> Kind {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(&[]);
    let line = String::from_utf8_lossy(line).to_lowercase();
    let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
    let columns: Vec<&str> = line.split(',').map(|column| column.trim().trim_matches('"')).collect();
    if columns.contains(&"timestamp") && columns.iter().any(|column| matches!(*column, "ip" | "src_ip" | "dst_ip")) {
        Kind::Shadowserver
    } else {
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, json, looks_like_json, table};

    #[test]
    fn kinds_by_content() {
        let keys = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        for (text, kind) in [
            ("document product_tree", Kind::Csaf),
            ("vulnerabilities document", Kind::Csaf),
            ("title catalogVersion vulnerabilities", Kind::Kev),
            ("vulnerabilities", Kind::Unknown),
            ("bomFormat components", Kind::Unknown),
        ] {
            assert_eq!(json(&keys(text)), kind, "{text}");
        }
        for (text, kind) in [
            ("\"timestamp\",\"ip\",\"port\"\n", Kind::Shadowserver),
            ("\u{feff}IP,Severity,Timestamp\r\n", Kind::Shadowserver),
            ("external_id;name\n", Kind::Unknown),
            ("timestamp,account\n", Kind::Unknown),
        ] {
            assert_eq!(table(text.as_bytes()), kind, "{text}");
        }
        assert!(looks_like_json(b" \n{") && looks_like_json(b"[") && !looks_like_json(b"timestamp,ip"));
    }
}
