//! Whom we protect: members and their IT providers, and how a person there is reached.

use crate::channel::{Channel, PointKind};
use crate::field::{Facts, Field};
use crate::ids::{ContactId, OrganisationId, PointId};
use crate::scale::{Source, words};
use crate::warning::Way;
use jiff::Timestamp;
use std::cmp::Reverse;

words! {
    /// What an organisation is to the chamber.
    Kind {
        /// A member company.
        Member = "member",
        /// An IT provider that looks after members.
        Provider = "provider",
    }
}

/// A member or provider, as the strongest source tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Our id.
    pub id: OrganisationId,
    /// Member or provider.
    pub kind: Kind,
    /// The number in the register that the file came from.
    pub external_id: String,
    /// What its sources tell, with our defaults where none does.
    pub facts: Facts,
}

impl Organisation {
    /// The organisation that these facts tell.
    pub fn new(id: OrganisationId, kind: Kind, external_id: String, facts: Facts) -> Self {
        let facts = facts.filled(&external_id);
        Self {
            id,
            kind,
            external_id,
            facts,
        }
    }

    /// The value of a field, empty where there is none.
    pub fn fact(&self, field: Field) -> &str {
        self.facts.get(field).unwrap_or_default()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.fact(Field::Name)
    }

    /// Its municipality.
    pub fn city(&self) -> &str {
        self.fact(Field::City)
    }
}

/// One person of an organisation, as one source told it.
///
/// A person is reached as long as one of the addresses is usable:
///
/// ```
/// use jiff::{Timestamp, ToSpan as _};
/// use tuermer_core::channel::PointKind;
/// use tuermer_core::organisation::{Contact, Point};
/// use tuermer_core::scale::Source;
///
/// let now: Timestamp = "2021-03-03T08:00:00Z".parse()?;
/// let mail = Point::told("p1".to_string().into(), PointKind::Email, "info@musterbau.example".into(), now);
/// let mut contact = Contact {
///     id: "c1".to_string().into(),
///     organisation: "o1".to_string().into(),
///     name: "Anna Muster".into(),
///     role: "director".into(),
///     source: Source::Register,
///     said_at: now,
///     points: vec![Point { expires_at: Some(now + 24.hours()), ..mail }],
/// };
/// assert!(contact.is_reached(now));
/// assert!(!contact.is_reached(now + 25.hours()));
/// contact.points.clear();
/// assert!(!contact.is_reached(now));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Our id.
    pub id: ContactId,
    /// Whose contact.
    pub organisation: OrganisationId,
    /// Name of the person; empty for a company's general address.
    pub name: String,
    /// Role in the company.
    pub role: String,
    /// Who said so.
    pub source: Source,
    /// When they said so.
    pub said_at: Timestamp,
    /// How this person is reached.
    pub points: Vec<Point>,
}

impl Contact {
    /// True where a message may go to this person.
    pub fn is_reached(&self, now: Timestamp) -> bool {
        self.points.iter().any(|point| point.is_usable(now))
    }
}

words! {
    /// What we know of a contact point.
    PointState {
        /// Somebody said so.
        Told = "told",
        /// Something arrived there.
        Proven = "proven",
        /// It is no more: its server said so.
        Bounced = "bounced",
        /// A person ended it.
        Ended = "ended",
    }
}

/// An address of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Our id; where a key belongs to the point, it is made from this.
    pub id: PointId,
    /// What it is.
    pub kind: PointKind,
    /// Canonical: domain in A-labels, E.164, https.
    pub address: String,
    /// When it was told.
    pub said_at: Timestamp,
    /// Not to be used from then on.
    pub expires_at: Option<Timestamp>,
    /// What we know of it.
    pub state: PointState,
    /// Since when.
    pub state_at: Timestamp,
    /// Why, in the words of its server or of a person.
    pub detail: String,
    /// How often its key was made anew.
    pub generation: i64,
    /// When that was last done; the key before counts a while longer.
    pub renewed_at: Option<Timestamp>,
}

impl Point {
    /// A point as somebody told it.
    pub fn told(id: PointId, kind: PointKind, address: String, at: Timestamp) -> Self {
        Self {
            id,
            kind,
            address,
            said_at: at,
            expires_at: None,
            state: PointState::Told,
            state_at: at,
            detail: String::new(),
            generation: 1,
            renewed_at: None,
        }
    }

    /// What to tell of it: its state, or that it has expired.
    pub fn standing(&self, now: Timestamp) -> &'static str {
        let alive = matches!(self.state, PointState::Told | PointState::Proven);
        if alive && !self.is_usable(now) {
            "expired"
        } else {
            self.state.as_str()
        }
    }

    /// True where a message may go there.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        matches!(self.state, PointState::Told | PointState::Proven)
            && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The best known way over each channel, none of them planned yet. Of several points the kind a channel likes best
/// counts, then whoever knows best, then what was told last, then what is proven.
pub fn ways(contacts: &[Contact], folder: bool, now: Timestamp) -> Vec<Way> {
    let usable: Vec<(&Contact, &Point)> = contacts
        .iter()
        .flat_map(|contact| contact.points.iter().map(move |point| (contact, point)))
        .filter(|(_, point)| point.is_usable(now))
        .collect();
    let somebody = contacts
        .iter()
        .filter(|contact| !contact.name.is_empty())
        .max_by_key(|contact| (contact.source, contact.said_at))
        .map_or("", |contact| &contact.name);
    Channel::planned(folder)
        .filter_map(|channel| {
            let kinds = channel.nature().points;
            let (contact, point) = usable
                .iter()
                .filter(|(_, point)| kinds.contains(&point.kind))
                .max_by_key(|(contact, point)| {
                    let liking = kinds.iter().position(|kind| *kind == point.kind);
                    let proven = point.state == PointState::Proven;
                    let last = (Reverse(liking), contact.source, point.said_at);
                    (last, proven, Reverse(&point.id))
                })?;
            let name = match contact.name.as_str() {
                "" => somebody,
                name => name,
            };
            Some(Way {
                channel,
                point: point.id.clone(),
                address: point.address.clone(),
                name: name.to_string(),
                planned: false,
            })
        })
        .collect()
}

/// Ways that were frozen earlier, as they may be used now: what was ended, bounced or has expired since gives way to the
/// best way of today over the same channel, if there is one.
pub fn still_good(
    frozen: Vec<Way>,
    contacts: &[Contact],
    folder: bool,
    now: Timestamp,
) -> Vec<Way> {
    let today = ways(contacts, folder, now);
    let points = || contacts.iter().flat_map(|contact| &contact.points);
    let is_over = |way: &Way| {
        let same = |point: &&Point| way.channel.uses(point.kind) && point.address == way.address;
        !way.address.is_empty()
            && points().any(|point| same(&point))
            && !points().any(|point| same(&point) && point.is_usable(now))
    };
    frozen
        .into_iter()
        .filter_map(|way| {
            if !is_over(&way) {
                return Some(way);
            }
            let planned = way.planned;
            let better = today.iter().find(|other| other.channel == way.channel)?;
            Some(Way {
                planned,
                ..better.clone()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(source: Source, name: &str, points: &[(&str, PointKind, PointState)]) -> Contact {
        let at = Timestamp::UNIX_EPOCH;
        Contact {
            id: ContactId(name.into()),
            organisation: OrganisationId("o".into()),
            name: name.into(),
            role: String::new(),
            source,
            said_at: at,
            points: points
                .iter()
                .map(|(address, kind, state)| Point {
                    state: *state,
                    ..Point::told(PointId((*address).into()), *kind, (*address).into(), at)
                })
                .collect(),
        }
    }

    #[test]
    fn the_best_point_of_each_channel_is_taken() {
        use PointKind::{Email, Mobile, Phone, Webhook};
        use PointState::{Bounced, Ended, Proven, Told};
        let now = Timestamp::from_second(100).unwrap();
        let check = |contacts: &[Contact], expected: &[(&str, &str)]| {
            let found = ways(contacts, false, now);
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|way| (way.address.as_str(), way.name.as_str()))
                .collect();
            assert_eq!(found, expected);
        };
        let register = contact(
            Source::Register,
            "Anna",
            &[("a@x", Email, Told), ("+1", Phone, Told)],
        );
        check(&[], &[]);
        check(
            std::slice::from_ref(&register),
            &[("a@x", "Anna"), ("+1", "Anna")],
        );
        // The member knows its people best; a desk is called before a mobile telephone.
        let member = contact(
            Source::Member,
            "Bernd",
            &[
                ("b@x", Email, Told),
                ("+2", Mobile, Told),
                ("https://b", Webhook, Told),
            ],
        );
        check(
            &[register.clone(), member],
            &[("b@x", "Bernd"), ("https://b", "Bernd"), ("+1", "Anna")],
        );
        // Addresses that bounced or ended are not used; proven ones go first.
        let others = contact(
            Source::Register,
            "",
            &[
                ("c@x", Email, Bounced),
                ("d@x", Email, Ended),
                ("e@x", Email, Proven),
            ],
        );
        check(
            &[register.clone(), others],
            &[("e@x", "Anna"), ("+1", "Anna")],
        );
        let mut expired = register;
        for point in &mut expired.points {
            point.expires_at = Some(now);
        }
        check(&[expired], &[]);
    }
}
