//! A signature packet (RFC 9580 5.2): its type, its subpackets and its numbers.
//! Only what has been signed along counts, apart from names of the signer and the signature of a subkey, which prove themselves.

use crate::bytes::{Bytes, Unreadable};
use crate::packet::two_octets;
use crate::public::PublicKey;

/// A signature packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// Version 4 or 6.
    Known(Box<Statement>),
    /// Any other version: it proves nothing.
    Foreign,
}

/// What somebody signed, and with which numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// 4 or 6.
    pub version: u8,
    /// Over what it was made: see the constants of [`kind`].
    pub kind: u8,
    /// How it was made.
    pub algorithm: u8,
    /// How the content was hashed: see the constants of [`hash`].
    pub hash: u8,
    /// What the signer says, signed along.
    pub hashed: Vec<Part>,
    /// What anybody may have added.
    unhashed: Vec<Part>,
    /// Everything that is hashed after the content, without the closing length.
    pub head: Vec<u8>,
    /// The first two bytes of the hash, to find a mistake early.
    pub first_bytes: [u8; 2],
    /// Hashed before the content; only in version 6.
    pub salt: Vec<u8>,
    /// The numbers.
    pub numbers: Vec<u8>,
}

/// One thing a signature says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    kind: u8,
    /// Whoever does not know it must not take the signature.
    critical: bool,
    body: Vec<u8>,
}

/// Kinds of signatures (RFC 9580 5.2.1).
pub mod kind {
    /// Over a document, byte for byte.
    pub const BINARY: u8 = 0x00;
    /// Over a document, whatever its line ends are.
    pub const TEXT: u8 = 0x01;
    /// The first of four certifications of a user's name.
    pub const USER: u8 = 0x10;
    /// The last of these.
    pub const USER_SURELY: u8 = 0x13;
    /// A primary key takes a subkey.
    pub const SUBKEY: u8 = 0x18;
    /// A subkey takes its primary key.
    pub const IN_TURN: u8 = 0x19;
    /// What the owner says of the key.
    pub const KEY: u8 = 0x1f;
    /// The key is taken back.
    pub const KEY_REVOKED: u8 = 0x20;
    /// The subkey is taken back.
    pub const SUBKEY_REVOKED: u8 = 0x28;
}

/// Hashes (RFC 9580 9.5).
pub mod hash {
    /// Broken for twenty years.
    pub const MD5: u8 = 1;
    /// Broken.
    pub const SHA1: u8 = 2;
    /// Short.
    pub const RIPEMD160: u8 = 3;
    /// 256 bits.
    pub const SHA256: u8 = 8;
    /// 384 bits.
    pub const SHA384: u8 = 9;
    /// 512 bits.
    pub const SHA512: u8 = 10;

    /// Its name.
    pub fn name(hash: u8) -> &'static str {
        match hash {
            MD5 => "MD5",
            SHA1 => "SHA1",
            RIPEMD160 => "RIPEMD160",
            SHA256 => "SHA256",
            SHA384 => "SHA384",
            SHA512 => "SHA512",
            11 => "SHA224",
            12 => "SHA3-256",
            14 => "SHA3-512",
            _ => "an unknown hash",
        }
    }
}

/// What a signature may say of itself (RFC 9580 5.2.3.7).
mod part {
    pub const CREATED: u8 = 2;
    pub const EXPIRES: u8 = 3;
    pub const KEY_EXPIRES: u8 = 9;
    pub const ISSUER_ID: u8 = 16;
    pub const NOTATION: u8 = 20;
    pub const KEY_FLAGS: u8 = 27;
    pub const EMBEDDED: u8 = 32;
    pub const ISSUER_FINGERPRINT: u8 = 33;
}

/// The bit of the key flags that allows to sign documents.
const MAY_SIGN: u8 = 0x02;

/// A signature may hold one of a subkey over its primary key, and that holds none in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Packet,
    Embedded,
}

impl Signature {
    /// Reads the content of a packet.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        Self::read_at(Depth::Packet, body)
    }

    fn read_at(depth: Depth, body: &[u8]) -> Result<Self, Unreadable> {
        let mut bytes = Bytes(body);
        match bytes.byte()? {
            version @ (4 | 6) => {
                let statement = Statement::read(depth, version, body, bytes)?;
                Ok(Self::Known(Box::new(statement)))
            }
            _ => Ok(Self::Foreign),
        }
    }

    /// Its statement; `None` in a version we do not know.
    pub fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Known(statement) => Some(statement),
            Self::Foreign => None,
        }
    }
}

impl Statement {
    fn read(
        depth: Depth,
        version: u8,
        body: &[u8],
        mut bytes: Bytes<'_>,
    ) -> Result<Self, Unreadable> {
        let [kind, algorithm, hash] = bytes.array()?;
        if depth == Depth::Embedded && kind != kind::IN_TURN {
            return Err("it holds a signature of a kind that belongs elsewhere");
        }
        let hashed = Part::all(depth, area(version, &mut bytes)?)?;
        let head = body.len().saturating_sub(bytes.0.len());
        let head = body.get(..head).unwrap_or_default().to_vec();
        let unhashed = Part::all(depth, area(version, &mut bytes)?)?;
        let first_bytes = bytes.array()?;
        let salt = match version {
            6 => {
                let length = usize::from(bytes.byte()?);
                if salt_length(hash) != Some(length) {
                    return Err("its salt has a wrong length");
                }
                bytes.bytes(length)?
            }
            _ => &[],
        };
        Ok(Self {
            version,
            kind,
            algorithm,
            hash,
            hashed,
            unhashed,
            head,
            first_bytes,
            salt: salt.to_vec(),
            numbers: bytes.rest().to_vec(),
        })
    }

    /// What closes the hashed bytes: the length of the head, so that none can be mistaken for another.
    pub fn closing(&self) -> [u8; 6] {
        let [a, b, c, d] = u32::try_from(self.head.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes();
        [self.version, 0xff, a, b, c, d]
    }

    /// When it was made, in seconds since 1970; 0 where it does not say.
    pub fn created(&self) -> u32 {
        self.seconds(part::CREATED).unwrap_or(0)
    }

    /// For how many seconds it holds; `None` = always.
    pub fn valid_seconds(&self) -> Option<u32> {
        self.seconds(part::EXPIRES).filter(|seconds| *seconds > 0)
    }

    /// For how many seconds after its creation the key holds that it speaks of; `None` = always.
    pub fn key_valid_seconds(&self) -> Option<u32> {
        self.seconds(part::KEY_EXPIRES)
            .filter(|seconds| *seconds > 0)
    }

    /// Whether the key it speaks of may sign documents; `None` without key flags.
    pub fn may_sign(&self) -> Option<bool> {
        let flags = self.hashed(part::KEY_FLAGS)?;
        Some(flags.first().is_some_and(|flags| flags & MAY_SIGN != 0))
    }

    /// The signature by which a subkey accepts its primary key. It is verified by itself, so it may come from the unhashed area.
    pub fn in_turn(&self) -> Option<Self> {
        let everywhere = self.hashed.iter().chain(&self.unhashed);
        let mut embedded = everywhere.filter(|part| part.kind == part::EMBEDDED);
        match Signature::read_at(Depth::Embedded, &embedded.next()?.body) {
            Ok(Signature::Known(statement)) => Some(*statement),
            _ => None,
        }
    }

    /// True where it says it was made with this key.
    pub fn names(&self, key: &PublicKey) -> bool {
        let mut fingerprints = self.fingerprints().peekable();
        if fingerprints.peek().is_none() {
            return self.ids().any(|id| id == key.id());
        }
        fingerprints
            .any(|named| named.split_first() == Some((&key.version, key.fingerprint.as_slice())))
    }

    /// Who made it by its own word, for a sentence.
    pub fn issuer(&self) -> Option<String> {
        let fingerprint = self.fingerprints().next();
        let fingerprint = fingerprint.and_then(|named| named.get(1..)).map(upper_hex);
        fingerprint.or_else(|| self.ids().next().map(lower_hex))
    }

    /// A critical part we do not know makes a signature worth nothing (RFC 9580 5.2.3.7); so does a signer of another version.
    pub fn demands_the_unknown(&self) -> bool {
        let other_version = |part: &Part| {
            part.kind == part::ISSUER_FINGERPRINT && part.body.first() != Some(&self.version)
        };
        let unknown = |part: &Part| part.critical && !part.known();
        self.hashed
            .iter()
            .any(|part| unknown(part) || other_version(part))
    }

    fn fingerprints(&self) -> impl Iterator<Item = &[u8]> {
        self.everywhere(part::ISSUER_FINGERPRINT)
    }

    fn ids(&self) -> impl Iterator<Item = &[u8]> {
        self.everywhere(part::ISSUER_ID)
    }

    fn everywhere(&self, kind: u8) -> impl Iterator<Item = &[u8]> {
        let parts = self.hashed.iter().chain(&self.unhashed);
        parts
            .filter(move |part| part.kind == kind)
            .map(|part| part.body.as_slice())
    }

    fn hashed(&self, kind: u8) -> Option<&[u8]> {
        let mut parts = self.hashed.iter().filter(|part| part.kind == kind);
        parts.next().map(|part| part.body.as_slice())
    }

    fn seconds(&self, kind: u8) -> Option<u32> {
        Some(u32::from_be_bytes(self.hashed(kind)?.try_into().ok()?))
    }
}

fn area<'a>(version: u8, bytes: &mut Bytes<'a>) -> Result<&'a [u8], Unreadable> {
    match version {
        6 => bytes.four_and_bytes(),
        _ => {
            let length = bytes.two()?;
            bytes.bytes(usize::from(length))
        }
    }
}

/// RFC 9580 table 23.
fn salt_length(hash: u8) -> Option<usize> {
    match hash {
        hash::SHA256 | 11 | 12 => Some(16),
        hash::SHA384 => Some(24),
        hash::SHA512 | 14 => Some(32),
        _ => None,
    }
}

impl Part {
    fn all(depth: Depth, area: &[u8]) -> Result<Vec<Self>, Unreadable> {
        let mut bytes = Bytes(area);
        let mut parts = Vec::new();
        while !bytes.0.is_empty() {
            let length = match bytes.byte()? {
                length @ 0..192 => u32::from(length),
                first @ 192..255 => two_octets(first, bytes.byte()?),
                255 => bytes.four()?,
            };
            let length = usize::try_from(length).map_err(|_| "a length is too large")?;
            let mut part = Bytes(bytes.bytes(length)?);
            let kind = part.byte()?;
            let read = Self {
                kind: kind & 0x7f,
                critical: kind & 0x80 != 0,
                body: part.rest().to_vec(),
            };
            match (read.kind, depth) {
                (part::EMBEDDED, Depth::Embedded) => return Err("it holds too many signatures"),
                (part::EMBEDDED, Depth::Packet) => {
                    Signature::read_at(Depth::Embedded, &read.body)?;
                }
                _ if read.fits() => {}
                _ => return Err("a part of a signature has a wrong length"),
            }
            parts.push(read);
        }
        Ok(parts)
    }

    /// Kinds whose meaning is known, whether it matters here or not. Notations say what only their makers know.
    fn known(&self) -> bool {
        self.kind != part::NOTATION && matches!(self.kind, 2..=7 | 9 | 11 | 12 | 16 | 21..=35 | 39)
    }

    /// Whether it has the length of its kind.
    fn fits(&self) -> bool {
        match (self.kind, self.body.as_slice()) {
            (part::CREATED | part::EXPIRES | part::KEY_EXPIRES, body) => body.len() == 4,
            (4 | 7 | 25, body) => body.len() == 1,
            (5, body) => body.len() == 2,
            (12, body) => body.len() == 22,
            (part::ISSUER_ID, body) => body.len() == 8,
            (part::NOTATION, body) => notation_fits(body),
            (24 | 26, body) => std::str::from_utf8(body).is_ok(),
            (part::ISSUER_FINGERPRINT | 35, body) => match body.first() {
                Some(4) => body.len() == 21,
                Some(5 | 6) => body.len() == 33,
                _ => false,
            },
            (39, body) => body.len().is_multiple_of(2),
            _ => true,
        }
    }
}

fn notation_fits(body: &[u8]) -> bool {
    let mut bytes = Bytes(body);
    let Ok([_, 0, 0, 0]) = bytes.array() else {
        return false;
    };
    let (Ok(name), Ok(value)) = (bytes.two(), bytes.two()) else {
        return false;
    };
    bytes.0.len() == usize::from(name).saturating_add(usize::from(value))
}

/// For sentences.
pub fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn lower_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
