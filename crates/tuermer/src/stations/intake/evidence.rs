//! Advisories from a provider: bytes whose hash and signature were checked before, taken or refused with that proof beside them.
//!
//! The proof is written after its document, in a transaction of its own: a crash between the two leaves a document that
//! counts as unsigned until the provider is asked again, never one that is shown as signed and is not.

use super::{IngestReport, Remark, ingest_bytes};
use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::Refusal;
use crate::store::documents::{self, Document};
use crate::store::signatures::{self, Signature};
use crate::text::Texts;
use anyhow::Result;
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::provenance::SignatureState;
use tuermer_formats::json::JsonError;
use tuermer_formats::recognise::{self, Kind};

/// What is known of the origin of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What is proven.
    pub state: SignatureState,
    /// Fingerprint of the key; empty where none is concerned.
    pub fingerprint: String,
    /// The signature file as sent; empty where there was none.
    pub signature: Vec<u8>,
    /// Why it is not verified; `None` where it is.
    pub detail: Option<Refusal>,
    /// Where the document came from.
    pub url: String,
}

impl Evidence {
    fn of(self, document_sha256: String, context: &Context) -> Signature {
        let Self { state, fingerprint, signature, detail, url } = self;
        let detail = detail.map(|detail| detail.words(Texts(Language::German))).unwrap_or_default();
        Signature { document_sha256, state, fingerprint, bytes: signature, detail, url, checked_at: context.now() }
    }
}

/// Takes an advisory whose hash and signature did not contradict. Anything that is no CSAF document is rejected,
/// whatever else it may be.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest_signed(context: &Context, name: &str, bytes: Vec<u8>, evidence: Evidence) -> Result<IngestReport> {
    let keys = match tuermer_formats::json::check(&bytes) {
        Ok(keys) => keys,
        Err(error) => {
            let key = if error == JsonError::Values { "threat.ingest_values" } else { "threat.ingest_json" };
            return Ok(IngestReport::rejected(name, Kind::Csaf, Remark::new(key, &[("error", &error), ("limit", &limits::JSON_VALUES)])));
        }
    };
    if recognise::json(&keys) != Kind::Csaf {
        return Ok(IngestReport::rejected(name, recognise::json(&keys), Remark::new("provider.not_an_advisory", &[])));
    }
    let hash = sha256(&bytes);
    let report = ingest_bytes(context, name, bytes).await?;
    if context.store.document_state(&hash).await?.is_some() {
        let mut open = context.store.begin().await?;
        signatures::keep(&mut open, &evidence.of(hash, context)).await?;
        open.commit().await?;
    }
    Ok(report)
}

/// Keeps a document that must not be used, with the reason and the proof against it. Bytes that came another way and
/// were accepted stay accepted.
///
/// # Errors
/// The store cannot be read or written.
pub async fn refuse(context: &Context, bytes: Vec<u8>, evidence: Evidence) -> Result<()> {
    let hash = sha256(&bytes);
    let state = context.store.document_state(&hash).await?;
    if bytes.is_empty() || !matches!(state.as_deref(), None | Some("rejected")) {
        return Ok(());
    }
    let signature = evidence.of(hash.clone(), context);
    let rejected = Some(signature.detail.clone());
    let (source, size) = (signature.url.clone(), bytes.len() as u64);
    let mut open = context.store.begin().await?;
    documents::keep(&mut open, Document { sha256: hash, kind: "csaf", source, received_at: context.now(), size, bytes, rejected }).await?;
    signatures::keep(&mut open, &signature).await?;
    open.commit().await
}
