//! Notices on top of `/heute`: what was mailed to the operators, until somebody is done with it.

use super::frame::{Frame, Trouble, see};
use super::session::SignedIn;
use crate::acts::done;
use crate::context::Context;
use crate::store::people::notices::Notice;
use axum::extract::{Path, State};
use axum::response::Response;
use tuermer_core::limits::NOTICES_SHOWN;

/// A notice as shown: its first line, the rest, since when, and where to look.
pub struct ShownNotice {
    /// Our id.
    pub id: String,
    /// What happened.
    pub heading: String,
    /// The lines after it.
    pub lines: Vec<String>,
    /// Since when, and whether the mail left.
    pub facts: String,
    /// The page that shows more.
    pub href: Option<&'static str>,
}

/// Open notices, oldest first.
pub async fn open(context: &Context, frame: &Frame) -> Result<Vec<ShownNotice>, Trouble> {
    Ok(context
        .store
        .notices(NOTICES_SHOWN)
        .await?
        .into_iter()
        .map(|notice| shown(frame, notice))
        .collect())
}

fn shown(frame: &Frame, notice: Notice) -> ShownNotice {
    let Notice {
        id,
        kind,
        subject: _,
        text,
        written: _,
        created_at,
        mailed_at,
    } = notice;
    let text = frame.sentence(&text);
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_string);
    let heading = lines.next().unwrap_or_else(|| kind.clone());
    let key = if mailed_at.is_some() {
        "operator.notice_mailed"
    } else {
        "operator.notice_not_mailed"
    };
    let facts = frame.texts.with(key, &[("at", &frame.moment(&created_at))]);
    let pages = [
        ("feed.", "/quellen"),
        ("provider.", "/quellen"),
        ("campaign.", "/zeichen"),
    ];
    let href = pages
        .iter()
        .find(|(area, _)| kind.starts_with(area))
        .map(|(_, page)| *page);
    ShownNotice {
        id,
        heading,
        lines: lines.collect(),
        facts,
        href,
    }
}

/// Somebody is done with a notice; one that is closed already stays so.
pub async fn finish(
    State(context): State<Context>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    done::notice(&context, &who.actor(), &id).await?;
    Ok(see("/heute"))
}
