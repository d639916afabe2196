//! A key with all that its owner and others signed about it (RFC 9580 10.1): which signature follows which packet.

use crate::bytes::Unreadable;
use crate::packet::{Packet, Packets, Tag};
use crate::public::{NoKey, PublicKey};
use crate::signature::{Signature, Statement};

/// A primary key with what belongs to it. Nothing in it has been checked.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The key itself.
    pub primary: PublicKey,
    /// Right behind it: what its owner says of it, and that it is taken back.
    pub direct: Vec<Statement>,
    /// Names, each with its certifications.
    pub users: Vec<Signed<Vec<u8>>>,
    /// Further keys, each with its bindings.
    pub subkeys: Vec<Signed<PublicKey>>,
    /// As it was read, in binary form.
    pub bytes: Vec<u8>,
}

/// Something with the signatures behind it.
#[derive(Debug, Clone)]
pub struct Signed<T> {
    /// What they are about.
    pub about: T,
    /// In the order of the file.
    pub signatures: Vec<Statement>,
}

/// Why a file gives no certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Broken, or something else.
    Unreadable(Unreadable),
    /// It shows a secret key.
    Secret,
    /// Version 2 or 3.
    TooOld,
    /// More than asked for.
    TooMany,
}

impl From<Unreadable> for Refused {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

/// What the next signature is about.
enum Behind {
    Primary,
    User,
    Subkey,
    /// Something that does not matter here.
    Other,
}

/// All certificates of a file, at most `most`.
pub fn all(bytes: &[u8], most: usize) -> Result<Vec<Certificate>, Refused> {
    let mut found: Vec<Certificate> = Vec::new();
    // What stands before the first key or behind one of an unknown version belongs to none.
    let mut behind = None;
    for packet in Packets::of(bytes) {
        let packet = packet?;
        match packet.tag {
            Tag::Secret => return Err(Refused::Secret),
            Tag::Foreign => return Err(Refused::Unreadable("it holds other things than keys")),
            Tag::PublicKey => {
                behind = None;
                if let Some(primary) = primary(packet.body)? {
                    if found.len() >= most {
                        return Err(Refused::TooMany);
                    }
                    found.push(Certificate::new(primary, packet));
                    behind = Some(Behind::Primary);
                }
            }
            _ => {
                if let (Some(certificate), Some(behind)) = (found.last_mut(), &mut behind) {
                    certificate.bytes.extend_from_slice(packet.whole);
                    certificate.add(packet, behind)?;
                }
            }
        }
    }
    Ok(found)
}

/// `None` where the version is not yet known.
fn primary(body: &[u8]) -> Result<Option<PublicKey>, Refused> {
    match PublicKey::read(body) {
        Ok(key) => Ok(Some(key)),
        Err(NoKey::Unknown) => Ok(None),
        Err(NoKey::TooOld) => Err(Refused::TooOld),
        Err(NoKey::Unreadable(why)) => Err(Refused::Unreadable(why)),
    }
}

impl Certificate {
    fn new(primary: PublicKey, packet: Packet<'_>) -> Self {
        Self {
            primary,
            direct: Vec::new(),
            users: Vec::new(),
            subkeys: Vec::new(),
            bytes: packet.whole.to_vec(),
        }
    }

    fn add(&mut self, packet: Packet<'_>, behind: &mut Behind) -> Result<(), Unreadable> {
        match packet.tag {
            Tag::Signature => {
                if let Signature::Known(statement) = Signature::read(packet.body)? {
                    self.sign(behind, *statement);
                }
            }
            Tag::UserId => {
                self.users.push(Signed::new(packet.body.to_vec()));
                *behind = Behind::User;
            }
            Tag::UserAttribute => *behind = Behind::Other,
            Tag::PublicSubkey => {
                *behind = self.subkey(packet.body)?;
            }
            Tag::Skipped | Tag::PublicKey | Tag::Secret | Tag::Foreign => {}
        }
        Ok(())
    }

    fn subkey(&mut self, body: &[u8]) -> Result<Behind, Unreadable> {
        match PublicKey::read(body) {
            Ok(key) if key.version != self.primary.version => {
                Err("a subkey has another version than its key")
            }
            Ok(key) => {
                self.subkeys.push(Signed::new(key));
                Ok(Behind::Subkey)
            }
            Err(NoKey::Unreadable(why)) => Err(why),
            Err(NoKey::TooOld | NoKey::Unknown) => Ok(Behind::Other),
        }
    }

    fn sign(&mut self, behind: &Behind, statement: Statement) {
        let signatures = match behind {
            Behind::Primary => Some(&mut self.direct),
            Behind::User => self.users.last_mut().map(|user| &mut user.signatures),
            Behind::Subkey => self.subkeys.last_mut().map(|subkey| &mut subkey.signatures),
            Behind::Other => None,
        };
        if let Some(signatures) = signatures {
            signatures.push(statement);
        }
    }
}

impl<T> Signed<T> {
    fn new(about: T) -> Self {
        Self {
            about,
            signatures: Vec::new(),
        }
    }
}
