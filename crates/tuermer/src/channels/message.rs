//! What leaves: one message to one address, with everything any channel needs to make its bytes.

use jiff::Timestamp;
use std::sync::Arc;
use tuermer_core::delivery::Delivery;
use tuermer_core::locale::Language;
use tuermer_core::warning::{Recipient, Warning};

/// One message to one address.
#[derive(Debug, Clone)]
pub enum Message {
    /// Of a warning.
    Warning(Box<Warned>),
    /// To an operator.
    Notice(Notice),
}

/// A warning to one of its recipients.
#[derive(Debug, Clone)]
pub struct Warned {
    /// As two people released it.
    pub warning: Arc<Warning>,
    /// Row of the audience that was released with it.
    pub recipient: Recipient,
    /// The delivery as it was claimed.
    pub delivery: Delivery,
    /// The address that was released with the content.
    pub address: String,
    /// Whose it is, may be empty.
    pub name: String,
    /// First message of this warning to this recipient, where this is a later one.
    pub references: Option<String>,
    /// Which keys of the contact point sign; `None` where nothing is signed, or the point is not known any more.
    pub keys: Option<PointKeys>,
}

/// Which keys of a contact point count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointKeys {
    /// How often the key was made anew.
    pub generation: i64,
    /// When that was last done.
    pub renewed_at: Option<Timestamp>,
}

/// A notice to an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whom it goes to.
    pub address: String,
    /// The same on every try.
    pub message_id: String,
    /// One line.
    pub subject: String,
    /// The whole text.
    pub words: String,
    /// Where more stands.
    pub page: String,
    /// Language of all this.
    pub language: Language,
}

impl Message {
    /// The same on every try, of our own making.
    pub fn id(&self) -> &str {
        match self {
            Self::Warning(warned) => &warned.delivery.message_id,
            Self::Notice(notice) => &notice.message_id,
        }
    }
}
