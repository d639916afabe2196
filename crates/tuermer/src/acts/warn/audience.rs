//! Who gets a warning and on which ways, frozen at the moment it is handed to the second person.

use super::approve::stop_corrected;
use super::known;
use crate::acts::allow;
use crate::channels::stays_here;
use crate::compose::mail;
use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::refusal;
use crate::store::ground::journal;
use crate::store::warning::recipients;
use crate::store::warning::recipients::OpenRecipient;
use crate::store::warning::warnings;
use anyhow::{Result, anyhow};
use tuermer_core::approval::canonical_bytes;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::organisation::still_good;
use tuermer_core::pack::Carried;
use tuermer_core::plan::{Attack, or_call, plan};
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::{Status, Urgency};
use tuermer_core::threat::Threat;
use tuermer_core::warning::{Action, Form, MessageType, Recipient, Warning};
use tuermer_formats::content::Occasion;

/// What the second person is asked to release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// SHA-256 over content, audience and channels.
    pub hash: String,
    /// Number of companies.
    pub audience: u64,
}

/// Freezes the audience and hands the warning to the second person. What a correction corrects is stopped first.
///
/// # Errors
/// Not a draft, nobody to warn, the threat has changed since the draft, or a mail would be too long.
pub async fn submit(context: &Context, number: &WarningNumber, actor: &Actor) -> Result<Submitted> {
    allow(actor, Act::SubmitWarning)?;
    let warning = known(context, number).await?;
    warnings::next_state(number, warning.state, Action::Submit)?;
    stop_corrected(context, &warning, actor).await?;
    let recipients = preview(context, &warning).await?;
    freeze(context, &warning, recipients, actor.name()).await
}

/// As [`submit`], for a threat that is at hand.
///
/// # Errors
/// As [`submit`].
pub async fn submit_of(
    context: &Context,
    number: &WarningNumber,
    threat: &Threat,
    actor: &Actor,
) -> Result<Submitted> {
    allow(actor, Act::SubmitWarning)?;
    let warning = known(context, number).await?;
    warnings::next_state(number, warning.state, Action::Submit)?;
    let recipients = preview_of(context, &warning, threat).await?;
    freeze(context, &warning, recipients, actor.name()).await
}

async fn freeze(
    context: &Context,
    warning: &Warning,
    recipients: Vec<Recipient>,
    actor: &str,
) -> Result<Submitted> {
    let number = &warning.number;
    if recipients.is_empty() {
        return Err(refusal("warn.refused_no_audience", [("number", number)]));
    }
    refuse_bad_mails(context, warning, &recipients)?;
    let warning = &Warning {
        form: Form::NEWEST,
        ..warning.clone()
    };
    let hash = sha256(&canonical_bytes(warning, &recipients));
    let audience = u64::try_from(recipients.len())?;
    let now = context.now();
    let mut open = context.store.begin().await?;
    warnings::submitted(
        &mut open,
        number,
        warning.state,
        actor,
        &hash,
        audience,
        now,
    )
    .await?;
    recipients::remove(&mut open, number).await?;
    recipients::insert(&mut open, &context.keys, number, &recipients).await?;
    journal::append(
        &mut open,
        now,
        actor,
        "warning.submitted",
        number.as_str(),
        &format!("audience {audience} hash {hash}"),
    )
    .await?;
    open.commit().await?;
    Ok(Submitted { hash, audience })
}

/// The audience: the frozen one, or, before submission, the one it would have now.
///
/// # Errors
/// The threat is gone or has a newer revision than the draft.
pub async fn preview(context: &Context, warning: &Warning) -> Result<Vec<Recipient>> {
    if warning.content_hash.is_some() {
        return frozen(context, &warning.number).await;
    }
    if let (MessageType::Cancel, Some(corrected)) = (warning.message_type, &warning.replaces) {
        return reached_now(context, corrected).await;
    }
    let threat = context
        .store
        .threat(&warning.threat)
        .await?
        .ok_or_else(|| anyhow!("there is no threat {}", warning.threat))?;
    preview_of(context, warning, &threat).await
}

/// Those a warning reached, on the ways that may still be used; whoever has none of them left is called.
async fn reached_now(context: &Context, corrected: &WarningNumber) -> Result<Vec<Recipient>> {
    let now = context.now();
    let folder = stays_here(context);
    let mut reached = context.store.reached(corrected).await?;
    for page in reached.chunks_mut(limits::ROWS_PER_STATEMENT) {
        let ids: Vec<&OrganisationId> = page.iter().map(|one| &one.organisation).collect();
        let contacts = context.store.contacts_of_many(&ids).await?;
        for recipient in page {
            let people = contacts.get(&recipient.organisation);
            let people = people.map_or(&[][..], Vec::as_slice);
            let ways = std::mem::take(&mut recipient.ways);
            recipient.ways = or_call(still_good(ways, people, folder, now), &[]);
        }
    }
    Ok(reached)
}

async fn preview_of(
    context: &Context,
    warning: &Warning,
    threat: &Threat,
) -> Result<Vec<Recipient>> {
    if threat.revision != warning.threat_revision {
        let (threat, now, then) = (
            &threat.tracking_id,
            &threat.revision,
            &warning.threat_revision,
        );
        return Err(refusal(
            "warn.refused_old_facts",
            [
                ("threat", threat),
                ("now", now),
                ("number", &warning.number),
                ("then", then),
            ],
        ));
    }
    open_now(context, threat).await
}

/// All rows of a frozen audience.
pub(super) async fn frozen(context: &Context, number: &WarningNumber) -> Result<Vec<Recipient>> {
    let mut all: Vec<Recipient> = Vec::new();
    loop {
        let page = context
            .store
            .recipients(
                number,
                all.last().map(|recipient| &recipient.organisation),
                limits::PAGE_ROWS,
            )
            .await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Everybody open to the threat, with the ways to them.
async fn open_now(context: &Context, threat: &Threat) -> Result<Vec<Recipient>> {
    let folder = stays_here(context);
    let now = context.now();
    let zone = context.zone();
    let packs = context.packs().await?;
    let occasion = Occasion {
        threat,
        packs: &packs,
        urgency: Urgency::Past,
        now,
        zone: &zone,
    };
    let carried = Carried::new(&packs, threat);
    let providers = context.store.providers(now).await?;
    let mut all: Vec<Recipient> = Vec::new();
    loop {
        let page = context
            .store
            .open_to(
                &threat.id,
                &providers,
                all.last().map(|recipient| &recipient.organisation),
                limits::PAGE_ROWS,
                (folder, now),
            )
            .await?;
        if page.is_empty() {
            return Ok(all);
        }
        for OpenRecipient {
            mut recipient,
            version,
            product,
        } in page
        {
            let attack = Attack {
                on: &carried.services(&product),
                incident: recipient.incident,
            };
            recipient.ways = plan(recipient.ways, attack);
            // The step "install the update" cannot help where there is none; the reason then says what does.
            if recipient.status == Status::Unknown
                && let Some(advice) = occasion.end_of_life_advice(&version, recipient.language)
            {
                recipient.reason = format!("{} {advice}", recipient.reason);
            }
            all.push(recipient);
        }
    }
}

/// Composes the longest mail of each language: it must have words and fit its limit.
fn refuse_bad_mails(context: &Context, warning: &Warning, recipients: &[Recipient]) -> Result<()> {
    for text in &warning.texts {
        let of_language = recipients
            .iter()
            .filter(|recipient| recipient.language == text.language);
        let length = |r: &&Recipient| {
            r.name.len() + r.reason.len() + r.question.len() + r.provider_name.len()
        };
        let Some(longest) = of_language.max_by_key(length) else {
            continue;
        };
        let mail = mail(context, warning, longest)?;
        let bytes = mail.html.len().max(mail.text.len());
        if mail.text.is_empty() || mail.html.is_empty() || bytes > limits::MAIL_BYTES {
            let (number, language) = (&warning.number, text.language.code());
            return Err(refusal(
                "warn.refused_mail_size",
                [
                    ("number", number),
                    ("language", &language),
                    ("bytes", &bytes),
                    ("most", &limits::MAIL_BYTES),
                ],
            ));
        }
    }
    Ok(())
}
