//! Pages, operator.

use crate::context::Context;
use axum::Router;

/// These pages.
pub fn router() -> Router<Context> {
    Router::new()
}
