//! An entry whose CVE record has not come yet as a threat: exploited, product by name, no versions.
//!
//! So everybody who has the product is asked, and nobody is more than possibly affected. The product field is not
//! reliable ("Microsoft" for an Exchange flaw), the name of the flaw is: it begins with vendor and product.

use super::{Entry, KevError, RawEntry, entry};
use crate::csaf::https;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{ProductStatus, Statement, Threat, ThreatSource, Vulnerability};
use tuermer_core::version::VersionRule;

/// What the revision of such a threat begins with; any CVE record is newer.
pub const REVISION_PREFIX: &str = "kev ";

/// Words with which the kind of a flaw begins in CISA's names.
const WEAKNESSES: [&str; 56] = [
    "absolute",
    "arbitrary",
    "authentication",
    "authorization",
    "buffer",
    "code",
    "command",
    "cross-site",
    "denial",
    "denial-of-service",
    "deserialization",
    "directory",
    "double",
    "elevation",
    "embedded",
    "exposed",
    "exposure",
    "external",
    "format",
    "hard-coded",
    "hardcoded",
    "heap",
    "heap-based",
    "improper",
    "inadequate",
    "incorrect",
    "information",
    "initialization",
    "insecure",
    "insufficient",
    "integer",
    "link",
    "memory",
    "missing",
    "null",
    "os",
    "out-of-bounds",
    "path",
    "privilege",
    "protection",
    "race",
    "relative",
    "remote",
    "resource",
    "security",
    "server-side",
    "sql",
    "stack-based",
    "type",
    "uncontrolled",
    "unrestricted",
    "unspecified",
    "use",
    "use-after-free",
    "vulnerability",
    "xml",
];

/// The document of one entry: its words in a fixed order, so that the same entry always has the same bytes.
///
/// # Errors
/// None in practice; an entry is plain text.
pub fn entry_document(told: &Entry) -> Result<Vec<u8>, KevError> {
    let Entry {
        cve,
        vendor,
        product,
        name,
        added,
        due,
        ransomware,
        description,
        notes,
    } = told.clone();
    let raw = RawEntry {
        cve,
        vendor_project: vendor,
        product,
        vulnerability_name: name,
        date_added: added.to_string(),
        due_date: due.to_string(),
        known_ransomware_campaign_use: if ransomware { "Known" } else { "Unknown" }.to_string(),
        short_description: description,
        notes,
    };
    serde_json::to_vec(&raw).map_err(|error| KevError::Shape(error.to_string()))
}

/// Reads the document of one entry.
///
/// # Errors
/// Another shape, or a field we cannot read.
pub fn read_entry(bytes: &[u8]) -> Result<Entry, KevError> {
    entry(
        1,
        serde_json::from_slice(bytes).map_err(|error| KevError::Shape(error.to_string()))?,
    )
}

/// The threat made from an entry while no other document describes its CVE.
pub fn threat(told: &Entry) -> Threat {
    let Entry {
        cve,
        vendor,
        product,
        name,
        added,
        due: _,
        ransomware: _,
        description,
        notes,
    } = told;
    let at = added
        .to_zoned(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
    let product = product_name(vendor, product, name);
    let statement = |key| Statement {
        vulnerability: Some(0),
        product: key,
        product_name: format!("{vendor} {product}"),
        versions: VersionRule::All,
        status: ProductStatus::Affected,
        remedy: None,
        justification: None,
    };
    Threat {
        id: crate::cve::threat_id(cve),
        tracking_id: cve.clone(),
        revision: format!("{REVISION_PREFIX}{added}"),
        title: if name.is_empty() {
            description.clone()
        } else {
            name.clone()
        },
        publisher: "CISA".into(),
        published_at: at,
        released_at: at,
        tlp: Tlp::Clear,
        category: "kev".into(),
        source: ThreatSource::Kev,
        withdrawn: false,
        exploited: true,
        level: None,
        vulnerabilities: vec![Vulnerability {
            id: cve.clone(),
            title: name.clone(),
            ..Vulnerability::default()
        }],
        statements: ProductKey::several(vendor, &product)
            .into_iter()
            .map(statement)
            .collect(),
        references: notes.split([' ', ';']).filter_map(https).collect(),
    }
}

/// The product; where that field only repeats the vendor or says "several", the words of the name before the flaw.
fn product_name(vendor: &str, product: &str, name: &str) -> String {
    let lower = product.to_lowercase();
    let useless = lower.is_empty()
        || lower == vendor.to_lowercase()
        || lower.starts_with("multiple")
        || lower == "n/a";
    let words = name.strip_prefix(vendor).unwrap_or(name).split_whitespace();
    let told: Vec<&str> = words
        .take_while(|word| !WEAKNESSES.contains(&word.to_lowercase().as_str()))
        .collect();
    if useless && !told.is_empty() {
        told.join(" ")
    } else {
        product.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{entry_document, read_entry, threat};
    use crate::kev::read;

    #[test]
    fn the_product_comes_from_the_name_where_the_field_says_nothing() {
        for (vendor, product, name, wanted) in [
            (
                "Microsoft",
                "Microsoft",
                "Microsoft Exchange Server Cross-Site Scripting Vulnerability",
                "exchange server",
            ),
            (
                "Microsoft",
                "Exchange",
                "Microsoft Exchange Server Remote Code Execution Vulnerability",
                "exchange server",
            ),
            (
                "Fortinet",
                "FortiOS",
                "Fortinet FortiOS Heap-Based Buffer Overflow Vulnerability",
                "fortios",
            ),
            (
                "Cisco",
                "Multiple Products",
                "Cisco IOS XE Web UI Privilege Escalation Vulnerability",
                "ios xe",
            ),
            (
                "Apple",
                "Multiple Products",
                "Multiple Vulnerability",
                "multiple",
            ),
        ] {
            assert_eq!(
                tuermer_core::product::ProductKey::new(
                    vendor,
                    &super::product_name(vendor, product, name)
                )
                .product,
                wanted,
                "{name}"
            );
        }
    }

    #[test]
    fn an_entry_is_kept_and_read_again() {
        let catalogue = read(include_bytes!("../../tests/fixtures/kev-three.json")).unwrap();
        for told in &catalogue.entries {
            let bytes = entry_document(told).unwrap();
            assert_eq!(&read_entry(&bytes).unwrap(), told);
            assert_eq!(entry_document(&read_entry(&bytes).unwrap()).unwrap(), bytes);
        }
        let first = threat(&catalogue.entries[0]);
        assert_eq!(
            (first.id.as_str(), first.revision.as_str()),
            ("cve.org|CVE-2021-26855", "kev 2021-11-03")
        );
        assert!(
            first.is_exploited()
                && first
                    .references
                    .iter()
                    .all(|url| url.starts_with("https://"))
        );
        assert!(read_entry(b"{}").is_err());
    }
}
