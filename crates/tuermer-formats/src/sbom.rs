//! Bills of materials as an inventory: CycloneDX (JSON, XML) and SPDX (2.x JSON and tag-value, 3.x JSON-LD).
//!
//! Only names, versions and package URLs are read. Real files have references that lead nowhere, loops, package URLs that
//! are none and versions newer than any library: the strict libraries refuse them (`cyclonedx-bom` 0.8 knows nothing after
//! 1.5, `spdx-rs` 0.5 nothing after 2.3), and none of that matters for the question what somebody runs.

mod cyclonedx;
mod spdx;

use crate::csaf::plain;
use crate::format::Format;
use crate::json::JsonError;
use crate::recognise;
use crate::xml::XmlError;
use jiff::Timestamp;
use std::collections::HashSet;
use tuermer_core::limits;

/// What a bill of materials lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// `CycloneDX 1.6`, `SPDX-2.3`
    pub format: String,
    /// When it was made, where it says so.
    pub made_at: Option<Timestamp>,
    /// Its components, each once, in its order.
    pub components: Vec<Component>,
    /// Entries without a name; left out.
    pub nameless: usize,
}

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Component {
    /// Publisher or supplier; empty where not told, and where a package URL says it.
    pub vendor: String,
    /// Package URL without version and qualifiers, else the name.
    pub product: String,
    /// Version, may be empty.
    pub version: String,
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SbomError {
    /// Not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Not XML.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// Neither CycloneDX nor SPDX.
    #[error("neither CycloneDX nor SPDX; expected bomFormat, spdxVersion, @graph or <bom>")]
    Unknown,
    /// Another shape; with line and column.
    #[error("{0}")]
    Shape(String),
    /// More than we read.
    #[error("more than {} components", limits::SBOM_COMPONENTS)]
    TooMuch,
}

/// A component as it stands in the file.
#[derive(Debug, Default)]
struct Raw {
    vendor: String,
    name: String,
    version: String,
    purl: Option<String>,
}

/// Reads a bill of materials in any of the formats.
///
/// # Errors
/// Not a bill of materials, or more than we read.
pub fn read(bytes: &[u8]) -> Result<Bill, SbomError> {
    if !recognise::looks_like_json(bytes) {
        return match recognise::table(bytes.get(..recognise::HEAD_BYTES).unwrap_or(bytes)) {
            Format::Sbom if bytes.trim_ascii_start().starts_with(b"SPDX") => {
                spdx::tag_value(&String::from_utf8_lossy(bytes))
            }
            Format::Sbom => cyclonedx::xml(bytes),
            _ => Err(SbomError::Unknown),
        };
    }
    let keys = crate::json::check(bytes)?;
    let has = |key: &str| keys.iter().any(|known| known == key);
    if has("bomFormat") {
        cyclonedx::json(bytes)
    } else if has("spdxVersion") {
        spdx::json(bytes)
    } else if has("@graph") {
        spdx::graph(bytes)
    } else {
        Err(SbomError::Unknown)
    }
}

/// Makes the bill of what was found.
fn bill(format: String, made_at: Option<&str>, found: Vec<Raw>) -> Result<Bill, SbomError> {
    if found.len() > limits::SBOM_COMPONENTS {
        return Err(SbomError::TooMuch);
    }
    let made_at = made_at
        .and_then(|text| text.trim().parse().ok())
        .and_then(|time: Timestamp| Timestamp::from_microsecond(time.as_microsecond()).ok());
    let (mut components, mut seen, mut nameless) = (Vec::new(), HashSet::new(), 0_usize);
    for raw in found {
        match component(raw) {
            Some(component) if seen.insert(component.clone()) => components.push(component),
            Some(_) => {}
            None => nameless = nameless.saturating_add(1),
        }
    }
    Ok(Bill {
        format: shorten(&format),
        made_at,
        components,
        nameless,
    })
}

fn component(raw: Raw) -> Option<Component> {
    let Raw {
        vendor,
        name,
        version,
        purl,
    } = raw;
    let version = stated(&version);
    match purl.as_deref().and_then(package) {
        Some((product, inside)) => Some(Component {
            vendor: String::new(),
            product,
            version: if version.is_empty() { inside } else { version },
        }),
        None => {
            let product = stated(&name);
            (!product.is_empty()).then(|| Component {
                vendor: stated(&vendor),
                product,
                version,
            })
        }
    }
}

/// A package URL in two: without version, qualifiers and subpath, and its version. What does not begin like one is none.
fn package(purl: &str) -> Option<(String, String)> {
    let purl = plain(purl, limits::NOTE_CHARACTERS);
    let path = purl.split(['?', '#']).next()?;
    let after = path
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("pkg:"))
        .and_then(|_| path.get(4..))?;
    let last = after.rfind('/')?;
    let (name, version) = match after.rfind('@').filter(|at| *at > last) {
        Some(at) => (after.get(..at)?, after.get(at.saturating_add(1)..)?),
        None => (after, ""),
    };
    let fits = name.chars().count() <= limits::FIELD_CHARACTERS
        && !name.ends_with('/')
        && !name.starts_with('/')
        && !name.contains(' ');
    fits.then(|| {
        (
            format!("pkg:{name}"),
            shorten(
                &version
                    .replace("%2B", "+")
                    .replace("%2b", "+")
                    .replace("%3A", ":")
                    .replace("%3a", ":"),
            ),
        )
    })
}

/// What is stated; SPDX says `NOASSERTION` and `NONE` for nothing.
fn stated(text: &str) -> String {
    let text = shorten(text);
    if matches!(text.as_str(), "NOASSERTION" | "NONE") {
        String::new()
    } else {
        text
    }
}

fn shorten(text: &str) -> String {
    plain(text, limits::FIELD_CHARACTERS)
}

#[cfg(test)]
mod tests;
