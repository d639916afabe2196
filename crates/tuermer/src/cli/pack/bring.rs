//! `tuermer pack import|export|remove`: packs a chamber brings in, without touching code.

use super::super::sign_in::ActorOrShell;
use super::super::{Call, Exit};
use super::check::tell_problems;
use super::with_numbers;
use crate::acts::packs;
use crate::pack_file;
use crate::views::pack::{PackImportedView, PackRemovedView};
use anyhow::{Context as _, Result, bail};
use std::path::Path;
use tuermer_core::pack_check::PackProblem;

/// Checks a pack and stores it; the threats it knows are judged again by the next run.
pub(super) async fn import(
    call: &Call,
    path: &Path,
    force: bool,
    actor: &ActorOrShell,
) -> Result<Exit> {
    let texts = call.out.texts;
    let context = call.open().await?;
    let actor = actor.prove(call, &context).await?;
    let files = pack_file::read(path)?;
    let pack = pack_file::parse(&files, texts)?;
    let today = context.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let problems = pack.problems(today);
    tell_problems(call, &pack, &problems)?;
    if problems.iter().any(PackProblem::refuses) {
        bail!(
            "{}",
            texts.with(
                "pack.refused_problems",
                &[
                    ("path", &path.display().to_string()),
                    ("count", &problems.len().to_string())
                ]
            )
        );
    }
    let brought = packs::import(&context, &pack, &files, force, &actor).await?;
    if call.out.json {
        call.out.object(&PackImportedView::new(&pack, &brought))?;
        return Ok(Exit::Ok);
    }
    let key = match (pack.judges(), brought.same) {
        (true, false) => "pack.imported",
        (true, true) => "pack.imported_same",
        (false, false) => "pack.imported_without_builds",
        (false, true) => "pack.imported_same_without_builds",
    };
    let threats = brought.threats.to_string();
    call.out
        .line(&with_numbers(texts, key, &pack, &[("threats", &threats)]));
    Ok(Exit::Ok)
}

/// Writes `pack.toml` of a pack, and `builds.csv` where it has one, into a new folder.
pub(super) async fn export(call: &Call, name: &str, path: &Path) -> Result<Exit> {
    let imported = if call.home().is_ok_and(|home| home.config().exists()) {
        call.open().await?.store.imported_pack(name).await?
    } else {
        None
    };
    let shipped = || {
        tuermer_formats::build_pack::files(name)
            .map(|(pack, builds)| (pack.to_string(), builds.to_string()))
    };
    let Some((pack, builds)) = imported.or_else(shipped) else {
        // The usual sentence names the packs there are.
        super::find(call, &super::packs(call).await?, name)?;
        bail!("{name}");
    };
    std::fs::create_dir(path).with_context(|| path.display().to_string())?;
    std::fs::write(path.join("pack.toml"), pack).with_context(|| path.display().to_string())?;
    if !builds.is_empty() {
        std::fs::write(path.join("builds.csv"), builds)
            .with_context(|| path.display().to_string())?;
    }
    call.out.say(&call.out.texts.with(
        "pack.exported",
        &[("name", name), ("path", &path.display().to_string())],
    ));
    Ok(Exit::Ok)
}

/// Takes an imported pack out again.
pub(super) async fn remove(call: &Call, name: &str, actor: &ActorOrShell) -> Result<Exit> {
    let context = call.open().await?;
    let actor = actor.prove(call, &context).await?;
    let Some(threats) = packs::remove(&context, name, &actor).await? else {
        call.out
            .say(&call.out.texts.with("pack.not_imported", &[("name", name)]));
        return Ok(Exit::NothingFound);
    };
    if call.out.json {
        call.out.object(&PackRemovedView {
            pack: name,
            removed: true,
            threats,
        })?;
    } else {
        call.out.line(&call.out.texts.with(
            "pack.removed",
            &[("name", name), ("threats", &threats.to_string())],
        ));
    }
    Ok(Exit::Ok)
}
