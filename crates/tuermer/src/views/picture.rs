//! The numbers of the situation: how many members a threat concerns, and when each step was reached.

use super::Moment;
use serde::Serialize;
use tuermer_core::ids::ThreatId;
use tuermer_core::picture::{Clock, Picture};

/// Counts of members for one threat.
#[derive(Debug, Serialize)]
pub struct PictureView<'a> {
    /// Tracking id of the document.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// All members.
    pub members: u64,
    /// Members that have the product.
    pub with_product: u64,
    /// Members that are affected.
    pub affected: u64,
    /// Members of which it is not known.
    pub unknown: u64,
    /// Members a warning was planned for.
    pub warned: u64,
    /// Members a warning reached.
    pub delivered: u64,
    /// Members that answered.
    pub answered: u64,
    /// Members that report the remedy as done.
    pub fixed_reported: u64,
    /// Members whose remedy was measured.
    pub fixed_measured: u64,
    /// Members that need help.
    pub needs_help: u64,
    /// When each step was reached.
    pub clock: ClockView,
}

/// When each step was reached; `null` where it was not yet.
#[derive(Debug, Serialize)]
pub struct ClockView {
    /// The document was published.
    pub published: Option<Moment>,
    /// The document was here.
    pub seen: Option<Moment>,
    /// Members were judged.
    pub matched: Option<Moment>,
    /// A warning was drafted.
    pub drafted: Option<Moment>,
    /// A warning was released.
    pub approved: Option<Moment>,
    /// The first message left.
    pub first_sent: Option<Moment>,
    /// Half of the members were reached.
    pub p50_delivered: Option<Moment>,
    /// Nine of ten members were reached.
    pub p90_delivered: Option<Moment>,
}

impl<'a> PictureView<'a> {
    /// The picture of a threat.
    pub fn new(threat: &'a ThreatId, picture: &Picture) -> Self {
        let Picture {
            members,
            with_product,
            affected,
            unknown,
            warned,
            delivered,
            answered,
            fixed_reported,
            fixed_measured,
            needs_help,
            clock,
        } = picture;
        Self {
            threat: threat.tracking_id(),
            threat_id: threat.as_str(),
            members: *members,
            with_product: *with_product,
            affected: *affected,
            unknown: *unknown,
            warned: *warned,
            delivered: *delivered,
            answered: *answered,
            fixed_reported: *fixed_reported,
            fixed_measured: *fixed_measured,
            needs_help: *needs_help,
            clock: ClockView::from(clock),
        }
    }
}

impl From<&Clock> for ClockView {
    fn from(clock: &Clock) -> Self {
        let Clock {
            published,
            seen,
            matched,
            drafted,
            approved,
            first_sent,
            p50_delivered,
            p90_delivered,
        } = clock;
        Self {
            published: published.map(Moment),
            seen: seen.map(Moment),
            matched: matched.map(Moment),
            drafted: drafted.map(Moment),
            approved: approved.map(Moment),
            first_sent: first_sent.map(Moment),
            p50_delivered: p50_delivered.map(Moment),
            p90_delivered: p90_delivered.map(Moment),
        }
    }
}
