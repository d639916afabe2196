//! Pages for members and everybody: no sign-in, no JavaScript, GET only shows.

mod answer;
mod outbox;
mod outbox_letter;
mod report;
mod situation;
mod tables;
mod warning;
mod words;

use super::layout::{self, not_found};
use crate::context::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

/// These pages.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/", get(situation::start))
        .route("/warnung", get(situation::warnings))
        .route("/lage", get(situation::show))
        .route("/lage/{file}", get(situation::download))
        .route("/melden", get(report::show).post(report::send))
        .route("/melden/danke", get(report::arrived))
        .route("/hilfe", get(words::help))
        .route("/impressum", get(words::imprint))
        .route("/datenschutz", get(words::privacy))
        .route("/barrierefreiheit", get(words::accessibility))
        .route("/demo/post", get(outbox::list))
        .route("/demo/post/{name}", get(outbox::show))
        .route("/gesund", get(healthy))
        .route("/w/{number}", get(warning::show))
        .route(
            "/w/{number}/antwort",
            get(answer::arrived).post(answer::press),
        )
        .route("/w/{number}/zurueck", post(answer::undo))
}

/// Every address that leads nowhere.
pub async fn nowhere(State(context): State<Context>, headers: HeaderMap) -> Response {
    not_found(&context, layout::language(None, &headers))
}

/// For the watch of a service manager: the store answers.
async fn healthy(State(context): State<Context>) -> Response {
    match context.store.meta("drill").await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
                .into_response()
        }
    }
}
