//! People: what one source says of a person and of the ways to them, and rows of a list of people.
//!
//! A list speaks of at most one address of each kind for a person; what was added by hand beside it stays.

use super::seen::Repetition;
use super::{Import, Outcome};
use crate::channels;
use crate::context::Context;
use crate::keys::sha256;
use crate::store::ground::engine::Transaction;
use crate::store::register::contacts;
use crate::store::register::organisations;
use anyhow::Result;
use jiff::Timestamp;
use tuermer_core::channel::PointKind;
use tuermer_core::ids::{ContactId, OrganisationId, PointId};
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Point};
use tuermer_core::scale::Source;
use tuermer_formats::members::{ContactFacts, Record, Told};
use tuermer_formats::problem::Problem;

/// Digits of the hash of a name in the id of its contact.
const NAME_DIGITS: usize = 16;

/// Who speaks, of whom, and when.
pub struct Speaker<'a> {
    /// Of whom.
    pub organisation: &'a OrganisationId,
    /// Who.
    pub source: Source,
    /// When.
    pub said_at: Timestamp,
}

/// Id of the person whom the list of members names beside the company.
pub fn main_id(organisation: &OrganisationId, source: Source) -> ContactId {
    ContactId(format!("{organisation}.{}", source.as_str()))
}

/// Id of a person by name; one who is known already keeps theirs.
pub fn id_by_name(
    organisation: &OrganisationId,
    source: Source,
    name: &str,
    known: &[Contact],
) -> ContactId {
    let folded = name.to_lowercase();
    let main = main_id(organisation, source);
    let same = known
        .iter()
        .find(|contact| contact.name.to_lowercase() == folded);
    match same {
        Some(contact) => contact.id.clone(),
        None if folded.is_empty() && known.iter().all(|contact| contact.id != main) => main,
        None => {
            let digits: String = sha256(folded.as_bytes())
                .chars()
                .take(NAME_DIGITS)
                .collect();
            ContactId(format!("{main}.{digits}"))
        }
    }
}

impl Speaker<'_> {
    /// The person with what is new, its points only where they changed; `None` where nothing is new. A blank never erases.
    pub fn told(&self, known: &[Contact], id: ContactId, facts: ContactFacts) -> Option<Contact> {
        if facts == ContactFacts::default() {
            return None;
        }
        let ContactFacts {
            name,
            role,
            points,
            expires_at,
        } = facts;
        let before = known.iter().find(|contact| contact.id == id);
        let (old_name, old_role) = before.map_or((String::new(), String::new()), |contact| {
            (contact.name.clone(), contact.role.clone())
        });
        let after = Contact {
            organisation: self.organisation.clone(),
            name: name.unwrap_or_else(|| old_name.clone()),
            role: role.unwrap_or_else(|| old_role.clone()),
            source: self.source,
            said_at: self.said_at,
            points: points
                .into_iter()
                .filter_map(|(kind, address)| self.point(before, &id, kind, address, expires_at))
                .collect(),
            id,
        };
        let unchanged = before.is_some()
            && after.points.is_empty()
            && (&after.name, &after.role) == (&old_name, &old_role);
        (!unchanged).then_some(after)
    }

    /// The point where it is new or changed. Another address is another receiver: nothing is known of it, and its key is
    /// another one at once. The same address again says nothing new, whatever became of it meanwhile.
    fn point(
        &self,
        before: Option<&Contact>,
        contact: &ContactId,
        kind: PointKind,
        address: String,
        expires_at: Option<Timestamp>,
    ) -> Option<Point> {
        let known = before.map_or(&[][..], |contact| &contact.points);
        let id = PointId(format!("{contact}.{}", kind.as_str()));
        let same = |point: &&Point| point.kind == kind && point.address == address;
        if let Some(point) = known.iter().find(same) {
            let later = expires_at.is_some() && expires_at != point.expires_at;
            return later.then(|| Point {
                expires_at,
                ..point.clone()
            });
        }
        let generation = known
            .iter()
            .find(|point| point.id == id)
            .map_or(1, |point| point.generation.saturating_add(1));
        Some(Point {
            expires_at,
            generation,
            ..Point::told(id, kind, address, self.said_at)
        })
    }
}

impl Import {
    pub(super) async fn take_contacts(
        &mut self,
        context: &Context,
        open: &mut Transaction,
        records: Vec<Record>,
    ) -> Result<()> {
        let source = self.source_or_register();
        let numbers: Vec<String> = records.iter().map(|row| row.external_id.clone()).collect();
        let ids = organisations::ids_by_external(open, &numbers).await?;
        let mut distinct: Vec<OrganisationId> = ids.values().cloned().collect();
        distinct.sort_unstable();
        let mut known = contacts::contacts_of(open, source, &distinct).await?;
        let mut written = Vec::new();
        for Record {
            row,
            external_id,
            told,
        } in records
        {
            let Told::Contact(facts) = told else { continue };
            let Some(organisation) = ids.get(&external_id) else {
                let problem = Problem::UnknownOrganisation;
                let report = &mut self.report;
                report.refuse_field(row, "external_id", &external_id, problem, String::new());
                continue;
            };
            if !self.is_first(row, &external_id, &facts) || !self.may_be_asked(context, row, &facts)
            {
                continue;
            }
            let people = known.entry(organisation.clone()).or_default();
            if let Some(contact) = self.take_contact(row, organisation, people, facts) {
                if people.iter().all(|known| known.id != contact.id) {
                    people.push(contact.clone());
                }
                written.push(contact);
            }
        }
        contacts::write_contacts(open, written).await
    }

    fn take_contact(
        &mut self,
        row: u64,
        organisation: &OrganisationId,
        people: &[Contact],
        facts: ContactFacts,
    ) -> Option<Contact> {
        let name = facts.name.clone().unwrap_or_default();
        let id = id_by_name(organisation, self.source_or_register(), &name, people);
        let is_new = people.iter().all(|contact| contact.id != id);
        let reached = |contact: &&Contact| contact.is_reached(self.now);
        if is_new && people.iter().filter(reached).count() >= limits::CONTACTS {
            let (problem, most) = (Problem::TooManyContacts, limits::CONTACTS.to_string());
            self.report
                .refuse_field(row, "contact_name", &name, problem, most);
            return None;
        }
        let told = self.told_of(row, organisation, people, id, facts);
        self.report.count(match (&told, is_new) {
            (None, _) => Outcome::Same,
            (Some(_), true) => Outcome::New,
            (Some(_), false) => Outcome::Changed,
        });
        told
    }

    /// False, with the error noted, where one of the addresses must never be asked.
    pub(super) fn may_be_asked(
        &mut self,
        context: &Context,
        row: u64,
        facts: &ContactFacts,
    ) -> bool {
        for (kind, address) in &facts.points {
            if channels::check_address(context, *kind, address).is_err() {
                let problem = Problem::UrlRefused;
                let report = &mut self.report;
                report.refuse_field(row, kind.as_str(), address, problem, String::new());
                return false;
            }
        }
        true
    }

    /// What a row says of a person that is new, with a warning for each address that needs a look.
    pub(super) fn told_of(
        &mut self,
        row: u64,
        organisation: &OrganisationId,
        people: &[Contact],
        id: ContactId,
        facts: ContactFacts,
    ) -> Option<Contact> {
        let speaker = Speaker {
            organisation,
            source: self.source_or_register(),
            said_at: self.said_at,
        };
        let points = facts.points.clone();
        let before = people.iter().find(|contact| contact.id == id);
        let after = speaker.told(people, id, facts);
        self.warn_of_points(row, before, after.as_ref(), &points);
        after
    }

    /// Says which addresses of a row are not used although it names them, and whose key nobody has yet.
    fn warn_of_points(
        &mut self,
        row: u64,
        before: Option<&Contact>,
        after: Option<&Contact>,
        told: &[(PointKind, String)],
    ) {
        for (kind, address) in told {
            let same = |point: &&Point| point.kind == *kind && point.address == *address;
            let changed = after.and_then(|contact| contact.points.iter().find(same));
            let known = before.and_then(|contact| contact.points.iter().find(same));
            let Some(point) = changed.or(known) else {
                continue;
            };
            let (field, detail) = (kind.as_str(), String::new());
            if !point.is_usable(self.now) {
                let problem = Problem::NotUsed;
                self.report.warn(row, field, address, problem, detail);
            } else if kind.has_key() && known.is_none() {
                let problem = Problem::KeyUntold;
                self.report.warn(row, field, address, problem, detail);
            }
        }
    }

    /// False where an earlier row spoke of the same person.
    fn is_first(&mut self, row: u64, external_id: &str, facts: &ContactFacts) -> bool {
        let name = facts.name.as_deref().unwrap_or_default().to_lowercase();
        match self.seen.note(&(external_id, &name), facts, row) {
            Repetition::First => true,
            Repetition::Equal => {
                self.report.count(Outcome::Same);
                false
            }
            Repetition::Differs(earlier) => {
                let problem = Problem::DuplicateDiffers;
                self.report
                    .refuse_field(row, "contact_name", &name, problem, earlier.to_string());
                false
            }
        }
    }
}
