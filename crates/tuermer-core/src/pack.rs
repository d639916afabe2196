//! Build packs: products whose truth lies in a table of builds, not in a CVE's version range.
//!
//! CVE-2021-26855 gives a patched and an unpatched server the same CPE; only the vendor's build
//! table decides. The rule is that of `CSS-Exchange/Shared/CompareExchangeBuildLevel.ps1`.

use crate::product::ProductKey;
use crate::scale::words;
use jiff::civil::Date;

/// A table of builds with its source and the day it was true.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildPack {
    /// Short name, for example `exchange`.
    pub name: String,
    /// The product it speaks of.
    pub product: ProductKey,
    /// Name for people, for example `Microsoft Exchange Server`.
    pub title: String,
    /// Where the rows come from.
    pub source: String,
    /// Day on which the table was read.
    pub as_of: Date,
    /// Product lines (2013, 2016, 2019, SE).
    pub lines: Vec<ProductLine>,
    /// All known builds.
    pub rows: Vec<BuildRow>,
    /// Which update closes which flaw.
    pub fixes: Vec<Fix>,
}

/// One product line of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    /// Name for people: `Exchange Server 2016`.
    pub name: String,
    /// First two numbers of its builds.
    pub major_minor: [u32; 2],
    /// Lowest and highest third number (SE shares 15.2 with 2019 and starts at 2562).
    pub third: (u32, u32),
    /// Day from which there are no updates any more, paid ones included; `None` = open.
    pub end_of_life: Option<Date>,
}

/// One build of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRow {
    /// Four numbers, compared as numbers ("15.01.2176.009" = 15.1.2176.9).
    pub build: [u32; 4],
    /// Name of its line.
    pub line: String,
    /// Cumulative update it belongs to.
    pub cumulative_update: String,
    /// Security or hotfix update; `None` for the plain cumulative update.
    pub update: Option<String>,
    /// Release day by the vendor's table, where it has one.
    pub released: Option<Date>,
    /// Day from which it could really be had, where that differs from `released`.
    pub available_from: Option<Date>,
    /// KB article.
    pub kb: Option<String>,
    /// Which table it comes from.
    pub source: String,
}

/// A flaw and the update that closes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// CVE id.
    pub cve: String,
    /// Name of the update, for example `Mar21SU`.
    pub update: String,
    /// Product lines the vendor names for this flaw.
    pub lines: Vec<String>,
    /// What no build can show and a person must tell (Extended Protection, hybrid, …).
    pub condition: Option<String>,
}

words! {
    /// Answer of a pack; the words of the golden table.
    PackState {
        /// The update is in.
        Fixed = "fixed",
        /// The update is not in.
        Affected = "affected",
        /// The cumulative update is known, the security update is not.
        UpdateUnknown = "cu-known-su-unknown",
        /// The line did not exist or never had the flaw.
        NotApplicable = "not-applicable",
        /// Out of support before the flaw's update: no statement, treat as open.
        EndOfLife = "eol-no-fix",
        /// A number no table knows.
        UnknownBuild = "unknown-build",
        /// A number of no known line.
        UnknownProduct = "unknown-product",
        /// The pack has no rule for this flaw.
        NoRule = "no-rule",
    }
}

/// What a pack says about one build and one flaw on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackJudgement {
    /// The answer.
    pub state: PackState,
    /// Line of the build, for example `Exchange Server 2016`.
    pub line: Option<String>,
    /// Cumulative update of the build.
    pub cumulative_update: Option<String>,
    /// Update that closes the flaw.
    pub fix: Option<String>,
    /// KB article of that update.
    pub kb: Option<String>,
    /// Lowest build of this cumulative update that has the fix, if it exists on that day.
    pub fixed_build: Option<[u32; 4]>,
    /// True where this cumulative update has no fix of its own (yet): another cumulative update must come first.
    pub cumulative_update_first: bool,
    /// What no build can show.
    pub condition: Option<String>,
}

impl PackJudgement {
    /// A judgement without detail.
    pub fn plain(state: PackState) -> Self {
        Self { state, line: None, cumulative_update: None, fix: None, kb: None, fixed_build: None, cumulative_update_first: false, condition: None }
    }
}

impl BuildPack {
    /// Judges a build of three or four parts by what was known on `as_of`.
    pub fn judge(&self, _build: &str, _cve: &str, _as_of: Date) -> PackJudgement {
        PackJudgement::plain(PackState::NoRule)
    }

    /// True where the pack has a rule for this flaw.
    pub fn knows(&self, cve: &str) -> bool {
        self.fixes.iter().any(|fix| fix.cve == cve)
    }
}
