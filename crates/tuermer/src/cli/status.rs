//! `tuermer status`: how things stand, in counts, without names.

use super::{Call, Exit};
use crate::context::Context;
use crate::refusal::kept_words;
use crate::store::ground::stations::StationHealth;
use crate::store::views::overview::Overview;
use crate::text::Texts;
use crate::views::status::{Circumstances, StationView, StatusView, is_down};
use anyhow::Result;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub async fn run(call: &Call, Args {}: Args) -> Result<Exit> {
    let context = call.open().await?;
    let overview = context.store.overview().await?;
    let stations = context.store.stations().await?;
    let engine = context.store.database.engine();
    context.store.database.close().await;
    if call.out.json {
        let (texts, stations) = (call.out.texts, stations.as_slice());
        call.out
            .object(&view(&overview, stations, engine, &context, texts))?;
        return Ok(Exit::Ok);
    }
    let t = call.out.texts;
    if context.drill {
        call.out.line(&t.get("operator.status_drill"));
    }
    let database = format!("{engine}, {} {}", t.get("operator.schema"), overview.schema);
    let line = |key: &str, value: &str| {
        call.out
            .line(&format!("{:<22}{value}", t.get(&format!("operator.{key}"))))
    };
    line("database", &database);
    line("members", &overview.members.to_string());
    line("status_providers", &overview.providers.to_string());
    line("status_assets", &overview.assets.to_string());
    line("status_observations", &overview.observations.to_string());
    line("threats", &overview.threats.to_string());
    for (key, list, counts) in [
        ("status_exposures", "operator.status", &overview.exposures),
        ("warnings", "operator.state", &overview.warnings),
        ("deliveries", "operator.delivery", &overview.deliveries),
        ("status_tasks", "public.task", &overview.tasks),
    ] {
        let words: Vec<String> = counts
            .iter()
            .map(|(word, count)| format!("{} {count}", t.get(&format!("{list}_{word}"))))
            .collect();
        let words = words.join(" · ");
        line(key, if words.is_empty() { "–" } else { &words });
    }
    say_feeds(call, &overview);
    line("pending", &overview.pending.to_string());
    line(
        "journal",
        &format!("{} · {}", overview.journal_entries, overview.journal_hash),
    );
    say_stations(call, &stations, &context);
    if overview.feeds > 0 {
        super::feed::say_no_operators(call, &context);
    }
    Ok(Exit::Ok)
}

fn say_feeds(call: &Call, overview: &Overview) {
    let t = call.out.texts;
    let feeds = [
        ("count", overview.feeds),
        ("failing", overview.feeds_failing),
        ("silent", overview.feeds_silent),
        ("paused", overview.feeds_paused),
    ];
    let notices = [
        ("open", overview.notices),
        ("unmailed", overview.notices_unmailed),
    ];
    for (key, counts, values) in [
        ("feed.status_feeds", "feed.status_counts", feeds.as_slice()),
        ("feed.status_notices", "feed.status_open", &notices),
    ] {
        let values: Vec<(&str, String)> = values
            .iter()
            .map(|(name, value)| (*name, value.to_string()))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out
            .line(&format!("{:<22}{}", t.get(key), t.with(counts, &values)));
    }
}

fn say_stations(call: &Call, stations: &[StationHealth], context: &Context) {
    let t = call.out.texts;
    for health in stations {
        let down = is_down(health, context.now());
        let key = match (health.running, down, health.error.is_empty()) {
            (false, ..) => "operator.station_ended",
            (true, true, _) => "operator.station_down",
            (true, false, false) => "operator.station_failing",
            (true, false, true) => "operator.station_good",
        };
        let name = t.get(&format!("run.station_{}", health.station.as_str()));
        let parts = [t.get(key), said(health, t)];
        let parts: Vec<&str> = parts
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        call.out.line(&format!("{:<32}{}", name, parts.join(" · ")));
    }
}

/// The same as one object; keys are never translated.
fn view<'a>(
    overview: &'a Overview,
    stations: &'a [StationHealth],
    engine: &'static str,
    context: &Context,
    texts: Texts,
) -> StatusView<'a> {
    let stations = stations.iter();
    let stations =
        stations.map(|health| StationView::new(health, said(health, texts), context.now()));
    let circumstances = Circumstances {
        engine,
        drill: context.drill,
        demo: context.demo,
        operators: context.config.operators.mail.len(),
    };
    StatusView::new(overview, stations.collect(), circumstances)
}

/// Why a station failed, in the language of the reader; empty where it did not.
fn said(health: &StationHealth, texts: Texts) -> String {
    if health.error.is_empty() {
        return String::new();
    }
    kept_words(&health.error, texts)
}
