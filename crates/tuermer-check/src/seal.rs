//! Closes a report to the chamber's public key, so that nobody on the way reads it, and opens it again.
//!
//! HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, ChaCha20-Poly1305. A sealed report is the line [`MAGIC`], 32 bytes of the
//! encapsulated key, the rest is the closed text; the magic line is bound in. Whoever holds the public key can write a report, so a
//! sealed report proves secrecy, not who wrote it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};

/// The first line of a sealed report.
pub const MAGIC: &[u8] = b"tuermer-sealed-report 1\n";
/// Before the public key of a chamber.
const PUBLIC: &str = "tuermer-public-1:";
/// Before its private key.
const PRIVATE: &str = "tuermer-private-1:";
/// Bytes of a key and of the encapsulated key.
const KEY_BYTES: usize = 32;

/// Why nothing was sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not one of ours.
    #[error("this is no public key of a chamber; it begins with {PUBLIC}")]
    PublicKey,
    /// The private key is not one of ours.
    #[error("this is no private key of a chamber; it begins with {PRIVATE}")]
    PrivateKey,
    /// No sealed report.
    #[error("this is no sealed report; it begins with the line tuermer-sealed-report 1")]
    NotSealed,
    /// Another key, or a changed file.
    #[error("this report was sealed for another key, or it was changed on its way")]
    Closed,
}

type Kem = X25519HkdfSha256;

/// A new pair, as text: public, private.
pub fn generate() -> (String, String) {
    let (private, public) = Kem::gen_keypair();
    (
        format!("{PUBLIC}{}", BASE64.encode(public.to_bytes())),
        format!("{PRIVATE}{}", BASE64.encode(private.to_bytes())),
    )
}

/// The public key of a private one.
///
/// # Errors
/// The text is no private key.
pub fn public(private: &str) -> Result<String, SealError> {
    let key = bytes(private, PRIVATE).ok_or(SealError::PrivateKey)?;
    let key =
        <Kem as hpke::Kem>::PrivateKey::from_bytes(&key).map_err(|_| SealError::PrivateKey)?;
    Ok(format!(
        "{PUBLIC}{}",
        BASE64.encode(Kem::sk_to_pk(&key).to_bytes())
    ))
}

/// True where the bytes begin like a sealed report.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Closes `report` to a public key.
pub fn seal(report: &[u8], public: &str) -> Result<Vec<u8>, SealError> {
    let key = bytes(public, PUBLIC).ok_or(SealError::PublicKey)?;
    let key = <Kem as hpke::Kem>::PublicKey::from_bytes(&key).map_err(|_| SealError::PublicKey)?;
    let (encapsulated, closed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &key,
        MAGIC,
        report,
        MAGIC,
    )
    .map_err(|_| SealError::PublicKey)?;
    Ok([MAGIC, &encapsulated.to_bytes(), &closed].concat())
}

/// Opens a sealed report.
pub fn open(sealed: &[u8], private: &str) -> Result<Vec<u8>, SealError> {
    let key = bytes(private, PRIVATE).ok_or(SealError::PrivateKey)?;
    let key =
        <Kem as hpke::Kem>::PrivateKey::from_bytes(&key).map_err(|_| SealError::PrivateKey)?;
    let (encapsulated, closed) = sealed
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_at_checked(KEY_BYTES))
        .ok_or(SealError::NotSealed)?;
    let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated)
        .map_err(|_| SealError::NotSealed)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &key,
        &encapsulated,
        MAGIC,
        closed,
        MAGIC,
    )
    .map_err(|_| SealError::Closed)
}

fn bytes(text: &str, prefix: &str) -> Option<Vec<u8>> {
    BASE64
        .decode(text.trim().strip_prefix(prefix)?)
        .ok()
        .filter(|key| key.len() == KEY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_and_opened() {
        let (public, private) = generate();
        assert_eq!(super::public(&private), Ok(public.clone()));
        let sealed = seal(b"{\"findings\":[]}", &public).unwrap();
        assert!(!sealed.windows(8).any(|window| window == b"findings"));
        assert_eq!(open(&sealed, &private).unwrap(), b"{\"findings\":[]}");
        assert_eq!(open(&sealed, &generate().1), Err(SealError::Closed));
        for at in [MAGIC.len(), sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&changed, &private), Err(SealError::Closed), "{at}");
        }
        assert_eq!(
            open(b"tuermer-sealed-report 1\nshort", &private),
            Err(SealError::NotSealed)
        );
        assert_eq!(open(&sealed, &public), Err(SealError::PrivateKey));
        assert_eq!(seal(b"", "age1xyz"), Err(SealError::PublicKey));
    }
}
