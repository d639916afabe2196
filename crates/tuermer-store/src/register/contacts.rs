//! People of an organisation as each source told them, and their contact points.

use crate::Store;
use crate::ground::engine::{Row, Transaction, Value, places};
use crate::ground::journal;
use crate::values;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::channel::PointKind;
use tuermer_core::ids::{ContactId, DeliveryId, OrganisationId, PointId};
use tuermer_core::limits::ROWS_PER_STATEMENT;
use tuermer_core::organisation::{Contact, Point, PointState};
use tuermer_core::scale::Source;

const COLUMNS: &str = "c.id, c.organisation_id, c.source, c.name, c.role, c.said_at, p.id, p.kind, p.address, p.said_at, p.expires_at, p.state, p.state_at, \
                       p.detail, p.generation, p.renewed_at";
const FROM: &str = "contact c LEFT JOIN contact_point p ON p.contact_id = c.id";

/// True of a point `p` that may be used at `$1`; the same as [`Point::is_usable`].
pub(crate) const USABLE: &str =
    "p.state IN ('told', 'proven') AND (p.expires_at IS NULL OR p.expires_at > $1)";

/// Contacts by organisation, the strongest source first, points in order of their kind.
pub type ByOrganisation = HashMap<OrganisationId, Vec<Contact>>;

impl Store {
    /// People of an organisation as each source told them, strongest source first.
    pub async fn contacts(&self, organisation: &OrganisationId) -> Result<Vec<Contact>> {
        let mut found = self
            .contacts_where(
                "WHERE c.organisation_id = $1",
                values![organisation.as_str()],
            )
            .await?;
        Ok(found.remove(organisation).unwrap_or_default())
    }

    /// Contacts that a condition picks; it may join other tables to `c`.
    pub(crate) async fn contacts_where(
        &self,
        whose: &str,
        values: Vec<Value>,
    ) -> Result<ByOrganisation> {
        let sql = format!("SELECT {COLUMNS} FROM {FROM} {whose}");
        gathered(&self.read(&sql, values).await?)
    }

    /// Contacts of these organisations.
    pub async fn contacts_of_many(&self, ids: &[&OrganisationId]) -> Result<ByOrganisation> {
        let whose = format!("WHERE c.organisation_id IN ({})", places(1, ids.len()));
        let values = ids.iter().map(|id| Value::from(id.as_str())).collect();
        self.contacts_where(&whose, values).await
    }

    /// A page of members that have a contact, with number, name and contacts, by organisation id.
    pub async fn contacts_page(
        &self,
        after: Option<&OrganisationId>,
        limit: usize,
    ) -> Result<Vec<(String, String, Vec<Contact>)>> {
        let sql = "SELECT o.id, o.external_id, o.name FROM organisation o WHERE o.id > $1 AND o.kind = 'member'
             AND EXISTS (SELECT 1 FROM contact c WHERE c.organisation_id = o.id) ORDER BY o.id LIMIT $2";
        let after = after.map_or("", OrganisationId::as_str);
        let rows = self
            .read(sql, values![after, i64::try_from(limit)?])
            .await?;
        let Some(last) = rows.last().map(|row| row.text(0)).transpose()? else {
            return Ok(Vec::new());
        };
        let whose = "WHERE c.organisation_id > $1 AND c.organisation_id <= $2";
        let mut contacts = self.contacts_where(whose, values![after, last]).await?;
        rows.iter()
            .map(|row| {
                let contacts = contacts.remove(&OrganisationId(row.text(0)?));
                Ok((row.text(1)?, row.text(2)?, contacts.unwrap_or_default()))
            })
            .collect()
    }

    /// One point with the contact it belongs to.
    pub async fn point(&self, id: &PointId) -> Result<Option<(Contact, Point)>> {
        let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE p.id = $1");
        let Some(row) = self.read_one(&sql, values![id.as_str()]).await? else {
            return Ok(None);
        };
        let contact = contact(&row)?;
        let point = point(&row)?;
        Ok(point.map(|point| (contact, point)))
    }

    /// How often the key of a point was made anew, and when last. Whoever has another address than the point has now
    /// knows the key of the address before.
    pub async fn point_keys(
        &self,
        id: &PointId,
        address: &str,
    ) -> Result<Option<(i64, Option<Timestamp>)>> {
        let sql = "SELECT generation - CASE WHEN address = $2 THEN 0 ELSE 1 END, renewed_at FROM contact_point WHERE id = $1";
        self.read_one(sql, values![id.as_str(), address])
            .await?
            .map(|row| Ok((row.int(0)?, row.time_or_null(1)?)))
            .transpose()
    }

    /// Points of members that bounced, with number and name of the member, newest first.
    pub async fn bounced_points(&self, limit: usize) -> Result<Vec<(String, String, Point)>> {
        let sql = format!(
            "SELECT {COLUMNS}, o.external_id, o.name FROM contact_point p JOIN contact c ON c.id = p.contact_id
             JOIN organisation o ON o.id = c.organisation_id WHERE p.state = 'bounced' AND o.kind = 'member'
             ORDER BY p.state_at DESC, p.id LIMIT $1"
        );
        let rows = self.read(&sql, values![i64::try_from(limit)?]).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(point) = point(row)? {
                found.push((row.text(16)?, row.text(17)?, point));
            }
        }
        Ok(found)
    }
}

fn contact(row: &Row) -> Result<Contact> {
    Ok(Contact {
        id: ContactId(row.text(0)?),
        organisation: OrganisationId(row.text(1)?),
        source: row.word(2, "contact.source", Source::parse)?,
        name: row.text(3)?,
        role: row.text(4)?,
        said_at: row.time(5)?,
        points: Vec::new(),
    })
}

fn point(row: &Row) -> Result<Option<Point>> {
    let Some(id) = row.text_or_null(6)? else {
        return Ok(None);
    };
    Ok(Some(Point {
        id: PointId(id),
        kind: row.word(7, "contact_point.kind", PointKind::parse)?,
        address: row.text(8)?,
        said_at: row.time(9)?,
        expires_at: row.time_or_null(10)?,
        state: row.word(11, "contact_point.state", PointState::parse)?,
        state_at: row.time(12)?,
        detail: row.text(13)?,
        generation: row.int(14)?,
        renewed_at: row.time_or_null(15)?,
    }))
}

/// Rows of [`COLUMNS`] as contacts.
fn gathered(rows: &[Row]) -> Result<ByOrganisation> {
    let mut found = ByOrganisation::new();
    for row in rows {
        let contact = contact(row)?;
        let of_it = found.entry(contact.organisation.clone()).or_default();
        let position = of_it.iter().position(|other| other.id == contact.id);
        let position = position.unwrap_or_else(|| {
            of_it.push(contact);
            of_it.len().saturating_sub(1)
        });
        if let (Some(contact), Some(point)) = (of_it.get_mut(position), point(row)?) {
            contact.points.push(point);
        }
    }
    for contacts in found.values_mut() {
        contacts.sort_by(|a, b| b.source.cmp(&a.source).then_with(|| a.id.cmp(&b.id)));
        for contact in contacts {
            contact
                .points
                .sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        }
    }
    Ok(found)
}

/// Contacts of many organisations as one source told them.
pub async fn contacts_of(
    open: &mut Transaction,
    said_by: Source,
    organisations: &[OrganisationId],
) -> Result<ByOrganisation> {
    let mut found = ByOrganisation::new();
    for page in organisations.chunks(ROWS_PER_STATEMENT) {
        let sql = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE c.source = $1 AND c.organisation_id IN ({})",
            places(2, page.len())
        );
        let values = std::iter::once(Value::from(said_by.as_str()))
            .chain(page.iter().map(|id| Value::from(id.as_str())))
            .collect();
        found.extend(gathered(&open.read(&sql, values).await?)?);
    }
    Ok(found)
}

/// Writes contacts with their points, new or changed. A point that is not named stays as it is.
pub async fn write_contacts(open: &mut Transaction, contacts: Vec<Contact>) -> Result<()> {
    let mut points = Vec::new();
    let mut rows = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let Contact {
            id,
            organisation,
            name,
            role,
            source,
            said_at,
            points: told,
        } = contact;
        points.extend(told.into_iter().map(|point| point_row(&id, point)));
        rows.push(values![
            id.0,
            organisation.0,
            source.as_str(),
            name,
            role,
            said_at
        ]);
    }
    open.insert_many(
        "INSERT INTO contact (id, organisation_id, source, name, role, said_at)",
        rows,
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, said_at = excluded.said_at",
    )
    .await?;
    open.insert_many(
        "INSERT INTO contact_point (id, contact_id, kind, address, said_at, expires_at, state, state_at, detail, generation, renewed_at)",
        points,
        "ON CONFLICT (id) DO UPDATE SET address = excluded.address, said_at = excluded.said_at, expires_at = excluded.expires_at,
            state = excluded.state, state_at = excluded.state_at, detail = excluded.detail, generation = excluded.generation,
            renewed_at = excluded.renewed_at",
    )
    .await?;
    Ok(())
}

fn point_row(contact: &ContactId, point: Point) -> Vec<Value> {
    let Point {
        id,
        kind,
        address,
        said_at,
        expires_at,
        state,
        state_at,
        detail,
        generation,
        renewed_at,
    } = point;
    values![
        id.0,
        contact.as_str(),
        kind.as_str(),
        address,
        said_at,
        expires_at,
        state.as_str(),
        state_at,
        detail,
        generation,
        renewed_at
    ]
}

/// The server of a point said that it is no more. Only while the address is still the one that was used; what a person
/// ended stays ended.
pub(crate) async fn bounced(
    open: &mut Transaction,
    point: &PointId,
    address: &str,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE contact_point SET state = 'bounced', state_at = $3, detail = $4
               WHERE id = $1 AND address = $2 AND state IN ('told', 'proven')";
    open.run(sql, values![point.as_str(), address, now, detail])
        .await?;
    Ok(())
}

/// Messages arrived at the points of these deliveries; only where the address is still one of those that were used.
pub(crate) async fn proven(
    open: &mut Transaction,
    deliveries: &[DeliveryId],
    now: Timestamp,
) -> Result<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let ids = places(2, deliveries.len());
    let sql = format!(
        "UPDATE contact_point SET state = 'proven', state_at = $1, detail = '' WHERE state IN ('told', 'bounced')
         AND id IN (SELECT point_id FROM delivery WHERE id IN ({ids})) AND address IN (SELECT address FROM delivery WHERE id IN ({ids}))"
    );
    let ids = deliveries.iter().map(|id| Value::from(id.as_str()));
    let values = std::iter::once(Value::from(now)).chain(ids).collect();
    open.run(&sql, values).await?;
    Ok(())
}

/// A person ends a point; false where it was ended already or there is none.
pub async fn end(
    open: &mut Transaction,
    point: &PointId,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE contact_point SET state = 'ended', state_at = $2, detail = $3 WHERE id = $1 AND state <> 'ended'";
    let ended = open.run(sql, values![point.as_str(), now, reason]).await? > 0;
    if ended {
        journal::append(open, now, actor, "contact.ended", point.as_str(), "").await?;
    }
    Ok(ended)
}

/// The key of a point is made anew; the one before counts a while longer. Gives back the new generation.
pub async fn renew_key(
    open: &mut Transaction,
    point: &PointId,
    actor: &str,
    now: Timestamp,
) -> Result<Option<i64>> {
    let sql = "UPDATE contact_point SET generation = generation + 1, renewed_at = $2 WHERE id = $1 RETURNING generation";
    let Some(row) = open.read_one(sql, values![point.as_str(), now]).await? else {
        return Ok(None);
    };
    journal::append(open, now, actor, "contact.key_renewed", point.as_str(), "").await?;
    Ok(Some(row.int(0)?))
}
