//! The journal: its entries, and whether each fits the one before.

use super::Moment;
use crate::store::ground::journal::{Chain, Entry};
use serde::Serialize;

/// One entry.
#[derive(Debug, Serialize)]
pub struct JournalEntryView<'a> {
    /// 1, 2, 3, … without gaps.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Account, or `system`.
    pub actor: &'a str,
    /// What was done, for example `warning.approved`.
    pub action: &'a str,
    /// To what, for example `W-2021-001`.
    pub subject: &'a str,
    /// Facts, never names or addresses of members.
    pub detail: &'a str,
    /// SHA-256 over the entry and the hash before it, hexadecimal.
    pub hash: &'a str,
}

impl<'a> From<&'a Entry> for JournalEntryView<'a> {
    fn from(entry: &'a Entry) -> Self {
        let Entry {
            seq,
            at,
            actor,
            action,
            subject,
            detail,
            previous_hash: _,
            hash,
        } = entry;
        Self {
            seq: *seq,
            at: Moment(*at),
            actor,
            action,
            subject,
            detail,
            hash,
        }
    }
}

/// Whether the journal is whole.
#[derive(Debug, Serialize)]
pub struct ChainView<'a> {
    /// Every entry fits the one before.
    pub whole: bool,
    /// How many entries there are; only where it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// Hash of the last entry; only where it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_hash: Option<&'a str>,
    /// The first entry that does not fit; only where it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<i64>,
}

impl<'a> From<&'a Chain> for ChainView<'a> {
    fn from(chain: &'a Chain) -> Self {
        match chain {
            Chain::Whole { entries, last_hash } => Self {
                whole: true,
                entries: Some(*entries),
                last_hash: Some(last_hash),
                broken_at: None,
            },
            Chain::Broken { seq } => Self {
                whole: false,
                entries: None,
                last_hash: None,
                broken_at: Some(*seq),
            },
        }
    }
}
