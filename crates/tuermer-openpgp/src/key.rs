//! Public keys as a publisher offers them: armoured or binary, one or several in a file.

use crate::certificate::{Certificate, Refused};
use crate::signature::upper_hex;
use crate::standing::Standing;
use crate::{KEY_BYTES, KEYS, armour, certificate};
use jiff::Timestamp;

/// One public key with its subkeys.
#[derive(Debug, Clone)]
pub struct Key {
    /// Fingerprint of the primary key, hexadecimal, upper case.
    pub fingerprint: String,
    /// When the primary key ends by its newest self-signature; `None` = never.
    pub expires: Option<Timestamp>,
    /// Its owner has revoked it.
    pub revoked: bool,
    /// The key alone, in binary form, as it can be read again with [`keys`].
    pub bytes: Vec<u8>,
    pub(crate) certificate: Certificate,
    pub(crate) standing: Standing,
}

/// Why a file offers no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Larger than [`KEY_BYTES`].
    #[error("the key file is larger than {} kB", KEY_BYTES / 1024)]
    TooLarge,
    /// More than [`KEYS`].
    #[error("the key file holds more than {KEYS} keys")]
    TooMany,
    /// No OpenPGP data, or data we cannot read.
    #[error("the file holds no OpenPGP public key that can be read: {0}")]
    Unreadable(String),
    /// The publisher shows the secret key to everybody.
    #[error("the file holds a secret key; it must not be trusted any more, tell its owner")]
    Secret,
    /// Version 2 or 3.
    #[error("the key is of version 2 or 3, which has been broken for many years")]
    TooOld,
}

/// Reads all public keys of a file, armoured or binary.
///
/// # Errors
/// No key, a secret key, or more than the limits allow.
pub fn keys(bytes: &[u8]) -> Result<Vec<Key>, KeyError> {
    if bytes.len() > KEY_BYTES {
        return Err(KeyError::TooLarge);
    }
    let kinds = ["PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "ARMORED FILE"];
    let binary = armour::binary(bytes, &kinds).map_err(Refused::Unreadable)?;
    let certificates = certificate::all(&binary, KEYS)?;
    if certificates.is_empty() {
        return Err(KeyError::Unreadable("it is empty".into()));
    }
    Ok(certificates.into_iter().map(Key::of).collect())
}

impl From<Refused> for KeyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unreadable(why) => Self::Unreadable(why.into()),
            Refused::Secret => Self::Secret,
            Refused::TooOld => Self::TooOld,
            Refused::TooMany => Self::TooMany,
        }
    }
}

impl Key {
    fn of(certificate: Certificate) -> Self {
        let standing = Standing::of_primary(&certificate);
        Self {
            fingerprint: upper_hex(&certificate.primary.fingerprint),
            expires: standing.expires,
            revoked: standing.revoked,
            bytes: certificate.bytes.clone(),
            certificate,
            standing,
        }
    }
}
