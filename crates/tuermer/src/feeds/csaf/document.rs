//! One document: fetched, then its hash, then its signature, both over the raw bytes; nothing is parsed before (CSAF 7.3.3).
//!
//! A trusted provider promises hash and signature for every document, so one that is missing is a failure. For the
//! others a missing one is recorded; one that is there and wrong is a failure for everybody.

use super::{Client, optional};
use crate::outgoing::{FetchError, Wanted};
use crate::refusal::Refusal;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256, Sha512};
use std::sync::Arc;
use tuermer_core::limits;
use tuermer_formats::hash_file::{self, Hash};
use tuermer_formats::provider::Role;
use tuermer_formats::rolie::Entry;
use tuermer_openpgp::{Failure, Key, SIGNATURE_BYTES, Verdict, Verified, verify};

/// What is demanded of the documents of a provider.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What it promises.
    pub role: Role,
    /// The keys that count: pinned and not refused.
    pub keys: Arc<Vec<Key>>,
    /// Fingerprints of those a person decided for: they count until their very end (CSAF 2.1 requirement 19, override).
    pub decided: Arc<Vec<String>>,
    /// Another key waits for a person.
    pub key_waits: bool,
    /// It names keys at all.
    pub names_keys: bool,
    /// When the check takes place.
    pub now: Timestamp,
}

/// A document that arrived, with what is proven of it.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// As listed.
    pub entry: Entry,
    /// As sent.
    pub bytes: Vec<u8>,
    /// The signature file as sent; empty where there is none.
    pub signature: Vec<u8>,
    /// What is proven.
    pub checked: Checked,
}

/// What hash and signature say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// A pinned key signed exactly these bytes.
    Verified {
        /// Its fingerprint.
        fingerprint: String,
        /// What a person should know although it holds: the key ends soon.
        warning: Option<Refusal>,
    },
    /// Nothing contradicts, nothing is proven, and nothing more was promised.
    Unsigned(Refusal),
    /// Must not be used.
    Refused {
        /// Why.
        reason: Refusal,
        /// The key that is concerned, if one is.
        fingerprint: String,
    },
}

/// Fetches a document and checks it.
///
/// # Errors
/// The document, or a file beside it, could not be fetched although it may be there: nothing is known, ask again.
pub async fn fetch(client: &Client, entry: Entry, rules: &Rules) -> Result<Arrived, FetchError> {
    let bytes = client.body(&entry.url, Wanted::JSON).await?.bytes;
    let hash = match hashes(client, &entry, rules, &bytes).await? {
        Ok(hash) => hash,
        Err(reason) => return Ok(Arrived::unsigned(entry, bytes, refused(reason))),
    };
    let trusted = rules.role == Role::Trusted;
    if trusted && !hash {
        let checked = refused(Refusal::new("provider.hash_missing", []));
        return Ok(Arrived::unsigned(entry, bytes, checked));
    }
    let place = match &entry.signature {
        Some(url) => Some(url.clone()),
        None => (trusted || rules.names_keys).then(|| format!("{}.asc", entry.url)),
    };
    let signature = match place {
        Some(url) => optional(client, &url, SIGNATURE_BYTES as u64).await?,
        None => None,
    };
    let Some(signature) = signature else {
        let checked = match trusted {
            true => refused(Refusal::new("provider.signature_missing", [])),
            false => Checked::Unsigned(Refusal::new("provider.unsigned", [])),
        };
        return Ok(Arrived::unsigned(entry, bytes, checked));
    };
    let (keys, now) = (Arc::clone(&rules.keys), rules.now);
    let judged = tokio::task::spawn_blocking(move || {
        let verdict = verify(&keys, &bytes, &signature, now);
        (bytes, signature, verdict)
    });
    let Ok((bytes, signature, verdict)) = judged.await else {
        // The library gave up in the middle; the bytes went with it.
        let checked = refused(Refusal::new("provider.signature_check_broke", []));
        return Ok(Arrived::unsigned(entry, Vec::new(), checked));
    };
    Ok(Arrived {
        entry,
        bytes,
        signature,
        checked: checked(verdict, rules),
    })
}

impl Arrived {
    /// Without a signature file.
    fn unsigned(entry: Entry, bytes: Vec<u8>, checked: Checked) -> Self {
        Self {
            entry,
            bytes,
            signature: Vec::new(),
            checked,
        }
    }
}

/// Refused for a reason that concerns no key.
fn refused(reason: Refusal) -> Checked {
    Checked::Refused {
        reason,
        fingerprint: String::new(),
    }
}

/// Checks every hash that is linked, or the first one that lies beside the document. True where one was there.
async fn hashes(
    client: &Client,
    entry: &Entry,
    rules: &Rules,
    bytes: &[u8],
) -> Result<Result<bool, Refusal>, FetchError> {
    let linked: Vec<(Hash, String)> =
        [(Hash::Sha512, &entry.sha512), (Hash::Sha256, &entry.sha256)]
            .into_iter()
            .filter_map(|(hash, url)| Some((hash, url.clone()?)))
            .collect();
    let beside = [Hash::Sha512, Hash::Sha256]
        .map(|hash| (hash, format!("{}.{}", entry.url, hash.extension())));
    let all = !linked.is_empty();
    // Who promises no more than valid documents is not asked for files he never named.
    let places = match () {
        () if all => linked,
        () if rules.role == Role::Publisher => Vec::new(),
        () => beside.to_vec(),
    };
    let mut found = false;
    for (hash, url) in places {
        let Some(file) = optional(client, &url, limits::HASH_FILE_BYTES).await? else {
            continue;
        };
        if let Err(reason) = compare(&file, hash, bytes) {
            return Ok(Err(reason));
        }
        found = true;
        if !all {
            break;
        }
    }
    Ok(Ok(found))
}

/// Holds the bytes against a hash file.
///
/// # Errors
/// Another hash, or no hash at all.
pub fn compare(file: &[u8], hash: Hash, bytes: &[u8]) -> Result<(), Refusal> {
    let stated = hash_file::read(file, hash)
        .map_err(|error| Refusal::new("provider.hash_unreadable", [("error", &error)]))?;
    let real = match hash {
        Hash::Sha256 => hex::encode(Sha256::digest(bytes)),
        Hash::Sha512 => hex::encode(Sha512::digest(bytes)),
    };
    if stated == real {
        Ok(())
    } else {
        Err(Refusal::new(
            "provider.hash_other",
            [("hash", &hash.extension())],
        ))
    }
}

fn checked(verdict: Verdict, rules: &Rules) -> Checked {
    let failure = match verdict {
        Verdict::Verified(Verified {
            fingerprint,
            made_at: _,
            ends_soon,
        }) => {
            let warning = ends_soon.map(|at| {
                Refusal::new(
                    "provider.key_ends_soon",
                    [("fingerprint", &fingerprint), ("at", &at)],
                )
            });
            return Checked::Verified {
                fingerprint,
                warning,
            };
        }
        Verdict::Failed(failure) => failure,
    };
    let fingerprint = match &failure {
        Failure::KeyRevoked(key)
        | Failure::NotForSigning(key)
        | Failure::Mismatch(key)
        | Failure::UnknownKey(key) => key.clone(),
        Failure::KeyExpired { fingerprint, .. } | Failure::EndsTooSoon { fingerprint, .. } => {
            fingerprint.clone()
        }
        _ => String::new(),
    };
    let soon = |fingerprint: &String, at: &Timestamp| {
        Refusal::new(
            "provider.key_ends_soon",
            [("fingerprint", fingerprint), ("at", at)],
        )
    };
    if let Failure::EndsTooSoon { fingerprint, at } = &failure
        && rules.decided.contains(fingerprint)
    {
        return Checked::Verified {
            fingerprint: fingerprint.clone(),
            warning: Some(soon(fingerprint, at)),
        };
    }
    if let Failure::UnknownKey(key) = &failure {
        if rules.key_waits {
            return Checked::Refused {
                reason: Refusal::new("provider.key_waits", [("fingerprint", key)]),
                fingerprint,
            };
        }
        if rules.role != Role::Trusted && !rules.names_keys {
            return Checked::Unsigned(Refusal::new("provider.key_unknown", [("fingerprint", key)]));
        }
    }
    Checked::Refused {
        reason: Refusal::new("provider.signature_failed", [("error", &failure)]),
        fingerprint,
    }
}
