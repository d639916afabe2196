//! `tuermer pack check`: contradictions of the sources, and what is wrong with a pack that is not imported yet.

use super::super::{Call, Exit};
use super::{find, packs, with_numbers};
use crate::clock::Clock;
use crate::pack_file;
use crate::views::pack::{PackConflictView, PackProblemView};
use anyhow::Result;
use std::path::Path;
use tuermer_core::limits::PACK_PROBLEMS;
use tuermer_core::pack::BuildPack;
use tuermer_core::pack_check::PackProblem;
use tuermer_core::pack_conflict::PackConflict;

/// Checks one pack by name, a file or folder, or all packs.
pub(super) async fn run(call: &Call, name: Option<&str>) -> Result<Exit> {
    let today = call
        .at
        .unwrap_or_else(|| Clock::System.now())
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    if let Some(path) = name.map(Path::new).filter(|path| path.exists()) {
        let files = pack_file::read(path)?;
        let pack = pack_file::parse(&files, call.out.texts)?;
        let problems = pack.problems(today);
        tell_problems(call, &pack, &problems)?;
        conflicts(call, &pack)?;
        return Ok(if problems.iter().any(PackProblem::refuses) {
            Exit::Failed
        } else {
            Exit::Ok
        });
    }
    let packs = packs(call).await?;
    let chosen: Vec<&BuildPack> = match name {
        Some(name) => vec![find(call, &packs, name)?],
        None => packs.iter().collect(),
    };
    for pack in chosen {
        conflicts(call, pack)?;
    }
    Ok(Exit::Ok)
}

/// Tells what is wrong; the first of them where there are many.
pub(super) fn tell_problems(call: &Call, pack: &BuildPack, problems: &[PackProblem]) -> Result<()> {
    for problem in problems.iter().take(PACK_PROBLEMS) {
        if call.out.json {
            call.out.object(&PackProblemView::new(pack, problem))?;
        } else {
            let PackProblem { kind, place, value } = problem;
            call.out.line(&call.out.texts.with(
                &format!("pack.problem.{}", kind.as_str()),
                &[("place", place), ("value", value)],
            ));
        }
    }
    Ok(())
}

fn conflicts(call: &Call, pack: &BuildPack) -> Result<()> {
    let conflicts = pack.conflicts();
    for conflict in &conflicts {
        tell(call, pack, conflict)?;
    }
    let key = if pack.judges() {
        "pack.checked"
    } else {
        "pack.checked_without_builds"
    };
    let count = conflicts.len().to_string();
    let sentence = with_numbers(call.out.texts, key, pack, &[("count", &count)]);
    call.out.say(&sentence);
    Ok(())
}

fn tell(call: &Call, pack: &BuildPack, conflict: &PackConflict) -> Result<()> {
    if call.out.json {
        return call.out.object(&PackConflictView::new(pack, conflict));
    }
    let PackConflict {
        kind,
        line,
        cumulative_update,
        update,
        builds,
        names,
        sources,
    } = conflict;
    let builds: Vec<String> = builds.iter().map(|build| pack.form.write(*build)).collect();
    let what = format!(
        "{line} {cumulative_update} {}",
        update.as_deref().unwrap_or_default()
    );
    let lowest = builds.first().cloned().unwrap_or_default();
    let values = [
        ("what", what.trim_end()),
        ("builds", &builds.join(" / ")),
        ("names", &names.join(" / ")),
        ("sources", &sources.join(" / ")),
        ("lowest", &lowest),
        ("told", names.first().map_or("", String::as_str)),
        ("really", names.last().map_or("", String::as_str)),
    ];
    call.out.line(
        &call
            .out
            .texts
            .with(&format!("pack.conflict.{}", kind.as_str()), &values),
    );
    Ok(())
}
