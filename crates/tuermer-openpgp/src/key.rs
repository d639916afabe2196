//! Public keys as a publisher offers them: armoured or binary, one or several in a file.

use crate::standing::Standing;
use crate::{KEY_BYTES, KEYS};
use jiff::Timestamp;
use pgp::composed::{PublicOrSecret, SignedPublicKey};
use pgp::ser::Serialize as _;
use pgp::types::{KeyDetails as _, KeyVersion};

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
    pub(crate) certificate: SignedPublicKey,
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
    let unreadable =
        |error: pgp::errors::Error| KeyError::Unreadable(crate::verify::sentence(&error));
    let (found, _) = PublicOrSecret::from_reader_many(bytes).map_err(unreadable)?;
    let mut keys = Vec::new();
    for key in found {
        let key = match key.map_err(unreadable)? {
            PublicOrSecret::Public(certificate) => read(certificate)?,
            PublicOrSecret::Secret(_) => return Err(KeyError::Secret),
        };
        keys.push(key);
        if keys.len() > KEYS {
            return Err(KeyError::TooMany);
        }
    }
    if keys.is_empty() {
        return Err(KeyError::Unreadable("it is empty".into()));
    }
    Ok(keys)
}

fn read(certificate: SignedPublicKey) -> Result<Key, KeyError> {
    if !matches!(certificate.version(), KeyVersion::V4 | KeyVersion::V6) {
        return Err(KeyError::TooOld);
    }
    let bytes = certificate
        .to_bytes()
        .map_err(|error| KeyError::Unreadable(crate::verify::sentence(&error)))?;
    let standing = Standing::of_primary(&certificate);
    Ok(Key {
        fingerprint: format!("{:X}", certificate.fingerprint()),
        expires: standing.expires,
        revoked: standing.revoked,
        bytes,
        certificate,
        standing,
    })
}
