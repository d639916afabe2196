//! `tuermer pack`: the build tables that come with the program, their contradictions, and what they say of a build.

use super::{Call, Exit};
use anyhow::{Result, bail};
use jiff::civil::Date;
use serde_json::json;
use tuermer_core::pack::{BuildPack, BuildRow, PackJudgement};
use tuermer_core::pack_conflict::PackConflict;
use tuermer_formats::exchange_build::packs;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every pack with its source and the day it was read.
    List,
    /// Every build of a pack.
    Show {
        /// Name of the pack.
        name: String,
    },
    /// Where the sources of a pack contradict each other.
    Check {
        /// Name of the pack; all without it.
        name: Option<String>,
    },
    /// What a pack says of a build.
    Judge {
        /// Name of the pack.
        name: String,
        /// Build of three or four parts, for example 15.1.2176.9.
        build: String,
        /// Flaws; all of the pack without any.
        cve: Vec<String>,
        /// What was known on this day (YYYY-MM-DD); without it, what the pack knows.
        #[arg(long, value_name = "DAY")]
        as_of: Option<Date>,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::List => list(call),
        Verb::Show { name } => show(call, find(call, &name)?),
        Verb::Check { name } => check(call, name.as_deref()),
        Verb::Judge { name, build, cve, as_of } => judge(call, find(call, &name)?, &build, &cve, as_of),
    }
}

fn find(call: &Call, name: &str) -> Result<&'static BuildPack> {
    match packs().iter().find(|pack| pack.name == name) {
        Some(pack) => Ok(pack),
        None => {
            let names: Vec<&str> = packs().iter().map(|pack| pack.name.as_str()).collect();
            bail!("{}", call.out.texts.with("pack.no_such_pack", &[("name", name), ("names", &names.join(", "))]))
        }
    }
}

fn list(call: &Call) -> Result<Exit> {
    for BuildPack { name, title, source, as_of, rows, fixes, lines, .. } in packs() {
        if call.out.json {
            let lines: Vec<_> = lines.iter().map(|line| json!({"name": line.name, "end_of_life": line.end_of_life.map(|day| day.to_string())})).collect();
            let object =
                json!({"name": name, "title": title, "source": source, "as_of": as_of.to_string(), "builds": rows.len(), "flaws": fixes.len(), "lines": lines});
            call.out.object(&object)?;
            continue;
        }
        let (as_of, builds, flaws) = (as_of.to_string(), rows.len().to_string(), fixes.len().to_string());
        let values = [("name", name.as_str()), ("title", title), ("source", source), ("as_of", &as_of), ("builds", &builds), ("flaws", &flaws)];
        call.out.line(&call.out.texts.with("pack.list", &values));
        for line in lines {
            let end = line.end_of_life.map_or_else(|| call.out.texts.get("pack.open"), |day| call.out.texts.with("pack.end", &[("day", &day.to_string())]));
            call.out.line(&format!("  {}: {end}", line.name));
        }
    }
    Ok(Exit::Ok)
}

fn show(call: &Call, pack: &BuildPack) -> Result<Exit> {
    for BuildRow { build, line, cumulative_update, update, released, available_from, kb, source } in &pack.rows {
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        if call.out.json {
            call.out.object(&json!({
                "build": dotted(*build), "line": line, "cumulative_update": cumulative_update, "update": update,
                "released": day(released), "available_from": day(available_from), "kb": kb, "source": source,
            }))?;
            continue;
        }
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let from = day(available_from).or_else(|| day(released)).unwrap_or_default();
        let (build, update, kb) = (dotted(*build), word(update), word(kb));
        call.out.line(format!("{build:<14} {line:<21} {cumulative_update:<8} {update:<10} {from:<10} {kb:<10} {source}").trim_end());
    }
    Ok(Exit::Ok)
}

fn check(call: &Call, name: Option<&str>) -> Result<Exit> {
    let chosen: Vec<&BuildPack> = match name {
        Some(name) => vec![find(call, name)?],
        None => packs().iter().collect(),
    };
    for pack in chosen {
        let conflicts = pack.conflicts();
        for conflict in &conflicts {
            tell(call, pack, conflict)?;
        }
        let count = conflicts.len().to_string();
        let values = [("name", pack.name.as_str()), ("builds", &pack.rows.len().to_string()), ("as_of", &pack.as_of.to_string()), ("count", &count)];
        call.out.say(&call.out.texts.with("pack.checked", &values));
    }
    Ok(Exit::Ok)
}

fn tell(call: &Call, pack: &BuildPack, conflict: &PackConflict) -> Result<()> {
    let PackConflict { kind, line, cumulative_update, update, builds, names, sources } = conflict;
    let builds: Vec<String> = builds.iter().map(|build| dotted(*build)).collect();
    if call.out.json {
        return call.out.object(&json!({
            "pack": pack.name, "kind": kind.as_str(), "line": line, "cumulative_update": cumulative_update, "update": update,
            "builds": builds, "names": names, "sources": sources,
        }));
    }
    let what = format!("{line} {cumulative_update} {}", update.as_deref().unwrap_or_default());
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
    call.out.line(&call.out.texts.with(&format!("pack.conflict.{}", kind.as_str()), &values));
    Ok(())
}

fn judge(call: &Call, pack: &BuildPack, build: &str, wanted: &[String], as_of: Option<Date>) -> Result<Exit> {
    let flaws = if wanted.is_empty() { all_flaws(pack) } else { wanted.to_vec() };
    for cve in &flaws {
        let judgement = pack.judge(build, cve, as_of.unwrap_or(pack.as_of));
        if call.out.json {
            call.out.object(&object(pack, build, cve, &judgement))?;
        } else {
            call.out.line(&sentence(call, build, cve, &judgement));
        }
    }
    Ok(Exit::Ok)
}

/// Each flaw once, in the order of the pack.
fn all_flaws(pack: &BuildPack) -> Vec<String> {
    let mut flaws: Vec<String> = Vec::new();
    for fix in &pack.fixes {
        if !flaws.contains(&fix.cve) {
            flaws.push(fix.cve.clone());
        }
    }
    flaws
}

fn object(pack: &BuildPack, build: &str, cve: &str, judgement: &PackJudgement) -> serde_json::Value {
    let status = judgement.status();
    let PackJudgement { state, line, cumulative_update, fix, kb, fixed_build, cumulative_update_first, condition } = judgement;
    // Whether the vendor names the line is a question of its own; it never changes the state.
    let named = line.as_ref().map(|line| pack.fixes.iter().any(|fix| fix.cve.eq_ignore_ascii_case(cve) && fix.lines.contains(line)));
    json!({
        "build": build, "line": line, "cumulative_update": cumulative_update, "cve": cve, "state": state.as_str(), "status": status.as_str(),
        "fix": fix, "kb": kb, "fixed_build": fixed_build.map(dotted), "cumulative_update_first": cumulative_update_first,
        "condition": condition, "line_named_by_vendor": named,
    })
}

fn sentence(call: &Call, build: &str, cve: &str, judgement: &PackJudgement) -> String {
    let texts = call.out.texts;
    let PackJudgement { state, line, cumulative_update, fix, kb, fixed_build, cumulative_update_first, condition } = judgement;
    let values = [
        ("build", build),
        ("cve", cve),
        ("line", line.as_deref().unwrap_or_default()),
        ("cumulative_update", cumulative_update.as_deref().unwrap_or_default()),
        ("fix", fix.as_deref().unwrap_or_default()),
    ];
    let mut text = texts.with(&format!("pack.state.{}", state.as_str()), &values);
    let mut add = |more: String| {
        text.push(' ');
        text.push_str(&more);
    };
    if *cumulative_update_first {
        add(texts.with("pack.first", &values));
    } else if let (true, Some(fixed)) = (judgement.status() != tuermer_core::scale::Status::Fixed, fixed_build) {
        add(texts.with("pack.remedy", &[("fixed", &dotted(*fixed)), ("fix", fix.as_deref().unwrap_or_default()), ("kb", kb.as_deref().unwrap_or_default())]));
    }
    if let Some(condition) = condition {
        add(texts.get(&format!("pack.condition.{condition}")));
    }
    text
}

fn dotted([major, minor, third, fourth]: [u32; 4]) -> String {
    format!("{major}.{minor}.{third}.{fourth}")
}
