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
use crate::refusal::in_english;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use tuermer_core::limits::STATION_TOLD_SECONDS;

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

/// For the watch of a service manager: the store answers, and no station is down. After the first line one line a
/// station: its word, `good` or `down`, seconds since its last good round, seconds of lag.
async fn healthy(State(context): State<Context>) -> Response {
    let stations = match context.store.stations().await {
        Ok(stations) => stations,
        Err(error) => {
            tracing::error!(error = in_english(&error), "the store does not answer");
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
                .into_response();
        }
    };
    let now = context.now();
    let patience = SignedDuration::from_secs(STATION_TOLD_SECONDS);
    let mut text = String::new();
    let mut all_well = true;
    for health in stations.iter().filter(|health| health.running) {
        let down = health.is_down(now, patience);
        all_well &= !down;
        let word = if down { "down" } else { "good" };
        let ago = health.good_at.map_or("never".into(), |at| {
            now.duration_since(at).as_secs().to_string()
        });
        let lag = health.lag.as_secs();
        text.push_str(&format!("{} {word} {ago} {lag}\n", health.station.as_str()));
    }
    if all_well {
        (StatusCode::OK, format!("ok\n{text}")).into_response()
    } else {
        let head = "a station does not get on; see /betrieb\n";
        (StatusCode::SERVICE_UNAVAILABLE, format!("{head}{text}")).into_response()
    }
}
