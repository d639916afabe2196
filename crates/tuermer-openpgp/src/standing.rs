//! What the owner of a key says of it: until when it is valid, whether it is revoked, whether it may sign.
//!
//! Only signatures of the key itself count, and of these the newest one that verifies. SHA-1 is still taken
//! here, because keys older than 2015 bind their own parts with it and only the owner could exploit that; it is
//! never taken for a document.

use crate::SELF_SIGNATURES;
use crate::certificate::{Certificate, Signed};
use crate::proof::{Over, holds};
use crate::public::PublicKey;
use crate::signature::{Statement, hash, kind};
use jiff::Timestamp;

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
    pub fn of_primary(certificate: &Certificate) -> Self {
        let primary = &certificate.primary;
        let Some(newest) = newest_word(certificate) else {
            return Self::UNBOUND;
        };
        let revocations = certificate
            .direct
            .iter()
            .filter(|signature| signature.kind == kind::KEY_REVOKED && acceptable(signature))
            .take(SELF_SIGNATURES);
        let revoked = { revocations }.any(|signature| by(primary, signature, &Over::Key(primary)));
        Self {
            bound: true,
            revoked,
            expires: end(primary, newest),
            // A key without flags may do what its algorithm can (RFC 4880 5.2.3.21).
            signs: newest.may_sign().unwrap_or(true),
        }
    }

    /// Of a subkey, by the newest binding of its primary key; a signing subkey must have signed its primary in turn.
    pub fn of_subkey(certificate: &Certificate, subkey: &Signed<PublicKey>) -> Self {
        let primary = &certificate.primary;
        let over = Over::Subkey(primary, &subkey.about);
        let signatures = subkey
            .signatures
            .iter()
            .filter(|signature| matches!(signature.kind, kind::SUBKEY | kind::SUBKEY_REVOKED))
            .filter(|signature| acceptable(signature))
            .take(SELF_SIGNATURES);
        let valid: Vec<&Statement> = signatures
            .filter(|signature| by(primary, signature, &over))
            .collect();
        let bindings = valid
            .iter()
            .filter(|signature| signature.kind == kind::SUBKEY);
        let Some(newest) = bindings.max_by_key(|signature| signature.created()) else {
            return Self::UNBOUND;
        };
        let in_turn = newest.in_turn().is_some_and(|back| {
            back.kind == kind::IN_TURN && acceptable(&back) && by(&subkey.about, &back, &over)
        });
        Self {
            bound: true,
            revoked: valid
                .iter()
                .any(|signature| signature.kind == kind::SUBKEY_REVOKED),
            expires: end(&subkey.about, newest),
            signs: newest.may_sign() == Some(true) && in_turn,
        }
    }
}

/// The newest of the owner's signatures that says something of the whole key.
fn newest_word(certificate: &Certificate) -> Option<&Statement> {
    let primary = &certificate.primary;
    let by_itself = |signature: &&Statement| signature.names(primary) && acceptable(signature);
    let direct = certificate
        .direct
        .iter()
        .filter(|signature| signature.kind != kind::KEY_REVOKED)
        .filter(by_itself)
        .take(SELF_SIGNATURES)
        .filter(|signature| {
            signature.kind == kind::KEY && by(primary, signature, &Over::Key(primary))
        });
    let users = certificate.users.iter().flat_map(|user| {
        let signatures = user.signatures.iter();
        signatures.map(move |signature| (signature, &user.about))
    });
    let users = users
        .filter(|(signature, _)| {
            by_itself(signature) && (kind::USER..=kind::USER_SURELY).contains(&signature.kind)
        })
        .take(SELF_SIGNATURES)
        .filter(|(signature, name)| by(primary, signature, &Over::User(primary, name)))
        .map(|(signature, _)| signature);
    direct
        .chain(users)
        .max_by_key(|signature| signature.created())
}

fn by(signer: &PublicKey, signature: &Statement, over: &Over<'_>) -> bool {
    holds(signer, signature, over).is_ok()
}

/// A time of a key or signature.
pub fn time(seconds: u32) -> Timestamp {
    Timestamp::from_second(i64::from(seconds)).unwrap_or(Timestamp::MAX)
}

fn acceptable(signature: &Statement) -> bool {
    signature.hash != hash::MD5 && !signature.demands_the_unknown()
}

fn end(key: &PublicKey, signature: &Statement) -> Option<Timestamp> {
    let seconds = signature.key_valid_seconds()?;
    Some(time(key.created.saturating_add(seconds)))
}
