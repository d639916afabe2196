//! The four buttons of a warning, the page that says the answer arrived, and taking it back.
//!
//! Only POST stores. The token of the link says who answers; it opens nothing else.

use super::warning::{answer_words, recipient};
use crate::acts::answer;
use crate::context::Context;
use crate::store::warning::answers::Given;
use crate::text::Texts;
use crate::web::layout::{Frame, PageError, language, not_found, notice, page, segment};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits::UNDO_MINUTES;
use tuermer_core::rights::Actor;
use tuermer_core::scale::Source;
use tuermer_core::warning::Recipient;
use tuermer_formats::{mail, times};

/// A pressed button.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    #[serde(default)]
    t: String,
    #[serde(default)]
    antwort: String,
    cloud: Option<String>,
}

/// The undo button.
#[derive(Debug, Deserialize)]
pub struct Undo {
    #[serde(default)]
    t: String,
    #[serde(default)]
    id: String,
}

/// The token of the address.
#[derive(Debug, Deserialize)]
pub struct Token {
    #[serde(default)]
    t: String,
}

#[derive(Template)]
#[template(path = "public/answer.html")]
struct AnswerPage {
    frame: Frame,
    number: String,
    token: String,
    id: String,
    said: String,
    when: String,
    next: String,
    phone: String,
    tel: String,
    ask_cloud: bool,
    cloud_question: String,
    can_undo: bool,
    undo_until: String,
}

/// Stores an answer and shows that it arrived.
pub async fn press(
    State(context): State<Context>,
    Path(number): Path<String>,
    headers: HeaderMap,
    Form(pressed): Form<Pressed>,
) -> Result<Response, PageError> {
    let number = WarningNumber(number);
    let Some(reader) = reader(&context, &number, &pressed.t).await? else {
        return Ok(no_link(&context, &headers));
    };
    let Some(answer) = Answer::parse(&pressed.antwort) else {
        return Ok(notice(
            &context,
            reader.language,
            StatusCode::BAD_REQUEST,
            "public.no_answer",
            "public.no_answer_text",
        ));
    };
    let cloud = match pressed.cloud.as_deref() {
        Some("ja") => Some(true),
        Some("nein") => Some(false),
        _ => None,
    };
    answer::record(
        &context,
        &link(&number, &reader),
        answer,
        cloud,
        Source::Member,
    )
    .await?;
    Ok(see(&format!(
        "/w/{}/antwort?t={}",
        segment(number.as_str()),
        segment(&pressed.t)
    )))
}

/// Shows the last answer; changes nothing.
pub async fn arrived(
    State(context): State<Context>,
    Path(number): Path<String>,
    headers: HeaderMap,
    Query(token): Query<Token>,
) -> Result<Response, PageError> {
    let number = WarningNumber(number);
    let Some(reader) = reader(&context, &number, &token.t).await? else {
        return Ok(no_link(&context, &headers));
    };
    let Some(threat) = context.store.released_threat(&number).await? else {
        return Ok(no_link(&context, &headers));
    };
    match context
        .store
        .last_answer(&threat, &reader.organisation)
        .await?
    {
        Some(given) => Ok(page(
            &page_of(&context, &number, &reader, &token.t, &given).await?,
        )),
        None => Ok(see(&format!(
            "/w/{}?t={}",
            segment(number.as_str()),
            segment(&token.t)
        ))),
    }
}

/// Takes an answer back.
pub async fn undo(
    State(context): State<Context>,
    Path(number): Path<String>,
    headers: HeaderMap,
    Form(undo): Form<Undo>,
) -> Result<Response, PageError> {
    let number = WarningNumber(number);
    let Some(reader) = reader(&context, &number, &undo.t).await? else {
        return Ok(no_link(&context, &headers));
    };
    let Some(threat) = context.store.released_threat(&number).await? else {
        return Ok(no_link(&context, &headers));
    };
    let taken_back = answer::undo(&context, &link(&number, &reader), &threat, &undo.id).await?;
    let stands = context
        .store
        .last_answer(&threat, &reader.organisation)
        .await?
        .is_some_and(|given| given.id == undo.id);
    if !taken_back && stands {
        return Ok(notice(
            &context,
            reader.language,
            StatusCode::CONFLICT,
            "public.undo_late",
            "public.undo_late_text",
        ));
    }
    Ok(see(&format!(
        "/w/{}?t={}#a",
        segment(number.as_str()),
        segment(&undo.t)
    )))
}

/// Whose link it is, if the warning is out.
async fn reader(
    context: &Context,
    number: &WarningNumber,
    token: &str,
) -> Result<Option<Recipient>, PageError> {
    if context.store.released_threat(number).await?.is_none() {
        return Ok(None);
    }
    recipient(context, number, token).await
}

/// Who answers.
fn link(number: &WarningNumber, reader: &Recipient) -> Actor {
    Actor::Link {
        organisation: reader.organisation.clone(),
        warning: number.clone(),
    }
}

fn no_link(context: &Context, headers: &HeaderMap) -> Response {
    not_found(context, language(None, headers))
}

/// "See there": the page after a form, so that loading it again sends nothing again.
fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

async fn page_of(
    context: &Context,
    number: &WarningNumber,
    reader: &Recipient,
    token: &str,
    given: &Given,
) -> Result<AnswerPage, PageError> {
    let texts = Texts(reader.language);
    let zone = context.zone();
    let said = &given.said;
    let words = match (said.answer, said.cloud) {
        (Answer::NotUs, Some(true)) => texts.get("public.said_cloud"),
        (Answer::NotUs, Some(false)) => texts.get("public.said_none"),
        (answer, _) => answer_words(texts, answer),
    };
    let warning = context.store.warning(number).await?;
    let text = warning
        .as_ref()
        .and_then(|warning| warning.texts.iter().find(|text| text.language == texts.0));
    let product = text.map_or("", |text| text.product.as_str());
    let until = said
        .at
        .checked_add(SignedDuration::from_mins(UNDO_MINUTES))
        .unwrap_or(said.at);
    let (phone, tel) = mail::telephone(&context.config.chamber.phone_help);
    let help = said.answer == Answer::Help;
    Ok(AnswerPage {
        frame: Frame::new(context, texts.0, &texts.get("public.answer_arrived")),
        number: number.to_string(),
        token: token.to_string(),
        id: given.id.clone(),
        said: words,
        when: texts.with(
            "public.answered_at",
            &[
                ("name", &reader.name),
                ("at", &times::moment(said.at, &zone, texts.0)),
            ],
        ),
        next: texts.get(&format!("public.next_{}", said.answer.as_str())),
        phone,
        tel: if help { tel } else { String::new() },
        ask_cloud: said.answer == Answer::NotUs && said.cloud.is_none(),
        cloud_question: texts.with("public.cloud_question", &[("product", product)]),
        can_undo: said.by == Source::Member && given.can_be_undone(context.now()),
        undo_until: texts.with(
            "public.undo_until",
            &[("at", &times::moment(until, &zone, texts.0))],
        ),
    })
}
