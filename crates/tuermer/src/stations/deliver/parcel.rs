//! What the dispatcher hands over, whatever it carries: one message to one address, and its rank.

use crate::channels::lanes::Rank;
use crate::store::people::notice_deliveries::NoticeDelivery;
use crate::store::warning::deliveries::Claim;
use tuermer_core::delivery::{Delivery, DeliveryState};
use tuermer_core::ids::{DeliveryId, WarningNumber};
use tuermer_core::warning::MessageType;

/// Name of the group in which notices wait; no warning has it.
pub const NOTICES: &str = "notices";

/// One message on its way.
#[derive(Debug, Clone)]
pub enum Parcel {
    /// Of a warning.
    Warning(Delivery),
    /// A notice to an operator.
    Notice(NoticeDelivery),
}

impl Parcel {
    /// Our id.
    pub fn id(&self) -> &DeliveryId {
        match self {
            Self::Warning(delivery) => &delivery.id,
            Self::Notice(notice) => &notice.id,
        }
    }

    /// The warning it is of; `None` for a notice.
    pub fn warning(&self) -> Option<&WarningNumber> {
        match self {
            Self::Warning(delivery) => Some(&delivery.warning),
            Self::Notice(_) => None,
        }
    }

    /// Where it goes.
    pub fn address(&self) -> &str {
        match self {
            Self::Warning(delivery) => &delivery.address,
            Self::Notice(notice) => &notice.address,
        }
    }

    /// The wish to hand it over, in the state in which it was read.
    pub fn claim(&self) -> Claim {
        match self {
            Self::Warning(delivery) => Claim::Warning {
                id: delivery.id.clone(),
                state: delivery.state,
                channel: delivery.channel,
            },
            Self::Notice(notice) => Claim::Notice(notice.id.clone()),
        }
    }
}

/// How much a message of a warning matters. `incident`: its reader was broken into.
pub fn rank(message_type: MessageType, incident: bool, state: DeliveryState) -> Rank {
    match (state, message_type) {
        (DeliveryState::Unsure, _) => Rank::Unsure,
        (_, MessageType::Cancel) => Rank::Correction,
        _ if incident => Rank::Incident,
        _ => Rank::Ordinary,
    }
}
