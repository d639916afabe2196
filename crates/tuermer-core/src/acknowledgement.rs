//! What an organisation says to a warning: one digit, one word, one button.

use crate::ids::{OrganisationId, ThreatId};
use crate::scale::{Source, words};
use jiff::Timestamp;

words! {
    /// The four answers; the digit is the one of the mail.
    Answer {
        /// 4 – we need help.
        Help = "help",
        /// 2 – being done.
        InProgress = "in_progress",
        /// 3 – does not concern us.
        NotUs = "not_us",
        /// 1 – done. Self-reported until measured again.
        Done = "done",
    }
}

impl Answer {
    /// The digit printed in mail, SMS and letter.
    pub fn digit(self) -> char {
        match self {
            Self::Done => '1',
            Self::InProgress => '2',
            Self::NotUs => '3',
            Self::Help => '4',
        }
    }

    /// Reads a digit.
    pub fn from_digit(digit: char) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|answer| answer.digit() == digit)
    }
}

/// The last valid answer of one organisation to one threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who answered.
    pub organisation: OrganisationId,
    /// To which threat.
    pub threat: ThreatId,
    /// What.
    pub answer: Answer,
    /// With "not us": they use the cloud service (`Some(true)`) or do not have the product (`Some(false)`).
    pub cloud: Option<bool>,
    /// The member itself or its provider.
    pub by: Source,
    /// When.
    pub at: Timestamp,
}
