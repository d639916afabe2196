//! `/leseliste` – what do others write? News of the feeds an analyst wants to read, newest first, as plain text.

use super::frame::{Frame, Trouble, page, see};
use super::session::SignedIn;
use crate::acts::threat;
use crate::context::Context;
use crate::store::feeds::reading::Reading;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::limits;

#[derive(Template)]
#[template(path = "operator/reading.html")]
struct ReadingPage {
    frame: Frame,
    entries: Vec<Reading>,
    all: bool,
    /// There is more than is shown.
    more: bool,
}

/// What was read already is shown, too.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    #[serde(default)]
    alles: String,
}

/// The list.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Query(Listing { alles }): Query<Listing>,
) -> Result<Response, Trouble> {
    let all = alles == "ja";
    let mut entries = context
        .store
        .reading(all, limits::LINES_SHOWN.saturating_add(1))
        .await?;
    let more = entries.len() > limits::LINES_SHOWN;
    entries.truncate(limits::LINES_SHOWN);
    let frame = who.frame(&context, "/quellen", &who.t.get("operator.reading"));
    page(&ReadingPage {
        frame,
        entries,
        all,
        more,
    })
}

/// Which entry was read.
#[derive(Debug, Default, Deserialize)]
pub struct ReadingRow {
    #[serde(default)]
    eintrag: String,
}

/// Marks an entry as read; who read it first stays.
pub async fn read(
    State(context): State<Context>,
    who: SignedIn,
    Form(ReadingRow { eintrag }): Form<ReadingRow>,
) -> Result<Response, Trouble> {
    if threat::read_entry(&context, &who.actor(), &eintrag).await? == 0 {
        return Err(Trouble::NotFound);
    }
    Ok(see("/leseliste"))
}
