//! `tuermer bench signs`: from a report of Shadowserver to stored signs, attribution alone, and how long one feed waits for another.
//!
//! Works in temporary data directories; members, networks and lines are invented. Every member has the same number of
//! networks of 16 addresses; lines that concern nobody come from other addresses.

use super::threats::world::{Ground, World};
use super::threats::{megabytes, milliseconds, show};
use crate::acts::intake;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::values;
use anyhow::{Context as _, Result, bail};
use ip_network::{IpNetwork, Ipv4Network};
use rand::rngs::ChaCha8Rng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use std::io::{BufWriter, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::{Duration, Instant};
use tuermer_core::ids::OrganisationId;
use tuermer_core::observation::Whereabouts;
use tuermer_core::owners::{NetworkFact, Owners};
use tuermer_core::rights::Actor;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Members.
    #[arg(long, default_value_t = 25_000)]
    members: u64,
    /// Networks of all members together.
    #[arg(long, default_value_t = 25_000)]
    networks: u32,
    /// Lines of the report.
    #[arg(long, default_value_t = 1_000_000)]
    lines: u64,
    /// Of a thousand lines, so many concern a member.
    #[arg(long, default_value_t = 10)]
    per_mille: u64,
}

/// First address of the members' networks, and of everybody else.
const MEMBERS_FROM: u32 = 0x0a00_0000;
const OTHERS_FROM: u32 = 0x6440_0000;
/// Addresses of one network.
const NETWORK_ADDRESSES: u32 = 16;
/// Networks for which there is room.
const MOST_NETWORKS: u32 = 1 << 20;
/// Lines of a flood, at most.
const FLOOD_LINES: u64 = 300_000;
/// How often the other feed brings its line.
const OTHER_FEED_PAUSE: Duration = Duration::from_millis(100);
/// Addresses looked up for the figure of attribution alone.
const LOOKUPS: u32 = 10_000_000;

/// Runs it.
pub async fn run(call: &Call, args: Args) -> Result<Exit> {
    if args.networks == 0 || args.networks > MOST_NETWORKS {
        bail!("--networks must be between 1 and {MOST_NETWORKS}");
    }
    for networks in [1_000, args.networks] {
        show(call, "attribution", &attribution(networks))?;
    }
    report(call, &args).await?;
    fairness(call, &args).await?;
    Ok(Exit::Ok)
}

fn network(number: u32) -> Option<IpNetwork> {
    let first =
        Ipv4Addr::from(MEMBERS_FROM.saturating_add(number.saturating_mul(NETWORK_ADDRESSES)));
    Ipv4Network::new(first, 28).ok().map(IpNetwork::from)
}

fn random_below(random: &mut ChaCha8Rng, below: u32) -> u32 {
    random.next_u32() % below.max(1)
}

/// Addresses found in memory on one core; one of two belongs to somebody.
fn attribution(networks: u32) -> serde_json::Value {
    let fact = |number: u32| {
        Some((
            OrganisationId(format!("o{number}")),
            NetworkFact::Network(network(number)?),
        ))
    };
    let owners = Owners::new((0..networks).filter_map(fact));
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let addresses: Vec<IpAddr> = (0..LOOKUPS / 10)
        .map(|number| {
            let from = if number % 2 == 0 {
                MEMBERS_FROM
            } else {
                OTHERS_FROM
            };
            IpAddr::from(Ipv4Addr::from(from.saturating_add(random_below(
                &mut random,
                networks.saturating_mul(NETWORK_ADDRESSES),
            ))))
        })
        .collect();
    let start = Instant::now();
    let mut found = 0_u64;
    for _ in 0..10 {
        for ip in &addresses {
            found = found.saturating_add(u64::from(owners.is_known(&Whereabouts {
                ip: Some(*ip),
                ..Whereabouts::default()
            })));
        }
    }
    let per_second = (f64::from(LOOKUPS) / start.elapsed().as_secs_f64()).round();
    json!({"networks": networks, "lookups": LOOKUPS, "found": found, "per_core_second": per_second})
}

async fn report(
    call: &Call,
    Args {
        members,
        networks,
        lines,
        per_mille,
    }: &Args,
) -> Result<()> {
    let ground = Ground::new(
        call,
        World {
            members: *members,
            assets: *members,
            concerned: 1,
        },
    )
    .await?;
    fill(&ground.context, *members, *networks).await?;
    let path = ground.directory.join("2026-01-02-scan_exchange-bench.csv");
    write(&path, *networks, *lines, *per_mille)?;
    let megabytes_read = std::fs::metadata(&path)?.len() >> 20;
    // The snapshot of a running program is loaded already.
    drop(ground.context.store.owners().await?);
    let before = megabytes();
    let mut taken = None;
    let start = Instant::now();
    let mut tell = |report: intake::IngestReport| {
        taken = Some(report);
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
    let ms = milliseconds(start);
    let Some(report) = taken else {
        bail!("the invented report was not taken")
    };
    let figures = json!({"lines": report.lines, "megabytes": megabytes_read, "attributed": report.attributed, "new": report.new,
        "malformed": report.malformed, "networks": networks, "ms": ms, "lines_per_second": (report.lines as f64 / ms * 1_000.0).round(),
        "memory_before_mb": before, "memory_peak_mb": megabytes()});
    show(call, "report", &figures)?;
    ground.close().await
}

/// While one feed brings a flood of which every line concerns a member, another brings one line again and again: how long
/// until that is durable.
async fn fairness(
    call: &Call,
    Args {
        members,
        networks,
        lines,
        ..
    }: &Args,
) -> Result<()> {
    let ground = Ground::new(
        call,
        World {
            members: *members,
            assets: *members,
            concerned: 1,
        },
    )
    .await?;
    fill(&ground.context, *members, *networks).await?;
    let path = ground.directory.join("2026-01-02-scan_exchange-flood.csv");
    let flood_lines = (*lines).min(FLOOD_LINES);
    write(&path, *networks, flood_lines, 1_000)?;
    let context = ground.context.clone();
    let flood =
        tokio::spawn(async move { intake::ingest(&context, &Actor::Shell, "flood", &path).await });
    let mut waits = Vec::new();
    while !flood.is_finished() {
        let number = waits.len();
        let line = format!(
            "\"timestamp\",\"ip\",\"port\",\"tag\"\n\"2026-01-02 00:00:00\",\"{}\",{},\"exchange\"\n",
            Ipv4Addr::from(MEMBERS_FROM),
            number % 60_000
        );
        let start = Instant::now();
        let taken = intake::ingest_bytes(
            &ground.context,
            &Actor::Shell,
            "2026-01-02-scan_other-bench.csv",
            line.into_bytes(),
        )
        .await?;
        if taken.new != 1 {
            bail!("the line of the other feed was not taken");
        }
        waits.push(milliseconds(start));
        tokio::time::sleep(OTHER_FEED_PAUSE).await;
    }
    flood.await??;
    waits.sort_by(f64::total_cmp);
    let (median, longest) = (waits.get(waits.len() / 2).copied(), waits.last().copied());
    show(
        call,
        "fairness",
        &json!({"flood_lines": flood_lines, "other_lines": waits.len(), "ms_median": median, "ms_longest": longest}),
    )?;
    ground.close().await
}

/// Gives the members their networks.
async fn fill(context: &Context, members: u64, networks: u32) -> Result<()> {
    let organisations = context
        .store
        .read("SELECT id FROM organisation ORDER BY id", Vec::new())
        .await?;
    let ids: Vec<String> = organisations
        .iter()
        .map(|row| row.text(0))
        .collect::<Result<_>>()?;
    let mut open = context.store.begin().await?;
    let mut rows = Vec::new();
    for number in 0..networks {
        let at = usize::try_from(u64::from(number) % members.max(1))?;
        let (id, Some(network)) = (
            ids.get(at)
                .context("there are fewer members than asked for")?,
            network(number),
        ) else {
            continue;
        };
        rows.push(values![
            id,
            "network",
            network.to_string(),
            "register",
            0_i64
        ]);
    }
    open.insert_many(
        "INSERT INTO network (organisation_id, kind, value, source, said_at)",
        rows,
        "",
    )
    .await?;
    open.commit().await
}

fn write(path: &Path, networks: u32, lines: u64, per_mille: u64) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut random = ChaCha8Rng::seed_from_u64(2);
    file.write_all(b"\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\",\"city\",\"naics\",\"hostname_source\",\"sector\",\"version\",\"servername\",\"url\"\n")?;
    for number in 0..lines {
        let hit = u64::from(random_below(&mut random, 1_000)) < per_mille;
        let (from, below) = if hit {
            (MEMBERS_FROM, networks.saturating_mul(NETWORK_ADDRESSES))
        } else {
            (OTHERS_FROM, 1 << 22)
        };
        let ip = Ipv4Addr::from(from.saturating_add(random_below(&mut random, below)));
        writeln!(
            file,
            "\"2026-01-02 {:02}:{:02}:{:02}\",\"critical\",\"{ip}\",\"tcp\",443,\"host{number}.example.net\",\"exchange;cve-2021-26855\",64496,\"DE\",\"NORDRHEIN-WESTFALEN\",\"SIEGEN\",0,\"\",\"\",\"15.2.721\",\"mail{number}\",\"https://{ip}/owa/\"",
            number / 3_600 % 24,
            number / 60 % 60,
            number % 60
        )?;
    }
    file.flush().context("cannot write the invented report")
}
