//! CISA's catalogue of Known Exploited Vulnerabilities: the whole list, or nothing.
//!
//! A published state has been cut off in the middle, so the list must have as many entries as the
//! catalogue says. Due dates before the day of listing occur and are kept as they are.
//! An entry may come weeks before its CVE record; until then it is a threat of its own (`threat.rs` beside).

mod threat;

pub use threat::{REVISION_PREFIX, entry_document, read_entry, threat};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// One whole catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// `2025.08.25`
    pub version: String,
    /// When CISA released it.
    pub released_at: Timestamp,
    /// Its entries, in its order.
    pub entries: Vec<Entry>,
}

/// One flaw known to be exploited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// CVE id, upper case.
    pub cve: String,
    /// Vendor in CISA's words.
    pub vendor: String,
    /// Product in CISA's words; not reliable ("Microsoft" for an Exchange flaw): match by CVE.
    pub product: String,
    /// Name of the flaw.
    pub name: String,
    /// Day of listing.
    pub added: Date,
    /// Due day for federal agencies.
    pub due: Date,
    /// Known use by extortion groups.
    pub ransomware: bool,
    /// What is wrong, in a few sentences.
    pub description: String,
    /// Links and remarks of CISA.
    pub notes: String,
}

/// Why a catalogue is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KevError {
    /// Not the expected shape; with line and column.
    #[error("{0}")]
    Shape(String),
    /// Cut off or edited.
    #[error("the catalogue says {said} entries, the list has {found}")]
    Count {
        /// `count`
        said: u64,
        /// Entries in the list.
        found: u64,
    },
    /// An entry we cannot read.
    #[error("entry {number} ({cve}): {field} is not valid: {value}")]
    Entry {
        /// Position in the list, from 1.
        number: usize,
        /// Its CVE id as written.
        cve: String,
        /// Name of the field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// The release time is not a time.
    #[error("dateReleased is not a time: {0}")]
    Released(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCatalogue {
    catalog_version: String,
    date_released: String,
    count: u64,
    vulnerabilities: Vec<RawEntry>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct RawEntry {
    #[serde(rename = "cveID")]
    cve: String,
    vendor_project: String,
    product: String,
    vulnerability_name: String,
    date_added: String,
    due_date: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
    #[serde(default)]
    short_description: String,
    #[serde(default)]
    notes: String,
}

/// Reads a catalogue.
///
/// # Errors
/// Anything that makes it less than the whole list.
pub fn read(bytes: &[u8]) -> Result<Catalogue, KevError> {
    let RawCatalogue {
        catalog_version,
        date_released,
        count,
        vulnerabilities,
    } = serde_json::from_slice(bytes).map_err(|error| KevError::Shape(error.to_string()))?;
    let found = vulnerabilities.len() as u64;
    if count != found || found == 0 {
        return Err(KevError::Count { said: count, found });
    }
    let released_at = date_released
        .parse()
        .map_err(|_| KevError::Released(shorten(&date_released)))?;
    let entries = vulnerabilities
        .into_iter()
        .enumerate()
        .map(|(index, raw)| entry(index.saturating_add(1), raw))
        .collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        if !seen.insert(entry.cve.as_str()) {
            return Err(KevError::Entry {
                number: index.saturating_add(1),
                cve: entry.cve.clone(),
                field: "cveID",
                value: "stands twice".into(),
            });
        }
    }
    Ok(Catalogue {
        version: shorten(&catalog_version),
        released_at,
        entries,
    })
}

fn entry(number: usize, raw: RawEntry) -> Result<Entry, KevError> {
    let RawEntry {
        cve,
        vendor_project,
        product,
        vulnerability_name,
        date_added,
        due_date,
        known_ransomware_campaign_use,
        short_description,
        notes,
    } = raw;
    let wrong = |field, value: &str| KevError::Entry {
        number,
        cve: shorten(&cve),
        field,
        value: shorten(value),
    };
    let day = |field, value: &str| {
        value
            .trim()
            .parse::<Date>()
            .map_err(|_| wrong(field, value))
    };
    let added = day("dateAdded", &date_added)?;
    let due = day("dueDate", &due_date)?;
    let id = crate::csaf::cve_id(&cve).ok_or_else(|| wrong("cveID", &cve))?;
    Ok(Entry {
        cve: id,
        vendor: shorten(&vendor_project),
        product: shorten(&product),
        name: shorten(&vulnerability_name),
        added,
        due,
        ransomware: known_ransomware_campaign_use == "Known",
        description: crate::csaf::plain(&short_description, tuermer_core::limits::NOTE_CHARACTERS),
        notes: crate::csaf::plain(&notes, tuermer_core::limits::NOTE_CHARACTERS),
    })
}

fn shorten(text: &str) -> String {
    crate::csaf::plain(text, tuermer_core::limits::FIELD_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::{KevError, read};

    const THREE: &str = include_str!("../tests/fixtures/kev-three.json");

    #[test]
    fn the_whole_list_or_nothing() {
        let catalogue = read(THREE.as_bytes()).unwrap();
        assert_eq!(
            (catalogue.version.as_str(), catalogue.entries.len()),
            ("2021.11.03", 3)
        );
        let [first, second, _] = &catalogue.entries[..] else {
            panic!("three entries")
        };
        assert_eq!(
            (
                first.cve.as_str(),
                first.due.to_string().as_str(),
                first.ransomware
            ),
            ("CVE-2021-26855", "2021-04-16", true)
        );
        assert!(!second.ransomware);
        for (change, wanted) in [
            (
                ("\"count\": 3", "\"count\": 4"),
                "says 4 entries, the list has 3",
            ),
            (
                ("2021-04-16", "16.04.2021"),
                "entry 1 (CVE-2021-26855): dueDate is not valid: 16.04.2021",
            ),
            (("CVE-2021-27065", "CVE-2021-26855"), "stands twice"),
            (("CVE-2021-27065", "ProxyLogon"), "cveID is not valid"),
            (
                ("2021-11-03T12:00:00.000Z", "yesterday"),
                "dateReleased is not a time",
            ),
        ] {
            let error = read(THREE.replace(change.0, change.1).as_bytes())
                .unwrap_err()
                .to_string();
            assert!(error.contains(wanted), "{error}");
        }
        for cut in [10, THREE.len() / 2, THREE.len() - 3] {
            assert!(matches!(
                read(&THREE.as_bytes()[..cut]),
                Err(KevError::Shape(_))
            ));
        }
    }
}
