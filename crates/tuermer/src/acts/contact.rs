//! How a person of a member or provider is reached: added, ended, or given another key, by hand.
//!
//! A list never speaks of what was added here, and nothing here changes a warning that two people released.

use super::allow;
use super::register::contacts::id_by_name;
use crate::channels;
use crate::context::Context;
use crate::refusal::refusal;
use crate::store::ground::journal;
use crate::store::register::contacts;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::channel::{AddressForm, PointKind};
use tuermer_core::ids::{OrganisationId, PointId};
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Point, PointState};
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::Source;
use tuermer_formats::contact_fields;

/// A way to a person, as somebody types it in.
#[derive(Debug, Clone)]
pub struct NewPoint {
    /// What the address is.
    pub kind: PointKind,
    /// The address as typed.
    pub address: String,
    /// The person; empty for the company's general address.
    pub name: String,
    /// Role in the company, may be empty.
    pub role: String,
    /// Who says so.
    pub source: Source,
    /// Not to be used from then on.
    pub expires_at: Option<Timestamp>,
}

/// A point as it stands now.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The point.
    pub point: Point,
    /// Its key, to be shown to its owner this once; `None` where its kind has none.
    pub secret: Option<String>,
}

/// Adds a way to a person; a person of this name who is known already gets one more.
///
/// # Errors
/// The actor may not, the address is none or must not be asked, it is known already, or there are too many.
pub async fn add(
    context: &Context,
    actor: &Actor,
    organisation: &OrganisationId,
    new: NewPoint,
) -> Result<Changed> {
    allow(actor, Act::ChangeContact)?;
    let now = context.now();
    let NewPoint {
        kind,
        address,
        name,
        role,
        source,
        expires_at,
    } = new;
    let address = canonical(context, kind, &address)?;
    let (name, role) = (line(&name)?, line(&role)?);
    if expires_at.is_some_and(|end| end <= now) {
        return Err(refusal("contact.refused_expired", []));
    }
    let mut open = context.store.begin().await?;
    let known =
        contacts::contacts_of(&mut open, source, std::slice::from_ref(organisation)).await?;
    let people = known.get(organisation).map_or(&[][..], Vec::as_slice);
    let id = id_by_name(organisation, source, &name, people);
    let before = people.iter().find(|contact| contact.id == id);
    room(people, before, now)?;
    let fresh = Point::told(PointId(context.id()?), kind, address, now);
    let point = Point {
        expires_at,
        ..again(before, &fresh, now)?.unwrap_or(fresh)
    };
    let known_role = before.map_or("", |before| &before.role);
    let contact = Contact {
        organisation: organisation.clone(),
        role: if role.is_empty() {
            known_role.into()
        } else {
            role
        },
        name,
        source,
        said_at: now,
        points: vec![point.clone()],
        id,
    };
    contacts::write_contacts(&mut open, vec![contact]).await?;
    let (who, subject) = (actor.name(), point.id.as_str());
    journal::append(&mut open, now, who, "contact.added", subject, kind.as_str()).await?;
    open.commit().await?;
    Ok(with_secret(context, point))
}

/// Refuses where no more people or addresses can be kept in use.
fn room(people: &[Contact], before: Option<&Contact>, now: Timestamp) -> Result<()> {
    let reached = people.iter().filter(|contact| contact.is_reached(now));
    let points = before.map_or(&[][..], |contact| &contact.points);
    let usable = points.iter().filter(|point| point.is_usable(now));
    let crowded = before.is_none() && reached.count() >= limits::CONTACTS;
    if crowded || usable.count() >= limits::CONTACT_POINTS {
        let most = limits::CONTACTS;
        return Err(refusal("contact.refused_many", [("most", &most)]));
    }
    Ok(())
}

/// The point of this address that was ended, expired or bounced, said again; refused where it is in use.
fn again(before: Option<&Contact>, told: &Point, now: Timestamp) -> Result<Option<Point>> {
    let points = before.map_or(&[][..], |contact| &contact.points);
    let known = points
        .iter()
        .find(|point| point.kind == told.kind && point.address == told.address);
    match known {
        Some(point) if point.is_usable(now) => Err(refusal(
            "contact.refused_known",
            [("address", &told.address)],
        )),
        Some(point) => Ok(Some(Point {
            said_at: now,
            state: PointState::Told,
            state_at: now,
            detail: String::new(),
            // Whoever had the old key may be why it was ended.
            generation: point.generation.saturating_add(1),
            renewed_at: None,
            ..point.clone()
        })),
        None => Ok(None),
    }
}

fn canonical(context: &Context, kind: PointKind, typed: &str) -> Result<String> {
    let wrong = || {
        let key = match kind.form() {
            AddressForm::Mail => "contact.refused_mail",
            AddressForm::Telephone => "contact.refused_telephone",
            AddressForm::Text => "contact.refused_text",
            AddressForm::Url => "contact.refused_url",
        };
        refusal(key, [("address", &tuermer_formats::members::shown(typed))])
    };
    let address = contact_fields::address(kind.form(), typed)
        .ok()
        .flatten()
        .ok_or_else(wrong)?;
    channels::check_address(context, kind, &address)
        .map_err(|_| refusal("contact.refused_host", [("address", &address)]))
}

fn line(typed: &str) -> Result<String> {
    contact_fields::text(typed, limits::FIELD_CHARACTERS)
        .map(Option::unwrap_or_default)
        .map_err(|_| {
            refusal(
                "contact.refused_name",
                [("most", &limits::FIELD_CHARACTERS)],
            )
        })
}

fn with_secret(context: &Context, point: Point) -> Changed {
    let secret = channels::secret(context, point.kind, &point.id, point.generation);
    Changed { point, secret }
}

/// Ends a point: nothing new is planned over it. What two people released keeps its addresses.
///
/// # Errors
/// The actor may not, there is no such point, or it was ended already.
pub async fn end(context: &Context, actor: &Actor, id: &PointId, reason: &str) -> Result<()> {
    allow(actor, Act::ChangeContact)?;
    let reason = line(reason)?;
    let mut open = context.store.begin().await?;
    if !contacts::end(&mut open, id, &reason, actor.name(), context.now()).await? {
        return Err(refusal("contact.refused_no_point", [("id", id)]));
    }
    open.commit().await
}

/// Gives a point another key. The one before is good a while longer, so that its owner can change it without a gap.
///
/// # Errors
/// The actor may not, there is no such point, or it has no key.
pub async fn renew_key(context: &Context, actor: &Actor, id: &PointId) -> Result<Changed> {
    allow(actor, Act::ChangeContact)?;
    let Some((_, point)) = context.store.point(id).await? else {
        return Err(refusal("contact.refused_no_point", [("id", id)]));
    };
    if !point.kind.has_key() {
        return Err(refusal(
            "contact.refused_no_key",
            [("address", &point.address)],
        ));
    }
    let now = context.now();
    let both = SignedDuration::from_hours(24 * limits::OLD_KEY_DAYS);
    if point
        .renewed_at
        .is_some_and(|at| now.duration_since(at) < both)
    {
        let days = limits::OLD_KEY_DAYS;
        return Err(refusal("contact.refused_renewed", [("days", &days)]));
    }
    let mut open = context.store.begin().await?;
    let generation = contacts::renew_key(&mut open, id, actor.name(), now).await?;
    open.commit().await?;
    let generation = generation.unwrap_or(point.generation);
    Ok(with_secret(
        context,
        Point {
            generation,
            renewed_at: Some(now),
            ..point
        },
    ))
}
