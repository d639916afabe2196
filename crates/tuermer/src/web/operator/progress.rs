//! `/warnung/<number>/verlauf` – who has not answered, and who is called?

use super::bars::Bar;
use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use super::warning::headline;
use crate::context::Context;
use crate::store::views::progress::Silent;
use crate::store::warning::warnings::WarningHead;
use crate::web::pictures::{Size, curve};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::warning::{Action, Warning};

/// Companies of one list on a page.
const ROWS: usize = 50;

/// One hour of the table behind the picture of answers.
struct Hour {
    at: Timestamp,
    new: u64,
    so_far: u64,
}

#[derive(Template)]
#[template(path = "operator/progress.html")]
struct ProgressPage {
    frame: Frame,
    warning: Warning,
    path: String,
    audience: u64,
    can_stop: bool,
    deliveries: Vec<Bar>,
    answers: Vec<(Answer, u64)>,
    silent_count: u64,
    silent: Vec<Silent>,
    next: Option<String>,
    calls_left: u64,
    calls: Vec<Silent>,
    next_call: Option<String>,
    not_reached: Vec<Silent>,
    hours: Vec<Hour>,
    wide: String,
    narrow: String,
    times: [(&'static str, Option<Timestamp>); 5],
}

/// Where the lists of silent companies and of calls go on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    nach: String,
    #[serde(default)]
    anruf: String,
}

/// The page.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Query(After { nach, anruf }): Query<After>,
) -> Result<Response, Trouble> {
    let store = &context.store;
    let number = WarningNumber(number);
    let warning = store.warning(&number).await?.ok_or(Trouble::NotFound)?;
    let head = store
        .warning_head(&number)
        .await?
        .ok_or(Trouble::NotFound)?;
    let after = |id: String| (!id.is_empty()).then_some(OrganisationId(id));
    let (silent, next) = first(
        store
            .silent(&number, after(nach).as_ref(), ROWS.saturating_add(1))
            .await?,
    );
    let (calls, next_call) = first(
        store
            .calls(&number, after(anruf).as_ref(), ROWS.saturating_add(1))
            .await?,
    );
    let states = store.deliveries_by_state(&number).await?.words();
    let shown: Vec<(&'static str, u64)> =
        states.into_iter().filter(|(_, count)| *count > 0).collect();
    let closing = store.patch_curve(&warning.threat).await?;
    let draw = |size| curve::draw(&closing, context.now(), &context.zone(), who.t, size);
    page(&ProgressPage {
        frame: who.frame(&context, "/heute", &headline(&warning, who.t.0)),
        path: format!("/warnung/{}", segment(number.as_str())),
        audience: head.audience,
        can_stop: warning.state.after(Action::Stop).is_some(),
        deliveries: Bar::row(&shown),
        answers: store.answers_by_word(&number).await?,
        silent_count: store.silent_count(&number).await?,
        silent,
        next,
        calls_left: store.calls_left(&number).await?,
        calls,
        next_call,
        not_reached: store.not_reached(&number, limits::PAGE_ROWS).await?,
        hours: hours(store.answer_curve(&number).await?),
        wide: draw(Size::Wide),
        narrow: draw(Size::Narrow),
        times: times(&head),
        warning,
    })
}

/// The steps of a warning with the time of each that it took.
fn times(head: &WarningHead) -> [(&'static str, Option<Timestamp>); 5] {
    [
        ("drafted", Some(head.drafted_at)),
        ("submitted", head.submitted_at),
        ("approved", head.approved_at),
        ("started", head.started_at),
        ("finished", head.finished_at.or(head.stopped_at)),
    ]
}

/// One page of a list, and where the next begins.
fn first(mut rows: Vec<Silent>) -> (Vec<Silent>, Option<String>) {
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| last.organisation.as_str().to_string());
    (rows, next)
}

/// Answers per hour with their running total.
fn hours(curve: Vec<(Timestamp, u64)>) -> Vec<Hour> {
    let mut so_far = 0_u64;
    curve
        .into_iter()
        .map(|(at, new)| {
            so_far = so_far.saturating_add(new);
            Hour { at, new, so_far }
        })
        .collect()
}
