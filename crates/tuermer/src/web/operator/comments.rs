//! What analysts say about a threat, and who has read which revision (CSAF clause 12.2).

use super::frame::{Trouble, see, segment};
use super::session::SignedIn;
use crate::acts;
use crate::context::Context;
use crate::refusal::refused;
use crate::store::documents::comments::{Comment, Reader};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::COMMENT_CHARACTERS;

/// Words and readers of one threat.
pub struct Desk {
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Who has read it, and in which revision.
    pub readers: Vec<Reader>,
    /// The person who looks has read the revision that stands now.
    pub read: bool,
    /// Most characters of a comment.
    pub limit: usize,
}

/// Words and readers of a threat in its revision of now.
pub async fn desk(
    context: &Context,
    who: &SignedIn,
    threat: &ThreatId,
    revision: &str,
) -> Result<Desk, Trouble> {
    let readers = context.store.readers(threat).await?;
    let read = readers
        .iter()
        .any(|reader| reader.account == who.account.name && reader.revision == revision);
    Ok(Desk {
        comments: context.store.comments(threat).await?,
        readers,
        read,
        limit: COMMENT_CHARACTERS,
    })
}

/// The threat behind an address.
async fn threat(context: &Context, text: &str) -> Result<ThreatId, Trouble> {
    context
        .store
        .resolve_threat(text)
        .await?
        .ok_or(Trouble::NotFound)
}

/// What was written.
#[derive(Debug, Default, Deserialize)]
pub struct Written {
    #[serde(default)]
    worte: String,
}

/// Adds a comment on the revision of now. Everybody who may look may also say something.
pub async fn add(
    State(context): State<Context>,
    who: SignedIn,
    Path(text): Path<String>,
    Form(Written { worte }): Form<Written>,
) -> Result<Response, Trouble> {
    let id = threat(&context, &text).await?;
    acts::threat::comment(&context, &who.actor(), &id, &worte)
        .await
        .map_err(|error| match refused(&error, who.t) {
            Some(sentence) => Trouble::Refused(sentence),
            None => error.into(),
        })?;
    Ok(see(&format!(
        "/meldung/{}#anmerkungen",
        segment(id.as_str())
    )))
}

/// Marks the revision of now as read by this person.
pub async fn read(
    State(context): State<Context>,
    who: SignedIn,
    Path(text): Path<String>,
) -> Result<Response, Trouble> {
    let id = threat(&context, &text).await?;
    acts::threat::read(&context, &who.actor(), &id).await?;
    Ok(see(&format!(
        "/meldung/{}#anmerkungen",
        segment(id.as_str())
    )))
}
