//! A bill of materials as rows of an inventory: package URL (or name) and version, on one host of one member.

use super::{ImportKind, ImportOptions, ImportReport, Input, import};
use crate::context::Context;
use anyhow::Result;
use std::collections::HashMap;
use tuermer_core::asset::Presence;
use tuermer_core::product::ProductKey;
use tuermer_core::rights::Actor;
use tuermer_core::scale::Source;
use tuermer_formats::members::{AssetFacts, Record, Told};
use tuermer_formats::sbom::{Bill, Component};

/// Whose bill it is.
#[derive(Debug, Clone)]
pub struct BillOptions {
    /// Number of the member.
    pub member: String,
    /// Host it runs on, may be empty.
    pub host: String,
    /// Who says so.
    pub source: Source,
    /// Compare and count, but write nothing.
    pub dry_run: bool,
}

/// Imports the components of a bill. The same bill again changes nothing.
///
/// # Errors
/// The store cannot be read or written; nothing was kept then.
pub async fn import_bill(
    context: &Context,
    actor: &Actor,
    name: &str,
    bill: Bill,
    options: &BillOptions,
) -> Result<ImportReport> {
    let BillOptions {
        member,
        host,
        source,
        dry_run,
    } = options.clone();
    let rows = records(&bill, &member, &host.trim().to_lowercase());
    let options = ImportOptions {
        dry_run,
        source: Some(source),
        ..ImportOptions::default()
    };
    import(
        context,
        actor,
        ImportKind::Inventory,
        name,
        Input::Rows(rows),
        &options,
    )
    .await
}

/// One row a component. A bill often lists one package in several versions, and all of them run: each further one counts
/// as a place of its own, in the order of the versions, so that the same bill always gives the same rows.
fn records(bill: &Bill, member: &str, host: &str) -> Vec<Record> {
    let mut sorted: Vec<&Component> = bill.components.iter().collect();
    sorted.sort_by(|one, other| {
        (&one.product, &one.vendor, &one.version).cmp(&(
            &other.product,
            &other.vendor,
            &other.version,
        ))
    });
    let mut places: HashMap<String, u64> = HashMap::new();
    let mut rows = Vec::with_capacity(sorted.len());
    for (
        Component {
            vendor,
            product,
            version,
        },
        row,
    ) in sorted.into_iter().zip(1_u64..)
    {
        let place = places
            .entry(ProductKey::new(vendor, product).product)
            .or_default();
        *place = place.saturating_add(1);
        let hostname = match (*place, host) {
            (1, host) => host.to_string(),
            (more, "") => format!("#{more}"),
            (more, host) => format!("{host} #{more}"),
        };
        let facts = AssetFacts {
            vendor: vendor.clone(),
            product: product.clone(),
            version: version.clone(),
            build: None,
            hostname,
            source: None,
            observed_at: bill.made_at,
            note: format!("SBOM {}", bill.format),
            presence: Presence::OnPremises,
        };
        rows.push(Record {
            row,
            external_id: member.to_string(),
            told: Told::Asset(Box::new(facts)),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Told, records};
    use tuermer_formats::sbom::{Bill, Component};

    #[test]
    fn every_version_has_its_place() {
        let component = |product: &str, version: &str| Component {
            vendor: String::new(),
            product: product.into(),
            version: version.into(),
        };
        let bill = Bill {
            format: "CycloneDX 1.6".into(),
            made_at: None,
            components: vec![
                component("pkg:npm/lodash", "4.17.21"),
                component("pkg:npm/express", "4.0.0"),
                component("pkg:npm/lodash", "4.17.20"),
            ],
            nameless: 0,
        };
        let places = |host: &str| {
            let rows = records(&bill, "10001", host)
                .into_iter()
                .map(|record| match record.told {
                    Told::Asset(facts) => {
                        format!("{} {} {}", facts.product, facts.version, facts.hostname)
                    }
                    other => format!("{other:?}"),
                });
            rows.collect::<Vec<_>>()
        };
        assert_eq!(
            places("srv1"),
            [
                "pkg:npm/express 4.0.0 srv1",
                "pkg:npm/lodash 4.17.20 srv1",
                "pkg:npm/lodash 4.17.21 srv1 #2"
            ]
        );
        assert_eq!(places("")[2], "pkg:npm/lodash 4.17.21 #2");
    }
}
