//! People of members and providers, and every way to them.

use super::Moment;
use jiff::Timestamp;
use serde::Serialize;
use tuermer_core::channel::PointKind;
use tuermer_core::organisation::{Contact, Point};

/// A person or the general address of an organisation.
#[derive(Debug, Serialize)]
pub struct ContactView<'a> {
    /// Its id.
    pub id: &'a str,
    /// Name of the person; empty for the general address.
    pub name: &'a str,
    /// Role in the company; may be empty.
    pub role: &'a str,
    /// The e-mail address that is used.
    pub email: Option<&'a str>,
    /// The telephone number that is used.
    pub phone: Option<&'a str>,
    /// The mobile number that is used.
    pub mobile: Option<&'a str>,
    /// Who said so: `register`, `provider`, `member` or `observation`.
    pub source: &'static str,
    /// When it was said.
    pub said_at: Moment,
    /// All ways, whatever became of them.
    pub points: Vec<PointView<'a>>,
}

impl<'a> ContactView<'a> {
    /// A contact as it stands now: a way that has ended is no address any more.
    pub fn new(contact: &'a Contact, now: Timestamp) -> Self {
        let Contact {
            id,
            organisation: _,
            name,
            role,
            source,
            said_at,
            points,
        } = contact;
        let used = |kind: PointKind| {
            let mut points = points.iter();
            points
                .find(|point| point.kind == kind && point.is_usable(now))
                .map(|point| point.address.as_str())
        };
        Self {
            id: id.as_str(),
            name,
            role,
            email: used(PointKind::Email),
            phone: used(PointKind::Phone),
            mobile: used(PointKind::Mobile),
            source: source.as_str(),
            said_at: Moment(*said_at),
            points: points.iter().map(PointView::from).collect(),
        }
    }
}

/// A contact in the list of all members' people.
#[derive(Debug, Serialize)]
pub struct MemberContactView<'a> {
    /// The contact.
    #[serde(flatten)]
    pub contact: ContactView<'a>,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub organisation_name: &'a str,
}

/// One way to a person.
#[derive(Debug, Serialize)]
pub struct PointView<'a> {
    /// Its id.
    pub id: &'a str,
    /// `email`, `phone`, `mobile`, `postal` or a kind that machines use.
    pub kind: &'static str,
    /// The address.
    pub address: &'a str,
    /// When it was said.
    pub said_at: Moment,
    /// From when on it is not used any more.
    pub expires_at: Option<Moment>,
    /// A word of `PointState`.
    pub state: &'static str,
    /// Since when it is in this state.
    pub state_at: Moment,
    /// Why it is in this state; may be empty.
    pub detail: &'a str,
    /// When it got its present key.
    pub key_renewed_at: Option<Moment>,
}

impl<'a> From<&'a Point> for PointView<'a> {
    fn from(point: &'a Point) -> Self {
        let Point {
            id,
            kind,
            address,
            said_at,
            expires_at,
            state,
            state_at,
            detail,
            generation: _,
            renewed_at,
        } = point;
        Self {
            id: id.as_str(),
            kind: kind.as_str(),
            address,
            said_at: Moment(*said_at),
            expires_at: expires_at.map(Moment),
            state: state.as_str(),
            state_at: Moment(*state_at),
            detail,
            key_renewed_at: renewed_at.map(Moment),
        }
    }
}

/// A way that was added, or got another key.
#[derive(Debug, Serialize)]
pub struct ChangedPointView<'a> {
    /// The way.
    #[serde(flatten)]
    pub point: PointView<'a>,
    /// Its key, this once; missing where its kind has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<&'a str>,
}
