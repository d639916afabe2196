//! Build packs: those of the program, and over them those a chamber brought in.

use super::Store;
use anyhow::{Context as _, Result};
use std::sync::{Arc, Mutex, PoisonError};
use tuermer_core::pack::BuildPack;
use tuermer_formats::exchange_build;

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
        let rows = self.read("SELECT name, document_sha256 FROM build_pack ORDER BY name", Vec::new()).await?;
        let stamp = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<Vec<_>>>()?;
        {
            let known = self.packs.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, packs)) = known.as_ref().filter(|(known, _)| *known == stamp) {
                return Ok(Arc::clone(packs));
            }
        }
        let mut packs = exchange_build::packs().to_vec();
        let rows = self.read("SELECT name, pack, builds FROM build_pack ORDER BY name", Vec::new()).await?;
        for row in &rows {
            let name = row.text(0)?;
            let pack = exchange_build::read(&row.text(1)?, &row.text(2)?).with_context(|| format!("the imported build pack {name}"))?;
            packs.retain(|other| other.name != name);
            packs.push(pack);
        }
        let packs = Arc::new(packs);
        *self.packs.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stamp, Arc::clone(&packs)));
        Ok(packs)
    }
}
