//! A build pack on disk: a folder with `pack.toml` and, where it has builds, `builds.csv`, or one file.

use crate::text::Texts;
use anyhow::{Context as _, Result, anyhow, bail};
use std::io::Read as _;
use std::path::Path;
use tuermer_core::limits::PACK_BYTES;
use tuermer_core::pack::BuildPack;
use tuermer_formats::build_pack::{self, PackError};
pub use tuermer_store::documents::packs::PackFiles;

/// Parses the pack; a mistake is told with file, line and field in the reader's language.
///
/// # Errors
/// The first mistake.
pub fn parse(files: &PackFiles, texts: Texts) -> Result<BuildPack> {
    build_pack::read(&files.pack, &files.builds)
        .map_err(|error| anyhow!("{}", mistake_sentence(texts, &error)))
}

/// The sentence of a mistake: where, what stands there, what should.
fn mistake_sentence(
    texts: Texts,
    PackError {
        part,
        line,
        field,
        value,
        fault,
    }: &PackError,
) -> String {
    let line = if *line > 0 {
        format!(":{line}")
    } else {
        String::new()
    };
    let field = if field.is_empty() {
        String::new()
    } else {
        format!(" {field}")
    };
    texts.with(
        &format!("pack.fault.{}", fault.key()),
        &[
            ("place", &format!("{}{line}{field}", part.file())),
            ("value", value),
        ],
    )
}

/// Reads a folder or a file.
///
/// # Errors
/// It is not there, too large, or no text.
pub fn read(path: &Path) -> Result<PackFiles> {
    if path.is_dir() {
        let (pack, table) = (text(&path.join("pack.toml"))?, path.join("builds.csv"));
        let builds = if table.exists() || build_pack::needs_builds(&pack) {
            text(&table)?
        } else {
            String::new()
        };
        return Ok(PackFiles { pack, builds });
    }
    Ok(PackFiles {
        pack: text(path)?,
        builds: String::new(),
    })
}

fn text(path: &Path) -> Result<String> {
    let place = || path.display().to_string();
    let file = std::fs::File::open(path).with_context(place)?;
    if !file.metadata().with_context(place)?.is_file() {
        bail!("{}: not a file", place());
    }
    let mut bytes = Vec::new();
    // One byte more than allowed, so that the reader sees that it is too much.
    file.take(PACK_BYTES.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(place)?;
    let text = String::from_utf8(bytes).with_context(place)?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or_else(|| text.clone(), str::to_string))
}
