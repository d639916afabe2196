//! What speaks for a document before it is read: hash and signature files beside it, or a check that was made before.
//!
//! A file brought by hand is held against the files beside it. A hash that does not fit, or a signature of a trusted key
//! over other bytes, rejects it; a signature nobody can judge leaves it unsigned.

use super::Remark;
use super::evidence::Evidence;
use crate::context::Context;
use crate::feeds::csaf::compare;
use crate::refusal::Refusal;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tuermer_core::limits;
use tuermer_core::provenance::{KeyState, SignatureState};
use tuermer_formats::hash_file::Hash;
use tuermer_formats::{csaf, links};
use tuermer_openpgp::{Failure, Key, SIGNATURE_BYTES, Verdict, verify};

/// What speaks for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// Files beside it.
    Beside(Box<Beside>),
    /// It was checked before it came here.
    Given(Box<Evidence>),
}

/// Files beside a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    sha256: Option<Vec<u8>>,
    sha512: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
}

/// Whose signatures count: trusted keys by provider, and from which domain each publisher speaks.
#[derive(Debug, Default)]
pub struct Trust {
    keys: Vec<Key>,
    providers: Vec<(String, String)>,
    publishers: HashMap<String, String>,
}

impl Trust {
    /// As pinned now.
    pub async fn load(context: &Context) -> Result<Self> {
        let pinned = context.store.pinned_keys(None).await?;
        let trusted: Vec<_> = pinned
            .into_iter()
            .filter(|key| key.state == KeyState::Trusted)
            .collect();
        let keys = trusted
            .iter()
            .filter_map(|key| tuermer_openpgp::keys(&key.key_bytes).ok())
            .flatten()
            .collect();
        let providers = trusted
            .into_iter()
            .map(|key| (key.fingerprint, key.provider))
            .collect();
        let publishers = context
            .store
            .pinned_publishers()
            .await?
            .into_iter()
            .map(|pin| (pin.namespace, pin.domain))
            .collect();
        Ok(Self {
            keys,
            providers,
            publishers,
        })
    }

    /// A key proves only what its own provider may say.
    fn may_sign(&self, fingerprint: &str, bytes: &[u8]) -> bool {
        let Some(publisher) =
            csaf::origin(bytes).and_then(|origin| links::registered_name(&origin.namespace))
        else {
            return false;
        };
        let speaks = |provider: &String| {
            *provider == publisher || self.publishers.get(&publisher) == Some(provider)
        };
        self.providers
            .iter()
            .any(|(key, provider)| key == fingerprint && speaks(provider))
    }
}

impl Proof {
    /// The files beside a document, if there are any that can be read.
    pub fn beside(path: &Path) -> Self {
        let read = |end: &str, limit: u64| {
            let mut name = path.as_os_str().to_os_string();
            name.push(end);
            let mut bytes = Vec::new();
            File::open(name)
                .ok()?
                .take(limit.saturating_add(1))
                .read_to_end(&mut bytes)
                .ok()?;
            Some(bytes)
        };
        let signature = read(".asc", SIGNATURE_BYTES as u64);
        let found = Beside {
            sha256: read(".sha256", limits::HASH_FILE_BYTES),
            sha512: read(".sha512", limits::HASH_FILE_BYTES),
            signature,
        };
        if found == Beside::default() {
            Self::None
        } else {
            Self::Beside(Box::new(found))
        }
    }

    /// What is proven; a remark where the document must not be used. Hash first, then signature.
    pub fn settle(
        self,
        bytes: &[u8],
        source: &str,
        trust: &Trust,
        now: Timestamp,
    ) -> Result<Option<Evidence>, Remark> {
        let Beside {
            sha256,
            sha512,
            signature,
        } = match self {
            Self::None => return Ok(None),
            Self::Given(evidence) => return Ok(Some(*evidence)),
            Self::Beside(beside) => *beside,
        };
        for (hash, file) in [(Hash::Sha512, sha512), (Hash::Sha256, sha256)] {
            if let Some(file) = file {
                compare(&file, hash, bytes).map_err(Remark::from)?;
            }
        }
        let Some(signature) = signature else {
            return Ok(None);
        };
        let (state, fingerprint, detail) = signature_state(bytes, &signature, trust, now)?;
        Ok(Some(Evidence {
            state,
            fingerprint,
            signature,
            detail,
            url: source.to_string(),
        }))
    }
}

impl From<Refusal> for Remark {
    fn from(refusal: Refusal) -> Self {
        let (key, values) = refusal.parts();
        Self {
            key,
            values,
            document: String::new(),
        }
    }
}

/// State of a signature, the key that made it, and why it does not count. A document that is not what was signed is refused.
fn signature_state(
    bytes: &[u8],
    signature: &[u8],
    trust: &Trust,
    now: Timestamp,
) -> Result<(SignatureState, String, Option<Refusal>), Remark> {
    let failed =
        |failure: &Failure| Refusal::new("provider.signature_failed", [("error", failure)]);
    let unknown = |key: &String| Refusal::new("provider.key_unknown", [("fingerprint", key)]);
    let unsigned = |fingerprint, detail| (SignatureState::Unsigned, fingerprint, Some(detail));
    match verify(&trust.keys, bytes, signature, now) {
        Verdict::Verified(verified) if trust.may_sign(&verified.fingerprint, bytes) => {
            Ok((SignatureState::Verified, verified.fingerprint, None))
        }
        Verdict::Verified(verified) => {
            let detail = unknown(&verified.fingerprint);
            Ok(unsigned(verified.fingerprint, detail))
        }
        Verdict::Failed(failure @ Failure::Mismatch(_)) => Err(Remark::from(failed(&failure))),
        Verdict::Failed(Failure::UnknownKey(key)) => Ok(unsigned(String::new(), unknown(&key))),
        Verdict::Failed(failure) => Ok(unsigned(String::new(), failed(&failure))),
    }
}
