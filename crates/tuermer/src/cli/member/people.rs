//! People of members as they are listed: `tuermer member contacts`, and a contact as JSON wherever one is shown.

use super::super::{Call, Exit};
use crate::context::Context;
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};
use tuermer_core::channel::PointKind;
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Point};

/// The fields of a contact that say something; of its points only those that may be used.
pub fn told_contact(contact: &Contact, now: Timestamp) -> Vec<(&'static str, &str)> {
    let Contact {
        id: _,
        organisation: _,
        name,
        role,
        source: _,
        said_at: _,
        points,
    } = contact;
    let points = points
        .iter()
        .filter(|point| point.is_usable(now))
        .map(|point| (point.kind.as_str(), point.address.as_str()));
    [("contact_name", name.as_str()), ("contact_role", role)]
        .into_iter()
        .chain(points)
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// A contact; of each old kind the address that is used, and all points whatever became of them.
pub fn contact_json(contact: &Contact, now: Timestamp) -> Value {
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
    json!({
        "id": id.as_str(), "name": name, "role": role, "email": used(PointKind::Email), "phone": used(PointKind::Phone),
        "mobile": used(PointKind::Mobile), "source": source.as_str(), "said_at": said_at.to_string(),
        "points": points.iter().map(point_json).collect::<Vec<_>>(),
    })
}

/// A contact point.
pub fn point_json(point: &Point) -> Value {
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
    json!({
        "id": id.as_str(), "kind": kind.as_str(), "address": address, "said_at": said_at.to_string(),
        "expires_at": expires_at.map(|at| at.to_string()), "state": state.as_str(), "state_at": state_at.to_string(), "detail": detail,
        "key_renewed_at": renewed_at.map(|at| at.to_string()),
    })
}

/// All people of members.
pub async fn list(call: &Call, context: &Context) -> Result<Exit> {
    let (mut after, mut any) = (None, false);
    let now = context.now();
    loop {
        let page = context
            .store
            .contacts_page(after.as_ref(), limits::PAGE_ROWS)
            .await?;
        let last = page.last().and_then(|(_, _, contacts)| contacts.first());
        let Some(last) = last else {
            return Ok(if any { Exit::Ok } else { Exit::NothingFound });
        };
        after = Some(last.organisation.clone());
        any = true;
        for (external_id, organisation, contacts) in &page {
            for contact in contacts {
                line(call, (external_id, organisation), contact, now)?;
            }
        }
    }
}

fn line(
    call: &Call,
    (external_id, organisation): (&str, &str),
    contact: &Contact,
    now: Timestamp,
) -> Result<()> {
    if !call.out.json {
        let values: Vec<&str> = told_contact(contact, now)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        call.out.line(&format!(
            "{external_id:<12}  {organisation:<36}  {}",
            values.join(" · ")
        ));
        return Ok(());
    }
    let mut object = contact_json(contact, now);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("organisation".into(), json!(external_id));
        fields.insert("organisation_name".into(), json!(organisation));
    }
    call.out.object(&object)
}
