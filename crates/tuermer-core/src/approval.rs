//! What exactly two people agree on: the canonical bytes of content, audience and channels.
//!
//! The shell hashes them (SHA-256) when a warning is submitted, and again before anything leaves.
//! A single changed letter, address or channel gives another hash, and the approval is void.

use crate::channel::PointKind;
use crate::ids::UserName;
use crate::warning::{Recipient, Warning, WarningText, Way};

/// How the canonical bytes are put together. A landed form never changes: what two people released in it stays released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One mail address and one telephone number for each recipient.
    Addresses = 1,
    /// Every way with its contact point.
    Ways = 2,
}

impl Form {
    /// The form of everything that is submitted now.
    pub const NEWEST: Self = Self::Ways;

    /// The number as stored.
    pub fn number(self) -> i64 {
        self as i64
    }

    /// Reads that number.
    pub fn parse(number: i64) -> Option<Self> {
        [Self::Addresses, Self::Ways]
            .into_iter()
            .find(|form| form.number() == number)
    }
}

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

/// Canonical bytes of what is approved, in the form of the warning: its version byte, then every field,
/// length-prefixed, recipients in order of their id. The first form had no version byte; it begins with a length.
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
        form,
        drafted_at: _,
        submitted_at: _,
        approved_at: _,
        replaces,
    } = warning;
    if *form != Form::Addresses {
        bytes.0.push(*form as u8);
    }
    bytes.text("tuermer-approval-1");
    bytes.text(number.as_str());
    bytes.text(threat.as_str());
    bytes.text(threat_revision);
    bytes.text(message_type.as_str());
    bytes.text(level.as_str());
    bytes.text(urgency.as_str());
    bytes.text(replaces.as_ref().map_or("", |number| number.as_str()));
    bytes.texts(texts);
    let mut recipients: Vec<_> = recipients.iter().collect();
    recipients.sort_by(|a, b| a.organisation.cmp(&b.organisation));
    bytes.number(recipients.len());
    for recipient in recipients {
        bytes.recipient(recipient, *form);
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

    fn texts(&mut self, texts: &[WarningText]) {
        let mut texts: Vec<_> = texts.iter().collect();
        texts.sort_by_key(|text| text.language);
        self.number(texts.len());
        for text in texts {
            let WarningText {
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
            self.text(language.code());
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
                self.text(part);
            }
        }
    }

    fn recipient(&mut self, recipient: &Recipient, form: Form) {
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
            ways,
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
        ] {
            self.text(part);
        }
        if form == Form::Addresses {
            self.text(recipient.person());
            self.text(recipient.email());
            self.text(recipient.address(PointKind::Phone));
        }
        self.0
            .extend_from_slice(&seen_at.as_microsecond().to_be_bytes());
        match form {
            Form::Addresses => {
                self.number(recipient.channels().count());
                for channel in recipient.channels() {
                    self.text(channel.as_str());
                }
            }
            Form::Ways => self.ways(ways),
        }
    }

    fn ways(&mut self, ways: &[Way]) {
        self.number(ways.len());
        for way in ways {
            let Way {
                channel,
                point,
                address,
                name,
                planned,
            } = way;
            for part in [
                channel.as_str(),
                point.as_str(),
                address,
                name,
                if *planned { "planned" } else { "" },
            ] {
                self.text(part);
            }
        }
    }
}
