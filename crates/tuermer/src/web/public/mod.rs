//! Pages for members and everybody: no sign-in, no JavaScript, GET only shows.

use super::layout::{self, not_found};
use crate::context::Context;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

/// These pages.
pub fn router() -> Router<Context> {
    Router::new()
}

/// Every address that leads nowhere.
pub async fn nowhere(State(context): State<Context>, headers: HeaderMap) -> Response {
    not_found(&context, layout::language(None, &headers))
}
