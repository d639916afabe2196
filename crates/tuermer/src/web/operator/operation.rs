//! `/betrieb` – is everything running? Counts, the chain of the journal, and what lags behind.

use super::frame::{Frame, Trouble, page};
use super::session::SignedIn;
use crate::context::Context;
use crate::refusal::kept_words;
use crate::stations::rules;
use crate::store::ground::stations::StationHealth;
use crate::store::views::overview::Overview;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use tuermer_core::limits::STATION_TOLD_SECONDS;

#[derive(Template)]
#[template(path = "operator/operation.html")]
struct OperationPage {
    frame: Frame,
    engine: &'static str,
    transport: String,
    overview: Overview,
    rules: String,
    stations: Vec<StationRow>,
}

/// A station as shown.
struct StationRow {
    name: String,
    state: &'static str,
    good_at: String,
    lag: String,
    error: String,
}

impl StationRow {
    fn new(frame: &Frame, health: StationHealth, now: Timestamp) -> Self {
        let down = health.is_down(now, SignedDuration::from_secs(STATION_TOLD_SECONDS));
        let StationHealth {
            station,
            running,
            round_at: _,
            good_at,
            lag,
            failures: _,
            failing_since: _,
            error,
        } = health;
        Self {
            name: frame
                .texts
                .get(&format!("run.station_{}", station.as_str())),
            state: match (running, down, error.is_empty()) {
                (false, ..) => "ended",
                (true, true, _) => "down",
                (true, false, false) => "failing",
                (true, false, true) => "good",
            },
            good_at: frame.moment_or_dash(&good_at),
            lag: frame.texts.with(
                "operator.station_lag",
                &[("seconds", &lag.as_secs().to_string())],
            ),
            error: if error.is_empty() {
                error
            } else {
                kept_words(&error, frame.texts)
            },
        }
    }
}

/// The page.
pub async fn show(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    let overview = context.store.overview().await?;
    let mail = &context.config.mail;
    let transport = match mail.transport {
        crate::config::Transport::Smtp => format!("SMTP {}:{}", mail.host, mail.port),
        crate::config::Transport::Folder => who.t.get("operator.transport_folder"),
    };
    let frame = who.frame(&context, "/betrieb", &who.t.get("operator.operation"));
    let now = context.now();
    let stations = context.store.stations().await?;
    let stations = stations
        .into_iter()
        .map(|health| StationRow::new(&frame, health, now))
        .collect();
    let rules = rules_words(&context, &frame).await?;
    page(&OperationPage {
        frame,
        stations,
        rules,
        engine: context.store.database.engine(),
        transport,
        overview,
    })
}

/// Whether the rules changed since verdicts are made here, and how many verdicts changed with them.
async fn rules_words(context: &Context, frame: &Frame) -> Result<String, Trouble> {
    if rules::under_way(context).await?.is_some() {
        return Ok(frame.text("rules_under_way"));
    }
    let Some(last) = rules::last(context).await? else {
        return Ok(frame.text("rules_same"));
    };
    let values = [
        ("at", frame.moment_or_dash(&last.at)),
        ("changed", frame.number(&last.changed)),
        ("judged", frame.number(&last.judged)),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Ok(frame.texts.with("operator.rules_judged", &values))
}
