//! `tuermer status`: how things stand, in counts, without names.

use super::{Call, Exit};
use crate::context::Context;
use crate::store::overview::Overview;
use anyhow::Result;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub async fn run(call: &Call, Args {}: Args) -> Result<Exit> {
    let context = call.open().await?;
    let overview = context.store.overview().await?;
    let engine = context.store.database.engine();
    context.store.database.close().await;
    if call.out.json {
        call.out.object(&json(&overview, engine, &context))?;
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
        line(
            key,
            if words.is_empty() {
                "–".to_string()
            } else {
                words.join(" · ")
            }
            .as_str(),
        );
    }
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
    line("pending", &overview.pending.to_string());
    line(
        "journal",
        &format!("{} · {}", overview.journal_entries, overview.journal_hash),
    );
    if overview.feeds > 0 {
        super::feed::say_no_operators(call, &context);
    }
    Ok(Exit::Ok)
}

/// The same as one object; keys are never translated.
fn json(overview: &Overview, engine: &str, context: &Context) -> serde_json::Value {
    let Overview {
        schema,
        members,
        providers,
        assets,
        threats,
        observations,
        exposures,
        warnings,
        deliveries,
        tasks,
        pending,
        feeds,
        feeds_failing,
        feeds_silent,
        feeds_paused,
        notices,
        notices_unmailed,
        journal_entries,
        journal_hash,
        journal_at,
    } = overview;
    let object = |counts: &[(String, u64)]| {
        counts
            .iter()
            .map(|(word, count)| (word.clone(), serde_json::Value::from(*count)))
            .collect::<serde_json::Map<_, _>>()
    };
    serde_json::json!({
        "engine": engine, "schema": schema, "drill": context.drill, "demo": context.demo,
        "members": members, "providers": providers, "assets": assets, "observations": observations, "threats": threats,
        "exposures": object(exposures), "warnings": object(warnings), "deliveries": object(deliveries), "tasks": object(tasks),
        "pending": pending,
        "feeds": { "count": feeds, "failing": feeds_failing, "silent": feeds_silent, "paused": feeds_paused },
        "notices": { "open": notices, "unmailed": notices_unmailed },
        "operators": context.config.operators.mail.len(),
        "journal": { "entries": journal_entries, "last_hash": journal_hash, "at": journal_at.map(|at| at.to_string()) },
    })
}
