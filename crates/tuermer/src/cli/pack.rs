//! `tuermer pack`: the build packs, their contradictions, what they say of a build, and those a chamber brings in.

mod bring;
mod check;
mod judge;

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::text::Texts;
use crate::views::pack::{BuildView, PackProductView, PackView};
use anyhow::{Result, bail};
use jiff::civil::Date;
use std::path::PathBuf;
use std::sync::Arc;
use tuermer_core::pack::{BuildPack, BuildRow, EndOfLife, PaidUpdates};
use tuermer_core::product::ProductKey;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every pack with its source and the day it was read.
    List,
    /// Every build of a pack; of one without builds, every product.
    Show {
        /// Name of the pack.
        name: String,
    },
    /// Where the sources of a pack contradict each other; for a file or folder also what is wrong with it.
    Check {
        /// Name of a pack, or a file or folder that is not imported by this; all packs without it.
        name: Option<String>,
    },
    /// What a pack says of a build.
    Judge {
        /// Name of the pack.
        name: String,
        /// Build, for example 15.1.2176.9, 13.1-51.15 or 7.4.3.
        build: String,
        /// Flaws; all of the pack without any.
        cve: Vec<String>,
        /// What was known on this day (YYYY-MM-DD); without it, what the pack knows.
        #[arg(long, value_name = "DAY")]
        as_of: Option<Date>,
    },
    /// Bring a pack in: a folder with pack.toml and builds.csv, or one file.
    Import {
        /// The folder or file.
        path: PathBuf,
        /// Also where the pack at hand is newer.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Write a pack as a folder, as a pattern for one's own.
    Export {
        /// Name of the pack.
        name: String,
        /// The folder; it must not exist yet.
        path: PathBuf,
    },
    /// Take an imported pack out; the program's own of that name counts again.
    Remove {
        /// Name of the pack.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::List => list(call).await,
        Verb::Show { name } => show(call, find(call, &packs(call).await?, &name)?),
        Verb::Check { name } => check::run(call, name.as_deref()).await,
        Verb::Judge {
            name,
            build,
            cve,
            as_of,
        } => judge::run(
            call,
            find(call, &packs(call).await?, &name)?,
            &build,
            &cve,
            as_of,
        ),
        Verb::Import { path, force, actor } => bring::import(call, &path, force, &actor).await,
        Verb::Export { name, path } => bring::export(call, &name, &path).await,
        Verb::Remove { name, actor } => bring::remove(call, &name, &actor).await,
    }
}

/// The packs of the data directory; without one, those of the program.
async fn packs(call: &Call) -> Result<Arc<Vec<BuildPack>>> {
    if call.home().is_ok_and(|home| home.config().exists()) {
        return call.open().await?.packs().await;
    }
    Ok(Arc::new(tuermer_formats::build_pack::packs().to_vec()))
}

fn find<'a>(call: &Call, packs: &'a [BuildPack], name: &str) -> Result<&'a BuildPack> {
    match packs.iter().find(|pack| pack.name == name) {
        Some(pack) => Ok(pack),
        None => {
            let names: Vec<&str> = packs.iter().map(|pack| pack.name.as_str()).collect();
            bail!(
                "{}",
                call.out.texts.with(
                    "pack.no_such_pack",
                    &[("name", name), ("names", &names.join(", "))]
                )
            )
        }
    }
}

async fn list(call: &Call) -> Result<Exit> {
    let imported: Vec<String> = if call.home().is_ok_and(|home| home.config().exists()) {
        call.open()
            .await?
            .store
            .imported_packs()
            .await?
            .into_iter()
            .map(|pack| pack.name)
            .collect()
    } else {
        Vec::new()
    };
    for pack in packs(call).await?.iter() {
        let own = imported.contains(&pack.name);
        // A newer program may bring a newer table than the one that was imported.
        let shipped = tuermer_formats::build_pack::packs()
            .iter()
            .find(|shipped| own && shipped.name == pack.name && shipped.as_of > pack.as_of);
        if call.out.json {
            call.out.object(&PackView::new(pack, own, shipped))?;
        } else {
            tell(call, pack, own, shipped);
        }
    }
    Ok(Exit::Ok)
}

fn tell(call: &Call, pack: &BuildPack, own: bool, shipped: Option<&BuildPack>) {
    let texts = call.out.texts;
    let key = if pack.judges() {
        "pack.list"
    } else {
        "pack.list_without_builds"
    };
    call.out.line(&with_numbers(texts, key, pack, &[]));
    let inset = |text: String| call.out.line(&format!("  {text}"));
    if own {
        inset(texts.get("pack.own"));
    }
    if let Some(shipped) = shipped {
        let as_of = shipped.as_of.to_string();
        let values = [("name", pack.name.as_str()), ("as_of", &as_of)];
        inset(texts.with("pack.newer_in_program", &values));
    }
    if !pack.services().is_empty() {
        inset(with_numbers(texts, "pack.carries", pack, &[]));
    }
    for line in &pack.lines {
        let end = match line.end_of_life {
            EndOfLife::Open => texts.get("pack.open"),
            EndOfLife::NotKnown => texts.get("pack.end_not_known"),
            EndOfLife::Day(day) => texts.with("pack.end", &[("day", &day.to_string())]),
        };
        inset(format!("{}: {end}", line.name));
    }
    for PaidUpdates {
        programme,
        lines,
        updates,
        until,
        ..
    } in pack.paid.iter().map(AsRef::as_ref)
    {
        let (lines, updates, until) = (lines.join(", "), updates.join(", "), until.to_string());
        let values = [
            ("lines", lines.as_str()),
            ("updates", &updates),
            ("programme", programme),
            ("until", &until),
        ];
        inset(texts.with("pack.paid", &values));
    }
}

/// A sentence about a pack with its name, day, source and numbers, and what else it needs.
fn with_numbers(texts: Texts, key: &str, pack: &BuildPack, more: &[(&str, &str)]) -> String {
    let services = pack.services().iter();
    let services: Vec<String> = services
        .map(|service| texts.get(&format!("pack.service.{}", service.as_str())))
        .collect();
    let (as_of, services) = (pack.as_of.to_string(), services.join(", "));
    let [products, builds, flaws] =
        [pack.products.len(), pack.rows.len(), pack.flaws().len()].map(|count| count.to_string());
    let values = [
        ("name", pack.name.as_str()),
        ("title", &pack.title),
        ("source", &pack.source),
        ("as_of", &as_of),
        ("services", &services),
        ("products", &products),
        ("builds", &builds),
        ("flaws", &flaws),
    ];
    texts.with(key, &[&values, more].concat())
}

fn show(call: &Call, pack: &BuildPack) -> Result<Exit> {
    if !pack.judges() {
        return show_products(call, pack);
    }
    for row in &pack.rows {
        if call.out.json {
            call.out.object(&BuildView::new(pack, row))?;
            continue;
        }
        let BuildRow {
            build,
            line,
            cumulative_update,
            update,
            affected_from: _,
            released,
            available_from,
            kb,
            source,
        } = row;
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let from = day(available_from)
            .or_else(|| day(released))
            .unwrap_or_default();
        let (build, update, kb) = (pack.form.write(*build), word(update), word(kb));
        call.out.line(format!("{build:<14} {line:<21} {cumulative_update:<8} {update:<10} {from:<10} {kb:<10} {source}").trim_end());
    }
    Ok(Exit::Ok)
}

/// The products of a pack that has no builds, as they are compared.
fn show_products(call: &Call, pack: &BuildPack) -> Result<Exit> {
    for key in &pack.products {
        if call.out.json {
            call.out.object(&PackProductView::from(key))?;
        } else {
            let ProductKey { vendor, product } = key;
            call.out.line(format!("{vendor:<24} {product}").trim_end());
        }
    }
    Ok(Exit::Ok)
}
