//! `tuermer pack judge`: what a pack says of one build.

use super::super::{Call, Exit};
use super::with_numbers;
use anyhow::Result;
use jiff::civil::Date;
use serde_json::json;
use tuermer_core::locale::Phrase;
use tuermer_core::pack::{BuildPack, PackJudgement, Untold};
use tuermer_core::scale::Status;

/// Judges a build against some or all flaws.
pub(super) fn run(
    call: &Call,
    pack: &BuildPack,
    build: &str,
    wanted: &[String],
    as_of: Option<Date>,
) -> Result<Exit> {
    if !pack.judges() && !call.out.json {
        let sentence = with_numbers(call.out.texts, "pack.judges_nothing", pack, &[]);
        call.out.line(&sentence);
        return Ok(Exit::NothingFound);
    }
    let flaws: Vec<&str> = if wanted.is_empty() {
        pack.flaws()
    } else {
        wanted.iter().map(String::as_str).collect()
    };
    for cve in flaws {
        let judgement = pack.judge(build, cve, as_of.unwrap_or(pack.as_of));
        if call.out.json {
            call.out.object(&object(pack, build, cve, &judgement))?;
        } else {
            call.out.line(&sentence(call, pack, build, cve, &judgement));
        }
    }
    Ok(Exit::Ok)
}

fn object(
    pack: &BuildPack,
    build: &str,
    cve: &str,
    judgement: &PackJudgement,
) -> serde_json::Value {
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
        pack.fixes
            .iter()
            .filter(|fix| fix.cve.eq_ignore_ascii_case(cve))
    };
    let named = line
        .as_ref()
        .map(|line| own().any(|fix| fix.lines.contains(line)));
    let url = own()
        .map(|fix| fix.url.as_str())
        .find(|url| !url.is_empty());
    json!({
        "build": build, "line": line, "cumulative_update": cumulative_update, "cve": cve, "state": state.as_str(), "status": status.as_str(),
        "fix": fix, "kb": kb, "fixed_build": fixed_build.map(|build| pack.form.write(build)), "cumulative_update_first": cumulative_update_first,
        "branch_without_fix": branch_without_fix, "condition": conditions.first().map(|condition| condition.key.as_str()),
        "conditions": conditions.iter().map(|condition| condition.key.as_str()).collect::<Vec<_>>(), "paid": paid.as_ref().map(|paid| paid.programme.as_str()),
        "line_named_by_vendor": named, "url": url,
    })
}

fn sentence<'a>(
    call: &Call,
    pack: &BuildPack,
    build: &str,
    cve: &str,
    judgement: &'a PackJudgement,
) -> String {
    let texts = call.out.texts;
    let of = |phrase: &'a Phrase| phrase.text(texts.0);
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
    let line = [
        line.as_deref().unwrap_or(&pack.title),
        cumulative_update.as_deref().unwrap_or_default(),
    ]
    .join(" ");
    let kb = kb.as_deref().unwrap_or_default();
    let values = [
        ("build", build),
        ("cve", cve),
        ("line", line.trim()),
        (
            "cumulative_update",
            cumulative_update.as_deref().unwrap_or_default(),
        ),
        ("fix", fix.as_deref().unwrap_or(kb)),
        ("kb", kb),
    ];
    let mut text = texts.with(&format!("pack.state.{}", state.as_str()), &values);
    let mut add = |more: String| {
        text.push(' ');
        text.push_str(&more);
    };
    if *branch_without_fix {
        add(texts.with("pack.no_fix", &values));
    } else if *cumulative_update_first {
        add(texts.with("pack.first", &values));
    } else if let (true, Some(fixed)) = (judgement.status() != Status::Fixed, fixed_build) {
        let fixed = pack.form.write(*fixed);
        let name = fix
            .as_deref()
            .filter(|fix| *fix != fixed)
            .unwrap_or_default();
        add(texts.with(
            "pack.remedy",
            &[("fixed", &fixed), ("fix", format!("{name} {kb}").trim())],
        ));
    }
    if let Some(paid) = paid
        .as_ref()
        .filter(|_| judgement.status() != Status::Fixed)
    {
        add(texts.with(
            "pack.paid_only",
            &[
                ("programme", &paid.programme),
                ("until", &paid.until.to_string()),
                ("question", of(&paid.condition.question)),
            ],
        ));
    }
    for condition in conditions {
        let question = of(&condition.question);
        let key = if condition.untold == Untold::Holds {
            "pack.holds"
        } else {
            "pack.to_settle"
        };
        add(texts.with(key, &[("question", question)]));
    }
    text
}
