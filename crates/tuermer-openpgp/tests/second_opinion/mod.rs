//! A second opinion: the verdict of rpgp, a library of others with its own reader and its own mathematics. The rules of
//! this crate are written down here once more, so that only reader and mathematics differ.

mod standing;

use jiff::{SignedDuration, Timestamp};
use pgp::composed::{Deserializable as _, DetachedSignature, PublicOrSecret, SignedPublicKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType, SignatureVersion};
use pgp::types::{KeyDetails, VerifyingKey};
use standing::{Standing, demands_the_unknown, names, time};
use tuermer_openpgp::{
    CLOCK_HOURS, Failure, KEYS, REFUSED_DAYS, SIGNATURE_BYTES, SIGNATURES, Verdict, Verified,
    WARNED_DAYS,
};

/// The public keys of a file; `None` where it cannot be read, shows a secret key, or holds too many.
pub fn keys(bytes: &[u8]) -> Option<Vec<SignedPublicKey>> {
    let (found, _) = PublicOrSecret::from_reader_many(bytes).ok()?;
    let public = |key| match key {
        Ok(PublicOrSecret::Public(key)) => Some(key),
        _ => None,
    };
    let keys: Option<Vec<_>> = found.take(KEYS + 1).map(public).collect();
    keys.filter(|keys| !keys.is_empty() && keys.len() <= KEYS)
}

/// Did one of `keys` sign exactly `document`? Of several signatures one that holds is enough.
pub fn verify(
    keys: &[SignedPublicKey],
    document: &[u8],
    signature: &[u8],
    now: Timestamp,
) -> Verdict {
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
    keys: &[SignedPublicKey],
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
    if let Some(weak) = weak(signature) {
        return Err(Failure::WeakHash(weak));
    }
    let mut worst = Failure::UnknownKey(issuer(signature));
    for key in keys {
        let primary = &key.primary_key;
        let subkeys = key
            .public_subkeys
            .iter()
            .filter(|subkey| names(signature, &subkey.key));
        let by_primary = names(signature, primary).then(|| {
            by(
                key,
                primary,
                Standing::of_primary(key),
                document,
                signature,
                now,
            )
        });
        let by_subkeys = subkeys.map(|subkey| {
            by(
                key,
                &subkey.key,
                Standing::of_subkey(key, subkey),
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

/// The name of a broken hash.
fn weak(signature: &Signature) -> Option<String> {
    match signature.hash_alg() {
        None => Some("unknown".into()),
        Some(hash @ (HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160)) => {
            Some(hash.to_string())
        }
        Some(_) => None,
    }
}

/// The verdict on one signature by one part of a key.
fn by<K: VerifyingKey + KeyDetails>(
    key: &SignedPublicKey,
    part: &K,
    standing: Standing,
    document: &[u8],
    signature: &Signature,
    now: Timestamp,
) -> Result<Verified, Failure> {
    let fingerprint = format!("{:X}", key.primary_key.fingerprint());
    let of_key = Standing::of_primary(key);
    // First what the mathematics says: everything below is worth knowing only of a signature that is real.
    if signature.verify(part, document).is_err() {
        return Err(Failure::Mismatch(fingerprint));
    }
    if !of_key.bound || !standing.bound || !standing.signs {
        return Err(Failure::NotForSigning(fingerprint));
    }
    if of_key.revoked || standing.revoked {
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
    let key_end = [of_key.expires, standing.expires]
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
fn sentence(error: &pgp::errors::Error) -> String {
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
