//! Build packs: what each knows, what it says of one build, and what is wrong with it.

use super::Day;
use crate::acts::packs::Brought;
use serde::Serialize;
use tuermer_core::pack::{BuildPack, BuildRow, EndOfLife, PackJudgement, PaidUpdates, ProductLine};
use tuermer_core::pack_check::PackProblem;
use tuermer_core::pack_conflict::PackConflict;
use tuermer_core::product::ProductKey;

/// A pack in the list.
#[derive(Debug, Serialize)]
pub struct PackView<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is about.
    pub title: &'a str,
    /// Where its table comes from.
    pub source: &'a str,
    /// The day of its table.
    pub as_of: Day,
    /// How it compares builds, a word of `PackRule`.
    pub rule: &'static str,
    /// How many products it knows.
    pub products: usize,
    /// Services these products carry.
    pub carries: Vec<&'static str>,
    /// How many builds it knows.
    pub builds: usize,
    /// How many flaws it knows.
    pub flaws: usize,
    /// Its lines and until when they are supported.
    pub lines: Vec<LineView<'a>>,
    /// It was imported, and is not the program's own.
    pub imported: bool,
    /// Updates that cost money.
    pub paid: Vec<PaidView<'a>>,
    /// The day of the program's own table, where that is newer than the imported one.
    pub newer_in_program: Option<Day>,
}

impl<'a> PackView<'a> {
    /// A pack; `shipped` is the program's own of that name where it is newer.
    pub fn new(pack: &'a BuildPack, imported: bool, shipped: Option<&BuildPack>) -> Self {
        Self {
            name: &pack.name,
            title: &pack.title,
            source: &pack.source,
            as_of: Day(pack.as_of),
            rule: pack.rule.as_str(),
            products: pack.products.len(),
            carries: pack
                .services()
                .iter()
                .map(|service| service.as_str())
                .collect(),
            builds: pack.rows.len(),
            flaws: pack.flaws().len(),
            lines: pack.lines.iter().map(LineView::from).collect(),
            imported,
            paid: pack
                .paid
                .iter()
                .map(|paid| PaidView::from(&**paid))
                .collect(),
            newer_in_program: shipped.map(|pack| Day(pack.as_of)),
        }
    }
}

/// A line of a product.
#[derive(Debug, Serialize)]
pub struct LineView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its last day, `unknown`, or `null` where it is supported.
    pub end_of_life: Option<String>,
}

impl<'a> From<&'a ProductLine> for LineView<'a> {
    fn from(line: &'a ProductLine) -> Self {
        let end_of_life = match line.end_of_life {
            EndOfLife::Open => None,
            EndOfLife::NotKnown => Some("unknown".to_string()),
            EndOfLife::Day(day) => Some(day.to_string()),
        };
        Self {
            name: &line.name,
            end_of_life,
        }
    }
}

/// A programme of paid updates.
#[derive(Debug, Serialize)]
pub struct PaidView<'a> {
    /// Its short name, `ESU`.
    pub programme: &'a str,
    /// Lines that get updates only so.
    pub lines: &'a [String],
    /// Names of the updates.
    pub updates: &'a [String],
    /// Its last day.
    pub until: Day,
}

impl<'a> From<&'a PaidUpdates> for PaidView<'a> {
    fn from(paid: &'a PaidUpdates) -> Self {
        let PaidUpdates {
            programme,
            lines,
            updates,
            until,
            condition: _,
        } = paid;
        Self {
            programme,
            lines,
            updates,
            until: Day(*until),
        }
    }
}

/// One build of a pack.
#[derive(Debug, Serialize)]
pub struct BuildView<'a> {
    /// The build, as the vendor writes it.
    pub build: String,
    /// Its line.
    pub line: &'a str,
    /// Its cumulative update; may be empty.
    pub cumulative_update: &'a str,
    /// Its update.
    pub update: Option<&'a str>,
    /// From which build on the flaw is in it.
    pub affected_from: Option<String>,
    /// When it was released.
    pub released: Option<Day>,
    /// From when on it could be had.
    pub available_from: Option<Day>,
    /// Its article.
    pub kb: Option<&'a str>,
    /// Where this row comes from.
    pub source: &'a str,
}

impl<'a> BuildView<'a> {
    /// A row of a pack.
    pub fn new(pack: &BuildPack, row: &'a BuildRow) -> Self {
        let BuildRow {
            build,
            line,
            cumulative_update,
            update,
            affected_from,
            released,
            available_from,
            kb,
            source,
        } = row;
        Self {
            build: pack.form.write(*build),
            line,
            cumulative_update,
            update: update.as_deref(),
            affected_from: affected_from.map(|build| pack.form.write(build)),
            released: released.map(Day),
            available_from: available_from.map(Day),
            kb: kb.as_deref(),
            source,
        }
    }
}

/// A product of a pack, as it is compared.
#[derive(Debug, Serialize)]
pub struct PackProductView<'a> {
    /// Its vendor.
    pub vendor: &'a str,
    /// Its name.
    pub product: &'a str,
}

impl<'a> From<&'a ProductKey> for PackProductView<'a> {
    fn from(key: &'a ProductKey) -> Self {
        let ProductKey { vendor, product } = key;
        Self { vendor, product }
    }
}

/// What a pack says of one build and flaw.
#[derive(Debug, Serialize)]
pub struct BuildJudgementView<'a> {
    /// The build as it was asked.
    pub build: &'a str,
    /// Its line.
    pub line: Option<&'a str>,
    /// Its cumulative update.
    pub cumulative_update: Option<&'a str>,
    /// The flaw.
    pub cve: &'a str,
    /// A word of `PackState`.
    pub state: &'static str,
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// The update that helps.
    pub fix: Option<&'a str>,
    /// Its article.
    pub kb: Option<&'a str>,
    /// The build it gives.
    pub fixed_build: Option<String>,
    /// Another cumulative update must come first.
    pub cumulative_update_first: bool,
    /// There is no update for this branch.
    pub branch_without_fix: bool,
    /// The first condition that must be settled.
    pub condition: Option<&'a str>,
    /// All of them.
    pub conditions: Vec<&'a str>,
    /// The programme without which there is no update.
    pub paid: Option<&'a str>,
    /// Whether the vendor names the line; `null` where the line is not known.
    pub line_named_by_vendor: Option<bool>,
    /// Where the vendor says so.
    pub url: Option<&'a str>,
}

impl<'a> BuildJudgementView<'a> {
    /// A judgement of a pack.
    pub fn new(
        pack: &'a BuildPack,
        build: &'a str,
        cve: &'a str,
        judgement: &'a PackJudgement,
    ) -> Self {
        let status = judgement.status();
        let PackJudgement {
            state,
            line,
            cumulative_update,
            fix,
            kb,
            fixed_build,
            cumulative_update_first,
            branch_without_fix,
            conditions,
            paid,
        } = judgement;
        // Whether the vendor names the line is a question of its own; it never changes the state.
        let own = || {
            let fixes = pack.fixes.iter();
            fixes.filter(|fix| fix.cve.eq_ignore_ascii_case(cve))
        };
        let named = |line| own().any(|fix| fix.lines.contains(line));
        let mut urls = own().map(|fix| fix.url.as_str());
        Self {
            build,
            line: line.as_deref(),
            cumulative_update: cumulative_update.as_deref(),
            cve,
            state: state.as_str(),
            status: status.as_str(),
            fix: fix.as_deref(),
            kb: kb.as_deref(),
            fixed_build: fixed_build.map(|build| pack.form.write(build)),
            cumulative_update_first: *cumulative_update_first,
            branch_without_fix: *branch_without_fix,
            condition: conditions.first().map(|condition| condition.key.as_str()),
            conditions: conditions
                .iter()
                .map(|condition| condition.key.as_str())
                .collect(),
            paid: paid.as_ref().map(|paid| paid.programme.as_str()),
            line_named_by_vendor: line.as_ref().map(named),
            url: urls.find(|url| !url.is_empty()),
        }
    }
}

/// What is wrong with a pack.
#[derive(Debug, Serialize)]
pub struct PackProblemView<'a> {
    /// Name of the pack.
    pub pack: &'a str,
    /// A word of `ProblemKind`.
    pub problem: &'static str,
    /// Where.
    pub place: &'a str,
    /// The value.
    pub value: &'a str,
}

impl<'a> PackProblemView<'a> {
    /// A problem of a pack.
    pub fn new(pack: &'a BuildPack, problem: &'a PackProblem) -> Self {
        let PackProblem { kind, place, value } = problem;
        Self {
            pack: &pack.name,
            problem: kind.as_str(),
            place,
            value,
        }
    }
}

/// Where the sources of a pack contradict each other.
#[derive(Debug, Serialize)]
pub struct PackConflictView<'a> {
    /// Name of the pack.
    pub pack: &'a str,
    /// A word of `ConflictKind`.
    pub kind: &'static str,
    /// The line.
    pub line: &'a str,
    /// The cumulative update.
    pub cumulative_update: &'a str,
    /// The update.
    pub update: Option<&'a str>,
    /// The builds they name.
    pub builds: Vec<String>,
    /// The names they give.
    pub names: &'a [String],
    /// Who says so.
    pub sources: &'a [String],
}

impl<'a> PackConflictView<'a> {
    /// A conflict of a pack.
    pub fn new(pack: &'a BuildPack, conflict: &'a PackConflict) -> Self {
        let PackConflict {
            kind,
            line,
            cumulative_update,
            update,
            builds,
            names,
            sources,
        } = conflict;
        Self {
            pack: &pack.name,
            kind: kind.as_str(),
            line,
            cumulative_update,
            update: update.as_deref(),
            builds: builds.iter().map(|build| pack.form.write(*build)).collect(),
            names,
            sources,
        }
    }
}

/// A pack that was imported.
#[derive(Debug, Serialize)]
pub struct PackImportedView<'a> {
    /// Its name.
    pub pack: &'a str,
    /// The day of its table.
    pub as_of: Day,
    /// How many products it knows.
    pub products: usize,
    /// How many builds it knows.
    pub builds: usize,
    /// How many flaws it knows.
    pub flaws: usize,
    /// There was no pack of this name.
    pub new: bool,
    /// Exactly this pack was imported already.
    pub same: bool,
    /// How many threats are judged again.
    pub threats: u64,
}

impl<'a> PackImportedView<'a> {
    /// A pack, and what its import did.
    pub fn new(pack: &'a BuildPack, brought: &Brought) -> Self {
        let Brought { new, same, threats } = brought;
        Self {
            pack: &pack.name,
            as_of: Day(pack.as_of),
            products: pack.products.len(),
            builds: pack.rows.len(),
            flaws: pack.flaws().len(),
            new: *new,
            same: *same,
            threats: *threats,
        }
    }
}

/// A pack that was taken out.
#[derive(Debug, Serialize)]
pub struct PackRemovedView<'a> {
    /// Its name.
    pub pack: &'a str,
    /// Always `true`.
    pub removed: bool,
    /// How many threats are judged again.
    pub threats: u64,
}
