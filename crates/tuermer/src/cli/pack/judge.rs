//! `tuermer pack judge`: what a pack says of one build.

use super::super::{Call, Exit};
use super::with_numbers;
use crate::views::pack::BuildJudgementView;
use anyhow::Result;
use jiff::civil::Date;
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
            call.out
                .object(&BuildJudgementView::new(pack, build, cve, &judgement))?;
        } else {
            call.out.line(&sentence(call, pack, build, cve, &judgement));
        }
    }
    Ok(Exit::Ok)
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
