//! The lists of a directory (CSAF 7.1.11 to 7.1.14): `changes.csv` with times, quoted (2.0) or not (2.1), and `index.txt` with names only.

use crate::links::{self, Tolerated, Written};
use crate::rolie::Entry;
use tuermer_core::limits;

/// One list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Its documents.
    pub entries: Vec<Entry>,
    /// Lines that name no document, at most [`limits::UNUSABLE_SHOWN`] of them.
    pub unusable: Vec<String>,
    /// What was accepted although it is not as it should be.
    pub tolerated: Tolerated,
}

/// Why a list is not used at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// More lines than [`limits::LISTING_ENTRIES`].
    #[error("{0} has more than {limit} lines", limit = limits::LISTING_ENTRIES)]
    TooMany(&'static str),
    /// A page instead of a list, for instance a server's "not found".
    #[error("{0} names no document at all")]
    Nothing(&'static str),
}

/// Reads the `changes.csv` that was found at `base`. An empty file is an empty list.
///
/// # Errors
/// Too many lines, or lines but no document.
pub fn changes(bytes: &[u8], base: &str) -> Result<Listing, ListingError> {
    let mut listing = Listing::default();
    let mut lines = 0_usize;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    // Reading from memory, the only error is a record of other length, which `flexible` allows.
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        lines = lines.saturating_add(1);
        if lines > limits::LISTING_ENTRIES {
            return Err(ListingError::TooMany("changes.csv"));
        }
        let cell = |index| {
            record
                .get(index)
                .map(String::from_utf8_lossy)
                .unwrap_or_default()
        };
        listing.add(&cell(0), &cell(1), base);
    }
    listing.judge(lines, "changes.csv")
}

/// Reads the `index.txt` that was found at `base`.
///
/// # Errors
/// Too many lines, or lines but no document.
pub fn index(bytes: &[u8], base: &str) -> Result<Listing, ListingError> {
    let mut listing = Listing::default();
    let mut lines = 0_usize;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        lines = lines.saturating_add(1);
        if lines > limits::LISTING_ENTRIES {
            return Err(ListingError::TooMany("index.txt"));
        }
        listing.add(line, "", base);
    }
    listing.judge(lines, "index.txt")
}

impl Listing {
    fn add(&mut self, name: &str, updated: &str, base: &str) {
        let name = name.trim().trim_start_matches('\u{feff}');
        let resolved = links::resolve(base, name).filter(|(url, _)| url.ends_with(".json"));
        let Some((url, written)) = resolved else {
            if self.unusable.len() < limits::UNUSABLE_SHOWN {
                self.unusable
                    .push(crate::csaf::plain(name, limits::SHOWN_CHARACTERS));
            }
            return;
        };
        match written {
            Written::Relative => {}
            Written::Absolute => self.tolerated.count("absolute_address"),
            Written::FromRoot => self.tolerated.count("root_relative_path"),
        }
        let updated = crate::csaf::plain(updated, limits::FIELD_CHARACTERS);
        self.entries.push(Entry {
            id: String::new(),
            updated,
            url,
            sha512: None,
            sha256: None,
            signature: None,
        });
    }

    fn judge(self, lines: usize, name: &'static str) -> Result<Self, ListingError> {
        if lines > 0 && self.entries.is_empty() {
            Err(ListingError::Nothing(name))
        } else {
            Ok(self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{changes, index};

    const CHANGES: &str = include_str!("../tests/fixtures/changes.csv");
    const BASE: &str = "https://vendor.example/csaf/white/changes.csv";

    #[test]
    fn quoted_or_not_from_the_folder_or_the_root() {
        let wanted = [
            (
                "https://vendor.example/csaf/white/2026/vendor-2026-0002.json",
                "2026-03-01T10:00:00Z",
            ),
            (
                "https://vendor.example/csaf/white/2026/vendor-2026-0001.json",
                "2026-02-01T10:00:00Z",
            ),
        ];
        for (text, from_root) in [
            (CHANGES.to_string(), 0),
            (CHANGES.replace('"', ""), 0),
            (CHANGES.replace('"', "").replace('\n', "\r\n"), 0),
            (CHANGES.replace("2026/", "csaf/white/2026/"), 2),
            (CHANGES.replace("\"2026/", "\"/csaf/white/2026/"), 2),
        ] {
            let listing = changes(text.as_bytes(), BASE).unwrap();
            let found: Vec<(&str, &str)> = listing
                .entries
                .iter()
                .map(|entry| (entry.url.as_str(), entry.updated.as_str()))
                .collect();
            assert_eq!(
                (found.as_slice(), listing.tolerated.total()),
                (&wanted[..], from_root),
                "{text}"
            );
            assert!(listing.unusable.is_empty());
        }
        let names = index(b"2026/a.json\n\n2026/b.json\r\nreadme.html\n", BASE).unwrap();
        assert_eq!(
            (names.entries.len(), names.unusable),
            (2, vec!["readme.html".to_string()])
        );
        assert_eq!(changes(b"", BASE).unwrap().entries.len(), 0);
    }

    #[test]
    fn what_is_no_list() {
        for (bytes, wanted) in [
            (
                b"<!DOCTYPE html>\n<p>404</p>\n".to_vec(),
                "changes.csv names no document at all",
            ),
            (
                b"\"never closed".repeat(1_000),
                "changes.csv names no document at all",
            ),
            (
                b"a b,x\n".repeat(200_001),
                "changes.csv has more than 200000 lines",
            ),
        ] {
            assert_eq!(changes(&bytes, BASE).unwrap_err().to_string(), wanted);
        }
        assert_eq!(
            index(&b"a b\n".repeat(200_001), BASE)
                .unwrap_err()
                .to_string(),
            "index.txt has more than 200000 lines"
        );
    }
}
