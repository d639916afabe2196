//! A threat stated by hand as a valid CSAF 2.0 document of our own, treated like any other afterwards.
//!
//! Category `csaf_base`, of attacks that are seen without a known hole `csaf_security_incident_response`, and publisher
//! category `coordinator`: we relay what somebody else published, so the
//! source is the first reference and its time the initial release. The officer's level stands in
//! `aggregate_severity`. Nothing about a member ever enters such a document.

use crate::content::INCIDENT;
use crate::csaf::{LEVEL_NAMESPACE, cve_id, https, plain};
use jiff::Timestamp;
use serde_json::{Value, json};
use tuermer_core::limits;
use tuermer_core::scale::Level;
use tuermer_core::tlp::Tlp;

/// A threat in the officer's words.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedThreat {
    /// Tracking id of an earlier statement that this one replaces; `None` for a new threat.
    pub restates: Option<String>,
    /// One line: product and what is wrong.
    pub title: String,
    /// What happened, in a few sentences; may be empty.
    pub summary: String,
    /// At least one product.
    pub products: Vec<StatedProduct>,
    /// CVE ids; may be empty on day 0.
    pub cves: Vec<String>,
    /// What helps, in a sentence; empty if nothing is known yet.
    pub remedy: String,
    /// Where the remedy is (https); may be empty.
    pub remedy_url: String,
    /// Where it was published (https).
    pub source_url: String,
    /// When it was published.
    pub source_time: Timestamp,
    /// Step 1 to 4 chosen by the officer.
    pub level: Level,
    /// It is being exploited.
    pub exploited: bool,
    /// Attacks that are seen, whatever hole they use.
    pub incident: bool,
    /// Who may see it: CLEAR or GREEN; a narrower label cannot be warned about.
    pub tlp: Tlp,
}

/// One product of a stated threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedProduct {
    /// Vendor; may be empty where the product's name says it.
    pub vendor: String,
    /// Product.
    pub product: String,
    /// Which versions.
    pub versions: StatedVersions,
}

/// Which versions of a product are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatedVersions {
    /// By a build pack's rule; without a pack only the product as such, which never leads to "affected" alone.
    ByPack,
    /// A range (`vers:…`, `<1.2.3`).
    Range(String),
    /// Exactly this version.
    Exactly(String),
}

/// What stands around a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imprint {
    /// Publisher's name.
    pub publisher: String,
    /// Publisher's namespace, an address.
    pub namespace: String,
    /// `TUERMER-2021-0001`
    pub tracking_id: String,
    /// Earlier revisions `(number, date, summary)`, oldest first; empty for a new threat.
    pub history: Vec<(u64, Timestamp, String)>,
    /// The statement before was of attacks that are seen; the next one is, too, until it names a CVE.
    pub incident: bool,
    /// When this is stated.
    pub stated_at: Timestamp,
}

/// What an officer must correct.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// A field that cannot be empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A field that does not have the right form.
    #[error("{field} is not valid: {value}")]
    Invalid {
        /// Field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
}

/// The revision history of one of our own documents.
pub fn history(bytes: &[u8]) -> Option<Vec<(u64, Timestamp, String)>> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    let revisions = document
        .pointer("/document/tracking/revision_history")?
        .as_array()?;
    let revision = |revision: &Value| {
        let text = |key| revision.get(key).and_then(Value::as_str);
        Some((
            text("number")?.parse().ok()?,
            text("date")?.parse().ok()?,
            text("summary")?.to_string(),
        ))
    };
    revisions.iter().map(revision).collect()
}

/// Whether one of our own documents tells of attacks that are seen.
pub fn is_incident(bytes: &[u8]) -> bool {
    let document: Option<Value> = serde_json::from_slice(bytes).ok();
    document.is_some_and(|document| {
        document
            .pointer("/document/category")
            .and_then(Value::as_str)
            == Some(INCIDENT)
    })
}

/// Writes the document.
///
/// # Errors
/// What must be filled in or corrected first.
pub fn write(stated: &StatedThreat, imprint: &Imprint) -> Result<Vec<u8>, StatementError> {
    let StatedThreat {
        restates: _,
        title,
        summary,
        products,
        cves,
        remedy,
        remedy_url,
        source_url,
        source_time,
        level,
        exploited,
        incident,
        tlp,
    } = stated;
    let title = filled("title", title)?;
    let label = match tlp {
        Tlp::Clear => "WHITE",
        Tlp::Green => "GREEN",
        narrower => return Err(invalid("tlp", narrower.as_str())),
    };
    // Where the chamber itself is the source, its own address stands, however it serves its pages.
    let source_url = if *source_url == imprint.namespace {
        source_url.clone()
    } else {
        address("source_url", source_url)?
    };
    let remedy_url = if remedy_url.trim().is_empty() {
        None
    } else {
        Some(address("remedy_url", remedy_url)?)
    };
    if products.is_empty() {
        return Err(StatementError::Empty("product"));
    }
    let cves = cves
        .iter()
        .map(|cve| cve_id(cve).ok_or_else(|| invalid("cve", cve)))
        .collect::<Result<std::collections::BTreeSet<_>, _>>()?;
    let ids: Vec<String> = (1..=products.len())
        .map(|number| format!("P-{number}"))
        .collect();
    let branches = products
        .iter()
        .zip(&ids)
        .map(|(product, id)| branch(product, id))
        .collect::<Result<Vec<_>, _>>()?;
    let incident = *incident || (imprint.incident && cves.is_empty());
    let kind = if incident { "mitigation" } else { "vendor_fix" };
    let flaw = |identity: (&str, Value)| {
        flaw(
            identity,
            &ids,
            (kind, remedy, remedy_url.as_deref()),
            *exploited,
            &title,
        )
    };
    let flaws: Vec<Value> = if cves.is_empty() {
        vec![flaw((
            "ids",
            json!([{"system_name": imprint.namespace, "text": imprint.tracking_id}]),
        ))]
    } else {
        cves.iter().map(|cve| flaw(("cve", json!(cve)))).collect()
    };
    let mut references =
        vec![json!({"category": "external", "summary": "Source", "url": source_url})];
    references.extend(
        remedy_url
            .iter()
            .filter(|url| **url != source_url)
            .map(|url| json!({"category": "external", "summary": "Remedy", "url": url})),
    );
    let text = plain(summary, 4_000);
    let note = json!([{"category": "summary", "text": if text.is_empty() { title.clone() } else { text }}]);
    let document = json!({
        "document": {
            "aggregate_severity": {"namespace": LEVEL_NAMESPACE, "text": level.as_str()},
            "category": if incident { INCIDENT } else { "csaf_base" },
            "csaf_version": "2.0",
            "distribution": {"tlp": {"label": label}},
            "lang": "de",
            "notes": note,
            "publisher": {"category": "coordinator", "name": filled("publisher", &imprint.publisher)?, "namespace": imprint.namespace},
            "references": references,
            "title": title,
            "tracking": tracking(imprint, *source_time),
        },
        "product_tree": {"branches": branches},
        "vulnerabilities": flaws,
    });
    serde_json::to_vec_pretty(&document).map_err(|error| invalid("document", &error.to_string()))
}

fn tracking(imprint: &Imprint, source_time: Timestamp) -> Value {
    let mut history: Vec<Value> = imprint
        .history
        .iter()
        .map(|(number, date, summary)| revision(*number, *date, summary))
        .collect();
    let number = imprint
        .history
        .last()
        .map_or(1, |(number, ..)| number.saturating_add(1));
    history.push(revision(
        number,
        imprint.stated_at,
        if number == 1 {
            "Stated by hand"
        } else {
            "Stated again"
        },
    ));
    json!({
        "current_release_date": imprint.stated_at.to_string(),
        "id": imprint.tracking_id,
        "initial_release_date": source_time.to_string(),
        "revision_history": history,
        "status": "final",
        "version": number.to_string(),
    })
}

fn revision(number: u64, date: Timestamp, summary: &str) -> Value {
    json!({"date": date.to_string(), "number": number.to_string(), "summary": summary})
}

/// vendor → product → version; a level that is not known is left out.
fn branch(product: &StatedProduct, id: &str) -> Result<Value, StatementError> {
    let name = filled("product", &product.product)?;
    let vendor = plain(&product.vendor, limits::FIELD_CHARACTERS);
    let full = |version: &str| {
        let parts = [vendor.as_str(), name.as_str(), version];
        parts
            .into_iter()
            .filter(|part| !part.is_empty() && (*part == name || !name.starts_with(part)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let leaf = |version: &str| json!({"name": full(version), "product_id": id});
    let versioned = |category: &str, version: &str| {
        let version = filled("versions", version)?;
        Ok(
            json!({"category": "product_name", "name": name, "branches": [{"category": category, "name": version, "product": leaf(&version)}]}),
        )
    };
    let named = match &product.versions {
        StatedVersions::ByPack => {
            json!({"category": "product_name", "name": name, "product": leaf("")})
        }
        StatedVersions::Range(range) => versioned("product_version_range", range)?,
        StatedVersions::Exactly(version) => versioned("product_version", version)?,
    };
    Ok(if vendor.is_empty() {
        named
    } else {
        json!({"category": "vendor", "name": vendor, "branches": [named]})
    })
}

fn flaw(
    (key, identity): (&str, Value),
    ids: &[String],
    (kind, remedy, url): (&str, &str, Option<&str>),
    exploited: bool,
    title: &str,
) -> Value {
    let remedy = plain(remedy, 4_000);
    let (category, details) = if remedy.is_empty() {
        ("none_available", "No remedy is known yet.")
    } else {
        (kind, remedy.as_str())
    };
    let url = url.map(|url| ("url".to_string(), json!(url)));
    let remediation = [
        ("category", json!(category)),
        ("details", json!(details)),
        ("product_ids", json!(ids)),
    ]
    .map(|(name, value)| (name.to_string(), value));
    let threats = exploited.then(|| json!([{"category": "exploit_status", "details": "Exploited in the wild", "product_ids": ids}]));
    let parts = [
        (key, identity),
        ("notes", json!([{"category": "summary", "text": title}])),
        ("product_status", json!({"known_affected": ids})),
        (
            "remediations",
            json!([remediation
                .into_iter()
                .chain(url)
                .collect::<serde_json::Map<_, _>>()]),
        ),
    ];
    parts
        .into_iter()
        .chain(threats.map(|threats| ("threats", threats)))
        .map(|(name, value)| (name.to_string(), value))
        .collect()
}

fn filled(field: &'static str, text: &str) -> Result<String, StatementError> {
    let text = plain(text, limits::FIELD_CHARACTERS);
    if text.is_empty() {
        Err(StatementError::Empty(field))
    } else {
        Ok(text)
    }
}

fn address(field: &'static str, text: &str) -> Result<String, StatementError> {
    if text.trim().is_empty() {
        return Err(StatementError::Empty(field));
    }
    https(text).ok_or_else(|| invalid(field, text))
}

fn invalid(field: &'static str, value: &str) -> StatementError {
    StatementError::Invalid {
        field,
        value: plain(value, limits::FIELD_CHARACTERS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuermer_core::product::ProductKey;
    use tuermer_core::threat::{ProductStatus, RemedyKind};
    use tuermer_core::version::VersionRule;

    fn stated() -> StatedThreat {
        StatedThreat {
            restates: None,
            title: "Microsoft Exchange Server: vier Lücken werden ausgenutzt".into(),
            summary: String::new(),
            products: vec![StatedProduct {
                vendor: "Microsoft".into(),
                product: "Exchange Server".into(),
                versions: StatedVersions::ByPack,
            }],
            cves: vec!["cve-2021-27065".into(), "CVE-2021-26855".into()],
            remedy: "Sicherheitsupdate KB5000871 einspielen".into(),
            remedy_url: "https://example.org/kb5000871".into(),
            source_url: "https://example.org/notice".into(),
            source_time: "2021-03-02T22:00:00Z".parse().unwrap(),
            level: Level::Extreme,
            exploited: true,
            incident: false,
            tlp: Tlp::Clear,
        }
    }

    fn imprint() -> Imprint {
        Imprint {
            publisher: "IHK Musterstadt".into(),
            namespace: "https://ihk-musterstadt.example".into(),
            tracking_id: "TUERMER-2021-0001".into(),
            history: Vec::new(),
            incident: false,
            stated_at: "2021-03-02T22:30:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn what_is_stated_is_read_again() {
        let reading = crate::csaf::read(&write(&stated(), &imprint()).unwrap()).unwrap();
        let threat = reading.threat;
        assert_eq!(
            threat.id.as_str(),
            "https://ihk-musterstadt.example|TUERMER-2021-0001"
        );
        assert_eq!(
            (threat.revision.as_str(), threat.level, threat.exploited),
            ("1", Some(Level::Extreme), true)
        );
        assert_eq!(threat.cves(), ["CVE-2021-26855", "CVE-2021-27065"]);
        assert_eq!(threat.published_at.to_string(), "2021-03-02T22:00:00Z");
        assert_eq!(threat.statements.len(), 2);
        let statement = &threat.statements[0];
        assert_eq!(
            (statement.status, &statement.versions),
            (ProductStatus::Affected, &VersionRule::All)
        );
        assert_eq!(
            statement.product,
            ProductKey::new("Microsoft", "Exchange Server")
        );
        let remedy = statement.remedy.as_ref().unwrap();
        assert_eq!(
            (remedy.kind, remedy.url.as_deref()),
            (RemedyKind::VendorFix, Some("https://example.org/kb5000871"))
        );
    }

    #[test]
    fn attacks_that_are_seen_stay_such_until_a_cve_is_named() {
        let without = StatedThreat {
            cves: Vec::new(),
            ..stated()
        };
        let category = |stated: &StatedThreat, before: bool| {
            let bytes = write(
                stated,
                &Imprint {
                    incident: before,
                    ..imprint()
                },
            )
            .unwrap();
            let threat = crate::csaf::read(&bytes).unwrap().threat;
            assert_eq!(is_incident(&bytes), threat.category == INCIDENT);
            assert_eq!(
                threat.statements[0].remedy.as_ref().unwrap().kind == RemedyKind::Mitigation,
                is_incident(&bytes)
            );
            is_incident(&bytes)
        };
        assert!(category(
            &StatedThreat {
                incident: true,
                ..without.clone()
            },
            false
        ));
        assert!(category(&without, true), "stated again");
        assert!(!category(&without, false));
        assert!(!category(&stated(), true), "now a hole is known");
        assert!(!is_incident(b"no JSON"));
    }

    #[test]
    fn what_must_be_corrected_is_named() {
        type Change = fn(&mut StatedThreat);
        let rows: [(Change, &str); 6] = [
            (|t| t.title = " \u{0} ".into(), "title is empty"),
            (|t| t.products.clear(), "product is empty"),
            (
                |t| t.cves.push("ProxyLogon".into()),
                "cve is not valid: ProxyLogon",
            ),
            (
                |t| t.source_url = "http://example.org".into(),
                "source_url is not valid",
            ),
            (|t| t.source_url.clear(), "source_url is empty"),
            (
                |t| t.products[0].versions = StatedVersions::Range(String::new()),
                "versions is empty",
            ),
        ];
        for (change, wanted) in rows {
            let mut threat = stated();
            change(&mut threat);
            let error = write(&threat, &imprint()).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
