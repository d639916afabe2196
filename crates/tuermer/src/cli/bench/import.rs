//! `tuermer bench import`: how long a register of N members with M assets takes, first and second time.

use super::peak_memory_bytes;
use crate::acts::register::{self, ImportKind, ImportOptions, ImportReport, Input};
use crate::cli::{Call, Exit};
use crate::clock::Clock;
use crate::config::{Config, Home};
use crate::context::Context;
use crate::random::Random;
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;
use tuermer_core::rights::Actor;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Members.
    #[arg(long, default_value_t = 25_000)]
    pub members: u64,
    /// Assets, spread evenly over the members.
    #[arg(long, default_value_t = 60_000)]
    pub assets: u64,
}

/// Runs it. The figures are of the embedded database unless `--database` names another.
pub async fn run(call: &Call, Args { members, assets }: Args) -> Result<Exit> {
    let directory = temporary_directory()?;
    let done = measure(call, &directory, members, assets).await;
    // A directory that stays behind is not worth hiding the result of the measurement.
    let _ = std::fs::remove_dir_all(&directory);
    done
}

fn temporary_directory() -> Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("tuermer-bench-{}", std::process::id()));
    std::fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path)
}

async fn measure(call: &Call, directory: &Path, members: u64, assets: u64) -> Result<Exit> {
    let member_file = directory.join("members.csv");
    let asset_file = directory.join("inventory.csv");
    write_members(&member_file, members)?;
    write_assets(&asset_file, members, assets)?;
    let mut config = Config::default();
    if let Some(url) = &call.database {
        config.store.url.clone_from(url);
    }
    let context = crate::cli::init::create(
        &Home(directory.join("data")),
        config,
        true,
        Clock::System,
        Random::seeded(1),
    )
    .await?;
    let steps = [
        ("members", ImportKind::Members, &member_file),
        ("inventory", ImportKind::Inventory, &asset_file),
        ("members_again", ImportKind::Members, &member_file),
        ("inventory_again", ImportKind::Inventory, &asset_file),
    ];
    let mut total = 0.0;
    for (step, kind, file) in steps {
        let (report, seconds) = timed(&context, kind, file).await?;
        if !report.errors.is_empty() {
            bail!(
                "the generated file {} has {} errors",
                file.display(),
                report.errors.len()
            );
        }
        total += if report.new > 0 { seconds } else { 0.0 };
        show(call, step, &report, seconds)?;
    }
    context.store.database.close().await;
    let megabytes = peak_memory_bytes().map(|bytes| bytes / (1024 * 1024));
    if call.out.json {
        call.out.object(&json!({"step": "total", "members": members, "assets": assets, "seconds": rounded(total), "peak_megabytes": megabytes}))?;
    } else {
        call.out.line(&format!(
            "total            {total:8.2} s   peak {} MB",
            megabytes.map_or_else(|| "?".to_string(), |mb| mb.to_string())
        ));
    }
    Ok(Exit::Ok)
}

async fn timed(context: &Context, kind: ImportKind, file: &Path) -> Result<(ImportReport, f64)> {
    let start = Instant::now();
    let report = register::import(
        context,
        &Actor::Shell,
        kind,
        "bench",
        Input::File(file.to_path_buf()),
        &ImportOptions::default(),
    )
    .await?;
    Ok((report, start.elapsed().as_secs_f64()))
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn show(call: &Call, step: &str, report: &ImportReport, seconds: f64) -> Result<()> {
    if call.out.json {
        return call.out.object(&json!({"step": step, "rows": report.rows, "new": report.new, "same": report.same, "seconds": rounded(seconds)}));
    }
    call.out.line(&format!(
        "{step:<16} {seconds:8.2} s   {} rows, {} new, {} same",
        report.rows, report.new, report.same
    ));
    Ok(())
}

/// Every member has all fields, so that the figure is of the worst case.
fn write_members(path: &Path, members: u64) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(
        file,
        "Mitgliedsnummer;Firma;Straße;PLZ;Ort;Branche;Größenklasse;Sprache;Ansprechpartner;E-Mail;Telefon;Mobil;IT-Partner"
    )?;
    for number in 0..members {
        let (town, provider) = (number % 90, number % 400);
        writeln!(
            file,
            "M{number:07};Müller & Söhne {number} GmbH;Hauptstraße {};57{:03};Musterstadt {town};Maschinenbau;10-49;de;Erika Muster {number};\
             info{number}@firma{number}.example.com;0271 5{number:07};0171 {:07};P{provider:03}",
            number % 200,
            number % 1000,
            1_000_000 + number % 8_000_000,
        )?;
    }
    file.flush().context("cannot write the generated members")
}

fn write_assets(path: &Path, members: u64, assets: u64) -> Result<()> {
    const PRODUCTS: [(&str, &str, &str, &str); 3] = [
        ("Microsoft", "Exchange Server", "2016", "15.1.2176.2"),
        ("Fortinet", "FortiOS", "7.0", "7.0.5"),
        ("Citrix", "NetScaler ADC", "13.1", "13.1-49.13"),
    ];
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(
        file,
        "external_id,vendor,product,version,build,hostname,source,observed_at,note"
    )?;
    for number in 0..assets {
        let member = number % members.max(1);
        let place = usize::try_from(number.checked_div(members).unwrap_or(0) % 3)?;
        let (vendor, product, version, build) = PRODUCTS.get(place).copied().unwrap_or_default();
        writeln!(
            file,
            "M{member:07},{vendor},{product},{version},{build},host{number},provider,2021-01-12,"
        )?;
    }
    file.flush().context("cannot write the generated inventory")
}
