//! Advisories from a provider: bytes whose hash and signature were checked before, taken or refused with that proof beside them.

use super::{IngestReport, Input, ingest_one};
use crate::acts::allow;
use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::Refusal;
use crate::store::documents::document::{self, Document};
use crate::store::feeds::signatures::{self, Signature};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::provenance::SignatureState;
use tuermer_core::rights::{Act, Actor};
use tuermer_formats::format::Format;

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
    /// As it is kept beside its document.
    pub(super) fn kept(self, document_sha256: String, checked_at: Timestamp) -> Signature {
        let Self {
            state,
            fingerprint,
            signature,
            detail,
            url,
        } = self;
        let detail = detail.as_ref().map(Refusal::kept).unwrap_or_default();
        Signature {
            document_sha256,
            state,
            fingerprint,
            bytes: signature,
            detail,
            url,
            checked_at,
        }
    }
}

/// Takes an advisory whose hash and signature did not contradict, with its proof in the same transaction. Anything that
/// is no CSAF document is rejected, whatever else it may be.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest_signed(
    context: &Context,
    actor: &Actor,
    name: &str,
    bytes: Vec<u8>,
    evidence: Evidence,
) -> Result<IngestReport> {
    ingest_one(
        context,
        actor,
        name,
        Input::Proven {
            name: name.to_string(),
            bytes,
            evidence: Box::new(evidence),
        },
        super::Word::default(),
    )
    .await
}

/// Keeps a document that must not be used, with the reason and the proof against it. Bytes that came another way and
/// were accepted stay accepted.
///
/// # Errors
/// The store cannot be read or written.
pub async fn refuse(
    context: &Context,
    actor: &Actor,
    bytes: Vec<u8>,
    evidence: Evidence,
) -> Result<()> {
    allow(actor, Act::Ingest)?;
    let (hash, now) = (sha256(&bytes), context.now());
    let state = context.store.document_state(&hash).await?;
    if bytes.is_empty() || !matches!(state.as_deref(), None | Some("rejected")) {
        return Ok(());
    }
    let signature = evidence.kept(hash.clone(), now);
    let rejected = Some(signature.detail.clone());
    let (source, size) = (signature.url.clone(), bytes.len() as u64);
    let mut open = context.store.begin().await?;
    document::keep(
        &mut open,
        Document {
            sha256: hash,
            kind: Format::Csaf,
            source,
            received_at: now,
            size,
            bytes,
            rejected,
        },
    )
    .await?;
    signatures::keep(&mut open, &signature).await?;
    open.commit().await
}
