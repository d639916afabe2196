//! The manifest of a MISP feed: which events it has and when each was changed last.

use super::Organisation;
use crate::csaf::plain;
use crate::findings::DocumentError;
use crate::json;
use crate::loose::Word;
use crate::origin::time;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use tuermer_core::limits;

/// One event of a feed; it lies beside the manifest as `<uuid>.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Its id, which it keeps for ever.
    pub uuid: String,
    /// What it says of itself.
    pub title: String,
    /// Who made it.
    pub source: String,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

#[derive(Deserialize)]
struct RawEntry {
    #[serde(default)]
    info: Word,
    #[serde(default, rename = "Orgc")]
    creator: Option<Organisation>,
    #[serde(default)]
    timestamp: Word,
}

/// Reads `manifest.json`; an entry whose name is no id or that tells no time is left out and counted.
///
/// # Errors
/// Not JSON, no object, or more events than we read.
pub fn manifest(bytes: &[u8]) -> Result<(Vec<ManifestEntry>, u64), DocumentError> {
    let entries: BTreeMap<String, RawEntry> = serde_json::from_str(json::text(bytes)?)?;
    if entries.len() > limits::MISP_EVENTS {
        return Err(DocumentError::NotThis(
            "manifest of so few events that we read it",
        ));
    }
    let all = entries.len() as u64;
    // The id becomes part of an address: nothing but hex digits and hyphens.
    let is_id = |text: &str| {
        text.len() == 36
            && text
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    let read = |(uuid, entry): (String, RawEntry)| {
        let short = |word: &Word| plain(word.text(), limits::FIELD_CHARACTERS);
        let (title, source) = (
            short(&entry.info),
            entry
                .creator
                .as_ref()
                .map_or_else(String::new, |creator| short(&creator.name)),
        );
        Some(ManifestEntry {
            changed_at: time(entry.timestamp.text()).filter(|_| is_id(&uuid))?,
            uuid,
            title,
            source,
        })
    };
    let read: Vec<ManifestEntry> = entries.into_iter().filter_map(read).collect();
    let left_out = all.saturating_sub(read.len() as u64);
    Ok((read, left_out))
}
