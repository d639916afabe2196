//! The pages. Public pages carry no JavaScript; GET never changes anything.

pub mod operator;
pub mod public;

use crate::context::Context;
use axum::Router;

/// All pages.
pub fn router(context: Context) -> Router {
    public::router().merge(operator::router(context.clone())).with_state(context)
}
