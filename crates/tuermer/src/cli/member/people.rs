//! People of members as they are listed: `tuermer member contacts`, and the fields of a contact that say something.

use super::super::{Call, Exit};
use crate::context::Context;
use crate::views::contact::{ContactView, MemberContactView};
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::limits;
use tuermer_core::organisation::Contact;

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
    call.out.object(&MemberContactView {
        contact: ContactView::new(contact, now),
        organisation: external_id,
        organisation_name: organisation,
    })
}
