//! Warnings: how each stands, its words, what a recipient gets, and what an act did to it.

use super::{Keyed, Moment};
use crate::store::warning::warnings::WarningHead;
use serde::{Serialize, Serializer};
use tuermer_core::ids::{UserName, WarningNumber};
use tuermer_core::warning::{Recipient, Warning, WarningText};
use tuermer_formats::mail::Mail;

/// A warning without its words.
#[derive(Debug, Serialize)]
pub struct WarningHeadView<'a> {
    /// Its number, `W-2021-001`.
    pub number: &'a str,
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// Title of the threat.
    pub title: &'a str,
    /// A word of `WarningState`.
    pub state: &'static str,
    /// Step 1 (grey) to 4 (red).
    pub level: u8,
    /// `msgType` of CAP.
    pub message_type: &'static str,
    /// A word of `Urgency`: until when.
    pub urgency: &'static str,
    /// How many companies it goes to.
    pub audience: u64,
    /// Who submitted it.
    pub submitted_by: Option<&'a str>,
    /// Who released it.
    pub approved_by: Option<&'a str>,
    /// When it was drafted.
    pub drafted_at: Moment,
    /// When it was submitted.
    pub submitted_at: Option<Moment>,
    /// When it was released.
    pub approved_at: Option<Moment>,
    /// When its dispatch began.
    pub started_at: Option<Moment>,
    /// When its dispatch was done.
    pub finished_at: Option<Moment>,
    /// When it was stopped.
    pub stopped_at: Option<Moment>,
}

impl<'a> From<&'a WarningHead> for WarningHeadView<'a> {
    fn from(head: &'a WarningHead) -> Self {
        Self {
            number: head.number.as_str(),
            threat: head.threat.tracking_id(),
            threat_id: head.threat.as_str(),
            title: &head.title,
            state: head.state.as_str(),
            level: head.level.number(),
            message_type: head.message_type.as_str(),
            urgency: head.urgency.as_str(),
            audience: head.audience,
            submitted_by: head.submitted_by.as_ref().map(UserName::as_str),
            approved_by: head.approved_by.as_ref().map(UserName::as_str),
            drafted_at: Moment(head.drafted_at),
            submitted_at: head.submitted_at.map(Moment),
            approved_at: head.approved_at.map(Moment),
            started_at: head.started_at.map(Moment),
            finished_at: head.finished_at.map(Moment),
            stopped_at: head.stopped_at.map(Moment),
        }
    }
}

/// A whole warning.
#[derive(Debug, Serialize)]
pub struct WarningView<'a> {
    /// How it stands.
    #[serde(flatten)]
    pub head: WarningHeadView<'a>,
    /// SHA-256 over content, audience and channels, once it is submitted.
    pub content_hash: Option<&'a str>,
    /// Why it was sent back.
    pub return_reason: Option<&'a str>,
    /// Number of the warning it corrects.
    pub replaces: Option<&'a str>,
    /// Its words by language.
    pub texts: Keyed<&'static str, WarningTextView<'a>>,
}

impl<'a> WarningView<'a> {
    /// A warning and its head.
    pub fn new(head: &'a WarningHead, warning: &'a Warning) -> Self {
        let texts = warning
            .texts
            .iter()
            .map(|text| (text.language.code(), WarningTextView(text)));
        Self {
            head: WarningHeadView::from(head),
            content_hash: warning.content_hash.as_deref(),
            return_reason: warning.return_reason.as_deref(),
            replaces: warning.replaces.as_ref().map(WarningNumber::as_str),
            texts: Keyed(texts.collect()),
        }
    }
}

/// The words of a warning in one language.
#[derive(Debug)]
pub struct WarningTextView<'a>(pub &'a WarningText);

impl<'a> WarningTextView<'a> {
    /// Each field with its key, in the order of the page; values may be empty.
    pub fn fields(&self) -> [(&'static str, &'a str); 11] {
        let WarningText {
            language: _,
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
        } = self.0;
        [
            ("headline", headline),
            ("preheader", preheader),
            ("product", product),
            ("say", say),
            ("otherwise", otherwise),
            ("afterwards", afterwards),
            ("not_affected", not_affected),
            ("what_happened", what_happened),
            ("identifiers", identifiers),
            ("versions", versions),
            ("talk", talk),
        ]
    }
}

impl Serialize for WarningTextView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

/// How the dispatch of a warning stands.
#[derive(Debug, Serialize)]
pub struct WarningStatusView<'a> {
    /// How the warning stands.
    #[serde(flatten)]
    pub head: WarningHeadView<'a>,
    /// How many deliveries are in each state.
    pub deliveries: Keyed<String, u64>,
}

/// What one recipient gets.
#[derive(Debug, Serialize)]
pub struct PreviewView<'a> {
    /// Number of the warning.
    pub number: &'a str,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// `de` or `en`.
    pub language: &'static str,
    /// The ways to it.
    pub channels: &'a [&'static str],
    /// Its e-mail address; empty where it has none.
    pub email: &'a str,
    /// Subject of the mail.
    pub subject: &'a str,
    /// Second line of the inbox.
    pub preheader: &'a str,
    /// The text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
}

impl<'a> PreviewView<'a> {
    /// The mail of a recipient, and the ways to it.
    pub fn new(
        warning: &'a Warning,
        recipient: &'a Recipient,
        channels: &'a [&'static str],
        mail: &'a Mail,
    ) -> Self {
        let Mail {
            subject,
            preheader,
            text,
            html,
        } = mail;
        Self {
            number: warning.number.as_str(),
            organisation: &recipient.external_id,
            name: &recipient.name,
            language: recipient.language.code(),
            channels,
            email: recipient.email(),
            subject,
            preheader,
            text,
            html,
        }
    }
}

/// What an act did to a warning, or why it did nothing; what does not apply is missing.
#[derive(Debug, Default, Serialize)]
pub struct WarningStepView<'a> {
    /// Its number.
    pub number: &'a str,
    /// The language whose words were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<&'static str>,
    /// The state it is in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// How many companies it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<u64>,
    /// SHA-256 over content, audience and channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<&'a str>,
    /// How many deliveries were held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_back: Option<u64>,
    /// Why it was not released, a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<&'static str>,
    /// Why nothing was done, in the reader's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}

impl<'a> WarningStepView<'a> {
    /// Why nothing was done, in the reader's language.
    pub fn failed(number: &'a str, error: &'a str) -> Self {
        Self {
            number,
            error: Some(error),
            ..Self::default()
        }
    }
}
