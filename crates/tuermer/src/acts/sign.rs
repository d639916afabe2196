//! What a member who was hit agreed to.

use super::allow;
use crate::context::Context;
use anyhow::Result;
use tuermer_core::ids::OrganisationId;
use tuermer_core::rights::{Act, Actor};

/// Notes that a member agreed to be named as hit by a campaign, or took that back; `false` where it is not among those hit.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn consent(
    context: &Context,
    actor: &Actor,
    campaign: &str,
    member: &OrganisationId,
    agrees: bool,
) -> Result<bool> {
    allow(actor, Act::NoteConsent)?;
    context
        .store
        .consent(campaign, member, agrees, actor.name(), context.now())
        .await
}
