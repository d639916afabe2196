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
use std::collections::BTreeSet;
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
    let label = tlp_label(*tlp)?;
    // Where the chamber itself is the source, its own address stands, however it serves its pages.
    let source_url = if *source_url == imprint.namespace {
        source_url.clone()
    } else {
        address("source_url", source_url)?
    };
    let remedy_url = match remedy_url.trim() {
        "" => None,
        _ => Some(address("remedy_url", remedy_url)?),
    };
    if products.is_empty() {
        return Err(StatementError::Empty("product"));
    }
    let cves = cve_ids(cves)?;
    let ids = product_ids(products);
    let branches = branches(products, &ids)?;
    let incident = *incident || (imprint.incident && cves.is_empty());
    let flaw = Flaw {
        product_ids: &ids,
        remedy_kind: if incident { "mitigation" } else { "vendor_fix" },
        remedy,
        remedy_url: remedy_url.as_deref(),
        exploited: *exploited,
        title: &title,
    };
    let summary = plain(summary, 4_000);
    let note = if summary.is_empty() { &title } else { &summary };
    let document = json!({
        "document": {
            "aggregate_severity": {"namespace": LEVEL_NAMESPACE, "text": level.as_str()},
            "category": if incident { INCIDENT } else { "csaf_base" },
            "csaf_version": "2.0",
            "distribution": {"tlp": {"label": label}},
            "lang": "de",
            "notes": [{"category": "summary", "text": note}],
            "publisher": {"category": "coordinator", "name": filled("publisher", &imprint.publisher)?, "namespace": imprint.namespace},
            "references": references(&source_url, remedy_url.as_deref()),
            "title": title,
            "tracking": tracking(imprint, *source_time),
        },
        "product_tree": {"branches": branches},
        "vulnerabilities": flaw.vulnerabilities(&cves, imprint),
    });
    serde_json::to_vec_pretty(&document).map_err(|error| invalid("document", &error.to_string()))
}

fn cve_ids(cves: &[String]) -> Result<BTreeSet<String>, StatementError> {
    let canonical = |cve: &String| cve_id(cve).ok_or_else(|| invalid("cve", cve));
    cves.iter().map(canonical).collect()
}

fn product_ids(products: &[StatedProduct]) -> Vec<String> {
    (1..=products.len())
        .map(|number| format!("P-{number}"))
        .collect()
}

fn branches(products: &[StatedProduct], ids: &[String]) -> Result<Vec<Value>, StatementError> {
    let products = products.iter().zip(ids);
    products.map(|(product, id)| branch(product, id)).collect()
}

/// The label as CSAF 2.0 writes it; a narrower one cannot be warned about.
fn tlp_label(tlp: Tlp) -> Result<&'static str, StatementError> {
    match tlp {
        Tlp::Clear => Ok("WHITE"),
        Tlp::Green => Ok("GREEN"),
        narrower => Err(invalid("tlp", narrower.as_str())),
    }
}

/// The source first, then the remedy where it lies elsewhere.
fn references(source_url: &str, remedy_url: Option<&str>) -> Vec<Value> {
    let external =
        |summary: &str, url: &str| json!({"category": "external", "summary": summary, "url": url});
    let remedy = remedy_url.filter(|url| *url != source_url);
    std::iter::once(external("Source", source_url))
        .chain(remedy.map(|url| external("Remedy", url)))
        .collect()
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

/// What holds for every vulnerability of a statement.
struct Flaw<'a> {
    product_ids: &'a [String],
    /// Category of the remediation where one is known.
    remedy_kind: &'a str,
    remedy: &'a str,
    remedy_url: Option<&'a str>,
    exploited: bool,
    title: &'a str,
}

impl Flaw<'_> {
    /// One for each CVE; without any, one under our own id.
    fn vulnerabilities(&self, cves: &BTreeSet<String>, imprint: &Imprint) -> Vec<Value> {
        if cves.is_empty() {
            let own_id = json!([{"system_name": imprint.namespace, "text": imprint.tracking_id}]);
            return vec![self.vulnerability("ids", own_id)];
        }
        let vulnerability = |cve: &String| self.vulnerability("cve", json!(cve));
        cves.iter().map(vulnerability).collect()
    }

    /// The vulnerability with this identity, `cve` or `ids`.
    fn vulnerability(&self, key: &str, identity: Value) -> Value {
        let Self {
            product_ids,
            remedy_kind,
            remedy,
            remedy_url,
            exploited,
            title,
        } = self;
        let remedy = plain(remedy, 4_000);
        let (category, details) = if remedy.is_empty() {
            ("none_available", "No remedy is known yet.")
        } else {
            (*remedy_kind, remedy.as_str())
        };
        let mut remediation =
            json!({"category": category, "details": details, "product_ids": product_ids});
        if let (Some(url), Some(fields)) = (remedy_url, remediation.as_object_mut()) {
            fields.insert("url".to_string(), json!(url));
        }
        let threats = exploited.then(|| json!([{"category": "exploit_status", "details": "Exploited in the wild", "product_ids": product_ids}]));
        let fields = [
            (key, identity),
            ("notes", json!([{"category": "summary", "text": title}])),
            ("product_status", json!({"known_affected": product_ids})),
            ("remediations", json!([remediation])),
        ];
        fields
            .into_iter()
            .chain(threats.map(|threats| ("threats", threats)))
            .collect()
    }
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
mod tests;
