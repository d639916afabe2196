//! CVE records 5.x to a [`Threat`]: the assigner's container and those of authorised data publishers together.
//!
//! For MOVEit (CVE-2023-34362) the assigner says vendor and product "n/a" and only CISA's container names them, so both
//! are read. Where they contradict each other, the stricter word counts, because of two statements about one version the
//! worse one wins. A bound in free words is kept as "not understood", never guessed and never dropped.

mod affected;
mod complement;
mod interval;
mod record;
mod scores;

use crate::csaf::{cve_id, https, plain};
use jiff::Timestamp;
use record::{Container, Described, Metadata, Record};
use std::collections::HashSet;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{Statement, Threat, ThreatSource, Vulnerability};

/// Namespace of threats from a CVE record or a catalogue of CVEs.
pub const NAMESPACE: &str = "cve.org";
/// Longest title, in characters.
const TITLE_CHARACTERS: usize = 500;
/// Most that is taken of a description in place of a title, in characters.
const SUMMARY_CHARACTERS: usize = 120;

/// A record as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it warns about.
    pub threat: Threat,
    /// What a person should know although the record is used.
    pub remarks: Vec<Remark>,
}

/// What is odd about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// No container names a product.
    NoProduct,
    /// The only score is CVSS 2, which does not compare with later ones.
    OldScore,
    /// Two containers give different versions of this product; the stricter counts.
    Conflict(String),
    /// So many ranges of commits; the same product is stated in versions, too.
    Commits(usize),
}

/// Why a record is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CveError {
    /// Not the shape of a CVE record; with line and column.
    #[error("{0}")]
    Shape(String),
    /// The id is none.
    #[error("/cveMetadata/cveId is not a CVE id: {0}")]
    Id(String),
    /// Neither published nor rejected.
    #[error("/cveMetadata/state is {0}; only PUBLISHED and REJECTED are known")]
    State(String),
    /// There is no time by which revisions could be ordered.
    #[error("/cveMetadata has neither dateUpdated nor datePublished")]
    NoTime,
    /// More than we read.
    #[error("{what}: more than {limit}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// Id of the threat of a CVE.
pub fn threat_id(cve: &str) -> ThreatId {
    ThreatId(format!("{NAMESPACE}|{cve}"))
}

/// Reads one record.
///
/// # Errors
/// Another shape, an unknown state, no time, or a limit.
pub fn read(bytes: &[u8]) -> Result<Reading, CveError> {
    let Record {
        cve_metadata: meta,
        containers,
    } = serde_json::from_slice(bytes).map_err(|error| CveError::Shape(error.to_string()))?;
    let cve = cve_id(&meta.cve_id)
        .ok_or_else(|| CveError::Id(plain(&meta.cve_id, limits::FIELD_CHARACTERS)))?;
    let withdrawn = is_rejected(&meta.state)?;
    let all: Vec<&Container> = std::iter::once(&containers.cna)
        .chain(&containers.adp)
        .collect();
    let released_at = released_at(&meta, &all).ok_or(CveError::NoTime)?;
    let mut remarks = Vec::new();
    let statements = if withdrawn {
        Vec::new()
    } else {
        affected::read(&all, &mut remarks)?
    };
    let vulnerability = vulnerability(&cve, &all, &mut remarks);
    let text = title_or_description(&containers.cna);
    let title = title(&containers.cna, &text, &cve);
    let flaw_title = if text.is_empty() { cve.clone() } else { text };
    let threat = Threat {
        id: threat_id(&cve),
        tracking_id: cve,
        revision: released_at.to_string(),
        published_at: public_since(&meta, &containers.cna).unwrap_or(released_at),
        released_at,
        publisher: publisher(&meta.assigner_short_name, &containers.cna),
        tlp: Tlp::Clear,
        category: "cve".into(),
        source: ThreatSource::Cve,
        withdrawn,
        exploited: scores::is_exploited(&all),
        level: None,
        vulnerabilities: vec![Vulnerability {
            title: flaw_title,
            ..vulnerability
        }],
        title,
        statements,
        references: references(&all),
    };
    if !withdrawn && threat.statements.is_empty() {
        remarks.push(Remark::NoProduct);
    }
    Ok(Reading { threat, remarks })
}

fn is_rejected(state: &str) -> Result<bool, CveError> {
    match state {
        "PUBLISHED" => Ok(false),
        "REJECTED" => Ok(true),
        other => Err(CveError::State(plain(other, limits::FIELD_CHARACTERS))),
    }
}

/// The newest change of any container, else the day the record was published.
fn released_at(meta: &Metadata, all: &[&Container]) -> Option<Timestamp> {
    let changed = all
        .iter()
        .filter_map(|container| moment(&container.provider_metadata.date_updated));
    changed
        .chain(moment(&meta.date_updated))
        .max()
        .or_else(|| moment(&meta.date_published))
}

/// The day of public knowledge; it may lie before the day the record was published.
fn public_since(meta: &Metadata, cna: &Container) -> Option<Timestamp> {
    let days = [moment(&cna.date_public), moment(&meta.date_published)];
    days.into_iter().flatten().min()
}

fn vulnerability(cve: &str, all: &[&Container], remarks: &mut Vec<Remark>) -> Vulnerability {
    let score = scores::best(all);
    if score.is_none() && scores::only_version_2(all) {
        remarks.push(Remark::OldScore);
    }
    let (cvss_tenths, cvss_vector) = score.map_or((None, String::new()), |(tenths, vector)| {
        (Some(tenths), vector)
    });
    Vulnerability {
        id: cve.to_string(),
        cvss_tenths,
        cvss_vector,
        ssvc: scores::ssvc(all),
        ..Vulnerability::default()
    }
}

/// The title, else the description, else why the id was rejected.
fn title_or_description(cna: &Container) -> String {
    let english = |texts: &[Described]| {
        texts
            .iter()
            .find(|text| text.lang.starts_with("en"))
            .or_else(|| texts.first())
            .map(|text| text.value.clone())
    };
    let text = cna.title.clone().filter(|text| !text.trim().is_empty());
    let text = text
        .or_else(|| english(&cna.descriptions))
        .or_else(|| english(&cna.rejected_reasons));
    plain(&text.unwrap_or_default(), TITLE_CHARACTERS)
}

/// The text as a title: of a description its first sentence, or as many whole words as fit.
fn title(cna: &Container, text: &str, cve: &str) -> String {
    if text.is_empty() {
        return cve.to_string();
    }
    if cna
        .title
        .as_ref()
        .is_some_and(|text| !text.trim().is_empty())
    {
        return text.to_string();
    }
    let sentence = text
        .split_once(". ")
        .map_or(text, |(first, _)| first)
        .trim_end_matches('.');
    let Some((end, _)) = sentence.char_indices().nth(SUMMARY_CHARACTERS) else {
        return sentence.to_string();
    };
    let cut = sentence.get(..end).unwrap_or(sentence);
    format!(
        "{} …",
        cut.rsplit_once(' ')
            .map_or(cut, |(words, _)| words)
            .trim_end_matches([',', ';', ':'])
    )
}

fn publisher(assigner: &str, cna: &Container) -> String {
    let name = if assigner.is_empty() {
        &cna.provider_metadata.short_name
    } else {
        assigner
    };
    let name = plain(name, limits::FIELD_CHARACTERS);
    if name.is_empty() {
        NAMESPACE.to_string()
    } else {
        name
    }
}

/// https only, each once, the assigner's first.
fn references(all: &[&Container]) -> Vec<String> {
    let mut seen = HashSet::new();
    let urls = all
        .iter()
        .flat_map(|container| &container.references)
        .filter_map(|reference| https(&reference.url));
    urls.filter(|url| seen.insert(url.clone()))
        .take(limits::CVE_REFERENCES)
        .collect()
}

/// RFC 3339 cut to microseconds; a time without zone, as it occurs in older records, is UTC.
fn moment(text: &Option<String>) -> Option<Timestamp> {
    let text = text.as_deref()?.trim();
    let time: Timestamp = text.parse().or_else(|_| format!("{text}Z").parse()).ok()?;
    Timestamp::from_microsecond(time.as_microsecond()).ok()
}

/// Statements are the same twice only if all of this is the same.
fn push(statements: &mut Vec<Statement>, statement: Statement) -> Result<(), CveError> {
    if statements.len() >= limits::ADVISORY_STATEMENTS {
        return Err(CveError::TooMuch {
            what: "statements about products",
            limit: limits::ADVISORY_STATEMENTS,
        });
    }
    statements.push(statement);
    Ok(())
}

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod version_tests;
