//! What exactly two people agree on: the canonical bytes of content, audience and channels.
//!
//! The shell hashes them (SHA-256) when a warning is submitted, and again before anything leaves.
//! A single changed letter, address or channel gives another hash, and the approval is void.

use crate::ids::UserName;
use crate::warning::{Recipient, Warning};

/// Why a release is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The submitter cannot approve.
    SamePerson,
    /// Not waiting for approval.
    NotSubmitted,
    /// The number typed is not the number of companies.
    WrongCount,
    /// Content, audience or channels changed after submission.
    Changed,
    /// This account may not approve.
    NotAllowed,
}

/// Checks whether `approver` may release a warning.
///
/// `typed` is the number of companies the approver typed, `audience` the real number;
/// `seen_hash` is the hash of what the approver saw, `hash` that of what would be sent.
///
/// # Errors
/// The first rule that is broken.
pub fn check(
    warning: &Warning,
    approver: &UserName,
    typed: u64,
    audience: u64,
    seen_hash: &str,
    hash: &str,
) -> Result<(), Refusal> {
    let Warning {
        state,
        submitted_by,
        ..
    } = warning;
    if *state != crate::warning::WarningState::Submitted {
        return Err(Refusal::NotSubmitted);
    }
    if submitted_by
        .as_ref()
        .is_none_or(|submitter| submitter == approver)
    {
        return Err(Refusal::SamePerson);
    }
    if seen_hash != hash || warning.content_hash.as_deref() != Some(hash) {
        return Err(Refusal::Changed);
    }
    if typed != audience {
        return Err(Refusal::WrongCount);
    }
    Ok(())
}

/// Canonical bytes of what is approved: every field, length-prefixed, recipients in order of their id.
pub fn canonical_bytes(warning: &Warning, recipients: &[Recipient]) -> Vec<u8> {
    let mut bytes = Canonical::default();
    let Warning {
        number,
        threat,
        threat_revision,
        message_type,
        level,
        urgency,
        state: _,
        texts,
        submitted_by: _,
        approved_by: _,
        return_reason: _,
        content_hash: _,
        drafted_at: _,
        submitted_at: _,
        approved_at: _,
        replaces,
    } = warning;
    bytes.text("tuermer-approval-1");
    bytes.text(number.as_str());
    bytes.text(threat.as_str());
    bytes.text(threat_revision);
    bytes.text(message_type.as_str());
    bytes.text(level.as_str());
    bytes.text(urgency.as_str());
    bytes.text(replaces.as_ref().map_or("", |number| number.as_str()));
    let mut texts: Vec<_> = texts.iter().collect();
    texts.sort_by_key(|text| text.language);
    bytes.number(texts.len());
    for text in texts {
        let crate::warning::WarningText {
            language,
            headline,
            preheader,
            product,
            say,
            otherwise,
            afterwards,
            not_affected,
            what_happened,
            identifiers,
            versions,
            talk,
        } = text;
        bytes.text(language.code());
        for part in [
            headline,
            preheader,
            product,
            say,
            otherwise,
            afterwards,
            not_affected,
            what_happened,
            identifiers,
            versions,
            talk,
        ] {
            bytes.text(part);
        }
    }
    let mut recipients: Vec<_> = recipients.iter().collect();
    recipients.sort_by(|a, b| a.organisation.cmp(&b.organisation));
    bytes.number(recipients.len());
    for recipient in recipients {
        bytes.recipient(recipient);
    }
    bytes.0
}

#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&(number as u64).to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn recipient(&mut self, recipient: &Recipient) {
        let Recipient {
            organisation,
            external_id,
            name,
            language,
            status,
            certainty,
            incident,
            reason,
            question,
            seen_at,
            provider_name,
            provider_phone,
            contact_name,
            email,
            phone,
            channels,
        } = recipient;
        for part in [
            organisation.as_str(),
            external_id,
            name,
            language.code(),
            status.as_str(),
            certainty.as_str(),
            if *incident { "incident" } else { "" },
            reason,
            question,
            provider_name,
            provider_phone,
            contact_name,
            email,
            phone,
        ] {
            self.text(part);
        }
        self.0
            .extend_from_slice(&seen_at.as_microsecond().to_be_bytes());
        self.number(channels.len());
        for channel in channels {
            self.text(channel.as_str());
        }
    }
}
