//! Does a signature hold: was exactly this signed with that key? The mathematics is ring's; here is only which of it
//! belongs to which key and hash, and in which order things are hashed (RFC 9580 5.2.4).

use crate::public::{Material, PublicKey};
use crate::signature::{Statement, hash};
use ring::digest;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaVerificationAlgorithm, RsaParameters, UnparsedPublicKey};

/// Why nothing is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproven {
    /// Something else was signed, or with another key.
    Mismatch,
    /// A kind of key or hash that is not verified here; its name.
    Unsupported(&'static str),
}

/// Over what a signature was made: pieces, in the order in which they are hashed.
pub enum Over<'a> {
    /// A document, byte for byte.
    Document(&'a [u8]),
    /// A document whose lines end with CR LF, as they are signed.
    Text(&'a [u8]),
    /// A primary key alone.
    Key(&'a PublicKey),
    /// A primary key and a user's name.
    User(&'a PublicKey, &'a [u8]),
    /// A primary key and its subkey.
    Subkey(&'a PublicKey, &'a PublicKey),
}

/// Checks `statement`, made with `signer`.
pub fn holds(signer: &PublicKey, statement: &Statement, over: &Over<'_>) -> Result<(), Unproven> {
    if let Some(name) = signer.unsupported() {
        return Err(Unproven::Unsupported(name));
    }
    if signer.version != statement.version {
        return Err(Unproven::Mismatch);
    }
    let signed = signed(statement, over);
    let digest = digest_of(statement.hash, &signed)
        .ok_or(Unproven::Unsupported(hash::name(statement.hash)))?;
    if digest.as_ref().first_chunk() != Some(&statement.first_bytes) {
        return Err(Unproven::Mismatch);
    }
    let numbers = statement.numbers.as_slice();
    match (&signer.material, statement.algorithm) {
        (Material::Rsa { modulus, exponent }, 1 | 3) => {
            rsa(modulus, exponent, statement.hash, &signed, numbers)
        }
        (Material::Ed25519Legacy(key), 22) => {
            let numbers = edwards_numbers(numbers).ok_or(Unproven::Mismatch)?;
            edwards(key, digest.as_ref(), &numbers)
        }
        (Material::Ed25519(key), 27) => edwards(key, digest.as_ref(), numbers),
        (Material::P256(point), 19) => ecdsa(p256(statement.hash), point, &signed, numbers),
        (Material::P384(point), 19) => ecdsa(p384(statement.hash), point, &signed, numbers),
        _ => Err(Unproven::Mismatch),
    }
}

/// All that is hashed.
fn signed(statement: &Statement, over: &Over<'_>) -> Vec<u8> {
    let mut signed = statement.salt.clone();
    match over {
        Over::Document(document) => signed.extend_from_slice(document),
        Over::Text(document) => with_network_lines(document, &mut signed),
        Over::Key(key) => signed.extend_from_slice(&key.hashed),
        Over::User(key, name) => {
            signed.extend_from_slice(&key.hashed);
            signed.push(0xb4);
            let length = u32::try_from(name.len()).unwrap_or(u32::MAX);
            signed.extend_from_slice(&length.to_be_bytes());
            signed.extend_from_slice(name);
        }
        Over::Subkey(key, subkey) => {
            signed.extend_from_slice(&key.hashed);
            signed.extend_from_slice(&subkey.hashed);
        }
    }
    signed.extend_from_slice(&statement.head);
    signed.extend_from_slice(&statement.closing());
    signed
}

/// Every line end becomes CR LF; a lone CR is none.
fn with_network_lines(document: &[u8], signed: &mut Vec<u8>) {
    let mut before = 0;
    for byte in document {
        if *byte == b'\n' && before != b'\r' {
            signed.push(b'\r');
        }
        signed.push(*byte);
        before = *byte;
    }
}

fn digest_of(hash: u8, bytes: &[u8]) -> Option<digest::Digest> {
    let algorithm = match hash {
        hash::SHA1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        hash::SHA256 => &digest::SHA256,
        hash::SHA384 => &digest::SHA384,
        hash::SHA512 => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, bytes))
}

fn rsa(
    modulus: &[u8],
    exponent: &[u8],
    hash: u8,
    signed: &[u8],
    numbers: &[u8],
) -> Result<(), Unproven> {
    let parameters: &RsaParameters = match hash {
        hash::SHA1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        hash::SHA256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        hash::SHA384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        hash::SHA512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        _ => return Err(Unproven::Unsupported(hash::name(hash))),
    };
    let [number] = numbers_of(numbers).ok_or(Unproven::Mismatch)?;
    let number = padded(number, modulus.len()).ok_or(Unproven::Mismatch)?;
    let key = PublicKeyComponents {
        n: modulus,
        e: exponent,
    };
    let verified = key.verify(parameters, signed, &number);
    verified.map_err(|_| Unproven::Mismatch)
}

/// EdDSA signs the hash, not the document, and only a hash of 256 bits or more (RFC 9580 5.2.3.3 and 5.2.3.4).
fn edwards(key: &[u8; 32], digest: &[u8], numbers: &[u8]) -> Result<(), Unproven> {
    if digest.len() < 32 {
        return Err(Unproven::Mismatch);
    }
    let key = UnparsedPublicKey::new(&signature::ED25519, key);
    let verified = key.verify(digest, numbers);
    verified.map_err(|_| Unproven::Mismatch)
}

/// In the form of version 4 the two halves are numbers without leading zeros.
fn edwards_numbers(numbers: &[u8]) -> Option<Vec<u8>> {
    let [first, second] = numbers_of(numbers)?;
    Some([padded(first, 32)?, padded(second, 32)?].concat())
}

/// ring's algorithm for the curve, or the name of a curve that ring lacks.
type Ecdsa = Result<&'static EcdsaVerificationAlgorithm, &'static str>;

fn p256(hash: u8) -> Ecdsa {
    match hash {
        hash::SHA256 => Ok(&signature::ECDSA_P256_SHA256_ASN1),
        hash::SHA384 => Ok(&signature::ECDSA_P256_SHA384_ASN1),
        _ => Err("ECDSA on P-256 with another hash than SHA256 and SHA384"),
    }
}

fn p384(hash: u8) -> Ecdsa {
    match hash {
        hash::SHA256 => Ok(&signature::ECDSA_P384_SHA256_ASN1),
        hash::SHA384 => Ok(&signature::ECDSA_P384_SHA384_ASN1),
        _ => Err("ECDSA on P-384 with another hash than SHA256 and SHA384"),
    }
}

fn ecdsa(algorithm: Ecdsa, point: &[u8], signed: &[u8], numbers: &[u8]) -> Result<(), Unproven> {
    let algorithm = algorithm.map_err(Unproven::Unsupported)?;
    let [first, second] = numbers_of(numbers).ok_or(Unproven::Mismatch)?;
    let numbers = sequence(first, second).ok_or(Unproven::Mismatch)?;
    let key = UnparsedPublicKey::new(algorithm, point);
    let verified = key.verify(signed, &numbers);
    verified.map_err(|_| Unproven::Mismatch)
}

/// Two numbers as DER has them: a sequence of two integers.
fn sequence(first: &[u8], second: &[u8]) -> Option<Vec<u8>> {
    let integer = |number: &[u8]| {
        // The highest bit would make it negative.
        let zero = number.first().is_none_or(|first| first & 0x80 != 0);
        let mut content = if zero { vec![0] } else { Vec::new() };
        content.extend_from_slice(number);
        element(0x02, &content)
    };
    element(0x30, &[integer(first)?, integer(second)?].concat())
}

/// Short elements only; the signatures of both curves are.
fn element(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(content.len())
        .ok()
        .filter(|length| *length < 128)?;
    Some([&[tag, length], content].concat())
}

/// Exactly so many numbers, and nothing behind them.
fn numbers_of<const N: usize>(bytes: &[u8]) -> Option<[&[u8]; N]> {
    let mut bytes = crate::bytes::Bytes(bytes);
    let mut numbers = [[].as_slice(); N];
    for number in &mut numbers {
        *number = bytes.number().ok()?;
    }
    bytes.end().ok()?;
    Some(numbers)
}

fn padded(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let zeros = length.checked_sub(number.len())?;
    Some([vec![0; zeros].as_slice(), number].concat())
}
