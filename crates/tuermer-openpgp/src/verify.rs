//! One document, its signatures and the keys we trust: verified by whom and when, or why not.

use crate::packet::{Packets, Tag};
use crate::proof::{Over, Unproven, holds};
use crate::public::PublicKey;
use crate::signature::{Signature, Statement, hash, kind};
use crate::standing::{Standing, time};
use crate::{CLOCK_HOURS, Key, REFUSED_DAYS, SIGNATURE_BYTES, SIGNATURES, WARNED_DAYS, armour};
use jiff::{SignedDuration, Timestamp};

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

/// Why a signature proves nothing, each with its sentence for the user. From the least to the most specific.
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
    /// A key or hash that others may take, and that is not verified here.
    #[error(
        "the signature needs {0}, which is not verified here; ask for one with RSA, Ed25519 or ECDSA"
    )]
    Unsupported(String),
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
    let unreadable = |why: &str| Failure::Unreadable(why.into());
    let binary = armour::binary(bytes, &["SIGNATURE"]).map_err(unreadable)?;
    Packets::of(&binary)
        .filter(|packet| {
            !packet
                .as_ref()
                .is_ok_and(|packet| packet.tag == Tag::Skipped)
        })
        .take(SIGNATURES)
        .map(|packet| match packet.map_err(unreadable)? {
            packet if packet.tag == Tag::Signature => {
                Signature::read(packet.body).map_err(unreadable)
            }
            _ => Err(unreadable("it holds other things than signatures")),
        })
        .collect()
}

fn judge(
    keys: &[Key],
    document: &[u8],
    signature: &Signature,
    now: Timestamp,
) -> Result<Verified, Failure> {
    let Some(signature) = signature.statement() else {
        return Err(Failure::WrongKind);
    };
    let over = match signature.kind {
        kind::BINARY => Over::Document(document),
        kind::TEXT => Over::Text(document),
        _ => return Err(Failure::WrongKind),
    };
    if signature.demands_the_unknown() {
        return Err(Failure::WrongKind);
    }
    if matches!(signature.hash, hash::MD5 | hash::SHA1 | hash::RIPEMD160) {
        return Err(Failure::WeakHash(hash::name(signature.hash).into()));
    }
    let mut worst = Failure::UnknownKey(issuer(signature));
    for key in keys {
        let certificate = &key.certificate;
        let subkeys = certificate
            .subkeys
            .iter()
            .filter(|subkey| signature.names(&subkey.about));
        let by_primary = signature.names(&certificate.primary).then(|| {
            by(
                key,
                &certificate.primary,
                key.standing,
                &over,
                signature,
                now,
            )
        });
        let by_subkeys = subkeys.map(|subkey| {
            let standing = Standing::of_subkey(certificate, subkey);
            by(key, &subkey.about, standing, &over, signature, now)
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
fn by(
    key: &Key,
    part: &PublicKey,
    standing: Standing,
    over: &Over<'_>,
    signature: &Statement,
    now: Timestamp,
) -> Result<Verified, Failure> {
    let fingerprint = key.fingerprint.clone();
    // First what the mathematics says: everything below is worth knowing only of a signature that is real.
    match holds(part, signature, over) {
        Ok(()) => {}
        Err(Unproven::Mismatch) => return Err(Failure::Mismatch(fingerprint)),
        Err(Unproven::Unsupported(what)) => return Err(Failure::Unsupported(what.into())),
    }
    // Nothing that the owner says of such a key can be checked either.
    if let Some(what) = key.certificate.primary.unsupported() {
        return Err(Failure::Unsupported(what.into()));
    }
    if !key.standing.bound || !standing.bound || !standing.signs {
        return Err(Failure::NotForSigning(fingerprint));
    }
    if key.standing.revoked || standing.revoked {
        return Err(Failure::KeyRevoked(fingerprint));
    }
    let created = signature.created();
    let made_at = time(created);
    if made_at > later(now, SignedDuration::from_hours(CLOCK_HOURS)) || created < part.created {
        return Err(Failure::ImpossibleTime(made_at));
    }
    let own_end = signature.valid_seconds();
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

fn issuer(signature: &Statement) -> String {
    let issuer = signature.issuer();
    issuer.unwrap_or_else(|| "it does not say which".into())
}
