//! A warning: its text, its audience, and its states from the draft to the last closed hole.
//!
//! ```text
//! draft ──submit──▶ submitted ──approve (another person)──▶ approved ──first batch──▶ sending ──▶ done
//!   ▲                   │                                       │                        │
//!   └──── edit ── returned ◀── return (reason)                  └────── stop ──▶ stopped ◀┘
//! ```
//! Any change of content, audience or channels of a submitted or approved warning takes it back to draft.

pub use crate::approval::Form;
pub use crate::channel::Channel;
use crate::channel::PointKind;
use crate::ids::{OrganisationId, PointId, ThreatId, UserName, WarningNumber};
use crate::locale::Language;
use crate::scale::{Certainty, Level, Status, Urgency, words};
use jiff::Timestamp;

words! {
    /// Where a warning stands.
    WarningState {
        /// Being written.
        Draft = "draft",
        /// Waits for a second person.
        Submitted = "submitted",
        /// Sent back with a reason; editable.
        Returned = "returned",
        /// Two people agreed; nothing handed over yet.
        Approved = "approved",
        /// Being handed over.
        Sending = "sending",
        /// Everything handed over or listed as not reached.
        Done = "done",
        /// Stopped by one person.
        Stopped = "stopped",
    }
}

words! {
    /// CAP message type.
    MessageType {
        /// First message.
        Alert = "alert",
        /// Something new for those still open.
        Update = "update",
        /// We were wrong, or the advisory was withdrawn.
        Cancel = "cancel",
    }
}

/// What somebody wants to do with a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change content, audience or channels.
    Edit,
    /// Hand to the second person.
    Submit,
    /// Release.
    Approve,
    /// Send back.
    Return,
    /// First batch goes out.
    Start,
    /// Nothing is due any more.
    Finish,
    /// Stop at once.
    Stop,
}

impl WarningState {
    /// The state after `action`, or `None` where it is not allowed.
    ///
    /// ```
    /// use tuermer_core::warning::{Action, WarningState};
    ///
    /// let submitted = WarningState::Draft.after(Action::Submit);
    /// assert_eq!(submitted, Some(WarningState::Submitted));
    /// // Nobody releases what nobody handed over, and any edit takes a release back.
    /// assert_eq!(WarningState::Draft.after(Action::Approve), None);
    /// assert_eq!(WarningState::Approved.after(Action::Edit), Some(WarningState::Draft));
    /// ```
    pub fn after(self, action: Action) -> Option<Self> {
        match (self, action) {
            (Self::Draft | Self::Returned | Self::Submitted | Self::Approved, Action::Edit) => {
                Some(Self::Draft)
            }
            (Self::Draft | Self::Returned, Action::Submit) => Some(Self::Submitted),
            (Self::Submitted, Action::Approve) => Some(Self::Approved),
            (Self::Submitted, Action::Return) => Some(Self::Returned),
            (Self::Approved | Self::Sending, Action::Start) => Some(Self::Sending),
            (Self::Sending, Action::Finish) => Some(Self::Done),
            (
                Self::Draft | Self::Submitted | Self::Returned | Self::Approved | Self::Sending,
                Action::Stop,
            ) => Some(Self::Stopped),
            _ => None,
        }
    }
}

/// A warning: content in every language, and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// `W-2021-001`; `Ü-…` in drills.
    pub number: WarningNumber,
    /// What it warns about.
    pub threat: ThreatId,
    /// Revision of the threat it was written from.
    pub threat_revision: String,
    /// Alert, update or cancel.
    pub message_type: MessageType,
    /// Step 1 to 4.
    pub level: Level,
    /// Until when.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: WarningState,
    /// Texts, one per language of [`Language::ALL`].
    pub texts: Vec<WarningText>,
    /// Who handed it to the second person.
    pub submitted_by: Option<UserName>,
    /// Who released it.
    pub approved_by: Option<UserName>,
    /// Why it was sent back.
    pub return_reason: Option<String>,
    /// SHA-256 over content, audience and channels; set when submitted.
    pub content_hash: Option<String>,
    /// In which form the hash was made.
    pub form: Form,
    /// Drafted at.
    pub drafted_at: Timestamp,
    /// Submitted at.
    pub submitted_at: Option<Timestamp>,
    /// Released at.
    pub approved_at: Option<Timestamp>,
    /// The earlier warning this one updates or cancels.
    pub replaces: Option<WarningNumber>,
}

/// The words of a warning in one language. Facts come from the threat and its pack, never typed by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningText {
    /// Language of this text.
    pub language: Language,
    /// Product and deed: `Microsoft Exchange: heute noch Update einspielen lassen`.
    pub headline: String,
    /// Second line of the inbox.
    pub preheader: String,
    /// Product in short, as a person says it: `Microsoft Exchange`.
    pub product: String,
    /// The sentence to say to the IT provider, without quotation marks.
    pub say: String,
    /// What to do when that is not possible at once; empty when the threat names no such way.
    pub otherwise: String,
    /// What to do afterwards (search for traces), empty when not needed.
    pub afterwards: String,
    /// Who is not affected.
    pub not_affected: String,
    /// What happened, two sentences.
    pub what_happened: String,
    /// CVE and KB line, from the threat and pack.
    pub identifiers: String,
    /// Versions that have the remedy, from the pack as of the day; may be empty.
    pub versions: String,
    /// Talk: when and how; empty when there is none.
    pub talk: String,
}

/// One organisation of the audience with everything its message needs, frozen when the warning is submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub organisation: OrganisationId,
    /// Register number.
    pub external_id: String,
    /// Company name.
    pub name: String,
    /// Reader's language.
    pub language: Language,
    /// Verdict at that time.
    pub status: Status,
    /// Strength of the sentence.
    pub certainty: Certainty,
    /// Signs of a break-in: not part of a mass dispatch, call instead.
    pub incident: bool,
    /// Reason sentence in the reader's language.
    pub reason: String,
    /// The question that would decide, in the reader's language; empty if none.
    pub question: String,
    /// When the ground was seen or said.
    pub seen_at: Timestamp,
    /// IT provider's name, empty if unknown.
    pub provider_name: String,
    /// IT provider's telephone, empty if unknown.
    pub provider_phone: String,
    /// Every way that is known, one per channel at most, in the order of [`Channel::ALL`].
    pub ways: Vec<Way>,
}

/// One way to one recipient: which contact point, whose, and whether the first round takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Which channel.
    pub channel: Channel,
    /// The contact point; empty where only an address was known.
    pub point: PointId,
    /// Mail address, telephone number or URL; empty where a person must find one.
    pub address: String,
    /// Whose address it is, may be empty.
    pub name: String,
    /// Taken in the first round.
    pub planned: bool,
}

impl Recipient {
    /// The way over a channel.
    pub fn way(&self, channel: Channel) -> Option<&Way> {
        self.ways.iter().find(|way| way.channel == channel)
    }

    /// The address of this kind, whether it is planned or not; empty where none is known.
    pub fn address(&self, kind: PointKind) -> &str {
        let mut ways = self.ways.iter();
        ways.find(|way| way.channel.uses(kind))
            .map_or("", |way| &way.address)
    }

    /// The mail address, whether it is planned or not; empty where none is known.
    pub fn email(&self) -> &str {
        self.address(PointKind::Email)
    }

    /// Whom to ask for: the person of the first way, may be empty.
    pub fn person(&self) -> &str {
        self.ways.first().map_or("", |way| &way.name)
    }

    /// Channels of the first round, in order.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        self.planned().map(|way| way.channel)
    }

    /// Ways of the first round, in order.
    pub fn planned(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter().filter(|way| way.planned)
    }
}
