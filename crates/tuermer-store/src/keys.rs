//! The instance's secret and what is derived from it. It lies in `keys/instance.key` (0600), never in the database.

use anyhow::{Context as _, Result, bail};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::{Digest, Sha256};
use std::path::Path;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::warning::Channel;

/// The secret of one data directory.
#[derive(Clone)]
pub struct Keys(Vec<u8>);

/// Bytes of the secret.
pub const SECRET_BYTES: usize = 32;

impl Keys {
    /// From bytes (a new directory, a drill, a test).
    pub fn new(secret: [u8; SECRET_BYTES]) -> Self {
        Self(secret.to_vec())
    }

    /// Reads the secret of a data directory.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| {
            format!(
                "cannot read {}; was this directory made with `tuermer init`?",
                path.display()
            )
        })?;
        let secret = hex::decode(text.trim())
            .with_context(|| format!("{} is not a key file", path.display()))?;
        if secret.len() != SECRET_BYTES {
            bail!(
                "{} has {} bytes instead of {SECRET_BYTES}; restore it from the backup",
                path.display(),
                secret.len()
            );
        }
        Ok(Self(secret))
    }

    /// Keyed hash of `parts` for one `purpose`, in hex. Parts are length-prefixed.
    pub fn mac(&self, purpose: &str, parts: &[&str]) -> String {
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            // HMAC takes keys of any length.
            Err(_) => return String::new(),
        };
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex::encode(mac.finalize().into_bytes())
    }

    /// The first `characters` hex digits of a keyed hash.
    fn short(&self, purpose: &str, parts: &[&str], characters: usize) -> String {
        self.mac(purpose, parts).chars().take(characters).collect()
    }

    /// Token of the answer link of one organisation: 160 bit, good for this warning only, never stored.
    pub fn answer_token(&self, number: &WarningNumber, organisation: &OrganisationId) -> String {
        self.short("answer", &[number.as_str(), organisation.as_str()], 40)
    }

    /// Our id of a delivery.
    pub fn delivery_id(
        &self,
        number: &WarningNumber,
        organisation: &OrganisationId,
        channel: Channel,
        round: i64,
    ) -> String {
        self.short(
            "delivery",
            &[
                number.as_str(),
                organisation.as_str(),
                channel.as_str(),
                &round.to_string(),
            ],
            32,
        )
    }

    /// Message-ID of a delivery with its angle brackets; the same on every try, not to be guessed.
    pub fn message_id(
        &self,
        number: &WarningNumber,
        organisation: &OrganisationId,
        channel: Channel,
        round: i64,
        domain: &str,
    ) -> String {
        let local = self.short(
            "message-id",
            &[
                number.as_str(),
                organisation.as_str(),
                channel.as_str(),
                &round.to_string(),
            ],
            40,
        );
        format!("<{local}@{domain}>")
    }
}

/// SHA-256 in hex of what a reader gives.
///
/// # Errors
/// It cannot be read to its end.
pub fn sha256_of(reader: impl std::io::Read) -> std::io::Result<String> {
    use std::io::BufRead as _;
    let mut hash = Sha256::new();
    let mut reader = std::io::BufReader::with_capacity(64 * 1024, reader);
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(hex::encode(hash.finalize()));
        }
        let length = part.len();
        hash.update(part);
        reader.consume(length);
    }
}

/// SHA-256 in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
