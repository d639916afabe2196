//! Build packs as files: `pack.toml` and `builds.csv`, those of the program (`packs/`) and those a chamber writes.
//!
//! The format stands in `docs/build-packs.md`. A file with one bad row is refused as a whole: half a table would call
//! open servers closed. A test holds our own files; should they ever be broken all the same, [`defect`] says so and the
//! program refuses to start.

mod error;
mod file;
mod reader;
mod rows;

pub use error::{Fault, PackError, Part};

use error::Places;
use file::PackFile;
use reader::Reader;
use std::sync::LazyLock;
use tuermer_core::limits::{FIELD_CHARACTERS, PACK_BYTES};
use tuermer_core::locale::{Language, Phrase};
use tuermer_core::pack::{BuildPack, PackRule};

/// Number of this format.
pub const FORMAT: u32 = 2;

/// Name, description and builds of every pack of the program; Exchange first. A pack that judges nothing has no builds.
const SHIPPED: [(&str, &str, &str); 5] = [
    (
        "exchange",
        include_str!("../packs/exchange/pack.toml"),
        include_str!("../packs/exchange/builds.csv"),
    ),
    (
        "netscaler",
        include_str!("../packs/netscaler/pack.toml"),
        include_str!("../packs/netscaler/builds.csv"),
    ),
    (
        "fortios",
        include_str!("../packs/fortios/pack.toml"),
        include_str!("../packs/fortios/builds.csv"),
    ),
    (
        "moveit",
        include_str!("../packs/moveit/pack.toml"),
        include_str!("../packs/moveit/builds.csv"),
    ),
    (
        "mail-servers",
        include_str!("../packs/mail-servers/pack.toml"),
        "",
    ),
];

static PACKS: LazyLock<Result<Vec<BuildPack>, PackError>> = LazyLock::new(|| {
    SHIPPED
        .iter()
        .map(|(_, pack, builds)| read(pack, builds))
        .collect()
});

/// All packs that come with the program; read once. Empty only where [`defect`] says why.
pub fn packs() -> &'static [BuildPack] {
    PACKS.as_deref().unwrap_or_default()
}

/// Why the packs of the program cannot be used; `None` in every program that passed its tests.
pub fn defect() -> Option<&'static PackError> {
    PACKS.as_ref().err()
}

/// The two files of a pack of the program, as a pattern for one's own.
pub fn files(name: &str) -> Option<(&'static str, &'static str)> {
    SHIPPED
        .iter()
        .find(|(own, _, _)| *own == name)
        .map(|(_, pack, builds)| (*pack, *builds))
}

/// True where the description lacks its table, which then must stand in `builds.csv`.
pub fn needs_builds(pack: &str) -> bool {
    let none = PackRule::NoBuilds.as_str();
    toml::from_str::<PackFile>(pack)
        .is_ok_and(|file| file.builds.is_none() && file.rule.get_ref() != none)
}

/// Reads a pack from its two files; `builds` is empty where the description holds them itself.
///
/// # Errors
/// File, line and field of the first mistake.
pub fn read(pack: &str, builds: &str) -> Result<BuildPack, PackError> {
    for (part, text) in [(Part::Pack, pack), (Part::Builds, builds)] {
        if text.len() as u64 > PACK_BYTES {
            return Err(PackError::whole(
                part,
                Fault::TooLarge,
                PACK_BYTES.to_string(),
            ));
        }
    }
    let places = Places(pack);
    let file: PackFile = toml::from_str(pack).map_err(|error| places.syntax(&error))?;
    let (format, name) = (&file.format, &file.name);
    if *format.get_ref() != FORMAT {
        return Err(places.fault(
            format.span(),
            "format",
            &format.get_ref().to_string(),
            Fault::Format,
        ));
    }
    if !is_name(name.get_ref()) {
        return Err(places.of(name, "name", Fault::Name));
    }
    let pack = Reader::new(places, &file)?.pack(file, builds)?;
    if pack.rule == PackRule::ExchangeCuSu {
        every_fix_has_builds(&pack)?;
    }
    Ok(pack)
}

/// A word of letters, digits and hyphens: it is typed, and stands in file names.
fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn short(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(FIELD_CHARACTERS)
        .collect()
}

/// A phrase as the file tells it; another language reads the English one.
fn both(german: &str, english: &str) -> Phrase {
    Phrase::new([
        (Language::German, short(german)),
        (Language::English, short(english)),
    ])
}

/// An update nobody carries is a slip of the pen: every server would count as open.
fn every_fix_has_builds(pack: &BuildPack) -> Result<(), PackError> {
    let lost = pack.fixes.iter().find(|fix| {
        !pack
            .rows
            .iter()
            .any(|row| row.update.as_ref() == Some(&fix.update))
    });
    lost.map_or(Ok(()), |fix| {
        Err(PackError {
            field: "update".into(),
            ..PackError::whole(Part::Pack, Fault::NoBuilds, fix.update.clone())
        })
    })
}

#[cfg(test)]
mod carries_tests;
#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vendors_tests;
