//! Records times assets in memory, on one core: every asset against every record, with exact ranges.

use super::{milliseconds, show, world};
use crate::cli::Call;
use crate::context::Context;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tuermer_core::assess::{Case, Matching, RuleBook, Standing};
use tuermer_core::asset::{AssetKind, Presence};
use tuermer_core::constituency::Constituency;
use tuermer_core::product::ProductKey;
use tuermer_core::remeasure::NO_REPORTS;
use tuermer_core::scale::{Source, Status};
use tuermer_core::threat::Threat;
use tuermer_core::urgency::Urgencies;
use tuermer_core::version::VersionRule;

/// Invented records where none are named.
const RECORDS: u64 = 20_000;

/// Milliseconds to find those whom one record concerns, and how many assets they have of it.
pub fn once(context: &Context, constituency: &Constituency, record: &[u8]) -> Result<(f64, usize)> {
    let threat = tuermer_formats::cve::read(record)?.threat;
    let urgencies = Urgencies::of(&context.policy, &threat);
    let case = Case {
        threat: &threat,
        packs: &[],
        urgencies: &urgencies,
        reports: &NO_REPORTS,
        now: context.now(),
    };
    let mut best = f64::MAX;
    let mut assets = 0;
    for _ in 0..5 {
        let start = Instant::now();
        assets = Matching::new(case, constituency, &[], None).assets();
        best = best.min(milliseconds(start));
    }
    Ok((best, assets))
}

/// All records against `assets` assets.
pub async fn run(call: &Call, paths: &[PathBuf], assets: u64) -> Result<()> {
    let mut threats: Vec<Threat> = Vec::new();
    let mut unread = 0_u64;
    for path in paths {
        read(path, &mut threats, &mut unread)?;
    }
    if paths.is_empty() {
        threats.extend(made_up_records()?);
    }
    let policy = tuermer_formats::urgency_policy::default_policy()
        .context("the policy of the program cannot be read")?;
    let urgencies: Vec<Urgencies> = threats
        .iter()
        .map(|threat| Urgencies::of(&policy, threat))
        .collect();
    let cases = || {
        threats
            .iter()
            .zip(&urgencies)
            .map(|(threat, urgencies)| Case {
                threat,
                packs: &[],
                urgencies,
                reports: &NO_REPORTS,
                now: Timestamp::UNIX_EPOCH,
            })
    };
    for (name, distinct) in [
        ("every asset its own version", true),
        ("versions as they repeat", false),
    ] {
        let inventory = inventory(&threats, assets, distinct);
        let start = Instant::now();
        let (pairs, open) = judge(cases(), &inventory);
        let seconds = start.elapsed().as_secs_f64();
        let figures = json!({"inventory": name, "records": threats.len(), "unread": unread, "assets": assets, "pairs_judged": pairs, "open": open,
            "seconds": (seconds * 1000.0).round() / 1000.0, "assets_per_core_second": (assets as f64 / seconds).round()});
        show(call, "matching", &figures)?;
    }
    Ok(())
}

/// Records of invented products, for a run without files.
fn made_up_records() -> Result<Vec<Threat>> {
    let record = |number: u64| {
        let product = format!("Product {}", number % world::PRODUCTS);
        let below = format!("9.{}", number % 20);
        let bytes = world::record(number, &product, &below);
        Ok(tuermer_formats::cve::read(&bytes)?.threat)
    };
    (0..RECORDS).map(record).collect()
}

/// Asks every threat about every asset: pairs that were judged, and those that are affected or unknown.
fn judge<'a>(cases: impl Iterator<Item = Case<'a>>, inventory: &[Told]) -> (u64, u64) {
    let mut book = RuleBook::new(cases);
    let (mut pairs, mut open) = (0_u64, 0_u64);
    for Told {
        key,
        vendor,
        product,
        version,
    } in inventory
    {
        let kind = AssetKind {
            vendor,
            product,
            version,
            build: None,
            source: Source::Provider,
            note: "",
            presence: Presence::OnPremises,
        };
        let row = book.ask(key, kind);
        pairs = pairs.saturating_add(row.standings.len() as u64);
        let is_open =
            |standing: &&Standing| matches!(standing.status, Status::Affected | Status::Unknown);
        open = open.saturating_add(row.standings.iter().filter(is_open).count() as u64);
    }
    (pairs, open)
}

/// All `.json` files beneath.
fn read(path: &Path, threats: &mut Vec<Threat>, unread: &mut u64) -> Result<()> {
    if path.is_dir() {
        for entry in
            std::fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?
        {
            read(&entry?.path(), threats, unread)?;
        }
        return Ok(());
    }
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        match tuermer_formats::cve::read(&bytes) {
            Ok(reading) => threats.push(reading.threat),
            Err(_) => *unread = unread.saturating_add(1),
        }
    }
    Ok(())
}

/// An asset as it is told; its product has its key already, as in the snapshot.
struct Told<'t> {
    key: ProductKey,
    vendor: &'t str,
    product: &'t str,
    version: String,
}

/// Assets of the products that the records name, in versions at and around their bounds.
fn inventory(threats: &[Threat], assets: u64, distinct: bool) -> Vec<Told<'_>> {
    let statements: Vec<_> = threats
        .iter()
        .flat_map(|threat| &threat.statements)
        .collect();
    let told = |number: u64| {
        let statement = usize::try_from(number.wrapping_mul(7_919))
            .ok()
            .and_then(|at| statements.get(at % statements.len().max(1)))?;
        let bound = match &statement.versions {
            VersionRule::Exactly(version) => version.as_str(),
            VersionRule::Range(range) => range
                .text
                .rsplit(['<', '=', '|', ' '])
                .next()
                .unwrap_or("1.0"),
            VersionRule::All | VersionRule::NotUnderstood(_) => "1.0",
        };
        let version = if distinct {
            format!("{bound}.{number}")
        } else {
            format!("{bound}.{}", number % 5)
        };
        let ProductKey { vendor, product } = &statement.product;
        Some(Told {
            key: statement.product.clone(),
            vendor,
            product,
            version,
        })
    };
    (0..assets).filter_map(told).collect()
}
