//! CSAF 2.0 and 2.1 to a [`Threat`]: product tree, product status, remedies, scores, signs of exploitation.
//!
//! Reads only documents that passed the schema and the mandatory tests; what it cannot understand
//! (a version range in free words) is kept as "not understood", never guessed. All text is plain
//! text: nothing from a document is ever run, rendered as HTML or fetched.

mod document;
mod flaws;
mod identity;
mod origin;
mod products;
mod text;
mod version;

pub(crate) use flaws::words_say_exploited;
pub(crate) use identity::{by_cpe, by_purl};
pub use origin::{Origin, file_name, origin};
pub use text::{cve_id, https, plain};
pub use version::{Order, order};

use document::{AggregateSeverity, Document, Meta, Reference};
use flaws::Flaws;
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits;
use tuermer_core::scale::{Level, Tlp};
use tuermer_core::threat::Threat;

/// Longest title, in characters.
const TITLE_CHARACTERS: usize = 500;
/// Namespace in `aggregate_severity` under which our own documents carry the officer's level.
pub(crate) const LEVEL_NAMESPACE: &str = "urn:tuermer:level";

/// How the summary of the reference to a successor begins (CSAF 2.1, profile "Superseded").
const SUPERSEDING: &str = "Superseding Document";

/// A document as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it warns about.
    pub threat: Threat,
    /// `draft`, `interim` or `final`.
    pub status: String,
    /// Publisher's namespace, the first half of the threat's id.
    pub namespace: String,
    /// `csaf_version`
    pub csaf_version: String,
    /// `publisher.category`
    pub publisher_category: String,
    /// Where a superseded document says that its successor is (https only).
    pub superseded_by: Vec<String>,
    /// `aggregate_severity.text` in the publisher's words, empty where there is none.
    pub aggregate_severity: String,
}

/// Why a valid document is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsafError {
    /// Not the shape of a CSAF document; with line and column.
    #[error("{0}")]
    Shape(String),
    /// More than we read.
    #[error("{what}: more than {limit}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A time that is none.
    #[error("/document/tracking/{field} is not a time: {value}")]
    Time {
        /// Field.
        field: &'static str,
        /// What stands there.
        value: String,
    },
}

/// Reads a document that passed the mandatory tests.
///
/// # Errors
/// Another shape, a limit, or a time we cannot read.
pub fn read(bytes: &[u8]) -> Result<Reading, CsafError> {
    let Document {
        document,
        product_tree,
        vulnerabilities,
    } = serde_json::from_slice(bytes).map_err(|error| CsafError::Shape(error.to_string()))?;
    if vulnerabilities.len() > limits::ADVISORY_VULNERABILITIES {
        return Err(CsafError::TooMuch {
            what: "vulnerabilities",
            limit: limits::ADVISORY_VULNERABILITIES,
        });
    }
    let products = products::Products::read(product_tree)?;
    let flaws = flaws::read(&vulnerabilities, &products, &document.category)?;
    reading(document, flaws)
}

/// What the head of the document says, with its flaws.
fn reading(meta: Meta, flaws: Flaws) -> Result<Reading, CsafError> {
    let Meta {
        category,
        csaf_version,
        title,
        publisher,
        tracking,
        distribution,
        references,
        aggregate_severity,
    } = meta;
    let severity = aggregate_severity.as_ref();
    // The same publisher writes its namespace with and without a slash at the end.
    let namespace = plain(&publisher.namespace, TITLE_CHARACTERS)
        .trim_end_matches('/')
        .to_string();
    let tracking_id = plain(&tracking.id, TITLE_CHARACTERS);
    let threat = Threat {
        id: ThreatId(format!("{namespace}|{tracking_id}")),
        tracking_id,
        revision: field(&tracking.version),
        title: plain(&title, TITLE_CHARACTERS),
        publisher: plain(&publisher.name, TITLE_CHARACTERS),
        published_at: time("initial_release_date", &tracking.initial_release_date)?,
        released_at: time("current_release_date", &tracking.current_release_date)?,
        // A label that is missing is treated like one we do not know: strict until a person decides.
        tlp: distribution
            .tlp
            .map_or(Tlp::AmberStrict, |tlp| Tlp::read(&tlp.label)),
        source: tuermer_core::threat::ThreatSource::Csaf,
        withdrawn: matches!(category.as_str(), "csaf_withdrawn" | "csaf_superseded"),
        category: field(&category),
        exploited: flaws.exploited,
        level: severity.and_then(officer_level),
        vulnerabilities: flaws.vulnerabilities,
        statements: flaws.statements,
        references: references
            .iter()
            .filter_map(|reference| https(&reference.url))
            .collect(),
    };
    Ok(Reading {
        superseded_by: successors(&references),
        threat,
        status: tracking.status,
        namespace,
        csaf_version: field(&csaf_version),
        publisher_category: field(&publisher.category),
        aggregate_severity: severity.map_or_else(String::new, |severity| field(&severity.text)),
    })
}

fn field(text: &str) -> String {
    plain(text, limits::FIELD_CHARACTERS)
}

fn time(name: &'static str, value: &str) -> Result<Timestamp, CsafError> {
    moment(value).ok_or_else(|| CsafError::Time {
        field: name,
        value: field(value),
    })
}

/// The level that an officer chose, in one of our own documents.
fn officer_level(severity: &AggregateSeverity) -> Option<Level> {
    let ours = severity.namespace.as_deref() == Some(LEVEL_NAMESPACE);
    Level::parse(&severity.text).filter(|_| ours)
}

/// Where the successors of a superseded document are.
fn successors(references: &[Reference]) -> Vec<String> {
    references
        .iter()
        .filter(|reference| reference.summary.starts_with(SUPERSEDING))
        .filter_map(|reference| https(&reference.url))
        .collect()
}

/// RFC 3339, cut to microseconds; a leap second (2.0 allows `:60`) is read as the second before it.
fn moment(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    Timestamp::from_microsecond(time.as_microsecond()).ok()
}

#[cfg(test)]
mod product_tests;
#[cfg(test)]
mod tests;
