//! Packets one after the other (RFC 9580 4.2), in the old and in the new form. A length must be known in advance:
//! neither keys nor signatures are sent in parts.

use crate::bytes::{Bytes, Unreadable};

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// A signature.
    Signature,
    /// The public half of a primary key.
    PublicKey,
    /// The public half of a subkey.
    PublicSubkey,
    /// The secret half of either.
    Secret,
    /// A user's name.
    UserId,
    /// A user's picture.
    UserAttribute,
    /// Whatever may be skipped: markers, padding, notes of one implementation, and kinds that may be unknown.
    Skipped,
    /// A kind that must not be ignored.
    Foreign,
}

impl Tag {
    fn of(number: u8) -> Self {
        match number {
            2 => Self::Signature,
            5 | 7 => Self::Secret,
            6 => Self::PublicKey,
            14 => Self::PublicSubkey,
            13 => Self::UserId,
            17 => Self::UserAttribute,
            // Marker, trust, padding; from 40 on a reader may ignore what it does not know (RFC 9580 4.3).
            10 | 12 | 21 | 40.. => Self::Skipped,
            _ => Self::Foreign,
        }
    }
}

/// One packet.
#[derive(Debug, Clone, Copy)]
pub struct Packet<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its content.
    pub body: &'a [u8],
    /// With its head, as it was read.
    pub whole: &'a [u8],
}

/// The packets of some bytes; after an error nothing more comes.
pub struct Packets<'a>(Bytes<'a>);

impl<'a> Packets<'a> {
    /// All of them.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(Bytes(bytes))
    }

    fn read(&mut self) -> Result<Packet<'a>, Unreadable> {
        let before = self.0.0;
        let head = self.0.byte()?;
        let (number, length) = match head >> 6 {
            3 => (head & 0x3f, new_length(&mut self.0)?),
            2 => (head >> 2 & 0x0f, old_length(head & 3, &mut self.0)?),
            _ => return Err("it is no OpenPGP data"),
        };
        let length = usize::try_from(length).map_err(|_| "a length is too large")?;
        let body = self.0.bytes(length)?;
        let whole = before.get(..before.len().saturating_sub(self.0.0.len()));
        let whole = whole.unwrap_or_default();
        let tag = Tag::of(number);
        Ok(Packet { tag, body, whole })
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.0.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.0.rest();
        }
        Some(read)
    }
}

fn new_length(bytes: &mut Bytes<'_>) -> Result<u32, Unreadable> {
    match bytes.byte()? {
        length @ 0..192 => Ok(u32::from(length)),
        first @ 192..224 => Ok(two_octets(first, bytes.byte()?)),
        224..255 => Err("it comes in parts"),
        255 => bytes.four(),
    }
}

fn old_length(kind: u8, bytes: &mut Bytes<'_>) -> Result<u32, Unreadable> {
    match kind {
        0 => bytes.byte().map(u32::from),
        1 => bytes.two().map(u32::from),
        2 => bytes.four(),
        _ => Err("it does not say how long it is"),
    }
}

/// A length of two octets, the first of them at least 192.
pub fn two_octets(first: u8, second: u8) -> u32 {
    (u32::from(first).saturating_sub(192) << 8)
        .saturating_add(u32::from(second))
        .saturating_add(192)
}
