//! Pages for members and everybody: no sign-in, no JavaScript, GET only shows.

mod answer;
mod warning;

use super::layout::{self, not_found};
use crate::context::Context;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};

/// These pages.
pub fn router() -> Router<Context> {
    Router::new()
        .route("/w/{number}", get(warning::show))
        .route("/w/{number}/antwort", get(answer::arrived).post(answer::press))
        .route("/w/{number}/zurueck", post(answer::undo))
}

/// Every address that leads nowhere.
pub async fn nowhere(State(context): State<Context>, headers: HeaderMap) -> Response {
    not_found(&context, layout::language(None, &headers))
}
