//! Build packs: those of the program, and over them those a chamber brought in.

use crate::Store;
use crate::ground::engine::Transaction;
use crate::keys::sha256;
use crate::values;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use tuermer_core::pack::BuildPack;
use tuermer_formats::build_pack;

/// The texts of a pack as they were read.
pub struct PackFiles {
    /// `pack.toml`.
    pub pack: String,
    /// `builds.csv`; empty for a pack in one file and for one without builds.
    pub builds: String,
}

impl PackFiles {
    /// Both files as one hash.
    pub fn sha256(&self) -> String {
        sha256(format!("{}\0{}", self.pack, self.builds).as_bytes())
    }
}

/// The packs as last read, with what stood in the table then.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Option<Read>>>);

/// Names and hashes of the imported packs, and all packs.
type Read = (Vec<(String, String)>, Arc<Vec<BuildPack>>);

impl Store {
    /// Every pack; an imported one stands in for the program's pack of the same name.
    ///
    /// # Errors
    /// The database refused, or an imported pack can no longer be read.
    pub async fn packs(&self) -> Result<Arc<Vec<BuildPack>>> {
        let rows = self
            .read(
                "SELECT name, document_sha256 FROM build_pack ORDER BY name",
                Vec::new(),
            )
            .await?;
        let stamp = rows
            .iter()
            .map(|row| Ok((row.text(0)?, row.text(1)?)))
            .collect::<Result<Vec<_>>>()?;
        {
            let known = self.packs.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, packs)) = known.as_ref().filter(|(known, _)| *known == stamp) {
                return Ok(Arc::clone(packs));
            }
        }
        let mut packs = build_pack::packs().to_vec();
        let rows = self
            .read(
                "SELECT name, pack, builds FROM build_pack ORDER BY name",
                Vec::new(),
            )
            .await?;
        for row in &rows {
            let name = row.text(0)?;
            let pack = build_pack::read(&row.text(1)?, &row.text(2)?)
                .with_context(|| format!("the imported build pack {name}"))?;
            let at_hand = packs.iter().position(|other| other.name == name);
            let other = at_hand.map(|place| packs.remove(place));
            packs.push(match &other {
                Some(other) => pack.in_place_of(other),
                None => pack,
            });
        }
        let packs = Arc::new(packs);
        *self.packs.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((stamp, Arc::clone(&packs)));
        Ok(packs)
    }
}

/// An imported pack as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedPack {
    /// Its name.
    pub name: String,
    /// Hash of its files.
    pub sha256: String,
    /// Day of its sources.
    pub as_of: String,
}

impl Store {
    /// The imported packs by name.
    pub async fn imported_packs(&self) -> Result<Vec<ImportedPack>> {
        let rows = self
            .read(
                "SELECT name, document_sha256, as_of FROM build_pack ORDER BY name",
                Vec::new(),
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ImportedPack {
                    name: row.text(0)?,
                    sha256: row.text(1)?,
                    as_of: row.text(2)?,
                })
            })
            .collect()
    }

    /// The two files of an imported pack.
    pub async fn imported_pack(&self, name: &str) -> Result<Option<(String, String)>> {
        let row = self
            .read_one(
                "SELECT pack, builds FROM build_pack WHERE name = $1",
                values![name],
            )
            .await?;
        row.map(|row| Ok((row.text(0)?, row.text(1)?))).transpose()
    }
}

/// Writes a pack; one of the same name is replaced.
pub async fn put(
    open: &mut Transaction,
    pack: &ImportedPack,
    files: &PackFiles,
    now: Timestamp,
    actor: &str,
) -> Result<()> {
    let ImportedPack {
        name,
        sha256,
        as_of,
    } = pack;
    let PackFiles { pack, builds } = files;
    open.run(
        "INSERT INTO build_pack (name, document_sha256, pack, builds, as_of, imported_at, imported_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (name) DO UPDATE SET document_sha256 = excluded.document_sha256, pack = excluded.pack, builds = excluded.builds,
             as_of = excluded.as_of, imported_at = excluded.imported_at, imported_by = excluded.imported_by",
        values![name, sha256, pack, builds, as_of, now, actor],
    )
    .await?;
    Ok(())
}

/// Takes a pack out.
pub async fn remove(open: &mut Transaction, name: &str) -> Result<()> {
    open.run("DELETE FROM build_pack WHERE name = $1", values![name])
        .await?;
    Ok(())
}
