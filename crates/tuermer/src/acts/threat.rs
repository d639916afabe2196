//! What people do with a threat that is there: comment on it, mark it as read, remove it. Stating one is intake.

use super::allow;
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::store::documents::comments::{Comment, Reader, Removal};
use anyhow::{Result, anyhow};
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::COMMENT_CHARACTERS;
use tuermer_core::rights::{Act, Actor};
use tuermer_formats::csaf::plain;

/// The revision that stands now.
async fn current(context: &Context, threat: &ThreatId) -> Result<String> {
    context
        .store
        .current_revision(threat)
        .await?
        .ok_or_else(|| anyhow!("{threat} is not there any more"))
}

/// Adds a comment on the revision of now.
///
/// # Errors
/// Not an account, or the comment is empty or too long.
pub async fn comment(
    context: &Context,
    actor: &Actor,
    threat: &ThreatId,
    words: &str,
) -> Result<Comment> {
    allow(actor, Act::CommentThreat)?;
    let words = words.trim();
    if words.is_empty() || words.chars().count() > COMMENT_CHARACTERS {
        return Err(wrong_call(
            "threat.comment_length",
            [("limit", &COMMENT_CHARACTERS)],
        ));
    }
    let comment = Comment {
        id: context.id()?,
        revision: current(context, threat).await?,
        author: actor.name().to_string(),
        at: context.now(),
        words: plain(words, COMMENT_CHARACTERS),
    };
    context.store.add_comment(threat, &comment).await?;
    Ok(comment)
}

/// Marks the revision of now as read by a person.
///
/// # Errors
/// Not an account, or the database refused.
pub async fn read(context: &Context, actor: &Actor, threat: &ThreatId) -> Result<Reader> {
    allow(actor, Act::ReadThreat)?;
    let reader = Reader {
        account: actor.name().to_string(),
        revision: current(context, threat).await?,
        at: context.now(),
    };
    context.store.mark_read(threat, &reader).await?;
    Ok(reader)
}

/// Marks an entry of the reading list as read; who read it first stays. Gives how many entries have this id or address.
///
/// # Errors
/// Not an account, or the database refused.
pub async fn read_entry(context: &Context, actor: &Actor, entry: &str) -> Result<u64> {
    allow(actor, Act::ReadEntry)?;
    context
        .store
        .mark_entry_read(entry, actor.name(), context.now())
        .await
}

/// Removes a threat nobody was warned of.
///
/// # Errors
/// The actor may not, no reason is given, or the database refused.
pub async fn remove(
    context: &Context,
    actor: &Actor,
    threat: &ThreatId,
    why: &str,
) -> Result<Removal> {
    allow(actor, Act::RemoveThreat)?;
    if why.trim().is_empty() {
        return Err(wrong_call("threat.remove_why", []));
    }
    context
        .store
        .remove_threat(threat, actor.name(), why.trim(), context.now())
        .await
}
