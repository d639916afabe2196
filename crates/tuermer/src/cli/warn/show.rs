//! The verbs of `tuermer warn` that only look.

use super::super::{Call, Exit};
use super::find;
use crate::acts::warn;
use crate::compose;
use crate::context::Context;
use crate::store::warning::warnings::WarningHead;
use crate::views::Keyed;
use crate::views::warning::{
    PreviewView, WarningHeadView, WarningStatusView, WarningTextView, WarningView,
};
use anyhow::Result;
use tuermer_core::ids::WarningNumber;
use tuermer_core::scale::Certainty;
use tuermer_core::warning::{Channel, Recipient, WarningState};

/// Real recipients shown without `--member`.
const SAMPLES: usize = 3;

/// The state in the reader's words.
pub fn state(call: &Call, state: WarningState) -> String {
    call.out
        .texts
        .get(&format!("warn.state_{}", state.as_str()))
}

pub async fn list(call: &Call, context: &Context) -> Result<Exit> {
    let heads = context.store.warnings().await?;
    for head in &heads {
        if call.out.json {
            let Some(warning) = context.store.warning(&head.number).await? else {
                continue;
            };
            call.out.object(&WarningView::new(head, &warning))?;
        } else {
            call.out.line(&summary(call, head));
        }
    }
    if heads.is_empty() {
        call.out.say(&call.out.texts.get("warn.none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

fn summary(call: &Call, head: &WarningHead) -> String {
    let level = head.level.number().to_string();
    let audience = head.audience.to_string();
    let state = state(call, head.state);
    call.out.texts.with(
        "warn.line",
        &[
            ("number", head.number.as_str()),
            ("state", &state),
            ("level", &level),
            ("audience", &audience),
            ("title", &head.title),
        ],
    )
}

pub async fn show(call: &Call, context: &Context, number: &str) -> Result<Exit> {
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let Some(head) = context.store.warning_head(&warning.number).await? else {
        return Ok(Exit::NothingFound);
    };
    if call.out.json {
        call.out.object(&WarningView::new(&head, &warning))?;
        return Ok(Exit::Ok);
    }
    call.out.line(&summary(call, &head));
    for (key, value) in [
        (
            "warn.submitted_by",
            head.submitted_by.as_ref().map(|name| name.as_str()),
        ),
        (
            "warn.approved_by",
            head.approved_by.as_ref().map(|name| name.as_str()),
        ),
        ("warn.return_reason", warning.return_reason.as_deref()),
        ("warn.content_hash", warning.content_hash.as_deref()),
    ] {
        if let Some(value) = value {
            call.out
                .line(&call.out.texts.with(key, &[("value", value)]));
        }
    }
    for text in &warning.texts {
        call.out.line(&format!("\n[{}]", text.language.code()));
        let fields = WarningTextView(text).fields();
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            call.out.line(&format!("  {name}: {value}"));
        }
    }
    Ok(Exit::Ok)
}

pub async fn status(call: &Call, context: &Context, number: &str) -> Result<Exit> {
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let Some(head) = context.store.warning_head(&warning.number).await? else {
        return Ok(Exit::NothingFound);
    };
    let counts = context.store.delivery_counts(&warning.number).await?;
    if call.out.json {
        call.out.object(&WarningStatusView {
            head: WarningHeadView::from(&head),
            deliveries: Keyed(counts),
        })?;
        return Ok(Exit::Ok);
    }
    call.out.line(&summary(call, &head));
    for (state, count) in counts {
        call.out.line(&format!(
            "  {count:>7}  {}",
            call.out.texts.get(&format!("warn.delivery_{state}"))
        ));
    }
    Ok(Exit::Ok)
}

/// Says to whom and on which ways a warning goes, before somebody releases it.
pub async fn audience(call: &Call, context: &Context, number: &WarningNumber) -> Result<()> {
    let Some(warning) = context.store.warning(number).await? else {
        return Ok(());
    };
    let recipients = warn::preview(context, &warning).await?;
    let texts = call.out.texts;
    let uses = |channel| {
        recipients
            .iter()
            .filter(|recipient| recipient.channels().any(|planned| planned == channel))
            .count()
    };
    let ways: Vec<String> = Channel::ALL
        .iter()
        .map(|channel| (channel, uses(*channel)))
        .filter(|(_, count)| *count > 0)
        .map(|(channel, count)| {
            let name = texts.get(&format!("delivery.channel.{}", channel.as_str()));
            format!("{name} {count}")
        })
        .collect();
    let (companies, ways) = (recipients.len().to_string(), ways.join(", "));
    call.out.say(&call.out.texts.with(
        "warn.audience",
        &[("audience", &companies), ("ways", &ways)],
    ));
    for certainty in [Certainty::Observed, Certainty::Likely, Certainty::Possible] {
        let count = recipients
            .iter()
            .filter(|recipient| recipient.certainty == certainty)
            .count();
        if count > 0 {
            call.out.say(&call.out.texts.with(
                &format!("warn.audience_{}", certainty.as_str()),
                &[("count", &count.to_string())],
            ));
        }
    }
    Ok(())
}

pub async fn preview(
    call: &Call,
    context: &Context,
    number: &str,
    member: Option<&str>,
    html: bool,
) -> Result<Exit> {
    let Some(warning) = find(call, context, number).await? else {
        return Ok(Exit::NothingFound);
    };
    let recipients = warn::preview(context, &warning).await?;
    let chosen: Vec<&Recipient> = match member {
        Some(id) => recipients
            .iter()
            .filter(|recipient| recipient.external_id == id || recipient.name == id)
            .collect(),
        None => samples(&recipients),
    };
    if chosen.is_empty() {
        call.out.say(&call.out.texts.with(
            "warn.no_recipient",
            &[
                ("member", member.unwrap_or("")),
                ("number", warning.number.as_str()),
            ],
        ));
        return Ok(Exit::NothingFound);
    }
    for recipient in chosen {
        let mail = compose::mail(context, &warning, recipient)?;
        let channels: Vec<&str> = recipient
            .channels()
            .map(|channel| channel.as_str())
            .collect();
        if call.out.json {
            let view = PreviewView::new(&warning, recipient, &channels, &mail);
            call.out.object(&view)?;
            continue;
        }
        call.out.say(&call.out.texts.with(
            "warn.preview",
            &[
                ("member", &recipient.external_id),
                ("name", &recipient.name),
                ("channels", &channels.join(" + ")),
            ],
        ));
        if recipient.incident {
            call.out.say(&call.out.texts.get("warn.preview_incident"));
        }
        call.out.line(
            &call
                .out
                .texts
                .with("warn.preview_subject", &[("subject", &mail.subject)]),
        );
        call.out.line(if html { &mail.html } else { &mail.text });
    }
    Ok(Exit::Ok)
}

/// Recipients that differ in language or strength of the sentence.
fn samples(recipients: &[Recipient]) -> Vec<&Recipient> {
    let mut chosen: Vec<&Recipient> = Vec::new();
    for recipient in recipients {
        let known = chosen.iter().any(|other| {
            other.language == recipient.language && other.certainty == recipient.certainty
        });
        if !known && chosen.len() < SAMPLES {
            chosen.push(recipient);
        }
    }
    chosen
}
