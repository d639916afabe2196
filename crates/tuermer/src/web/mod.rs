//! The pages. Public pages carry no JavaScript; GET never changes anything.
//!
//! Layers, from the outside: a panic becomes a page, headers that keep everything foreign out, compression, a time limit,
//! a size limit, and the check that a form comes from our own pages.

pub mod layout;
pub mod operator;
pub mod pictures;
pub mod public;

use crate::context::Context;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tuermer_core::limits;

/// Nothing foreign, no script, no inline style, no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A watchtower, 16 × 16.
const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path fill='#0b4fb3' d='M3 1h2v2h2V1h2v2h2V1h2v5l-1 1v8H9v-4H7v4H4V7L3 6z'/></svg>";

/// All pages.
pub fn router(context: Context) -> Router {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The address may hold a token, so nobody else is told it. `no-referrer` would also blank the `Origin` of our own
        // forms, and without it a form sent over plain HTTP in the house's network could not be told from a foreign one.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        // A page that does not say otherwise is not kept by anybody: it may name a company.
        (header::CACHE_CONTROL, "no-store"),
    ];
    let mut router = Router::new()
        .route(&layout::STYLESHEET_PATH, get(stylesheet))
        .route("/favicon.ico", get(icon))
        .merge(public::router())
        .merge(operator::router(context.clone()))
        .fallback(public::nowhere)
        .with_state(context)
        .layer(CsrfLayer::new())
        .layer(RequestBodyLimitLayer::new(limits::FORM_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_secs(limits::REQUEST_SECONDS),
        ))
        .layer(CompressionLayer::new());
    for (name, value) in headers {
        router = router.layer(SetResponseHeaderLayer::if_not_present(
            name,
            HeaderValue::from_static(value),
        ));
    }
    router.layer(CatchPanicLayer::custom(panicked))
}

/// A defect shows a page; the panic itself is already in the log.
fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    (StatusCode::INTERNAL_SERVER_ERROR, Html(layout::FAILED)).into_response()
}

const FOR_EVER: &str = "public, max-age=31536000, immutable";

async fn stylesheet() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, FOR_EVER),
        ],
        layout::STYLESHEET,
    )
        .into_response()
}

async fn icon() -> Response {
    (
        [
            (header::CONTENT_TYPE, "image/svg+xml"),
            (header::CACHE_CONTROL, "public, max-age=86400"),
        ],
        ICON,
    )
        .into_response()
}
