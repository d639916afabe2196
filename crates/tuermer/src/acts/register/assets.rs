//! Rows of an inventory: one statement per organisation, product, host and source; the newest of a source counts.

use super::seen::Repetition;
use super::{Import, Outcome};
use crate::context::Context;
use crate::store::ground::engine::Transaction;
use crate::store::register::assets;
use crate::store::register::assets::AssetKey;
use crate::store::register::organisations;
use anyhow::Result;
use tuermer_core::asset::Asset;
use tuermer_core::ids::{AssetId, OrganisationId};
use tuermer_formats::members::{AssetFacts, Record, Told};
use tuermer_formats::problem::Problem;

impl Import {
    pub(super) async fn register_assets(
        &mut self,
        context: &Context,
        open: &mut Transaction,
        records: Vec<Record>,
    ) -> Result<()> {
        let ids = organisations::ids_by_external(open, &distinct(&records)).await?;
        let mut known: Vec<OrganisationId> = ids.values().cloned().collect();
        known.sort_unstable();
        let stored = assets::assets_of(open, &known).await?;
        let (mut writes, mut raised) = (Vec::new(), Vec::new());
        for Record {
            row,
            external_id,
            told,
        } in records
        {
            let Told::Asset(told) = told else { continue };
            let Some(organisation) = ids.get(&external_id) else {
                self.report.refuse_field(
                    row,
                    "external_id",
                    &external_id,
                    Problem::UnknownOrganisation,
                    String::new(),
                );
                continue;
            };
            let source = told.source.unwrap_or_else(|| self.source_or_register());
            let asset = self.asset(organisation.clone(), source, &told);
            let key = AssetKey::of(&asset);
            if self.is_repeated(&key, &told, row) {
                continue;
            }
            let before = stored.get(&key);
            match self.compared(row, before, &asset, told.observed_at.is_some()) {
                Outcome::Same => self.report.count(Outcome::Same),
                outcome => {
                    self.report.count(outcome);
                    let id = before.map_or_else(
                        || context.id().map(AssetId),
                        |before| Ok(before.id.clone()),
                    )?;
                    raised.push(organisation.clone());
                    writes.push((key, Asset { id, ..asset }));
                }
            }
        }
        assets::write(open, writes, self.now).await?;
        raised.sort_unstable();
        raised.dedup();
        organisations::raise(open, &raised).await
    }

    /// Whether an earlier row names the same asset. Where that row says something else of it, this one is refused.
    fn is_repeated(&mut self, key: &AssetKey, told: &AssetFacts, row: u64) -> bool {
        match self.seen.note(key, told, row) {
            Repetition::First => return false,
            Repetition::Equal => self.report.count(Outcome::Same),
            Repetition::Differs(earlier) => self.report.refuse_field(
                row,
                "hostname",
                &told.hostname,
                Problem::SameAssetTwice,
                earlier.to_string(),
            ),
        }
        true
    }

    /// The row as an asset whose id is still open.
    fn asset(
        &self,
        organisation: OrganisationId,
        source: tuermer_core::scale::Source,
        told: &AssetFacts,
    ) -> Asset {
        let AssetFacts {
            vendor,
            product,
            version,
            build,
            hostname,
            source: _,
            observed_at,
            note,
            presence,
        } = told.clone();
        let observed_at = observed_at.unwrap_or(self.said_at);
        Asset {
            id: AssetId(String::new()),
            organisation,
            vendor,
            product,
            version,
            build,
            hostname,
            source,
            observed_at,
            note,
            presence,
        }
    }

    fn compared(
        &mut self,
        row: u64,
        before: Option<&Asset>,
        after: &Asset,
        dated: bool,
    ) -> Outcome {
        let Some(before) = before else {
            return Outcome::New;
        };
        // A row without a date tells nothing about when; only its values are compared.
        let observed_at = if dated {
            after.observed_at
        } else {
            before.observed_at
        };
        if *before
            == (Asset {
                id: before.id.clone(),
                observed_at,
                ..after.clone()
            })
        {
            return Outcome::Same;
        }
        if after.observed_at < before.observed_at {
            self.report.warn(
                row,
                "observed_at",
                &after.observed_at.to_string(),
                Problem::Older,
                before.observed_at.to_string(),
            );
            return Outcome::Same;
        }
        Outcome::Changed
    }
}

/// Numbers of organisations, each once.
pub(super) fn distinct(records: &[Record]) -> Vec<String> {
    let mut numbers: Vec<String> = records
        .iter()
        .map(|record| record.external_id.clone())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
