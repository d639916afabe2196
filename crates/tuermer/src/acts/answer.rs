//! Takes what a member or its provider says to a warning and turns it into facts, in one transaction:
//! the answer, the asset it speaks about, the task it asks for, and the gap that makes assess judge again.
//!
//! It never decides how an organisation stands: `done` becomes "fixed, self-reported" in
//! `tuermer_core::assess`.

use super::allow;
use crate::context::Context;
use crate::refusal::denied;
use crate::store::ground::engine::Transaction;
use crate::store::warning::answers::{self, Given, ToldAsset};
use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use tuermer_core::acknowledgement::{Acknowledgement, Answer};
use tuermer_core::asset::Presence;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::product::ProductKey;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::Source;
use tuermer_core::threat::ProductStatus;

/// Most products one answer speaks about; an advisory may name thousands.
const PRODUCTS: usize = 20;

/// Records an answer to a released warning. The same answer twice within the undo time is one.
///
/// `cloud` completes [`Answer::NotUs`]: `Some(true)` "we use the cloud service", `Some(false)` "we do not have it".
pub async fn record(
    context: &Context,
    actor: &Actor,
    answer: Answer,
    cloud: Option<bool>,
    by: Source,
) -> Result<()> {
    let (warning, organisation) = behind(actor, Act::AnswerWarning)?;
    let Some(threat) = context.store.released_threat(warning).await? else {
        bail!("{warning} is not released; nobody can answer it")
    };
    let cloud = cloud.filter(|_| answer == Answer::NotUs);
    let products = if cloud.is_some() {
        products(context, &threat, organisation).await?
    } else {
        Vec::new()
    };
    let mut open = context.store.begin().await?;
    answers::facts_changed(&mut open, organisation).await?;
    let before = answers::last(&mut open, &threat, organisation).await?;
    let now = later_than(context.now(), before.as_ref());
    let same = before.filter(|last| {
        last.can_be_undone(context.now())
            && last.said.answer == answer
            && last.said.by == by
            && &last.warning == warning
    });
    match (same, cloud) {
        // Nothing new: the transaction is dropped, nothing is due again.
        (Some(last), cloud) if cloud.is_none() || last.said.cloud == cloud => return Ok(()),
        (Some(last), Some(cloud)) => answers::refine(&mut open, &last.id, cloud).await?,
        _ => {
            let said = Acknowledgement {
                organisation: organisation.clone(),
                threat: threat.clone(),
                answer,
                cloud,
                by,
                at: now,
            };
            answers::insert(
                &mut open,
                &Given {
                    id: context.id()?,
                    warning: warning.clone(),
                    said,
                },
            )
            .await?;
        }
    }
    settle(context, &mut open, &threat, organisation, &products).await?;
    open.commit().await
}

/// Takes back the answer `id` within the undo time; `false` where it is too late. Twice is once.
pub async fn undo(context: &Context, actor: &Actor, threat: &ThreatId, id: &str) -> Result<bool> {
    let (_, organisation) = behind(actor, Act::UndoAnswer)?;
    let now = context.now();
    let products = products(context, threat, organisation).await?;
    let mut open = context.store.begin().await?;
    answers::facts_changed(&mut open, organisation).await?;
    if !answers::undo(&mut open, id, organisation, now).await? {
        return Ok(false);
    }
    answers::withdraw_help(&mut open, threat, organisation, now).await?;
    settle(context, &mut open, threat, organisation, &products).await?;
    open.commit().await?;
    Ok(true)
}

/// Whose link it is: it speaks for one company about one warning and for nothing else.
fn behind(actor: &Actor, act: Act) -> Result<(&WarningNumber, &OrganisationId)> {
    allow(actor, act)?;
    match actor {
        Actor::Link {
            organisation,
            warning,
        } => Ok((warning, organisation)),
        _ => Err(denied(actor, act)),
    }
}

/// Time orders answers, so a new one must be later than the one before even where the clock stands still.
fn later_than(now: Timestamp, before: Option<&Given>) -> Timestamp {
    let after = before.and_then(|last| {
        last.said
            .at
            .checked_add(SignedDuration::from_micros(1))
            .ok()
    });
    after.map_or(now, |after| after.max(now))
}

/// Makes what follows from an answer true: asset facts exist exactly while the last valid answer is
/// "not us" with cloud or none, and "help" has an open task.
async fn settle(
    context: &Context,
    open: &mut Transaction,
    threat: &ThreatId,
    organisation: &OrganisationId,
    products: &[[String; 3]],
) -> Result<()> {
    let note = format!("answer to {threat}");
    answers::remove_told_assets(open, organisation, &note, context.now()).await?;
    let Some(last) = answers::last(open, threat, organisation).await? else {
        return Ok(());
    };
    match (last.said.answer, last.said.cloud) {
        (Answer::NotUs, Some(cloud)) => {
            let presence = if cloud {
                Presence::Cloud
            } else {
                Presence::Absent
            }
            .as_str();
            for product in products {
                let told = ToldAsset {
                    id: context.id()?,
                    product,
                    presence,
                    note: &note,
                };
                answers::tell_asset(open, &last.said, told).await?;
            }
        }
        (Answer::Help, _) => answers::ask_for_help(open, &context.id()?, &last).await?,
        _ => {}
    }
    Ok(())
}

/// Vendor, product and key of what the answer speaks about: what we matched, else what the threat names.
async fn products(
    context: &Context,
    threat: &ThreatId,
    organisation: &OrganisationId,
) -> Result<Vec<[String; 3]>> {
    let matched = context.store.matched_products(threat, organisation).await?;
    if !matched.is_empty() {
        return Ok(matched);
    }
    let Some(threat) = context.store.threat(threat).await? else {
        return Ok(Vec::new());
    };
    let mut keys: Vec<&ProductKey> = threat
        .statements
        .iter()
        .filter(|s| s.status == ProductStatus::Affected)
        .map(|s| &s.product)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys
        .into_iter()
        .take(PRODUCTS)
        .map(|key| [key.vendor.clone(), key.product.clone(), key.product.clone()])
        .collect())
}
