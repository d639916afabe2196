//! The Exchange build pack: our own data files (`packs/`), read into a [`BuildPack`].
//!
//! The format stands in `packs/exchange.toml`. A file with one bad row is refused as a whole: half a table would call
//! open servers closed. A test holds the files; should they ever be broken all the same, [`defect`] says so and the
//! program refuses to start.

use jiff::civil::Date;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;
use tuermer_core::pack::{Alias, BuildPack, BuildRow, Fix, ProductLine, Seen};
use tuermer_core::product::ProductKey;

const FORMAT: u32 = 1;
const EXCHANGE: &str = include_str!("../packs/exchange.toml");
const EXCHANGE_BUILDS: &str = include_str!("../packs/exchange-builds.csv");

static PACKS: LazyLock<Result<Vec<BuildPack>, PackError>> = LazyLock::new(|| Ok(vec![read(EXCHANGE, EXCHANGE_BUILDS)?]));

/// All packs that come with the program; read once. Empty only where [`defect`] says why.
pub fn packs() -> &'static [BuildPack] {
    PACKS.as_deref().unwrap_or_default()
}

/// Why the packs of the program cannot be used; `None` in every program that passed its tests.
pub fn defect() -> Option<&'static PackError> {
    PACKS.as_ref().err()
}

/// Why a pack is refused.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file of lines and fixes.
    #[error("the pack cannot be read: {0}")]
    File(#[from] toml::de::Error),
    /// The file of builds.
    #[error("the builds of the pack cannot be read: {0}")]
    Builds(#[from] csv::Error),
    /// A format of another program.
    #[error("the pack has format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// A value that says nothing.
    #[error("the pack says \"{value}\" where {expected} is needed")]
    Value {
        /// What stands there.
        value: String,
        /// What should.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    format: u32,
    name: String,
    title: String,
    vendor: String,
    product: String,
    source: String,
    as_of: String,
    line: Vec<LineFile>,
    #[serde(default)]
    alias: Vec<AliasFile>,
    fix: Vec<FixFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineFile {
    name: String,
    title: String,
    major_minor: [u32; 2],
    third_from: Option<u32>,
    third_to: Option<u32>,
    end_of_life: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasFile {
    line: String,
    cumulative_update: String,
    also: String,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixFile {
    update: String,
    lines: Vec<String>,
    flaws: Vec<String>,
    condition: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFile {
    build: String,
    line: String,
    cu: String,
    su: String,
    released: String,
    available_from: String,
    kb: String,
    source: String,
}

/// Reads a pack from its two files.
pub fn read(pack: &str, builds: &str) -> Result<BuildPack, PackError> {
    let PackFile { format, name, title, vendor, product, source, as_of, line, alias, fix } = toml::from_str(pack)?;
    if format != FORMAT {
        return Err(PackError::Format(format));
    }
    let titles = Titles(line.iter().map(|line| (line.name.clone(), line.title.clone())).collect());
    let aliases = alias.into_iter().map(|alias| titles.alias(alias)).collect::<Result<Vec<Alias>, _>>()?;
    let mut fixes = Vec::new();
    for fix in fix {
        fixes.extend(titles.fixes(fix)?);
    }
    let mut rows = Vec::new();
    for row in csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(builds.as_bytes()).deserialize() {
        rows.push(titles.row(row?, &aliases)?);
    }
    let lines = line.into_iter().map(product_line).collect::<Result<Vec<ProductLine>, _>>()?;
    if let Some(fix) = fixes.iter().find(|fix| !rows.iter().any(|row| row.update.as_ref() == Some(&fix.update))) {
        return Err(value(&fix.update, "an update that stands among the builds"));
    }
    Ok(BuildPack { name, product: ProductKey::new(&vendor, &product), title, source, as_of: day(&as_of)?, lines, rows, fixes, aliases })
}

/// Name of a line as in the files → its title for people.
struct Titles(HashMap<String, String>);

impl Titles {
    fn of(&self, name: &str) -> Result<String, PackError> {
        self.0.get(name).cloned().ok_or_else(|| value(name, "the name of a line"))
    }

    fn alias(&self, AliasFile { line, cumulative_update, also, source }: AliasFile) -> Result<Alias, PackError> {
        Ok(Alias { line: self.of(&line)?, cumulative_update, also, source })
    }

    fn fixes(&self, FixFile { update, lines, flaws, condition }: FixFile) -> Result<Vec<Fix>, PackError> {
        let lines = lines.iter().map(|line| self.of(line)).collect::<Result<Vec<String>, _>>()?;
        Ok(flaws.into_iter().map(|cve| Fix { cve, update: update.clone(), lines: lines.clone(), condition: condition.clone() }).collect())
    }

    fn row(&self, RowFile { build, line, cu, su, released, available_from, kb, source }: RowFile, aliases: &[Alias]) -> Result<BuildRow, PackError> {
        let Some(Seen::Build(build)) = Seen::parse(&build) else { return Err(value(&build, "a build of four numbers")) };
        let line = self.of(&line)?;
        let alias = aliases.iter().find(|alias| alias.line == line && alias.also == cu);
        let cumulative_update = alias.map_or(cu, |alias| alias.cumulative_update.clone());
        let (released, available_from) = (optional_day(&released)?, optional_day(&available_from)?);
        Ok(BuildRow { build, line, cumulative_update, update: filled(su), released, available_from, kb: filled(kb), source })
    }
}

fn product_line(LineFile { name: _, title, major_minor, third_from, third_to, end_of_life }: LineFile) -> Result<ProductLine, PackError> {
    let third = (third_from.unwrap_or(0), third_to.unwrap_or(u32::MAX));
    Ok(ProductLine { name: title, major_minor, third, end_of_life: end_of_life.as_deref().map(day).transpose()? })
}

fn day(text: &str) -> Result<Date, PackError> {
    text.parse().map_err(|_| value(text, "a day like 2021-03-02"))
}

fn optional_day(text: &str) -> Result<Option<Date>, PackError> {
    if text.is_empty() { Ok(None) } else { day(text).map(Some) }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn value(value: &str, expected: &'static str) -> PackError {
    PackError::Value { value: value.to_string(), expected }
}

#[cfg(test)]
#[path = "exchange_build_tests.rs"]
mod tests;
