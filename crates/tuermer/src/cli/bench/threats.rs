//! `tuermer bench threats`: from a new document to durable verdicts, and how that grows with members, assets and records.
//!
//! Works in temporary data directories; members and documents are invented. Each part stands for one promise.

mod matching;
pub(super) mod world;

use super::peak_memory_bytes;
use crate::acts::intake;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::stations::assess;
use crate::store::documents::threats;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;
use tuermer_core::rights::Actor;
use world::{Ground, World, record};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to measure; several are possible. Memory is that of the whole process: for `large` run it alone.
    #[arg(long = "part", value_enum, default_values_t = [Part::Advisory, Part::Listed])]
    parts: Vec<Part>,
    /// Members.
    #[arg(long, default_value_t = 25_000)]
    members: u64,
    /// Their assets.
    #[arg(long, default_value_t = 60_000)]
    assets: u64,
    /// Members of the large world.
    #[arg(long, default_value_t = 1_000_000)]
    large_members: u64,
    /// Assets of the large world.
    #[arg(long, default_value_t = 10_000_000)]
    large_assets: u64,
    /// Members of the large world that the document concerns.
    #[arg(long, default_value_t = 200_000)]
    concerned: u64,
    /// Documents of `listed` and of `ingest`.
    #[arg(long, default_value_t = 1_500)]
    documents: u64,
    /// CVE records for `matching` (files or directories); without them, records are invented.
    #[arg(long)]
    records: Vec<PathBuf>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// One new advisory until its verdicts are durable; every member has the product.
    Advisory,
    /// As many threats as CISA lists, judged for everybody, and judged again.
    Listed,
    /// Ten million assets: loading, memory, matching, writing.
    Large,
    /// Records times assets with exact ranges, on one core.
    Matching,
    /// The cost of one document with 1,000 to 1,000,000 members that lack the product.
    Curve,
    /// Taking documents in.
    Ingest,
}

/// Runs it.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    for part in &args.parts {
        match part {
            Part::Advisory => advisory(call, &args).await?,
            Part::Listed => listed(call, &args).await?,
            Part::Large => large(call, &args).await?,
            Part::Matching => matching::run(call, &args.records, args.assets).await?,
            Part::Curve => curve(call).await?,
            Part::Ingest => ingest(call, &args).await?,
        }
    }
    Ok(Exit::Ok)
}

/// One line per figure.
pub(super) fn show(call: &Call, part: &str, figures: &Value) -> Result<()> {
    if call.out.json {
        return call.out.object(&json!({"part": part, "figures": figures}));
    }
    let figures = figures
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name} {value}"));
    call.out.line(&format!(
        "{part:<9} {}",
        figures.collect::<Vec<_>>().join("  ")
    ));
    Ok(())
}

pub(super) fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}

pub(super) fn megabytes() -> Option<u64> {
    peak_memory_bytes().map(|bytes| bytes / (1024 * 1024))
}

/// Takes a document in and judges it; milliseconds for each, and how many verdicts it has.
async fn judged(context: &Context, document: Vec<u8>) -> Result<(f64, f64, u64)> {
    let start = Instant::now();
    let report = intake::ingest_bytes(context, &Actor::Shell, "bench", document).await?;
    if !report.rejected.is_empty() {
        bail!("the invented document was not taken: {:?}", report.rejected);
    }
    let taken = milliseconds(start);
    let start = Instant::now();
    let report = assess::run(context).await?;
    Ok((taken, milliseconds(start), report.exposures))
}

async fn advisory(
    call: &Call,
    Args {
        members, assets, ..
    }: &Args,
) -> Result<()> {
    let ground = Ground::new(
        call,
        World {
            members: *members,
            assets: *assets,
            concerned: *members,
        },
    )
    .await?;
    let (_, cold, _) = judged(&ground.context, record(0, "Wanted Server", "5.100")).await?;
    let (mut totals, mut verdicts) = (Vec::new(), 0);
    for number in 1..=9 {
        let (taken, milliseconds, exposures) = judged(
            &ground.context,
            record(number, "Wanted Server", &format!("5.{}", 90 + number)),
        )
        .await?;
        totals.push(taken + milliseconds);
        verdicts = exposures;
    }
    totals.sort_unstable_by(f64::total_cmp);
    let (best, median) = (totals.first().copied(), totals.get(4).copied());
    let figures = json!({"members": members, "assets": assets, "verdicts": verdicts, "first_ms": cold, "best_ms": best, "median_ms": median});
    show(call, "advisory", &figures)?;
    ground.close().await
}

async fn listed(
    call: &Call,
    Args {
        members,
        assets,
        documents,
        ..
    }: &Args,
) -> Result<()> {
    let ground = Ground::new(
        call,
        World {
            members: *members,
            assets: *assets,
            concerned: *members / 2,
        },
    )
    .await?;
    let context = &ground.context;
    for number in 0..*documents {
        // One in fifty is about the product of every second member, the others about one of 2,000 products.
        let product = if number % 50 == 0 {
            "Wanted Server".to_string()
        } else {
            format!("Product {}", number % world::PRODUCTS)
        };
        intake::ingest_bytes(
            context,
            &Actor::Shell,
            "bench",
            record(number, &product, "9.50"),
        )
        .await?;
    }
    let start = Instant::now();
    let first = assess::run(context).await?;
    let first_ms = milliseconds(start);
    let mut open = context.store.begin().await?;
    threats::raise_all(&mut open).await?;
    open.commit().await?;
    let start = Instant::now();
    let again = assess::run(context).await?;
    let again_ms = milliseconds(start);
    let figures = json!({"threats": again.threats, "members": members, "assets": assets, "verdicts": again.exposures, "first_ms": first_ms,
        "first_written": first.changed, "again_ms": again_ms, "again_written": again.changed});
    show(call, "listed", &figures)?;
    ground.close().await
}

async fn large(
    call: &Call,
    Args {
        large_members,
        large_assets,
        concerned,
        ..
    }: &Args,
) -> Result<()> {
    let world = World {
        members: *large_members,
        assets: *large_assets,
        concerned: *concerned,
    };
    let ground = Ground::new(call, world).await?;
    let context = &ground.context;
    let start = Instant::now();
    let snapshot = context.store.constituency().await?;
    let load_ms = milliseconds(start);
    let loaded_mb = megabytes();
    let (matching_ms, assets) =
        matching::once(context, &snapshot, &record(1, "Wanted Server", "5.100"))?;
    drop(snapshot);
    let (_, judged_ms, verdicts) = judged(context, record(2, "Wanted Server", "5.150")).await?;
    let figures = json!({"members": large_members, "assets": large_assets, "load_ms": load_ms, "memory_loaded_mb": loaded_mb,
        "matching_ms": matching_ms, "assets_matched": assets, "verdicts": verdicts, "durable_ms": judged_ms, "memory_peak_mb": megabytes()});
    show(call, "large", &figures)?;
    ground.close().await
}

async fn curve(call: &Call) -> Result<()> {
    for members in [1_000, 10_000, 100_000, 1_000_000] {
        let ground = Ground::new(
            call,
            World {
                members,
                assets: members * 2,
                concerned: 100,
            },
        )
        .await?;
        judged(&ground.context, record(0, "Wanted Server", "5.100")).await?;
        let mut times = Vec::new();
        for number in 1..=21 {
            let (taken, milliseconds, _) =
                judged(&ground.context, record(number, "Wanted Server", "5.100")).await?;
            times.push(taken + milliseconds);
        }
        times.sort_unstable_by(f64::total_cmp);
        show(
            call,
            "curve",
            &json!({"members": members, "concerned": 100, "best_ms": times.first(), "median_ms": times.get(10)}),
        )?;
        ground.close().await?;
    }
    Ok(())
}

async fn ingest(call: &Call, Args { documents, .. }: &Args) -> Result<()> {
    let ground = Ground::new(
        call,
        World {
            members: 1_000,
            assets: 2_000,
            concerned: 10,
        },
    )
    .await?;
    let path = ground.directory.join("records.jsonl");
    world::write_records(&path, *documents)?;
    let start = Instant::now();
    let mut taken = 0_u64;
    let mut tell = |report: intake::IngestReport| {
        taken = taken.saturating_add(report.new);
        Ok(())
    };
    intake::ingest_all(
        &ground.context,
        &Actor::Shell,
        intake::Input::Files(vec![path]),
        intake::Word::default(),
        &intake::Progress::default(),
        &mut tell,
    )
    .await?;
    let seconds = start.elapsed().as_secs_f64();
    let per_second = (taken as f64 / seconds).round();
    let start = Instant::now();
    assess::run(&ground.context).await?;
    let judged_ms = milliseconds(start);
    show(
        call,
        "ingest",
        &json!({"documents": taken, "per_second": per_second, "judged_ms": judged_ms, "memory_peak_mb": megabytes()}),
    )?;
    ground.close().await
}
