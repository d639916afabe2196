//! Pages of words: help, imprint, privacy, accessibility. Short and honest; the chamber completes them.

use crate::context::Context;
use crate::web::layout::{Frame, PageError, language, page};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::locale::Language;
use tuermer_formats::mail;

/// What the address may carry.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    lang: Option<String>,
}

#[derive(Template)]
#[template(path = "public/words.html")]
struct Page {
    frame: Frame,
    heading: String,
    texts: Vec<String>,
    phone: String,
    tel: String,
}

fn words(
    context: &Context,
    language: Language,
    path: &str,
    heading: &str,
    keys: &[&str],
) -> Response {
    let frame = Frame::new(context, language, "").in_other_language(path);
    let texts = frame.texts;
    let chamber = &context.config.chamber;
    let values = [
        ("chamber", chamber.name.as_str()),
        ("hours", chamber.phone_hours(language)),
        ("proof", chamber.proof(language)),
        ("legal", chamber.legal(language)),
        ("host", &chamber.typed_host),
    ];
    let (phone, tel) = mail::telephone(&chamber.phone_help);
    let heading = texts.get(heading);
    let frame = Frame {
        title: heading.clone(),
        ..frame
    };
    page(&Page {
        frame,
        heading,
        texts: keys.iter().map(|key| texts.with(key, &values)).collect(),
        phone,
        tel,
    })
}

/// `/hilfe`
pub async fn help(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let keys = [
        "public.help_call",
        "public.help_attack",
        "public.help_genuine",
    ];
    Ok(words(
        &context,
        language(asked.lang.as_deref(), &headers),
        "/hilfe",
        "public.nav_help",
        &keys,
    ))
}

/// `/impressum`
pub async fn imprint(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let keys = ["public.imprint_text", "public.imprint_more"];
    Ok(words(
        &context,
        language(asked.lang.as_deref(), &headers),
        "/impressum",
        "public.imprint",
        &keys,
    ))
}

/// `/datenschutz`
pub async fn privacy(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let keys = [
        "public.privacy_what",
        "public.privacy_page",
        "public.privacy_answer",
        "public.privacy_public",
    ];
    Ok(words(
        &context,
        language(asked.lang.as_deref(), &headers),
        "/datenschutz",
        "public.privacy",
        &keys,
    ))
}

/// `/barrierefreiheit`
pub async fn accessibility(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let keys = [
        "public.accessibility_what",
        "public.accessibility_limits",
        "public.accessibility_tell",
    ];
    Ok(words(
        &context,
        language(asked.lang.as_deref(), &headers),
        "/barrierefreiheit",
        "public.accessibility",
        &keys,
    ))
}
