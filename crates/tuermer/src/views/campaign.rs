//! Signs at several members that belong together.

use super::Moment;
use crate::store::signs::campaigns::CampaignLine;
use serde::Serialize;
use tuermer_core::ids::ThreatId;

/// One campaign.
#[derive(Debug, Serialize)]
pub struct CampaignView<'a> {
    /// Its key.
    pub campaign: &'a str,
    /// Its first sign.
    pub first: Moment,
    /// Its last sign.
    pub last: Moment,
    /// Members that were hit.
    pub members: u64,
    /// Members that must be asked before others hear of it.
    pub to_ask: u64,
    /// The product it aims at; may be empty.
    pub product: &'a str,
    /// Why it is one, in the reader's language.
    pub reason: &'a str,
    /// Who may see it.
    pub tlp: &'a str,
    /// Tracking id of the threat that was drafted from it.
    pub threat: Option<&'a str>,
    /// When it was found.
    pub found: Moment,
    /// Register numbers of the members that were hit.
    pub organisations: &'a [String],
    /// Register numbers of those that agreed.
    pub consents: &'a [String],
}

impl<'a> CampaignView<'a> {
    /// A campaign; `reason` is its reason in the reader's language.
    pub fn new(line: &'a CampaignLine, reason: &'a str) -> Self {
        Self {
            campaign: &line.key,
            first: Moment(line.first_at),
            last: Moment(line.last_at),
            members: line.members,
            to_ask: line.to_ask,
            product: &line.product,
            reason,
            tlp: &line.tlp,
            threat: line.threat.as_ref().map(ThreatId::tracking_id),
            found: Moment(line.found_at),
            organisations: &line.hit,
            consents: &line.consents,
        }
    }
}
