//! What a document says of itself beyond its header: the fields that a search asks for (clause 12.3).

use crate::ground::engine::{Transaction, Value};
use crate::values;
use anyhow::Result;
use tuermer_core::ids::ThreatId;
use tuermer_formats::csaf::Reading;

/// Fields of a document that only the search needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFields {
    csaf_version: String,
    publisher_category: String,
    status: String,
    aggregate_severity: String,
}

impl DocumentFields {
    /// Those of a document as read.
    pub fn of(reading: &Reading) -> Self {
        let Reading {
            threat: _,
            status,
            namespace: _,
            csaf_version,
            publisher_category,
            aggregate_severity,
            superseded_by: _,
        } = reading;
        Self {
            csaf_version: csaf_version.clone(),
            publisher_category: publisher_category.clone(),
            status: status.clone(),
            aggregate_severity: aggregate_severity.clone(),
        }
    }
}

impl DocumentFields {
    /// In the order of the columns.
    pub(crate) fn values(&self) -> Vec<Value> {
        let Self {
            csaf_version,
            publisher_category,
            status,
            aggregate_severity,
        } = self;
        values![csaf_version, publisher_category, status, aggregate_severity]
    }
}

/// Writes the fields of a threat's document, in the transaction that writes the threat.
pub async fn describe(
    open: &mut Transaction,
    id: &ThreatId,
    fields: &DocumentFields,
) -> Result<()> {
    let DocumentFields {
        csaf_version,
        publisher_category,
        status,
        aggregate_severity,
    } = fields;
    let sql = "UPDATE threat SET csaf_version = $2, publisher_category = $3, document_status = $4, aggregate_severity = $5 WHERE id = $1";
    open.run(
        sql,
        values![
            id.as_str(),
            csaf_version,
            publisher_category,
            status,
            aggregate_severity
        ],
    )
    .await?;
    Ok(())
}
