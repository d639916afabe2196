//! What we ask of XML before a reader sees it: bounded depth, no document type of its own.
//!
//! A document type can define entities that grow without bound; no feed and no bill of materials needs one.

use quick_xml::Reader;
use quick_xml::events::Event;
use tuermer_core::limits;

/// Why XML is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlError {
    /// Not XML, or cut off.
    #[error("{0}")]
    Syntax(String),
    /// Nested deeper than we read.
    #[error("nested deeper than {}", limits::XML_DEPTH)]
    Depth,
    /// `<!DOCTYPE …>` with definitions.
    #[error("it defines a document type of its own")]
    DocumentType,
}

/// Walks the document once.
///
/// # Errors
/// See [`XmlError`].
pub fn check(bytes: &[u8]) -> Result<(), XmlError> {
    let mut reader = Reader::from_reader(bytes);
    reader.config_mut().check_end_names = false;
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => depth = depth.saturating_add(1),
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::DocType(words)) if words.contains('[') => return Err(XmlError::DocumentType),
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(XmlError::Syntax(error.to_string())),
        }
        if depth > limits::XML_DEPTH {
            return Err(XmlError::Depth);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{XmlError, check};

    #[test]
    fn depth_and_document_types() {
        assert_eq!(check(b"<a><b/></a>"), Ok(()));
        assert_eq!(check(b"<!DOCTYPE html><a/>"), Ok(()));
        assert_eq!(
            check(b"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"),
            Err(XmlError::DocumentType)
        );
        assert_eq!(
            check("<a>".repeat(100_000).as_bytes()),
            Err(XmlError::Depth)
        );
        assert!(matches!(check(b"<a <b"), Err(XmlError::Syntax(_))));
    }
}
