//! The files of a pack, field by field; `docs/build-packs.md` tells what each means.

use serde::Deserialize;
use toml::Spanned;

/// `pack.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    pub format: Spanned<u32>,
    pub name: Spanned<String>,
    pub title: String,
    pub source: String,
    pub as_of: Spanned<String>,
    pub rule: Spanned<String>,
    /// Absent only where there are no builds.
    pub form: Option<Spanned<String>>,
    pub products: Vec<[String; 2]>,
    pub carries: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub compared: Vec<Spanned<String>>,
    /// The text of `builds.csv`, for a pack in one file.
    pub builds: Option<Spanned<String>>,
    /// Absent only where there are no builds, like `fix`.
    pub line: Option<Vec<LineFile>>,
    #[serde(default)]
    pub alias: Vec<AliasFile>,
    #[serde(default)]
    pub condition: Vec<ConditionFile>,
    #[serde(default)]
    pub paid: Vec<PaidFile>,
    pub fix: Option<Vec<FixFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineFile {
    pub name: Spanned<String>,
    pub title: String,
    pub branch: Option<Spanned<String>>,
    pub from: Option<Spanned<String>>,
    pub to: Option<Spanned<String>>,
    pub end_of_life: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AliasFile {
    pub line: Spanned<String>,
    pub cumulative_update: String,
    pub also: String,
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionFile {
    pub key: Spanned<String>,
    pub question_de: String,
    pub question_en: String,
    pub step_de: String,
    pub step_en: String,
    pub untold: Spanned<String>,
    #[serde(default)]
    pub settled_by: Vec<String>,
    #[serde(default)]
    pub open_by: Vec<String>,
    pub settled_from_update: Option<String>,
    pub since: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaidFile {
    pub programme: String,
    pub lines: Vec<Spanned<String>>,
    pub updates: Vec<String>,
    pub until: Spanned<String>,
    pub condition: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FixFile {
    pub update: Spanned<String>,
    pub lines: Vec<Spanned<String>>,
    pub flaws: Vec<Spanned<String>>,
    pub condition: Option<Spanned<String>>,
    /// Instead of `condition` where there are several.
    #[serde(default)]
    pub conditions: Vec<Spanned<String>>,
    pub published: Option<Spanned<String>>,
    pub url: Option<Spanned<String>>,
}

/// One row of `builds.csv`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowFile {
    pub build: String,
    pub line: String,
    #[serde(default)]
    pub cu: String,
    #[serde(alias = "su")]
    pub update: String,
    #[serde(default)]
    pub affected_from: String,
    #[serde(default)]
    pub released: String,
    #[serde(default)]
    pub available_from: String,
    #[serde(default)]
    pub kb: String,
    #[serde(default)]
    pub source: String,
}
