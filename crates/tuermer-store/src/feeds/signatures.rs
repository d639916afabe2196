//! Signatures of documents as evidence: what was proven, by which key, when, from where, with the bytes of the signature.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::values;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::provenance::SignatureState;

/// What is proven of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// SHA-256 of the document, hexadecimal.
    pub document_sha256: String,
    /// What is proven.
    pub state: SignatureState,
    /// Fingerprint of the key; empty where none is concerned.
    pub fingerprint: String,
    /// The signature file as sent; empty where there was none.
    pub bytes: Vec<u8>,
    /// Why it is not verified, for whoever renders it (`kept_words` of the shell); empty where it is.
    pub detail: String,
    /// Where the document came from.
    pub url: String,
    /// When it was checked.
    pub checked_at: Timestamp,
}

/// Keeps what was proven of a document that is kept. A proof is never replaced by less: somebody who serves the same bytes
/// with a broken signature changes nothing. True where something was written.
pub async fn keep(open: &mut Transaction, signature: &Signature) -> Result<bool> {
    let Signature {
        document_sha256,
        state,
        fingerprint,
        bytes,
        detail,
        url,
        checked_at,
    } = signature;
    let sql = "INSERT INTO signature (document_sha256, state, fingerprint, bytes, detail, url, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (document_sha256) DO UPDATE SET state = excluded.state, fingerprint = excluded.fingerprint, bytes = excluded.bytes,
            detail = excluded.detail, url = excluded.url, checked_at = excluded.checked_at
        WHERE signature.state = 'failed' OR (signature.state = 'unsigned' AND excluded.state = 'verified')";
    let values = values![
        document_sha256,
        state.as_str(),
        fingerprint,
        bytes.clone(),
        detail,
        url,
        *checked_at
    ];
    Ok(open.run(sql, values).await? > 0)
}

/// Takes back what a key proved, because a person refused it or its owner revoked it.
pub async fn distrust(open: &mut Transaction, fingerprint: &str, detail: &str) -> Result<u64> {
    let sql = "UPDATE signature SET state = 'failed', detail = $2 WHERE fingerprint = $1 AND state = 'verified'";
    open.run(sql, values![fingerprint, detail]).await
}

fn state(text: &str) -> Result<SignatureState> {
    SignatureState::parse(text).with_context(|| format!("signature.state holds {text:?}"))
}

impl Store {
    /// What is proven of the document a threat stands in now; `None` where nothing was ever checked, which counts as unsigned.
    pub async fn signature_of(&self, threat: &ThreatId) -> Result<Option<Signature>> {
        let sql = "SELECT s.document_sha256, s.state, s.fingerprint, s.bytes, s.detail, s.url, s.checked_at
            FROM threat t JOIN signature s ON s.document_sha256 = t.document_sha256 WHERE t.id = $1";
        let Some(row) = self.read_one(sql, values![threat.as_str()]).await? else {
            return Ok(None);
        };
        Ok(Some(Signature {
            document_sha256: row.text(0)?,
            state: state(&row.text(1)?)?,
            fingerprint: row.text(2)?,
            bytes: row.bytes(3)?,
            detail: row.text(4)?,
            url: row.text(5)?,
            checked_at: row.time(6)?,
        }))
    }

    /// What is proven of each threat whose document was checked; a threat that is not in it counts as unsigned.
    pub async fn signature_states(&self) -> Result<HashMap<ThreatId, SignatureState>> {
        let sql = "SELECT t.id, s.state FROM threat t JOIN signature s ON s.document_sha256 = t.document_sha256";
        let rows = self.read(sql, Vec::new()).await?;
        rows.iter()
            .map(|row| Ok((ThreatId(row.text(0)?), state(&row.text(1)?)?)))
            .collect()
    }
}
