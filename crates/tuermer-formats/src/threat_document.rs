//! The threat in a kept document, whatever its format: an advisory, a CVE record, an entry of the catalogue.

use crate::format::Format;
use crate::{csaf, cve, kev};
use tuermer_core::threat::Threat;

/// Why a kept document cannot be read again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// An advisory.
    #[error(transparent)]
    Csaf(#[from] csaf::CsafError),
    /// A CVE record.
    #[error(transparent)]
    Cve(#[from] cve::CveError),
    /// An entry of the catalogue.
    #[error(transparent)]
    Kev(#[from] kev::KevError),
    /// No threat is made from this kind.
    #[error("a document of kind {0} is no threat")]
    Format(&'static str),
}

/// Reads the threat of a document that was taken before.
///
/// # Errors
/// The reasons of its format.
pub fn read(kind: Format, bytes: &[u8]) -> Result<Threat, DocumentError> {
    match kind {
        Format::Csaf => Ok(csaf::read(bytes)?.threat),
        Format::Cve => Ok(cve::read(bytes)?.threat),
        Format::Kev => Ok(kev::threat(&kev::read_entry(bytes)?)),
        other => Err(DocumentError::Format(other.as_str())),
    }
}
