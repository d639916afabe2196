//! Who was reached, who must be called, and on which ways people are reached.

use super::Moment;
use crate::store::warning::deliveries::{Call, Line, Tried};
use serde::Serialize;
use tuermer_core::channel::{Channel, Nature};

/// One recipient and where the message stands.
#[derive(Debug, Serialize)]
pub struct DeliveryView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Number of the warning.
    pub warning: &'a str,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Name of the person; may be empty.
    pub contact: &'a str,
    /// The address.
    pub address: &'a str,
    /// A word of `Channel`.
    pub channel: &'static str,
    /// A word of `DeliveryState`.
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: i64,
    /// How often nobody knew whether it left.
    pub unsure: i64,
    /// Message-ID; empty before the first try.
    pub message_id: &'a str,
    /// Since when it is in this state.
    pub at: Moment,
    /// What the other side answered; may be empty.
    pub detail: &'a str,
    /// Other ways to the same recipient.
    pub tried: Vec<TriedView<'a>>,
}

impl<'a> From<&'a Line> for DeliveryView<'a> {
    fn from(line: &'a Line) -> Self {
        let Line {
            id,
            warning,
            organisation,
            name,
            contact,
            address,
            channel,
            state,
            attempts,
            unsure_count,
            message_id,
            at,
            detail,
            tried,
        } = line;
        Self {
            id: id.as_str(),
            warning,
            organisation,
            name,
            contact,
            address,
            channel: channel.as_str(),
            state: state.as_str(),
            attempts: *attempts,
            unsure: *unsure_count,
            message_id,
            at: Moment(*at),
            detail,
            tried: tried.iter().map(TriedView::from).collect(),
        }
    }
}

/// Another way to the same recipient.
#[derive(Debug, Serialize)]
pub struct TriedView<'a> {
    /// Its id.
    pub id: &'a str,
    /// A word of `Channel`.
    pub channel: &'static str,
    /// A word of `DeliveryState`.
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: i64,
    /// Message-ID; empty before the first try.
    pub message_id: &'a str,
    /// What the other side answered; may be empty.
    pub detail: &'a str,
}

impl<'a> From<&'a Tried> for TriedView<'a> {
    fn from(tried: &'a Tried) -> Self {
        let Tried {
            id,
            channel,
            state,
            attempts,
            message_id,
            detail,
        } = tried;
        Self {
            id: id.as_str(),
            channel: channel.as_str(),
            state: state.as_str(),
            attempts: *attempts,
            message_id,
            detail,
        }
    }
}

/// Somebody who must be called.
#[derive(Debug, Serialize)]
pub struct CallView<'a> {
    /// Id of the delivery.
    pub id: &'a str,
    /// Number of the warning.
    pub warning: &'a str,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Name of the person; may be empty.
    pub contact: &'a str,
    /// Telephone number.
    pub phone: &'a str,
    /// Language to speak, `de` or `en`.
    pub language: &'a str,
    /// Attackers are at work there already.
    pub incident: bool,
    /// Why the member is affected.
    pub reason: &'a str,
    /// Why a mail does not do; may be empty.
    pub detail: &'a str,
}

impl<'a> From<&'a Call> for CallView<'a> {
    fn from(call: &'a Call) -> Self {
        let Call {
            id,
            warning,
            organisation,
            name,
            contact,
            phone,
            language,
            incident,
            reason,
            detail,
            email: _,
        } = call;
        Self {
            id: id.as_str(),
            warning,
            organisation,
            name,
            contact,
            phone,
            language,
            incident: *incident,
            reason,
            detail,
        }
    }
}

/// A way on which people are reached.
#[derive(Debug, Serialize)]
pub struct ChannelView {
    /// A word of `Channel`.
    pub channel: &'static str,
    /// Kinds of addresses it uses.
    pub points: Vec<&'static str>,
    /// The service it depends on.
    pub needs: Option<&'static str>,
    /// A person does it.
    pub by_person: bool,
    /// It reaches a person, not a machine.
    pub reaches_person: bool,
    /// It proves that the message arrived.
    pub proves_arrival: bool,
    /// To do it twice harms nobody.
    pub repeats_harmless: bool,
    /// Each message costs money.
    pub costs: bool,
    /// It wakes somebody at night.
    pub wakes: bool,
    /// Pauses between tries, in seconds.
    pub pauses_seconds: &'static [i64],
}

impl From<Channel> for ChannelView {
    fn from(channel: Channel) -> Self {
        let Nature {
            points,
            needs,
            by_person,
            reaches_person,
            proves_arrival,
            repeats_harmless,
            costs,
            wakes,
            said: _,
            pauses_seconds,
        } = channel.nature();
        Self {
            channel: channel.as_str(),
            points: points.iter().map(|kind| kind.as_str()).collect(),
            needs: needs.map(|service| service.as_str()),
            by_person: *by_person,
            reaches_person: *reaches_person,
            proves_arrival: *proves_arrival,
            repeats_harmless: *repeats_harmless,
            costs: *costs,
            wakes: *wakes,
            pauses_seconds,
        }
    }
}
