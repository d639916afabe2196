//! The verbs of `tuermer warn` that change something.

use super::super::sign_in::{Actor, ActorOrShell};
use super::super::{Call, Exit};
use super::find;
use crate::acts::warn;
use crate::context::Context;
use crate::stations::deliver;
use crate::views::warning::WarningStepView;
use anyhow::{Context as _, Result, bail};
use std::io::{BufRead as _, IsTerminal as _};
use tuermer_core::approval::Refusal;
use tuermer_core::warning::WarningState;

pub async fn draft(call: &Call, context: &Context, threat: &str, actor: &Actor) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(threat) = context.store.resolve_threat(threat).await? else {
        call.out
            .say(&call.out.texts.with("warn.no_threat", &[("threat", threat)]));
        return Ok(Exit::NothingFound);
    };
    let number = warn::draft(context, &threat, &actor).await?;
    done(call, "warn.drafted", number.as_str(), "draft")
}

pub async fn submit(call: &Call, context: &Context, number: &str, actor: &Actor) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let submitted = warn::submit(context, &warning.number, &actor).await?;
    let number = warning.number.as_str();
    if call.out.json {
        call.out.object(&WarningStepView {
            number,
            state: Some("submitted"),
            audience: Some(submitted.audience),
            content_hash: Some(&submitted.hash),
            ..WarningStepView::default()
        })?;
        return Ok(Exit::Ok);
    }
    call.out.line(&call.out.texts.with(
        "warn.submitted",
        &[
            ("number", number),
            ("audience", &submitted.audience.to_string()),
        ],
    ));
    call.out.say(
        &call
            .out
            .texts
            .with("warn.submitted_next", &[("number", number)]),
    );
    Ok(Exit::Ok)
}

pub async fn approve(
    call: &Call,
    context: &Context,
    number: &str,
    count: Option<u64>,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let number = warning.number.as_str();
    let seen = warning.content_hash.clone().unwrap_or_default();
    if warning.state == WarningState::Submitted
        && warning
            .submitted_by
            .as_ref()
            .is_none_or(|name| name.as_str() != actor.name())
    {
        super::show::audience(call, context, &warning.number).await?;
    }
    let typed = match count {
        Some(count) => count,
        None if warning.state != WarningState::Submitted => 0,
        None => type_count(call, context, &warning.number).await?,
    };
    match warn::approve(context, &warning.number, &actor, typed, &seen).await? {
        Ok(()) => done(call, "warn.approved", number, "approved"),
        Err(refusal) => refused(call, number, refusal),
    }
}

fn refused(call: &Call, number: &str, refusal: Refusal) -> Result<Exit> {
    let (key, exit) = match refusal {
        Refusal::SamePerson => ("same_person", Exit::NeedsApproval),
        Refusal::NotSubmitted => ("not_submitted", Exit::Failed),
        Refusal::WrongCount => ("wrong_count", Exit::Failed),
        Refusal::Changed => ("changed", Exit::Failed),
        Refusal::NotAllowed => ("not_allowed", Exit::Failed),
    };
    let sentence = call
        .out
        .texts
        .with(&format!("warn.refused_{key}"), &[("number", number)]);
    if call.out.json {
        call.out.object(&WarningStepView {
            number,
            refused: Some(key),
            error: Some(&sentence),
            ..WarningStepView::default()
        })?;
    }
    call.out.say(&sentence);
    Ok(exit)
}

async fn type_count(
    call: &Call,
    context: &Context,
    number: &tuermer_core::ids::WarningNumber,
) -> Result<u64> {
    if call.out.no_input || !std::io::stdin().is_terminal() {
        bail!("{}", call.out.texts.get("warn.no_count"));
    }
    let audience = context
        .store
        .warning_head(number)
        .await?
        .map_or(0, |head| head.audience);
    call.out.say(
        &call
            .out
            .texts
            .with("warn.type_count", &[("audience", &audience.to_string())]),
    );
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the terminal gives no number")?;
    // "1 240" and "1.240" are how people write 1240.
    let digits: String = line
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | '\u{a0}'))
        .collect();
    digits.parse().with_context(|| {
        call.out
            .texts
            .with("warn.refused_wrong_count", &[("number", number.as_str())])
    })
}

pub async fn send_back(
    call: &Call,
    context: &Context,
    number: &str,
    reason: &str,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    warn::send_back(context, &warning.number, &actor, reason).await?;
    done(call, "warn.returned", warning.number.as_str(), "returned")
}

pub async fn send(call: &Call, context: &Context, number: &str) -> Result<Exit> {
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let number = warning.number.as_str();
    match warning.state {
        WarningState::Approved | WarningState::Sending => {}
        WarningState::Done | WarningState::Stopped => {
            call.out.say(&call.out.texts.with(
                "warn.nothing_to_send",
                &[
                    ("number", number),
                    ("state", &super::show::state(call, warning.state)),
                ],
            ));
            return Ok(Exit::NothingFound);
        }
        WarningState::Draft | WarningState::Returned => {
            let sentence = call
                .out
                .texts
                .with("warn.submit_first", &[("number", number)]);
            if call.out.json {
                call.out
                    .object(&WarningStepView::failed(number, &sentence))?;
            }
            call.out.say(&sentence);
            return Ok(Exit::NeedsApproval);
        }
        WarningState::Submitted => {
            return needs_approval(
                call,
                number,
                warning
                    .submitted_by
                    .as_ref()
                    .map_or("–", |name| name.as_str()),
            );
        }
    }
    if !warn::verify(context, &warning.number).await? {
        return needs_approval(
            call,
            number,
            warning
                .submitted_by
                .as_ref()
                .map_or("–", |name| name.as_str()),
        );
    }
    deliver::run(context).await?;
    let exit = super::show::status(call, context, number).await?;
    let missed = context.store.delivery_counts(&warning.number).await?;
    let missed = missed.iter().any(|(state, count)| {
        *count > 0
            && matches!(
                state.as_str(),
                "refused" | "failed" | "unsure" | "parked" | "due" | "claimed"
            )
    });
    Ok(if missed { Exit::Partial } else { exit })
}

fn needs_approval(call: &Call, number: &str, submitter: &str) -> Result<Exit> {
    let sentence = call
        .out
        .texts
        .with("warn.needs_approval", &[("submitter", submitter)]);
    if call.out.json {
        call.out
            .object(&WarningStepView::failed(number, &sentence))?;
    }
    call.out.say(&sentence);
    call.out.say(
        &call
            .out
            .texts
            .with("warn.submitted_next", &[("number", number)]),
    );
    Ok(Exit::NeedsApproval)
}

pub async fn stop(
    call: &Call,
    context: &Context,
    number: &str,
    actor: &ActorOrShell,
) -> Result<Exit> {
    let actor = match actor.prove(call, context).await {
        Ok(actor) => actor,
        Err(error) => {
            // A stop must not fail over a password: it needs none.
            call.out.say(
                &call
                    .out
                    .texts
                    .with("warn.stop_without_proof", &[("number", number)]),
            );
            return Err(error);
        }
    };
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let held = warn::stop(context, &warning.number, &actor).await?;
    let number = warning.number.as_str();
    if call.out.json {
        call.out.object(&WarningStepView {
            number,
            state: Some("stopped"),
            held_back: Some(held),
            ..WarningStepView::default()
        })?;
        return Ok(Exit::Ok);
    }
    call.out.line(&call.out.texts.with(
        "warn.stopped",
        &[("number", number), ("held", &held.to_string())],
    ));
    Ok(Exit::Ok)
}

pub async fn cancel(
    call: &Call,
    context: &Context,
    number: &str,
    reason: &str,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let number = warn::draft_cancel(context, &warning.number, reason, &actor).await?;
    done(call, "warn.drafted", number.as_str(), "draft")
}

fn done(call: &Call, key: &str, number: &str, state: &'static str) -> Result<Exit> {
    if call.out.json {
        call.out.object(&WarningStepView {
            number,
            state: Some(state),
            ..WarningStepView::default()
        })?;
    } else {
        call.out
            .line(&call.out.texts.with(key, &[("number", number)]));
    }
    Ok(Exit::Ok)
}
