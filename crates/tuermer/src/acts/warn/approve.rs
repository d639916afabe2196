//! The rule of two people: release, return, stop, and the check before anything leaves.

use super::audience::frozen;
use super::known;
use crate::acts::allow;
use crate::compose::message_domain;
use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::refusal;
use crate::store::ground::journal;
use crate::store::warning::approvals::{self, Approval};
use crate::store::warning::planned;
use crate::store::warning::warnings;
use anyhow::Result;
use subtle::ConstantTimeEq as _;
use tuermer_core::approval::{self, Refusal, canonical_bytes};
use tuermer_core::delivery::{Delivery, DeliveryState};
use tuermer_core::ids::{DeliveryId, UserName, WarningNumber};
use tuermer_core::rights::{Act, Actor};
use tuermer_core::warning::{Action, MessageType, Recipient, Warning, WarningState, Way};

/// Round of the first message.
const FIRST_ROUND: i64 = 1;

/// The hash of what would be sent, computed afresh from the rows.
///
/// # Errors
/// No such warning.
pub async fn content_hash(context: &Context, number: &WarningNumber) -> Result<String> {
    let warning = known(context, number).await?;
    Ok(sha256(&canonical_bytes(
        &warning,
        &frozen(context, number).await?,
    )))
}

/// Releases a warning: `typed_count` is what the approver typed, `seen_hash` the hash of what was on screen.
/// Approval, state and planned deliveries are one transaction.
///
/// # Errors
/// Not an account, no such warning, or the database refused; a broken rule is the inner [`Refusal`].
pub async fn approve(
    context: &Context,
    number: &WarningNumber,
    actor: &Actor,
    typed_count: u64,
    seen_hash: &str,
) -> Result<Result<(), Refusal>> {
    allow(actor, Act::ApproveWarning)?;
    let approver = actor.name();
    let warning = known(context, number).await?;
    if !context
        .store
        .accounts()
        .await?
        .iter()
        .any(|account| account.name == approver)
    {
        return Ok(Err(Refusal::NotAllowed));
    }
    let recipients = frozen(context, number).await?;
    let hash = sha256(&canonical_bytes(&warning, &recipients));
    let audience = u64::try_from(recipients.len())?;
    if let Err(refusal) = approval::check(
        &warning,
        &UserName(approver.to_string()),
        typed_count,
        audience,
        seen_hash,
        &hash,
    ) {
        return Ok(Err(refusal));
    }
    let row = approval_of(context, &warning, approver, &hash, audience);
    let now = context.now();
    let deliveries = plan(context, &warning, &recipients);
    let mut open = context.store.begin().await?;
    approvals::insert(&mut open, number, &row, now).await?;
    warnings::approved(&mut open, number, approver, &hash, now).await?;
    planned::insert(&mut open, &deliveries).await?;
    let (subject, detail) = (number.as_str(), format!("audience {audience} hash {hash}"));
    journal::append(
        &mut open,
        now,
        approver,
        "warning.approved",
        subject,
        &detail,
    )
    .await?;
    open.commit().await?;
    Ok(Ok(()))
}

/// The row of a release, with its code over a key that is not in the database.
fn approval_of(
    context: &Context,
    warning: &Warning,
    approver: &str,
    hash: &str,
    audience: u64,
) -> Approval {
    let submitted_by = warning
        .submitted_by
        .as_ref()
        .map_or(String::new(), ToString::to_string);
    let mut row = Approval {
        content_hash: hash.to_string(),
        submitted_by,
        approved_by: approver.to_string(),
        audience,
        mac: String::new(),
    };
    row.mac = row.expected_mac(&context.keys, &warning.number);
    row
}

/// The deliveries of the first round.
fn plan(context: &Context, warning: &Warning, recipients: &[Recipient]) -> Vec<Delivery> {
    let now = context.now();
    let domain = message_domain(context);
    let number = &warning.number;
    let one = |recipient: &Recipient, way: &Way| {
        let (organisation, channel) = (&recipient.organisation, way.channel);
        let state = if channel.nature().by_person {
            DeliveryState::ToCall
        } else {
            DeliveryState::Due
        };
        Delivery {
            id: DeliveryId(
                context
                    .keys
                    .delivery_id(number, organisation, channel, FIRST_ROUND),
            ),
            warning: number.clone(),
            organisation: organisation.clone(),
            channel,
            round: FIRST_ROUND,
            point: way.point.clone(),
            address: way.address.clone(),
            state,
            attempts: 0,
            unsure_count: 0,
            hold_until: now,
            message_id: context.keys.message_id(
                number,
                organisation,
                channel,
                FIRST_ROUND,
                &domain,
            ),
            at: now,
            detail: String::new(),
        }
    };
    recipients
        .iter()
        .flat_map(|recipient| recipient.planned().map(move |way| one(recipient, way)))
        .collect()
}

/// Sends a submitted warning back to its author.
///
/// # Errors
/// Not submitted, or no reason is given.
pub async fn send_back(
    context: &Context,
    number: &WarningNumber,
    actor: &Actor,
    reason: &str,
) -> Result<()> {
    allow(actor, Act::ReturnWarning)?;
    let warning = known(context, number).await?;
    warnings::next_state(number, warning.state, Action::Return)?;
    let reason = tuermer_formats::wrap::one_line(reason);
    if reason.is_empty() {
        return Err(refusal("warn.refused_say_why", [("number", number)]));
    }
    let mut open = context.store.begin().await?;
    warnings::returned(&mut open, number, &reason).await?;
    journal::append(
        &mut open,
        context.now(),
        actor.name(),
        "warning.returned",
        number.as_str(),
        &reason,
    )
    .await?;
    open.commit().await
}

/// Stops a warning at once; one person suffices. Returns how many deliveries will not leave any more.
///
/// # Errors
/// No such warning, or it is already done.
pub async fn stop(context: &Context, number: &WarningNumber, actor: &Actor) -> Result<u64> {
    allow(actor, Act::StopWarning)?;
    let warning = known(context, number).await?;
    if warning.state == WarningState::Stopped {
        return Ok(0);
    }
    warnings::next_state(number, warning.state, Action::Stop)?;
    let mut open = context.store.begin().await?;
    let held = warnings::stopped(&mut open, number, context.now()).await?;
    let detail = format!(
        "was {}; {held} deliveries held back",
        warning.state.as_str()
    );
    journal::append(
        &mut open,
        context.now(),
        actor.name(),
        "warning.stopped",
        number.as_str(),
        &detail,
    )
    .await?;
    open.commit().await?;
    Ok(held)
}

/// Stops what a correction corrects before its audience is looked for: whoever would still get the wrong words later got no
/// correction, or got it first.
///
/// # Errors
/// As [`stop`].
pub(super) async fn stop_corrected(
    context: &Context,
    correction: &Warning,
    actor: &Actor,
) -> Result<()> {
    let (MessageType::Cancel, Some(wrong)) = (correction.message_type, &correction.replaces) else {
        return Ok(());
    };
    let state = known(context, wrong).await?.state;
    if state.after(Action::Stop).is_some() {
        stop(context, wrong, actor).await?;
    }
    Ok(())
}

/// May anything of this warning leave? State, approval, its code and two people, without reading the content again.
///
/// # Errors
/// The database cannot be read.
pub async fn verify_light(context: &Context, number: &WarningNumber) -> Result<bool> {
    let Some(warning) = context.store.warning(number).await? else {
        return Ok(false);
    };
    Ok(released(context, &warning).await?.is_some())
}

/// May anything of this warning leave? As [`verify_light`], and every word, address and channel is what two people saw.
///
/// # Errors
/// The database cannot be read.
pub async fn verify(context: &Context, number: &WarningNumber) -> Result<bool> {
    let Some(warning) = context.store.warning(number).await? else {
        return Ok(false);
    };
    let Some(approval) = released(context, &warning).await? else {
        return Ok(false);
    };
    let recipients = frozen(context, number).await?;
    let same_count = u64::try_from(recipients.len())? == approval.audience;
    Ok(same_count && sha256(&canonical_bytes(&warning, &recipients)) == approval.content_hash)
}

/// The approval of a warning that may be handed over.
async fn released(context: &Context, warning: &Warning) -> Result<Option<Approval>> {
    if !matches!(
        warning.state,
        WarningState::Approved | WarningState::Sending
    ) {
        return Ok(None);
    }
    let Some(approval) = context.store.approval(&warning.number).await? else {
        return Ok(None);
    };
    let fits: bool = approval
        .mac
        .as_bytes()
        .ct_eq(
            approval
                .expected_mac(&context.keys, &warning.number)
                .as_bytes(),
        )
        .into();
    let submitter = warning
        .submitted_by
        .as_ref()
        .is_some_and(|name| name.as_str() == approval.submitted_by);
    let approver = warning
        .approved_by
        .as_ref()
        .is_some_and(|name| name.as_str() == approval.approved_by);
    let two = approval.submitted_by != approval.approved_by;
    let hash = warning.content_hash.as_ref() == Some(&approval.content_hash);
    Ok((fits && submitter && approver && two && hash).then_some(approval))
}
