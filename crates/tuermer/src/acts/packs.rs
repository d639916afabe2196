//! Brings a build pack in or takes it out, and has every threat judged again whose flaws it knows.

use super::allow;
use crate::context::Context;
use crate::pack_file::PackFiles;
use crate::refusal::refusal;
use crate::store::documents::kev;
use crate::store::documents::packs::{self, ImportedPack};
use crate::store::ground::journal;
use anyhow::Result;
use tuermer_core::limits::PACKS;
use tuermer_core::pack::BuildPack;
use tuermer_core::rights::{Act, Actor};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// There was no pack of this name, neither imported nor in the program.
    pub new: bool,
    /// Exactly this pack was imported already; nothing changed.
    pub same: bool,
    /// Threats that are judged again.
    pub threats: u64,
}

/// Stores a pack that was checked.
///
/// # Errors
/// The pack at hand is newer (unless forced), or there are too many.
pub async fn import(
    context: &Context,
    pack: &BuildPack,
    files: &PackFiles,
    force: bool,
    actor: &Actor,
) -> Result<Brought> {
    allow(actor, Act::ImportPack)?;
    let sha256 = files.sha256();
    let imported = context.store.imported_packs().await?;
    if imported
        .iter()
        .any(|other| other.name == pack.name && other.sha256 == sha256)
    {
        return Ok(Brought {
            new: false,
            same: true,
            threats: 0,
        });
    }
    if imported.len() >= PACKS && !imported.iter().any(|other| other.name == pack.name) {
        return Err(refusal("pack.refused_too_many", [("most", &PACKS)]));
    }
    let all = context.packs().await?;
    let at_hand = all.iter().find(|other| other.name == pack.name);
    if let Some(newer) = at_hand.filter(|other| other.as_of > pack.as_of && !force) {
        return Err(refusal(
            "pack.refused_older",
            [
                ("name", &pack.name),
                ("as_of", &pack.as_of),
                ("newer", &newer.as_of),
            ],
        ));
    }
    let mut flaws = pack.flaws();
    flaws.extend(at_hand.map(BuildPack::flaws).unwrap_or_default());
    let now = context.now();
    let mut open = context.store.begin().await?;
    let row = ImportedPack {
        name: pack.name.clone(),
        sha256: sha256.clone(),
        as_of: pack.as_of.to_string(),
    };
    packs::put(&mut open, &row, files, now, actor.name()).await?;
    let threats = kev::raise(&mut open, &flaws).await?;
    let (by, detail) = (
        actor.name(),
        format!("as of {} sha256 {sha256}", pack.as_of),
    );
    journal::append(&mut open, now, by, "pack.imported", &pack.name, &detail).await?;
    open.commit().await?;
    Ok(Brought {
        new: at_hand.is_none(),
        same: false,
        threats,
    })
}

/// Takes an imported pack out; `None` where there is none of this name. Gives the threats that are judged again.
///
/// # Errors
/// The database refused.
pub async fn remove(context: &Context, name: &str, actor: &Actor) -> Result<Option<u64>> {
    allow(actor, Act::RemovePack)?;
    if !context
        .store
        .imported_packs()
        .await?
        .iter()
        .any(|pack| pack.name == name)
    {
        return Ok(None);
    }
    let all = context.packs().await?;
    let shipped = tuermer_formats::build_pack::packs();
    let flaws: Vec<&str> = all
        .iter()
        .chain(shipped)
        .filter(|pack| pack.name == name)
        .flat_map(BuildPack::flaws)
        .collect();
    let mut open = context.store.begin().await?;
    packs::remove(&mut open, name).await?;
    let threats = kev::raise(&mut open, &flaws).await?;
    let by = actor.name();
    journal::append(&mut open, context.now(), by, "pack.removed", name, "").await?;
    open.commit().await?;
    Ok(Some(threats))
}
