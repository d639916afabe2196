//! Warn: from a threat to a release by two people. Every step is one transaction with its journal entry.
//!
//! ```text
//! draft ─▶ submit (audience frozen, hash) ─▶ approve (second person, typed count) ─▶ deliveries planned
//!   ▲         │                                 │
//!   └─ edit ──┴── send_back ────────────────────┘        stop: one person, at once
//! ```
//! [`crate::compose`] makes words and mails, [`approve`](mod@approve) holds the rule of two people. Nothing is sent here.

mod approve;
mod audience;
mod edit;

pub use approve::{approve, content_hash, send_back, stop, verify, verify_light};
pub use audience::{Submitted, preview, submit, submit_of};
pub use edit::{TextEdit, edit};

use super::allow;
use crate::context::Context;
use crate::refusal::refusal;
use crate::store::ground::journal;
use crate::store::warning::warnings;
use crate::store::warning::warnings::Draft;
use crate::text::Texts;
use anyhow::{Result, anyhow};
use tuermer_core::ids::{ThreatId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::{Status, Tlp, Urgency};
use tuermer_core::threat::Threat;
use tuermer_core::urgency::Urgencies;
use tuermer_core::warning::{MessageType, WarningText};
use tuermer_formats::content::Occasion;

/// The warning of a number, or a sentence that says there is none.
pub(super) async fn known(
    context: &Context,
    number: &WarningNumber,
) -> Result<tuermer_core::warning::Warning> {
    context
        .store
        .warning(number)
        .await?
        .ok_or_else(|| anyhow!("there is no warning {number}"))
}

/// Drafts a warning on a threat; a threat that has an unfinished one keeps it.
///
/// After a warning that reached somebody the draft is an update to it, for those still open.
///
/// # Errors
/// No such threat, withdrawn, or marked for a narrower circle than all members.
pub async fn draft(context: &Context, threat: &ThreatId, actor: &Actor) -> Result<WarningNumber> {
    allow(actor, Act::DraftWarning)?;
    let found = context
        .store
        .threat(threat)
        .await?
        .ok_or_else(|| anyhow!("there is no threat {threat}"))?;
    draft_of(context, &found, actor).await
}

/// As [`draft`], for a threat that is at hand.
///
/// # Errors
/// As [`draft`].
pub async fn draft_of(context: &Context, threat: &Threat, actor: &Actor) -> Result<WarningNumber> {
    allow(actor, Act::DraftWarning)?;
    if let Some(number) = context.store.unfinished(&threat.id, false).await? {
        return Ok(number);
    }
    if threat.withdrawn {
        return Err(refusal(
            "warn.refused_withdrawn",
            [("threat", &threat.tracking_id)],
        ));
    }
    if !matches!(threat.tlp, Tlp::Clear | Tlp::Green) {
        return Err(refusal(
            "warn.refused_tlp",
            [
                ("threat", &threat.tracking_id),
                ("tlp", &threat.tlp.as_str()),
            ],
        ));
    }
    let replaces = context.store.latest_sent(&threat.id).await?;
    let kind = if replaces.is_some() {
        MessageType::Update
    } else {
        MessageType::Alert
    };
    let urgency = until_when(context, threat).await?;
    let zone = context.zone();
    let packs = context.packs().await?;
    let occasion = Occasion {
        threat,
        packs: &packs,
        urgency,
        now: context.now(),
        zone: &zone,
    };
    let text = |language| {
        if replaces.is_some() {
            occasion.update(language)
        } else {
            occasion.alert(language)
        }
    };
    let texts = Language::ALL.into_iter().map(text).collect();
    write(context, threat, kind, urgency, replaces, texts, actor).await
}

/// Drafts the correction of a warning that was wrong; it goes to exactly those it reached.
///
/// # Errors
/// Nobody was reached, or no reason is given.
pub async fn draft_cancel(
    context: &Context,
    number: &WarningNumber,
    reason: &str,
    actor: &Actor,
) -> Result<WarningNumber> {
    allow(actor, Act::CorrectWarning)?;
    let corrected = known(context, number).await?;
    if let Some(open) = context.store.unfinished(&corrected.threat, true).await? {
        return Ok(open);
    }
    if reason.trim().is_empty() {
        return Err(refusal("warn.refused_no_reason", []));
    }
    if corrected.message_type == MessageType::Cancel
        || context.store.reached(number).await?.is_empty()
    {
        return Err(refusal("warn.refused_nobody_reached", [("number", number)]));
    }
    let threat = context
        .store
        .threat(&corrected.threat)
        .await?
        .ok_or_else(|| anyhow!("there is no threat {}", corrected.threat))?;
    cancel_of(context, &threat, number, reason, actor).await
}

/// Writes the correction of `number` for a threat that is at hand.
///
/// # Errors
/// The database refused.
pub async fn cancel_of(
    context: &Context,
    threat: &Threat,
    number: &WarningNumber,
    reason: &str,
    actor: &Actor,
) -> Result<WarningNumber> {
    allow(actor, Act::CorrectWarning)?;
    let zone = context.zone();
    let urgency = Urgency::Past;
    let packs = context.packs().await?;
    let occasion = Occasion {
        threat,
        packs: &packs,
        urgency,
        now: context.now(),
        zone: &zone,
    };
    let texts = Language::ALL
        .into_iter()
        .map(|language| occasion.cancel(language, number, reason))
        .collect();
    write(
        context,
        threat,
        MessageType::Cancel,
        urgency,
        Some(number.clone()),
        texts,
        actor,
    )
    .await
}

/// Drafts the correction of a warning whose advisory was withdrawn, each language in its own words. A correction that is
/// open already is kept; `None` where nobody was reached.
///
/// # Errors
/// The database refused.
pub async fn propose_cancel(
    context: &Context,
    threat: &Threat,
    number: &WarningNumber,
    actor: &Actor,
) -> Result<Option<WarningNumber>> {
    allow(actor, Act::CorrectWarning)?;
    if let Some(open) = context.store.unfinished(&threat.id, true).await? {
        return Ok(Some(open));
    }
    if context.store.reached(number).await?.is_empty() {
        return Ok(None);
    }
    let zone = context.zone();
    let packs = context.packs().await?;
    let occasion = Occasion {
        threat,
        packs: &packs,
        urgency: Urgency::Past,
        now: context.now(),
        zone: &zone,
    };
    let reason = |language| {
        Texts(language).with(
            "warn.reason_withdrawn",
            &[
                ("publisher", &threat.publisher),
                ("threat", &threat.tracking_id),
            ],
        )
    };
    let texts = Language::ALL
        .into_iter()
        .map(|language| occasion.cancel(language, number, &reason(language)))
        .collect();
    write(
        context,
        threat,
        MessageType::Cancel,
        Urgency::Past,
        Some(number.clone()),
        texts,
        actor,
    )
    .await
    .map(Some)
}

/// Drafts an update on the successor of the advisory behind `number`. A draft that is open already is kept; `None` where
/// the successor may not be told.
///
/// # Errors
/// The database refused.
pub async fn propose_update(
    context: &Context,
    successor: &Threat,
    number: &WarningNumber,
    actor: &Actor,
) -> Result<Option<WarningNumber>> {
    allow(actor, Act::DraftWarning)?;
    if let Some(open) = context.store.unfinished(&successor.id, false).await? {
        return Ok(Some(open));
    }
    if successor.withdrawn || !matches!(successor.tlp, Tlp::Clear | Tlp::Green) {
        return Ok(None);
    }
    let urgency = until_when(context, successor).await?;
    let zone = context.zone();
    let packs = context.packs().await?;
    let occasion = Occasion {
        threat: successor,
        packs: &packs,
        urgency,
        now: context.now(),
        zone: &zone,
    };
    let texts = Language::ALL
        .into_iter()
        .map(|language| occasion.update(language))
        .collect();
    write(
        context,
        successor,
        MessageType::Update,
        urgency,
        Some(number.clone()),
        texts,
        actor,
    )
    .await
    .map(Some)
}

/// The most urgent open verdict; before any verdict, what the threat itself says.
async fn until_when(context: &Context, threat: &Threat) -> Result<Urgency> {
    if let Some(urgency) = context.store.worst_urgency(&threat.id).await? {
        return Ok(urgency);
    }
    Ok(Urgencies::of(&context.policy, threat)
        .decide(Status::Unknown, None, std::iter::empty())
        .urgency)
}

async fn write(
    context: &Context,
    threat: &Threat,
    message_type: MessageType,
    urgency: Urgency,
    replaces: Option<WarningNumber>,
    texts: Vec<WarningText>,
    actor: &Actor,
) -> Result<WarningNumber> {
    let now = context.now();
    let draft = Draft {
        prefix: if context.drill && !context.demo {
            "Ü"
        } else {
            "W"
        },
        year: i64::from(now.to_zoned(context.zone()).year()),
        threat: threat.id.clone(),
        threat_revision: threat.revision.clone(),
        message_type,
        level: threat.level(),
        urgency,
        replaces,
        texts,
        at: now,
    };
    let mut open = context.store.begin().await?;
    // Of two who draft at the same moment the second gets what the first wrote.
    if let Some(number) =
        warnings::unfinished_alone(&mut open, &threat.id, message_type == MessageType::Cancel)
            .await?
    {
        return Ok(number);
    }
    let number = warnings::insert_draft(&mut open, &draft).await?;
    let detail = format!(
        "{} {} revision {}",
        message_type.as_str(),
        threat.tracking_id,
        threat.revision
    );
    journal::append(
        &mut open,
        now,
        actor.name(),
        "warning.drafted",
        number.as_str(),
        &detail,
    )
    .await?;
    open.commit().await?;
    Ok(number)
}
