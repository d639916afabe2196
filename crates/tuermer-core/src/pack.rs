//! Build packs: products whose truth lies in a table of builds, not in a CVE's version range.
//!
//! CVE-2021-26855 gives a patched and an unpatched server the same CPE; only the vendor's build
//! table decides. The rule is that of `CSS-Exchange/Shared/CompareExchangeBuildLevel.ps1`.

use crate::product::ProductKey;
use crate::scale::{Status, words};
use jiff::civil::{Date, Weekday};

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
    /// Cumulative updates that a source calls by another name.
    pub aliases: Vec<Alias>,
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
    /// Key of what no build can show and a person must tell (`extended-protection`, `hybrid`, …).
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
    /// Update that closes the flaw, where it exists on that day.
    pub fix: Option<String>,
    /// KB article of that update.
    pub kb: Option<String>,
    /// Lowest build of this cumulative update that has the fix, if it exists on that day.
    pub fixed_build: Option<[u32; 4]>,
    /// True where this cumulative update has no fix of its own (yet): another cumulative update must come first.
    pub cumulative_update_first: bool,
    /// Key of what no build can show.
    pub condition: Option<String>,
}

/// The one condition that holds unless somebody switched it off by hand; the others must be brought about.
const ON_BY_DEFAULT: &str = "setting-override";

impl PackJudgement {
    /// A judgement without detail.
    pub fn plain(state: PackState) -> Self {
        Self { state, line: None, cumulative_update: None, fix: None, kb: None, fixed_build: None, cumulative_update_first: false, condition: None }
    }

    /// True where the update is in but a second step, which no build shows, decides.
    pub fn second_step_open(&self) -> bool {
        self.state == PackState::Fixed && self.condition.as_deref().is_some_and(|condition| condition != ON_BY_DEFAULT)
    }

    /// The answer in words of VEX. Whatever a build cannot decide is unknown, never not affected.
    pub fn status(&self) -> Status {
        match self.state {
            PackState::Fixed if self.second_step_open() => Status::Unknown,
            PackState::Fixed => Status::Fixed,
            PackState::Affected => Status::Affected,
            PackState::NotApplicable => Status::NotAffected,
            PackState::UpdateUnknown | PackState::EndOfLife | PackState::UnknownBuild | PackState::UnknownProduct | PackState::NoRule => Status::Unknown,
        }
    }
}

/// A number as it was seen: with or without its fourth part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Four parts.
    Build([u32; 4]),
    /// Three parts: the cumulative update, nothing about the security update.
    CumulativeUpdate([u32; 3]),
}

impl Seen {
    /// Reads `15.1.2176.9`, `15.01.2176.009`, `15.1.2176`, and `Version 15.1 (Build 2176.2)`. The last is what
    /// Get-ExchangeServer prints: it stays at the build of the cumulative update after a security update, so its
    /// fourth part says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((head, tail)) = text.split_once('(') {
            let head = head.trim().trim_start_matches("Version").trim();
            let tail = tail.trim().strip_suffix(')')?.trim().trim_start_matches("Build").trim();
            let (first, second) = (numbers(head)?, numbers(tail)?);
            return match (first.as_slice(), second.as_slice()) {
                ([major, minor], [third, ..]) => Some(Self::CumulativeUpdate([*major, *minor, *third])),
                _ => None,
            };
        }
        match *numbers(text.trim())?.as_slice() {
            [major, minor, third, fourth] => Some(Self::Build([major, minor, third, fourth])),
            [major, minor, third] => Some(Self::CumulativeUpdate([major, minor, third])),
            _ => None,
        }
    }

    fn head(self) -> [u32; 3] {
        match self {
            Self::Build([major, minor, third, _]) | Self::CumulativeUpdate([major, minor, third]) => [major, minor, third],
        }
    }
}

/// Decimal numbers between dots; leading zeros mean nothing.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let part = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
    text.split('.').map(part).collect()
}

impl BuildPack {
    /// How many builds were known on a day: where it grows, answers may change.
    pub fn known_rows(&self, as_of: Date) -> usize {
        self.rows.iter().filter(|row| row.known(as_of)).count()
    }

    /// True where the pack has a rule for this flaw.
    pub fn knows(&self, cve: &str) -> bool {
        self.fixes.iter().any(|fix| fix.cve.eq_ignore_ascii_case(cve))
    }

    /// Line of a number; `None` where no line has it.
    pub fn line(&self, seen: Seen) -> Option<&ProductLine> {
        let [major, minor, third] = seen.head();
        self.lines.iter().find(|line| line.major_minor == [major, minor] && (line.third.0..=line.third.1).contains(&third))
    }

    /// Cumulative update of a number: the highest plain one whose third part is not above it (so 15.2.858.2, as the
    /// registry says it, is CU9 although CU9 is 15.2.858.5).
    pub fn cumulative_update<'a>(&'a self, line: &'a ProductLine, seen: Seen) -> Option<&'a str> {
        let [_, _, third] = seen.head();
        let fourth = if let Seen::Build([_, _, _, fourth]) = seen { fourth } else { u32::MAX };
        let plain = self.rows_of(line).filter(|row| row.update.is_none() && third_of(row) <= third);
        // Of two plain rows with one third part (preview and release) the one not above the build.
        plain
            .max_by_key(|row| {
                let [_, _, third, own] = row.build;
                (third, own <= fourth, own)
            })
            .map(|row| row.cumulative_update.as_str())
    }

    /// Judges a build of three or four parts by what was known on `as_of`. It answers "is the update in?"; whether
    /// the vendor names the line for this flaw stands in [`Fix::lines`].
    pub fn judge(&self, build: &str, cve: &str, as_of: Date) -> PackJudgement {
        let Some(seen) = Seen::parse(build) else { return PackJudgement::plain(PackState::UnknownBuild) };
        let Some(line) = self.line(seen) else { return PackJudgement::plain(PackState::UnknownProduct) };
        // A flaw closed twice is closed by the last: the worst answer counts.
        let judged = self.fixes.iter().filter(|fix| fix.cve.eq_ignore_ascii_case(cve)).map(|fix| self.judge_fix(line, seen, fix, as_of));
        judged.max_by_key(|judgement| weight(judgement.state)).unwrap_or_else(|| PackJudgement {
            line: Some(line.name.clone()),
            cumulative_update: self.cumulative_update(line, seen).map(str::to_string),
            ..PackJudgement::plain(PackState::NoRule)
        })
    }

    fn judge_fix(&self, line: &ProductLine, seen: Seen, fix: &Fix, as_of: Date) -> PackJudgement {
        let cumulative_update = self.cumulative_update(line, seen).map(str::to_string);
        let carriers: Vec<&BuildRow> = self.rows_of(line).filter(|row| row.update.as_deref() == Some(fix.update.as_str())).collect();
        let question = Question { carriers: &carriers, as_of };
        let state = if carriers.is_empty() { without_carrier(line, fix) } else { self.state(line, seen, &question) };
        let own = self.rows_of(line).filter(|row| Some(&row.cumulative_update) == cumulative_update.as_ref() && row.known(as_of));
        let fixed_build = own.filter(|row| question.patched(row.build, &row.cumulative_update)).map(|row| row.build).min();
        let exists = carriers.iter().any(|row| row.known(as_of));
        let open = matches!(state, PackState::Affected | PackState::UpdateUnknown);
        PackJudgement {
            state,
            line: Some(line.name.clone()),
            fix: self.rows.iter().any(|row| row.update.as_deref() == Some(fix.update.as_str()) && row.known(as_of)).then(|| fix.update.clone()),
            kb: question.kb(cumulative_update.as_deref()),
            fixed_build,
            cumulative_update_first: open && exists && fixed_build.is_none(),
            cumulative_update,
            condition: fix.condition.clone(),
        }
    }

    fn state(&self, line: &ProductLine, seen: Seen, question: &Question<'_>) -> PackState {
        let [_, _, third] = match seen {
            Seen::Build(build) => {
                let cumulative_update = self.cumulative_update(line, seen).unwrap_or_default();
                return if question.patched(build, cumulative_update) { PackState::Fixed } else { PackState::Affected };
            }
            Seen::CumulativeUpdate(head) => head,
        };
        let all: Vec<&BuildRow> = self.rows_of(line).filter(|row| third_of(row) == third).collect();
        let mut rows: Vec<&BuildRow> = all.iter().copied().filter(|row| row.known(question.as_of)).collect();
        if rows.is_empty() {
            // Seeing the cumulative update proves that it exists, not that its security updates do.
            rows = all.into_iter().filter(|row| row.update.is_none()).collect();
        }
        let patched = rows.iter().filter(|row| question.patched(row.build, &row.cumulative_update)).count();
        match (rows.len(), patched) {
            (0, _) => PackState::UnknownBuild,
            (rows, patched) if rows == patched => PackState::Fixed,
            (_, 0) => PackState::Affected,
            _ => PackState::UpdateUnknown,
        }
    }

    fn rows_of<'a>(&'a self, line: &'a ProductLine) -> impl Iterator<Item = &'a BuildRow> {
        self.rows.iter().filter(|row| row.line == line.name)
    }
}

fn third_of(row: &BuildRow) -> u32 {
    let [_, _, third, _] = row.build;
    third
}

/// "Is this update in?", asked on one day: the rows of one line that carry it.
struct Question<'a> {
    carriers: &'a [&'a BuildRow],
    as_of: Date,
}

impl Question<'_> {
    /// The rule: not below the highest build that carries the update, or not below the one of the same cumulative update.
    fn patched(&self, build: [u32; 4], cumulative_update: &str) -> bool {
        let own = |row: &&BuildRow| row.cumulative_update == cumulative_update;
        // A build that is seen proves that it and the builds below it exist, whatever the tables say of their day.
        let known: Vec<&BuildRow> = self.carriers.iter().copied().filter(|row| row.known(self.as_of) || (own(row) && row.build <= build)).collect();
        let reached = |lowest: Option<[u32; 4]>| lowest.is_some_and(|lowest| build >= lowest);
        // Where the sources disagree on the number of an update, the lower one counts.
        let lowest_of = |name: &str| known.iter().filter(|row| row.cumulative_update == name).map(|row| row.build).min();
        let highest = known.iter().max_by_key(|row| row.build).and_then(|row| lowest_of(&row.cumulative_update));
        reached(highest) || reached(lowest_of(cumulative_update))
    }

    /// KB article: that of the same cumulative update first, else that of the highest.
    fn kb(&self, cumulative_update: Option<&str>) -> Option<String> {
        let known = || self.carriers.iter().filter(|row| row.known(self.as_of) && row.kb.is_some());
        let own = known().find(|row| Some(row.cumulative_update.as_str()) == cumulative_update);
        own.or_else(|| known().max_by_key(|row| row.build)).and_then(|row| row.kb.clone())
    }
}

impl BuildRow {
    /// Day from which the row counts as known; `None` = always.
    pub fn available(&self) -> Option<Date> {
        self.available_from.or(self.released).or_else(|| second_tuesday(month_of(self.update.as_deref()?)?))
    }

    fn known(&self, as_of: Date) -> bool {
        self.available().is_none_or(|day| day <= as_of)
    }
}

/// No build of the line carries the update: out of support before its month ended, or it never had the flaw.
fn without_carrier(line: &ProductLine, fix: &Fix) -> PackState {
    let month_end = month_of(&fix.update).and_then(|first| first.with().day(28).build().ok());
    match (line.end_of_life, month_end) {
        (Some(end), Some(day)) if end < day => PackState::EndOfLife,
        // An update without a month in its name: the line's end alone must do, and doubt is not "never had it".
        (Some(_), None) => PackState::EndOfLife,
        _ => PackState::NotApplicable,
    }
}

/// First day of the month in a name like `Mar21SU` or `Nov24SUv2`.
fn month_of(update: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.iter().position(|name| update.get(0..3) == Some(*name))?;
    let year: i16 = update.get(3..5).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    Date::new(2000_i16.saturating_add(year), i8::try_from(month).ok()?.saturating_add(1), 1).ok()
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
        PackState::UnknownBuild | PackState::EndOfLife => 3,
        PackState::UpdateUnknown => 4,
        PackState::Affected => 5,
    }
}
