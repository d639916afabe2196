//! Rows of members and providers: each source keeps its layer, the strongest word is what is shown.

use super::contacts::main_id;
use super::seen::Repetition;
use super::{Import, Outcome};
use crate::context::Context;
use crate::store::ground::engine::Transaction;
use crate::store::register::contacts;
use crate::store::register::layers;
use crate::store::register::organisations;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use tuermer_core::field::{Facts, Field};
use tuermer_core::ids::OrganisationId;
use tuermer_core::layer::{Layer, effective};
use tuermer_core::limits;
use tuermer_core::organisation::{Contact, Kind, Organisation};
use tuermer_core::scale::Source;
use tuermer_formats::members::{ContactFacts, Kind as ImportKind, Record, Told};
use tuermer_formats::problem::Problem;

/// Numbers of providers that members name, with the first row that does.
pub type ProviderNumbers = BTreeMap<String, u64>;

/// What the store knows about the organisations of a chunk.
struct Known {
    organisations: HashMap<String, Organisation>,
    layers: HashMap<OrganisationId, Vec<Layer>>,
    contacts: HashMap<OrganisationId, Vec<Contact>>,
}

/// What is to be written for a chunk.
#[derive(Default)]
struct Writes {
    organisations: Vec<Organisation>,
    layers: Vec<(OrganisationId, Layer)>,
    contacts: Vec<Contact>,
}

/// A row about one organisation, taken apart.
struct OrganisationRow {
    row: u64,
    external_id: String,
    facts: Facts,
    contact: ContactFacts,
}

impl Import {
    pub(super) async fn take_organisations(
        &mut self,
        context: &Context,
        open: &mut Transaction,
        records: Vec<Record>,
    ) -> Result<()> {
        let kind = if self.report.kind == ImportKind::Providers {
            Kind::Provider
        } else {
            Kind::Member
        };
        let rows = self.without_repetitions(records);
        let external_ids: Vec<String> = rows.iter().map(|row| row.external_id.clone()).collect();
        let organisations = organisations::by_external(open, kind, &external_ids).await?;
        let ids: Vec<OrganisationId> = organisations
            .values()
            .map(|organisation| organisation.id.clone())
            .collect();
        let known = Known {
            layers: layers::layers_of(open, &ids).await?,
            contacts: contacts::contacts_of(open, self.source_or_register(), &ids).await?,
            organisations,
        };
        let mut writes = Writes::default();
        for row in rows {
            self.take_organisation(context, kind, &known, row, &mut writes)?;
        }
        let Writes {
            organisations,
            layers,
            contacts: written,
        } = writes;
        organisations::write(open, organisations, self.now).await?;
        layers::write_layers(open, layers).await?;
        contacts::write_contacts(open, written).await
    }

    fn without_repetitions(&mut self, records: Vec<Record>) -> Vec<OrganisationRow> {
        let mut rows = Vec::with_capacity(records.len());
        for Record {
            row,
            external_id,
            told,
        } in records
        {
            let Told::Organisation(told) = told else {
                continue;
            };
            let (facts, contact) = *told;
            // Debug text is a complete and stable picture of the row within one run.
            match self
                .seen
                .note(&external_id, &format!("{facts:?}{contact:?}"), row)
            {
                Repetition::First => rows.push(OrganisationRow {
                    row,
                    external_id,
                    facts,
                    contact,
                }),
                Repetition::Equal => self.report.count(Outcome::Same),
                Repetition::Differs(earlier) => {
                    self.report.refuse_field(
                        row,
                        "external_id",
                        &external_id,
                        Problem::DuplicateDiffers,
                        earlier.to_string(),
                    );
                }
            }
        }
        rows
    }

    fn take_organisation(
        &mut self,
        context: &Context,
        kind: Kind,
        known: &Known,
        row: OrganisationRow,
        writes: &mut Writes,
    ) -> Result<()> {
        let OrganisationRow {
            row,
            external_id,
            facts,
            contact,
        } = row;
        if !self.may_be_asked(context, row, &contact) {
            return Ok(());
        }
        let stored = known.organisations.get(&external_id);
        if stored.is_none() && facts.get(Field::Name).is_none() {
            self.report
                .refuse_field(row, "name", "", Problem::Missing, String::new());
            return Ok(());
        }
        if let Some(provider) = facts.get(Field::Provider)
            && self.providers.len() < limits::PAGE_ROWS.saturating_mul(10)
        {
            self.providers.entry(provider.to_string()).or_insert(row);
        }
        let id = match stored {
            Some(organisation) => organisation.id.clone(),
            None => OrganisationId(context.id()?),
        };
        let mut layers = known.layers.get(&id).cloned().unwrap_or_default();
        let told_layer = merged_layer(&layers, self.source_or_register(), facts, self.said_at);
        let people = known.contacts.get(&id).map_or(&[][..], Vec::as_slice);
        let main = main_id(&id, self.source_or_register());
        let told_contact = self.told_of(row, &id, people, main, contact);
        let outcome = match stored {
            None => Outcome::New,
            Some(_) if told_layer.is_some() || told_contact.is_some() => Outcome::Changed,
            Some(_) => Outcome::Same,
        };
        if let Some(layer) = told_layer {
            layers.retain(|other| other.source != layer.source);
            layers.push(layer.clone());
            writes.layers.push((id.clone(), layer));
            let shown = Organisation::new(id, kind, external_id, effective(&layers));
            if stored != Some(&shown) {
                writes.organisations.push(shown);
            }
        }
        writes.contacts.extend(told_contact);
        self.report.count(outcome);
        Ok(())
    }

    /// Members may name a provider before its list is imported, or by a name instead of a number.
    pub(super) async fn warn_unknown_providers(&mut self, open: &mut Transaction) -> Result<()> {
        let named: Vec<String> = self.providers.keys().cloned().collect();
        let known = organisations::by_external(open, Kind::Provider, &named).await?;
        for (provider, row) in std::mem::take(&mut self.providers) {
            if !known.contains_key(&provider) {
                self.report.warn(
                    row,
                    "provider_external_id",
                    &provider,
                    Problem::UnknownProvider,
                    String::new(),
                );
            }
        }
        Ok(())
    }
}

/// The source's layer with what is new; `None` where it says nothing new.
fn merged_layer(
    layers: &[Layer],
    source: Source,
    facts: Facts,
    said_at: Timestamp,
) -> Option<Layer> {
    let before = layers.iter().find(|layer| layer.source == source);
    let after = facts.or(before.map_or(&Facts::default(), |layer| &layer.facts));
    let unchanged = match before {
        Some(layer) => layer.facts == after,
        None => after == Facts::default(),
    };
    (!unchanged).then_some(Layer {
        source,
        said_at,
        facts: after,
    })
}
