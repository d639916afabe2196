//! What rpgp makes of a key: the same rules as in `src/standing.rs`, over a reader of others.

use jiff::Timestamp;
use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, Tag};
use tuermer_openpgp::SELF_SIGNATURES;

/// The owner's word on a primary key or a subkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The owner has bound the key to itself: without that it is nobody's.
    pub bound: bool,
    /// Taken back.
    pub revoked: bool,
    /// End of validity.
    pub expires: Option<Timestamp>,
    /// May sign documents.
    pub signs: bool,
}

impl Standing {
    const UNBOUND: Self = Self {
        bound: false,
        revoked: false,
        expires: None,
        signs: false,
    };

    /// Of the primary key, by direct signatures and certifications of its own user names.
    pub fn of_primary(certificate: &SignedPublicKey) -> Self {
        let primary = &certificate.primary_key;
        let details = &certificate.details;
        let by_itself = |signature: &&Signature| names(signature, primary) && acceptable(signature);
        let direct = details
            .direct_signatures
            .iter()
            .filter(by_itself)
            .take(SELF_SIGNATURES);
        let direct = direct.filter(|signature| {
            signature.typ() == Some(SignatureType::Key) && signature.verify_key(primary).is_ok()
        });
        let users = details.users.iter().flat_map(|user| {
            user.signatures
                .iter()
                .map(move |signature| (signature, &user.id))
        });
        let users = users
            .filter(|(signature, _)| {
                by_itself(signature) && signature.typ() != Some(SignatureType::CertRevocation)
            })
            .take(SELF_SIGNATURES);
        let users = users
            .filter(|(signature, id)| {
                signature
                    .verify_certification(primary, Tag::UserId, id)
                    .is_ok()
            })
            .map(|(signature, _)| signature);
        let Some(newest) = direct
            .chain(users)
            .max_by_key(|signature| created(signature))
        else {
            return Self::UNBOUND;
        };
        let revocations = details
            .revocation_signatures
            .iter()
            .filter(|signature| acceptable(signature))
            .take(SELF_SIGNATURES);
        let revoked = { revocations }.any(|signature| signature.verify_key(primary).is_ok());
        // A key without flags may do what its algorithm can (RFC 4880 5.2.3.21).
        let signs = flags_stated(newest).is_none_or(|()| newest.key_flags().sign());
        Self {
            bound: true,
            revoked,
            expires: end(primary, newest),
            signs,
        }
    }

    /// Of a subkey, by the newest binding of its primary key; a signing subkey must have signed its primary in turn.
    pub fn of_subkey(certificate: &SignedPublicKey, subkey: &SignedPublicSubKey) -> Self {
        let primary = &certificate.primary_key;
        let signatures = subkey
            .signatures
            .iter()
            .filter(|signature| acceptable(signature))
            .take(SELF_SIGNATURES);
        let valid: Vec<&Signature> = signatures
            .filter(|signature| {
                signature
                    .verify_subkey_binding(primary, &subkey.key)
                    .is_ok()
            })
            .collect();
        let bindings = valid
            .iter()
            .filter(|signature| signature.typ() == Some(SignatureType::SubkeyBinding));
        let Some(newest) = bindings.max_by_key(|signature| created(signature)) else {
            return Self::UNBOUND;
        };
        let revoked = valid
            .iter()
            .any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation));
        let in_turn = newest.embedded_signature().is_some_and(|back| {
            acceptable(back)
                && back
                    .verify_primary_key_binding(&subkey.key, primary)
                    .is_ok()
        });
        Self {
            bound: true,
            revoked,
            expires: end(&subkey.key, newest),
            signs: newest.key_flags().sign() && in_turn,
        }
    }
}

/// True where the signature says it was made with this key.
pub fn names(signature: &Signature, key: &impl KeyDetails) -> bool {
    let fingerprints = signature.issuer_fingerprint();
    if fingerprints.is_empty() {
        return signature.issuer_key_id().contains(&&key.legacy_key_id());
    }
    fingerprints.contains(&&key.fingerprint())
}

/// A time of a key or signature.
pub fn time(seconds: u32) -> Timestamp {
    Timestamp::from_second(i64::from(seconds)).unwrap_or(Timestamp::MAX)
}

/// A critical part we do not know makes a signature worth nothing (RFC 9580 5.2.3.7).
pub fn demands_the_unknown(signature: &Signature) -> bool {
    let Some(config) = signature.config() else {
        return true;
    };
    let known = |data: &SubpacketData| {
        !matches!(
            data,
            SubpacketData::Other(..) | SubpacketData::Experimental(..) | SubpacketData::Notation(_)
        )
    };
    config
        .hashed_subpackets()
        .any(|part| part.is_critical && !known(&part.data))
}

fn acceptable(signature: &Signature) -> bool {
    signature
        .hash_alg()
        .is_some_and(|hash| hash != HashAlgorithm::Md5)
        && !demands_the_unknown(signature)
}

fn created(signature: &Signature) -> u32 {
    signature
        .created()
        .map_or(0, pgp::types::Timestamp::as_secs)
}

fn flags_stated(signature: &Signature) -> Option<()> {
    let stated = signature
        .config()?
        .hashed_subpackets()
        .any(|part| matches!(part.data, SubpacketData::KeyFlags(_)));
    stated.then_some(())
}

fn end(key: &impl KeyDetails, signature: &Signature) -> Option<Timestamp> {
    let seconds = signature.key_expiration_time()?.as_secs();
    (seconds > 0).then(|| time(key.created_at().as_secs().saturating_add(seconds)))
}
