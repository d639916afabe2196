//! Build packs: products whose truth lies in a table of builds, not in a CVE's version range.
//!
//! CVE-2021-26855 gives a patched and an unpatched server the same CPE; only the vendor's build
//! table decides. A pack names its rule from a closed list: [`cumulative`] for Exchange, [`branch`] for
//! products whose branches each have a first fixed build. What no build can show is a [`Condition`], what not everybody
//! gets are [`PaidUpdates`]. A pack also tells what its products carry for their owner ([`Carried`]); a pack that tells
//! nothing else has no builds and judges nothing.

mod branch;
mod carried;
mod condition;
mod cumulative;
mod number;
mod paid;
mod support;

pub use carried::{Carried, concerned};
pub use condition::{Condition, Untold};
pub use cumulative::Seen;
pub use number::{BuildForm, Span};
pub use paid::PaidUpdates;
pub use support::EndOfLife;

use crate::channel::Service;
use crate::product::ProductKey;
use crate::scale::{Status, words};
use jiff::civil::{Date, Weekday};
use std::sync::Arc;

/// A table of builds with its source and the day it was true.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildPack {
    /// Short name, for example `exchange`.
    pub name: String,
    /// The products it speaks of, in every spelling that is told.
    pub products: Vec<ProductKey>,
    /// The service they carry for their owner, which an attack may take away. `None` = not stated.
    pub carries: Option<Vec<Service>>,
    /// Name for people, for example `Microsoft Exchange Server`.
    pub title: String,
    /// Where the rows come from.
    pub source: String,
    /// Day on which the table was read.
    pub as_of: Date,
    /// How its builds decide.
    pub rule: PackRule,
    /// How its builds are written; means nothing where there are none.
    pub form: BuildForm,
    /// Product lines (2013, 2016, 2019, SE); of two that hold a build the first counts.
    pub lines: Vec<ProductLine>,
    /// All known builds.
    pub rows: Vec<BuildRow>,
    /// Which update closes which flaw.
    pub fixes: Vec<Fix>,
    /// Updates that only customers of a paid programme get.
    pub paid: Vec<Arc<PaidUpdates>>,
    /// Cumulative updates that a source calls by another name.
    pub aliases: Vec<Alias>,
    /// Sources whose lists are held against each other.
    pub compared: Vec<String>,
}

words! {
    /// How the builds of a pack decide.
    PackRule {
        /// Cumulative updates, each with its own security updates (`CompareExchangeBuildLevel.ps1`).
        ExchangeCuSu = "exchange-cu-su",
        /// Each branch has a first fixed build for each flaw; a branch without one stays open.
        BranchFixedBuild = "branch-fixed-build",
        /// There are no builds: the pack judges no version and only states which service its products carry.
        NoBuilds = "none",
    }
}

/// A second name of a cumulative update; its rows stand under the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// Name of the line.
    pub line: String,
    /// Name we use.
    pub cumulative_update: String,
    /// Name the other source uses.
    pub also: String,
    /// That source.
    pub source: String,
}

/// One product line of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductLine {
    /// Name for people: `Exchange Server 2016`.
    pub name: String,
    /// Lowest build (SE shares 15.2 with 2019 and starts at 15.2.2562).
    pub from: [u32; 4],
    /// Highest build.
    pub to: [u32; 4],
    /// When there are no updates any more, paid ones included.
    pub end_of_life: EndOfLife,
}

/// One build of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildRow {
    /// Compared as numbers ("15.01.2176.009" = 15.1.2176.9); parts the form does not have are 0.
    pub build: [u32; 4],
    /// Name of its line.
    pub line: String,
    /// Cumulative update it belongs to; empty where the rule knows none.
    pub cumulative_update: String,
    /// Update or advisory whose fix it carries; `None` for the plain cumulative update.
    pub update: Option<String>,
    /// Lowest build of the line that has the flaw, where the first ones did not have it.
    pub affected_from: Option<[u32; 4]>,
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
    /// Name of the update, for example `Mar21SU`, or of the advisory, for example `CTX579459`.
    pub update: String,
    /// Product lines the vendor names for this flaw.
    pub lines: Vec<String>,
    /// What no build can show and a person must tell, each by itself.
    pub conditions: Vec<Arc<Condition>>,
    /// Day of the advisory, where the name of the update does not tell it.
    pub published: Option<Date>,
    /// Where the vendor says so; empty where the source of the pack does.
    pub url: String,
}

words! {
    /// Answer of a pack; the words of the golden table.
    PackState {
        /// The update is in.
        Fixed = "fixed",
        /// The update is not in.
        Affected = "affected",
        /// The cumulative update (or the branch) is known, the security update (or the build) is not.
        UpdateUnknown = "cu-known-su-unknown",
        /// The line did not exist or never had the flaw.
        NotApplicable = "not-applicable",
        /// Out of support before the flaw's update: no statement, treat as open.
        EndOfLife = "eol-no-fix",
        /// The vendor does not name the line, and nobody knows whether it was still supported.
        NoStatement = "no-statement",
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
    /// Update that closes the flaw, where it exists on that day.
    pub fix: Option<String>,
    /// KB article of that update, or the advisory.
    pub kb: Option<String>,
    /// Lowest build of this cumulative update or branch that has the fix, if it exists on that day.
    pub fixed_build: Option<[u32; 4]>,
    /// True where this cumulative update has no fix of its own (yet): another cumulative update must come first.
    pub cumulative_update_first: bool,
    /// True where the vendor names this branch as open and gives it no fix: another branch must come.
    pub branch_without_fix: bool,
    /// What no build can show, where it still is a question.
    pub conditions: Vec<Arc<Condition>>,
    /// The programme without which this line does not get the update.
    pub paid: Option<Arc<PaidUpdates>>,
}

impl PackJudgement {
    /// A judgement without detail.
    pub fn plain(state: PackState) -> Self {
        Self {
            state,
            line: None,
            cumulative_update: None,
            fix: None,
            kb: None,
            fixed_build: None,
            cumulative_update_first: false,
            branch_without_fix: false,
            conditions: Vec::new(),
            paid: None,
        }
    }

    /// True where the update is in but a second step, which no build shows, decides.
    pub fn second_step_open(&self) -> bool {
        self.state == PackState::Fixed
            && self
                .conditions
                .iter()
                .any(|condition| condition.untold != Untold::Holds)
    }

    /// The answer in words of VEX. Whatever a build cannot decide is unknown, never not affected.
    pub fn status(&self) -> Status {
        match self.state {
            PackState::Fixed if self.second_step_open() => Status::Unknown,
            PackState::Fixed => Status::Fixed,
            PackState::Affected => Status::Affected,
            PackState::NotApplicable => Status::NotAffected,
            PackState::UpdateUnknown | PackState::EndOfLife | PackState::NoStatement => {
                Status::Unknown
            }
            PackState::UnknownBuild | PackState::UnknownProduct | PackState::NoRule => {
                Status::Unknown
            }
        }
    }
}

impl BuildPack {
    /// How many builds were known on a day: where it grows, answers may change.
    pub fn known_rows(&self, as_of: Date) -> usize {
        self.rows.iter().filter(|row| row.known(as_of)).count()
    }

    /// True where it has builds to judge by; the others only tell what their products carry.
    pub fn judges(&self) -> bool {
        self.rule != PackRule::NoBuilds
    }

    /// What its products carry for their owner.
    pub fn services(&self) -> &[Service] {
        self.carries.as_deref().unwrap_or_default()
    }

    /// True where the pack has a rule for this flaw.
    pub fn knows(&self, cve: &str) -> bool {
        self.fixes
            .iter()
            .any(|fix| fix.cve.eq_ignore_ascii_case(cve))
    }

    /// True where the pack speaks of this product.
    pub fn speaks_of(&self, product: &ProductKey) -> bool {
        self.products.iter().any(|own| own.matches(product))
    }

    /// Each flaw once, in the order of the pack.
    pub fn flaws(&self) -> Vec<&str> {
        let mut flaws: Vec<&str> = Vec::new();
        for fix in &self.fixes {
            if !flaws.contains(&fix.cve.as_str()) {
                flaws.push(&fix.cve);
            }
        }
        flaws
    }

    /// Judges a build by what was known on `as_of`. It answers "is the update in?"; whether
    /// the vendor names the line for this flaw stands in [`Fix::lines`].
    pub fn judge(&self, build: &str, cve: &str, as_of: Date) -> PackJudgement {
        match self.rule {
            PackRule::ExchangeCuSu => self.judge_cumulative(build, cve, as_of),
            PackRule::BranchFixedBuild => self.judge_branch(build, cve, as_of),
            PackRule::NoBuilds => PackJudgement::plain(PackState::NoRule),
        }
    }

    /// A build as far as words tell it: "2016 CU19" names a cumulative update, "14.1" a branch.
    pub fn build_from_words(&self, words: &str) -> Option<String> {
        match self.rule {
            PackRule::ExchangeCuSu => self.cumulative_from_words(words),
            PackRule::BranchFixedBuild => self.form.read(words).map(|_| words.to_string()),
            PackRule::NoBuilds => None,
        }
    }

    /// The worst answer of several fixes: a flaw closed twice is closed by the last, and keeps the second steps of all.
    fn worst(judged: impl Iterator<Item = PackJudgement>) -> Option<PackJudgement> {
        judged.reduce(|one, other| {
            // Of equals the one with the higher build counts, as far as it can be had.
            let key = |judged: &PackJudgement| (weight(judged.state), judged.fixed_build);
            let (mut worse, milder) = if key(&one) > key(&other) {
                (one, other)
            } else {
                (other, one)
            };
            if worse.state == PackState::Fixed && milder.state == PackState::Fixed {
                let more: Vec<_> = milder
                    .conditions
                    .into_iter()
                    .filter(|condition| !worse.conditions.contains(condition))
                    .collect();
                worse.conditions.extend(more);
            }
            worse
        })
    }

    /// Takes the place of a pack of the same name. What it leaves untold about its products stays as it was told: an
    /// older table brought in for its builds does not make a mail server carry no mail.
    #[must_use]
    pub fn in_place_of(self, other: &Self) -> Self {
        let carries = self.carries.or_else(|| other.carries.clone());
        Self { carries, ..self }
    }

    fn rows_of<'a>(&'a self, line: &'a ProductLine) -> impl Iterator<Item = &'a BuildRow> {
        self.rows.iter().filter(|row| row.line == line.name)
    }
}

impl ProductLine {
    /// True where the build belongs to the line's numbers.
    pub fn holds(&self, build: [u32; 4]) -> bool {
        (self.from..=self.to).contains(&build)
    }
}

impl BuildRow {
    /// Day from which the row counts as known; `None` = always.
    pub fn available(&self) -> Option<Date> {
        self.available_from
            .or(self.released)
            .or_else(|| second_tuesday(month_of(self.update.as_deref()?)?))
    }

    fn known(&self, as_of: Date) -> bool {
        self.available().is_none_or(|day| day <= as_of)
    }
}

/// First day of the month in a name like `Mar21SU` or `Nov24SUv2`.
fn month_of(update: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS
        .iter()
        .position(|name| update.get(0..3) == Some(*name))?;
    let year: i16 = update
        .get(3..5)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()?;
    Date::new(
        2000_i16.saturating_add(year),
        i8::try_from(month).ok()?.saturating_add(1),
        1,
    )
    .ok()
}

/// Microsoft's monthly day of updates.
fn second_tuesday(month: Date) -> Option<Date> {
    month.nth_weekday_of_month(2, Weekday::Tuesday).ok()
}

fn weight(state: PackState) -> u8 {
    match state {
        PackState::NotApplicable => 0,
        PackState::Fixed => 1,
        PackState::UnknownProduct | PackState::NoRule => 2,
        PackState::UnknownBuild | PackState::EndOfLife | PackState::NoStatement => 3,
        PackState::UpdateUnknown => 4,
        PackState::Affected => 5,
    }
}
