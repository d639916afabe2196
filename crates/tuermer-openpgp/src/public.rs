//! A public key as its packet holds it (RFC 9580 5.5): version, time, algorithm and numbers. Secret keys are never read.

use crate::bytes::{Bytes, Unreadable};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// One primary key or subkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// 4 or 6.
    pub version: u8,
    /// When it was made, in seconds since 1970.
    pub created: u32,
    /// Its numbers.
    pub material: Material,
    /// 20 bytes in version 4, 32 bytes in version 6.
    pub fingerprint: Vec<u8>,
    /// As it enters a signature: a head with the length, then the packet's content.
    pub hashed: Vec<u8>,
}

/// What a signature is checked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// Modulus and exponent, without leading zeros.
    Rsa {
        /// Product of two primes.
        modulus: Vec<u8>,
        /// Mostly 65,537.
        exponent: Vec<u8>,
    },
    /// Edwards curve, in the form of version 4 (algorithm 22).
    Ed25519Legacy([u8; 32]),
    /// Edwards curve, in the form of RFC 9580 (algorithm 27).
    Ed25519([u8; 32]),
    /// A point on the NIST curve of 256 bits, uncompressed.
    P256(Vec<u8>),
    /// A point on the NIST curve of 384 bits, uncompressed.
    P384(Vec<u8>),
    /// Nothing that is verified here; its name.
    Other(&'static str),
}

/// Why a packet gives no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// Version 2 or 3.
    TooOld,
    /// A version that is not yet known: such packets are skipped.
    Unknown,
    /// Broken.
    Unreadable(Unreadable),
}

impl From<Unreadable> for NoKey {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

impl PublicKey {
    /// Reads the content of a packet.
    pub fn read(body: &[u8]) -> Result<Self, NoKey> {
        let mut bytes = Bytes(body);
        let version = match bytes.byte()? {
            version @ (4 | 6) => version,
            2 | 3 => return Err(NoKey::TooOld),
            _ => return Err(NoKey::Unknown),
        };
        let created = bytes.four()?;
        let algorithm = bytes.byte()?;
        let material = match version {
            6 => bytes.four_and_bytes()?,
            _ => bytes.rest(),
        };
        bytes.end()?;
        let material = Material::read(algorithm, material)?;
        let hashed = hashed(version, body)?;
        let fingerprint = match version {
            6 => digest(&SHA256, &hashed),
            _ => digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed),
        };
        Ok(Self {
            version,
            created,
            material,
            fingerprint: fingerprint.as_ref().to_vec(),
            hashed,
        })
    }

    /// The short name: the last eight bytes of the fingerprint in version 4, the first eight in version 6.
    pub fn id(&self) -> &[u8] {
        let id = match self.version {
            6 => self.fingerprint.first_chunk::<8>(),
            _ => self.fingerprint.last_chunk::<8>(),
        };
        id.map_or(&[], |id| id.as_slice())
    }

    /// The kind of key where it is none whose signatures are verified here.
    pub fn unsupported(&self) -> Option<&'static str> {
        match &self.material {
            Material::Other(name) => Some(name),
            _ => None,
        }
    }
}

/// A key's content with the head under which it is hashed (RFC 9580 5.2.4).
fn hashed(version: u8, body: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut hashed = match version {
        6 => {
            let length = u32::try_from(body.len()).map_err(|_| "the key is too large")?;
            [[0x9b].as_slice(), &length.to_be_bytes()].concat()
        }
        _ => {
            let length = u16::try_from(body.len()).map_err(|_| "the key is too large")?;
            [[0x99].as_slice(), &length.to_be_bytes()].concat()
        }
    };
    hashed.extend_from_slice(body);
    Ok(hashed)
}

/// Names of curves (RFC 9580 9.2) in DER, without the head.
const ED25519_LEGACY: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

impl Material {
    fn read(algorithm: u8, bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut bytes = Bytes(bytes);
        let material = match algorithm {
            1 | 3 => Self::rsa(&mut bytes)?,
            19 => Self::ecdsa(&mut bytes)?,
            22 => Self::ed25519_legacy(&mut bytes)?,
            27 => Self::Ed25519(bytes.array()?),
            // Only for keeping secrets; what they look like does not matter here.
            2 | 16 | 18 | 25 | 26 => return Ok(Self::Other("a key for encryption")),
            17 => return Ok(Self::Other("DSA")),
            28 => return Ok(Self::Other("Ed448")),
            _ => return Ok(Self::Other("an unknown algorithm")),
        };
        bytes.end()?;
        Ok(material)
    }

    fn rsa(bytes: &mut Bytes<'_>) -> Result<Self, Unreadable> {
        let modulus = bytes.number()?.to_vec();
        let exponent = bytes.number()?.to_vec();
        let bits = modulus.len().saturating_mul(8);
        let bits =
            bits.saturating_sub(modulus.first().map_or(0, |first| first.leading_zeros()) as usize);
        Ok(match bits {
            0..2048 => Self::Other("RSA with less than 2048 bits"),
            2048..=8192 => Self::Rsa { modulus, exponent },
            _ => Self::Other("RSA with more than 8192 bits"),
        })
    }

    fn ecdsa(bytes: &mut Bytes<'_>) -> Result<Self, Unreadable> {
        let curve = curve(bytes)?;
        let point = bytes.number()?.to_vec();
        Ok(match (curve, point.len()) {
            (P256, 65) => Self::P256(point),
            (P384, 97) => Self::P384(point),
            (P256 | P384, _) => return Err("a point of a curve has a wrong length"),
            (P521, _) => Self::Other("ECDSA on P-521"),
            _ => Self::Other("ECDSA on an unknown curve"),
        })
    }

    fn ed25519_legacy(bytes: &mut Bytes<'_>) -> Result<Self, Unreadable> {
        let curve = curve(bytes)?;
        let point = bytes.number()?;
        if curve != ED25519_LEGACY {
            return Ok(Self::Other("EdDSA on an unknown curve"));
        }
        let point = point
            .strip_prefix(&[0x40])
            .and_then(|point| point.try_into().ok());
        point
            .map(Self::Ed25519Legacy)
            .ok_or("a point of a curve has a wrong length")
    }
}

fn curve<'a>(bytes: &mut Bytes<'a>) -> Result<&'a [u8], Unreadable> {
    let length = bytes.byte()?;
    bytes.bytes(usize::from(length))
}
