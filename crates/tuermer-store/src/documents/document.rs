//! Documents as they came: raw bytes with SHA-256, source and time, kept as evidence. They lie compressed; whoever
//! reads them back goes through this file.
//!
//! ```text
//! accepted ──newer revision──▶ superseded        rejected: kept and explained, nothing is made from it
//! ```

use crate::Store;
use crate::ground::engine::{Row, Transaction, places};
use crate::ground::row::Value;
use crate::values;
use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use tuermer_core::limits;
use tuermer_formats::format::Format;

/// Documents smaller than this gain nothing from being compressed, in bytes.
const COMPRESSED_FROM: usize = 512;
/// Fast rather than small: a record of 6.4 kB becomes 1.7 kB, and the best level would save a tenth of that.
const LEVEL: u32 = 3;

/// One document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// SHA-256 over the bytes as they came, in hex.
    pub sha256: String,
    /// What it is.
    pub kind: Format,
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

/// What the store has of the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: Format,
    /// Accepted, and not replaced since.
    pub accepted: bool,
}

/// A document as it will lie in the store.
#[derive(Debug, Clone)]
pub struct PackedDocument {
    document: Document,
    encoding: &'static str,
}

impl Document {
    /// Compresses the bytes; done before the transaction where there are many.
    pub fn pack(self) -> PackedDocument {
        match gzip(&self.bytes) {
            Some(bytes) => PackedDocument {
                document: Self { bytes, ..self },
                encoding: "gzip",
            },
            None => PackedDocument {
                document: self,
                encoding: "plain",
            },
        }
    }
}

impl PackedDocument {
    /// SHA-256 over the bytes as they came.
    pub fn sha256(&self) -> &str {
        &self.document.sha256
    }

    /// The same, rejected for a reason.
    pub fn rejected(mut self, reason: String) -> Self {
        self.document.rejected = Some(reason);
        self
    }
}

/// The bytes compressed; `None` where that gains nothing.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < COMPRESSED_FROM {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(LEVEL));
    // Writing to memory cannot fail; if it did, the plain bytes are as good.
    encoder.write_all(bytes).ok()?;
    encoder
        .finish()
        .ok()
        .filter(|packed| packed.len() < bytes.len())
}

/// The bytes of a document from its columns `bytes` and `encoding`.
///
/// # Errors
/// An encoding of a newer program, or damage.
pub(crate) fn unpacked(row: &Row, bytes: usize, encoding: usize) -> Result<Vec<u8>> {
    let kept = row.bytes(bytes)?;
    match row.text(encoding)?.as_str() {
        "plain" => Ok(kept),
        "gzip" => {
            let mut unpacked = Vec::with_capacity(kept.len().saturating_mul(4));
            GzDecoder::new(kept.as_slice())
                .take(limits::DOCUMENT_BYTES.saturating_add(1))
                .read_to_end(&mut unpacked)
                .context("a kept document is damaged; restore the database from the backup")?;
            Ok(unpacked)
        }
        other => {
            bail!("a kept document has the encoding {other}, which this program does not know")
        }
    }
}

/// What a document is, from its column `kind`.
pub(crate) fn format(row: &Row, column: usize) -> Result<Format> {
    let word = row.text(column)?;
    Format::parse(&word).with_context(|| format!("unknown word {word} in column document.kind"))
}

/// Keeps a document. Bytes that are already there keep their first source and time.
pub async fn keep(open: &mut Transaction, document: Document) -> Result<()> {
    keep_many(open, vec![document.pack()]).await
}

/// Keeps many documents, each SHA-256 once.
pub async fn keep_many(open: &mut Transaction, documents: Vec<PackedDocument>) -> Result<()> {
    let mut rows = Vec::with_capacity(documents.len());
    for PackedDocument { document, encoding } in documents {
        let Document {
            sha256,
            kind,
            source,
            received_at,
            size,
            bytes,
            rejected,
        } = document;
        let state = if rejected.is_some() {
            "rejected"
        } else {
            "accepted"
        };
        rows.push(values![
            sha256,
            kind.as_str(),
            source,
            received_at,
            i64::try_from(size)?,
            bytes,
            encoding,
            state,
            rejected.unwrap_or_default()
        ]);
    }
    open.insert_many(
        "INSERT INTO document (sha256, kind, source, received_at, size, bytes, encoding, state, reason)",
        rows,
        "ON CONFLICT (sha256) DO UPDATE SET kind = excluded.kind, state = excluded.state, reason = excluded.reason",
    )
    .await?;
    Ok(())
}

/// Puts the bytes of a document in, which was kept without them.
pub async fn fill(open: &mut Transaction, sha256: &str, bytes: Vec<u8>) -> Result<()> {
    let (bytes, encoding) = gzip(&bytes).map_or((bytes, "plain"), |packed| (packed, "gzip"));
    open.run(
        "UPDATE document SET bytes = $2, encoding = $3 WHERE sha256 = $1",
        values![sha256, bytes, encoding],
    )
    .await?;
    Ok(())
}

/// Marks a document as replaced by a newer revision.
pub async fn supersede(open: &mut Transaction, sha256: &str) -> Result<()> {
    open.run(
        "UPDATE document SET state = 'superseded' WHERE sha256 = $1",
        values![sha256],
    )
    .await?;
    Ok(())
}

/// Marks many documents as replaced.
pub async fn supersede_many(open: &mut Transaction, sha256: &[String]) -> Result<()> {
    for page in sha256.chunks(limits::ROWS_PER_STATEMENT) {
        let sql = format!(
            "UPDATE document SET state = 'superseded' WHERE sha256 IN ({})",
            places(1, page.len())
        );
        open.run(&sql, page.iter().map(Value::from).collect())
            .await?;
    }
    Ok(())
}

impl Store {
    /// `accepted`, `rejected` or `superseded`, if we have these bytes.
    pub async fn document_state(&self, sha256: &str) -> Result<Option<String>> {
        self.read_one(
            "SELECT state FROM document WHERE sha256 = $1",
            values![sha256],
        )
        .await?
        .map(|row| row.text(0))
        .transpose()
    }

    /// Format and state of those documents that we have.
    pub async fn document_states(&self, sha256: &[&str]) -> Result<HashMap<String, Known>> {
        let mut found = HashMap::new();
        for page in sha256.chunks(limits::ROWS_PER_STATEMENT) {
            let sql = format!(
                "SELECT sha256, kind, state FROM document WHERE sha256 IN ({})",
                places(1, page.len())
            );
            for row in self
                .read(&sql, page.iter().map(|hash| Value::from(*hash)).collect())
                .await?
            {
                found.insert(
                    row.text(0)?,
                    Known {
                        kind: format(&row, 1)?,
                        accepted: row.text(2)? == "accepted",
                    },
                );
            }
        }
        Ok(found)
    }

    /// The bytes of a document as they came.
    pub async fn document_bytes(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        self.read_one(
            "SELECT bytes, encoding FROM document WHERE sha256 = $1",
            values![sha256],
        )
        .await?
        .map(|row| unpacked(&row, 0, 1))
        .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::{Row, Value, gzip, unpacked};

    #[test]
    fn what_is_kept_comes_back() {
        let document = "{\"document\": \"Exchange\"}".repeat(100).into_bytes();
        let packed = gzip(&document).unwrap();
        assert!(packed.len() * 10 < document.len());
        let row = |bytes: &[u8], encoding: &str| {
            Row(vec![
                Value::Bytes(bytes.to_vec()),
                Value::Text(encoding.into()),
            ])
        };
        assert_eq!(unpacked(&row(&packed, "gzip"), 0, 1).unwrap(), document);
        assert_eq!(unpacked(&row(&document, "plain"), 0, 1).unwrap(), document);
        assert!(
            unpacked(&row(&packed[..packed.len() / 2], "gzip"), 0, 1).is_err(),
            "damage is not silently shorter"
        );
        assert!(unpacked(&row(&packed, "zstd"), 0, 1).is_err());
        assert_eq!(gzip(b"{}"), None);
    }
}
