//! Documents as they came: raw bytes with SHA-256, source and time, kept as evidence.
//!
//! ```text
//! accepted ──newer revision──▶ superseded        rejected: kept and explained, nothing is made from it
//! ```

use super::Store;
use super::engine::Transaction;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// SHA-256 over the bytes as they came, in hex.
    pub sha256: String,
    /// `csaf`, `kev`, `shadowserver` or `unknown`.
    pub kind: &'static str,
    /// File name or address, or `stated` for our own.
    pub source: String,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Size in bytes.
    pub size: u64,
    /// The bytes; empty where the file is larger than we keep.
    pub bytes: Vec<u8>,
    /// Why it was rejected; `None` = accepted.
    pub rejected: Option<String>,
}

/// Keeps a document. Bytes that are already there keep their first source and time.
pub async fn keep(open: &mut Transaction, document: Document) -> Result<()> {
    let Document { sha256, kind, source, received_at, size, bytes, rejected } = document;
    let state = if rejected.is_some() { "rejected" } else { "accepted" };
    open.run(
        "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (sha256) DO UPDATE SET kind = excluded.kind, state = excluded.state, reason = excluded.reason",
        values![sha256, kind, source, received_at, i64::try_from(size)?, bytes, state, rejected.unwrap_or_default()],
    )
    .await?;
    Ok(())
}

/// Marks a document as replaced by a newer revision.
pub async fn supersede(open: &mut Transaction, sha256: &str) -> Result<()> {
    open.run("UPDATE document SET state = 'superseded' WHERE sha256 = $1", values![sha256]).await?;
    Ok(())
}

impl Store {
    /// `accepted`, `rejected` or `superseded`, if we have these bytes.
    pub async fn document_state(&self, sha256: &str) -> Result<Option<String>> {
        self.read_one("SELECT state FROM document WHERE sha256 = $1", values![sha256]).await?.map(|row| row.text(0)).transpose()
    }

    /// The bytes of a document.
    pub async fn document_bytes(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        self.read_one("SELECT bytes FROM document WHERE sha256 = $1", values![sha256]).await?.map(|row| row.bytes(0)).transpose()
    }
}
