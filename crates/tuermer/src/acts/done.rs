//! What waits for a person is done: a notice is dealt with, a call is made, a delivery is decided.

use super::allow;
use crate::context::Context;
use anyhow::Result;
use tuermer_core::delivery::Delivery;
use tuermer_core::ids::DeliveryId;
use tuermer_core::rights::{Act, Actor};

/// Marks a notice as done; `false` where there is no open one with this id.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn notice(context: &Context, actor: &Actor, id: &str) -> Result<bool> {
    allow(actor, Act::FinishNotice)?;
    context
        .store
        .finish_notice(context.now(), id, actor.name())
        .await
}

/// Marks a task as done; `false` where there is no open one with this id.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn task(context: &Context, actor: &Actor, id: &str) -> Result<bool> {
    allow(actor, Act::FinishTask)?;
    context
        .store
        .finish_task(context.now(), id, actor.name())
        .await
}

/// Decides about a delivery that waits for a person: it arrived or the call was made, or it is sent again.
///
/// # Errors
/// The actor may not, or the delivery does not wait for a person.
pub async fn delivery(
    context: &Context,
    actor: &Actor,
    id: &DeliveryId,
    resend: bool,
) -> Result<Delivery> {
    allow(actor, Act::ResolveDelivery)?;
    context
        .store
        .resolve_delivery(id, resend, actor.name(), context.now())
        .await
}
