//! One document, its signatures and the keys we trust: verified by whom and when, or why not.

use crate::standing::{Standing, demands_the_unknown, names, time};
use crate::{CLOCK_HOURS, Key, REFUSED_DAYS, SIGNATURE_BYTES, SIGNATURES, WARNED_DAYS};
use jiff::{SignedDuration, Timestamp};
use pgp::composed::{Deserializable as _, DetachedSignature};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType, SignatureVersion};
use pgp::types::{KeyDetails, VerifyingKey};

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// One of the keys signed exactly these bytes.
    Verified(Verified),
    /// Nothing is proven.
    Failed(Failure),
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Fingerprint of the primary key, hexadecimal, upper case.
    pub fingerprint: String,
    /// When the signature was made, by its own word.
    pub made_at: Timestamp,
    /// End of validity where it is at most [`WARNED_DAYS`] away: a warning.
    pub ends_soon: Option<Timestamp>,
}

/// Why nothing is proven; the sentence says what it means. In rising order of what it tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Failure {
    /// Larger than [`SIGNATURE_BYTES`].
    #[error("the signature file is larger than {} kB", SIGNATURE_BYTES / 1024)]
    TooLarge,
    /// No detached OpenPGP signature.
    #[error("the signature file holds no detached OpenPGP signature that can be read: {0}")]
    Unreadable(String),
    /// Made with a key we do not trust.
    #[error("signed with a key that is not trusted ({0})")]
    UnknownKey(String),
    /// A kind of signature that says nothing about a document, or an unknown critical part.
    #[error("the signature is of a kind that proves nothing about a document")]
    WrongKind,
    /// MD5, SHA-1 or RIPEMD-160.
    #[error("the signature uses the broken hash {0}")]
    WeakHash(String),
    /// The key's owner has not allowed it to sign.
    #[error("the key {0} is not meant for signing documents")]
    NotForSigning(String),
    /// Made before its key, or later than now.
    #[error("the signature was made at an impossible time, {0}")]
    ImpossibleTime(Timestamp),
    /// The signature's own end has passed.
    #[error("the signature was valid only until {0}")]
    SignatureExpired(Timestamp),
    /// Taken back by its owner.
    #[error("the key {0} has been revoked by its owner")]
    KeyRevoked(String),
    /// The key's end has passed.
    #[error("the key {fingerprint} expired on {at}")]
    KeyExpired {
        /// Primary key.
        fingerprint: String,
        /// End of validity.
        at: Timestamp,
    },
    /// The signature holds, but its validity ends within [`REFUSED_DAYS`]; a person may override this one.
    #[error(
        "the signature by {fingerprint} is valid only until {at}, less than {REFUSED_DAYS} days away"
    )]
    EndsTooSoon {
        /// Primary key.
        fingerprint: String,
        /// End of validity.
        at: Timestamp,
    },
    /// Other bytes than those signed.
    #[error("the document is not the one that was signed with {0}")]
    Mismatch(String),
}

/// Did one of `keys` sign exactly `document`? Of several signatures one that holds is enough.
pub fn verify(keys: &[Key], document: &[u8], signature: &[u8], now: Timestamp) -> Verdict {
    if signature.len() > SIGNATURE_BYTES {
        return Verdict::Failed(Failure::TooLarge);
    }
    let signatures = match read(signature) {
        Ok(signatures) => signatures,
        Err(failure) => return Verdict::Failed(failure),
    };
    let mut worst = Failure::Unreadable("it is empty".into());
    for signature in &signatures {
        match judge(keys, document, signature, now) {
            Ok(verified) => return Verdict::Verified(verified),
            Err(failure) => worst = worst.max(failure),
        }
    }
    Verdict::Failed(worst)
}

fn read(bytes: &[u8]) -> Result<Vec<Signature>, Failure> {
    let unreadable = |error: pgp::errors::Error| Failure::Unreadable(sentence(&error));
    let (found, _) = DetachedSignature::from_reader_many(bytes).map_err(unreadable)?;
    found
        .take(SIGNATURES)
        .map(|one| one.map(|one| one.signature).map_err(unreadable))
        .collect()
}

fn judge(
    keys: &[Key],
    document: &[u8],
    signature: &Signature,
    now: Timestamp,
) -> Result<Verified, Failure> {
    let kind = matches!(
        signature.typ(),
        Some(SignatureType::Binary | SignatureType::Text)
    );
    let version = matches!(
        signature.version(),
        SignatureVersion::V4 | SignatureVersion::V6
    );
    if !kind || !version || demands_the_unknown(signature) {
        return Err(Failure::WrongKind);
    }
    match signature.hash_alg() {
        None | Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160) => {
            return Err(Failure::WeakHash(
                signature
                    .hash_alg()
                    .map_or("unknown".into(), |hash| hash.to_string()),
            ));
        }
        Some(_) => {}
    }
    let mut worst = Failure::UnknownKey(issuer(signature));
    for key in keys {
        let primary = &key.certificate.primary_key;
        let subkeys = key
            .certificate
            .public_subkeys
            .iter()
            .filter(|subkey| names(signature, &subkey.key));
        let by_primary = names(signature, primary)
            .then(|| by(key, primary, key.standing, document, signature, now));
        let by_subkeys = subkeys.map(|subkey| {
            by(
                key,
                &subkey.key,
                Standing::of_subkey(&key.certificate, subkey),
                document,
                signature,
                now,
            )
        });
        for outcome in by_primary.into_iter().chain(by_subkeys) {
            match outcome {
                Ok(verified) => return Ok(verified),
                Err(failure) => worst = worst.max(failure),
            }
        }
    }
    Err(worst)
}

/// The verdict on one signature by one part of a key.
fn by<K: VerifyingKey + KeyDetails>(
    key: &Key,
    part: &K,
    standing: Standing,
    document: &[u8],
    signature: &Signature,
    now: Timestamp,
) -> Result<Verified, Failure> {
    let fingerprint = key.fingerprint.clone();
    // First what the mathematics says: everything below is worth knowing only of a signature that is real.
    if signature.verify(part, document).is_err() {
        return Err(Failure::Mismatch(fingerprint));
    }
    if !key.standing.bound || !standing.bound || !standing.signs {
        return Err(Failure::NotForSigning(fingerprint));
    }
    if key.standing.revoked || standing.revoked {
        return Err(Failure::KeyRevoked(fingerprint));
    }
    let created = signature
        .created()
        .map_or(0, pgp::types::Timestamp::as_secs);
    let made_at = time(created);
    if made_at > later(now, SignedDuration::from_hours(CLOCK_HOURS))
        || created < part.created_at().as_secs()
    {
        return Err(Failure::ImpossibleTime(made_at));
    }
    let own_end = signature
        .signature_expiration_time()
        .map(|length| length.as_secs())
        .filter(|seconds| *seconds > 0);
    let own_end = own_end.map(|seconds| time(created.saturating_add(seconds)));
    if let Some(at) = own_end.filter(|at| *at <= now) {
        return Err(Failure::SignatureExpired(at));
    }
    let key_end = [key.standing.expires, standing.expires]
        .into_iter()
        .flatten()
        .min();
    if let Some(at) = key_end.filter(|at| *at <= now) {
        return Err(Failure::KeyExpired { fingerprint, at });
    }
    let end = [own_end, key_end].into_iter().flatten().min();
    let within = |days: i64| {
        end.filter(|at| *at <= later(now, SignedDuration::from_hours(days.saturating_mul(24))))
    };
    match within(REFUSED_DAYS) {
        Some(at) => Err(Failure::EndsTooSoon { fingerprint, at }),
        None => Ok(Verified {
            fingerprint,
            made_at,
            ends_soon: within(WARNED_DAYS),
        }),
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn issuer(signature: &Signature) -> String {
    let fingerprints = signature
        .issuer_fingerprint()
        .into_iter()
        .map(|fingerprint| format!("{fingerprint:X}"));
    let ids = signature
        .issuer_key_id()
        .into_iter()
        .map(|id| format!("{id}"));
    fingerprints
        .chain(ids)
        .next()
        .unwrap_or_else(|| "it does not say which".into())
}

/// The library's words as one line; they may repeat what a stranger sent.
pub(crate) fn sentence(error: &pgp::errors::Error) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(160)
        .collect()
}
