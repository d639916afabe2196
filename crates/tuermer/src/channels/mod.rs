//! Ways to a person: the closed list of what carries messages, fakes included.
//!
//! ```text
//! address ─▶ lane: one destination, one pace ─▶ line opened ─▶ message made ─▶ sent ─▶ outcome
//! ```
//! Each channel has one [`Carrier`], shared by all its connections. Whoever hands over asks the carrier and never
//! which channel it is. In a drill or a demo, and where `mail.transport` is the folder, every carrier writes files.

pub mod email;
pub mod folder;
pub mod lanes;
pub mod message;
pub mod webhook;

pub use message::{Message, Notice, PointKeys, Warned};

use crate::config::Transport;
use crate::context::Context;
use crate::outgoing::{ClientRules, FetchError, Push};
use anyhow::Result;
use email::Email;
use folder::Folder;
use lanes::{Answer, Lanes};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tuermer_core::channel::{Channel, PointKind};
use tuermer_core::delivery::Outcome;
use tuermer_core::ids::PointId;
use tuermer_core::limits;
use webhook::Webhook;

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// What is known about this recipient, and what it means for the pace of its lane.
    Outcome(Outcome, Answer),
    /// The server between us and everybody cannot be used; not an attempt.
    Away(String),
    /// The warning was stopped before anything left.
    Unwanted,
}

impl Sent {
    /// An outcome that tells the lane nothing but whether to come later.
    pub fn outcome(outcome: Outcome) -> Self {
        let answer = match outcome {
            Outcome::TryLater { .. } => Answer::Slower,
            _ => Answer::Fine,
        };
        Self::Outcome(outcome, answer)
    }
}

/// A message as a file: what is written instead of sending it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Ending of its name.
    pub extension: &'static str,
    /// Everything that would leave.
    pub bytes: Vec<u8>,
}

/// What one connection of a channel keeps between two messages; most keep nothing.
#[derive(Default)]
pub struct Line(Option<email::smtp::Connection>);

/// What carries the messages of one channel.
pub enum Carrier {
    /// To the mail server.
    Email(Box<Email>),
    /// Into the folder, in the form of some channel.
    Folder(Folder),
    /// To machines.
    Webhook(Webhook),
}

impl Carrier {
    /// What carries a channel; `None` where a person does.
    ///
    /// # Errors
    /// Its settings are wrong.
    fn of(context: &Context, channel: Channel) -> Result<Option<Self>> {
        let folder = |make, keyed| {
            let outbox = context.home.outbox();
            Some(Self::Folder(Folder::new(outbox, make, keyed)))
        };
        Ok(match channel {
            Channel::Email if !stays_here(context) => {
                Some(Self::Email(Box::new(Email::new(context)?)))
            }
            Channel::Email | Channel::Folder => folder(email::file, false),
            Channel::Webhook if !stays_here(context) => Some(Self::Webhook(Webhook::new(context))),
            Channel::Webhook => folder(webhook::file, true),
            Channel::Phone => None,
        })
    }

    /// Messages on their way at once.
    pub fn connections(&self) -> usize {
        match self {
            Self::Email(email) => email.connections(),
            Self::Folder(_) => folder::WRITERS,
            Self::Webhook(_) => limits::PUSH_CONNECTIONS,
        }
    }

    /// Lanes with the limits of this channel.
    pub fn lanes<T>(&self) -> Lanes<T> {
        match self {
            Self::Email(email) => email.lanes(),
            Self::Folder(_) => Lanes::unlimited(),
            Self::Webhook(_) => Webhook::lanes(),
        }
    }

    /// Name of the lane of an address: its destination.
    pub fn lane(&self, address: &str) -> String {
        match self {
            Self::Email(_) => email::domain(address),
            Self::Folder(_) => String::new(),
            Self::Webhook(_) => webhook::host(address),
        }
    }

    /// True where messages are signed with a key of the contact point.
    pub fn is_keyed(&self) -> bool {
        match self {
            Self::Email(_) => false,
            Self::Folder(folder) => folder.keyed,
            Self::Webhook(_) => true,
        }
    }

    /// True where a message may be sent over this line.
    pub fn is_open(&self, line: &Line) -> bool {
        match self {
            Self::Email(_) => line.0.is_some(),
            Self::Folder(_) | Self::Webhook(_) => true,
        }
    }

    /// Opens a line, waiting while the server is away. False: it was given up, or everything ends.
    pub async fn open(&self, line: &mut Line, closing: &AtomicBool) -> bool {
        match self {
            Self::Email(email) => line.0 = email.connect(closing).await,
            Self::Folder(_) | Self::Webhook(_) => {}
        }
        self.is_open(line)
    }

    /// Hands over one claimed message; `wanted` is asked last thing before it leaves.
    ///
    /// # Errors
    /// It cannot be made or written here; an unusable address is an outcome, not an error.
    pub async fn send(
        &self,
        context: &Context,
        message: &Message,
        line: &mut Line,
        wanted: impl Fn() -> bool + Send + 'static,
    ) -> Result<Sent> {
        match self {
            Self::Email(email) => email.send(context, message, &mut line.0, wanted).await,
            Self::Folder(folder) => folder.send(context, message, wanted),
            Self::Webhook(webhook) => webhook.send(context, message, wanted).await,
        }
    }

    /// Why nothing leaves this way any more, and when it may be tried again.
    pub fn given_up(&self) -> Option<(String, Instant)> {
        match self {
            Self::Email(email) => email.gate.given_up(),
            Self::Folder(_) | Self::Webhook(_) => None,
        }
    }

    /// Given up until then, by a dispatch before this one.
    pub fn rest(&self, why: &str, until: Instant) {
        match self {
            Self::Email(email) => email.gate.rest(why, until),
            Self::Folder(_) | Self::Webhook(_) => {}
        }
    }

    /// Begins anew where the rest of what was given up is over.
    pub fn try_again(&self) {
        match self {
            Self::Email(email) => email.try_again(),
            Self::Folder(_) | Self::Webhook(_) => {}
        }
    }
}

impl Line {
    /// Says goodbye.
    pub async fn close(self) {
        if let Some(connection) = self.0 {
            connection.quit().await;
        }
    }
}

/// Over which channel the operators hear of trouble.
pub fn of_operators(context: &Context) -> Channel {
    Channel::of_operators(stays_here(context))
}

/// Judges an address when a person or a file tells it; what a channel cannot judge before it sends is taken as it is.
///
/// # Errors
/// Nothing can be sent there: one sentence why.
pub fn check_address(
    context: &Context,
    kind: PointKind,
    address: &str,
) -> Result<String, FetchError> {
    match kind {
        PointKind::Webhook => {
            Push::judge(&ClientRules::outgoing(context), address).map(|url| url.to_string())
        }
        PointKind::Email | PointKind::Phone | PointKind::Mobile | PointKind::Postal => {
            Ok(address.to_string())
        }
    }
}

/// The key of a contact point as its owner must get it once; `None` where its kind has none.
pub fn secret(
    context: &Context,
    kind: PointKind,
    point: &PointId,
    generation: i64,
) -> Option<String> {
    match kind {
        PointKind::Webhook => Some(webhook::secret(&context.keys, point, generation)),
        PointKind::Email | PointKind::Phone | PointKind::Mobile | PointKind::Postal => None,
    }
}

/// True where nothing may leave this machine: messages are written as files.
pub fn stays_here(context: &Context) -> bool {
    context.drill || context.demo || context.config.mail.transport == Transport::Folder
}

/// What carries each channel that needs no person.
pub struct Carriers {
    carriers: Vec<(Channel, Carrier)>,
    operators: Channel,
    /// They write files only.
    stay_here: bool,
}

impl Carriers {
    /// As configured.
    ///
    /// # Errors
    /// The settings of a channel are wrong.
    pub fn new(context: &Context) -> Result<Self> {
        let mut carriers = Vec::new();
        for channel in Channel::ALL {
            if let Some(carrier) = Carrier::of(context, *channel)? {
                carriers.push((*channel, carrier));
            }
        }
        Ok(Self {
            carriers,
            operators: of_operators(context),
            stay_here: stays_here(context),
        })
    }

    /// The same, but nobody is waited for longer than this.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        for (_, carrier) in &mut self.carriers {
            match carrier {
                Carrier::Email(email) => email.shorten(patience),
                Carrier::Folder(_) => {}
                Carrier::Webhook(webhook) => webhook.shorten(patience),
            }
        }
        self
    }

    /// The same for this context: where nothing may leave, nothing does, whatever was given.
    ///
    /// # Errors
    /// As [`Carriers::new`].
    pub fn fit(self, context: &Context) -> Result<Self> {
        if stays_here(context) && !self.stay_here {
            return Self::new(context);
        }
        Ok(self)
    }

    /// Takes them apart: channel by channel, and over which the operators hear.
    pub fn into_parts(self) -> (Vec<(Channel, Carrier)>, Channel) {
        (self.carriers, self.operators)
    }
}
