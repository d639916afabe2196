//! `tuermer run --once`: every station until nothing is missing, and what it did.

use super::{Call, Exit};
use crate::refusal::{told, wrong_call};
use crate::stations::rules::Rejudged;
use crate::stations::{self, OnceReport};
use anyhow::Result;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Run until nothing is due any more, then end. (To keep running, use `tuermer serve`.)
    #[arg(long)]
    once: bool,
}

/// Runs it.
pub async fn run(call: &Call, Args { once }: Args) -> Result<Exit> {
    if !once {
        return Err(wrong_call("run.once", []));
    }
    let context = call.open().await?;
    let (report, failed) = stations::run_once(&context).await;
    if call.out.json {
        call.out.object(&report)?;
    } else {
        say(call, &report);
    }
    for (station, error) in &failed {
        let name = call
            .out
            .texts
            .get(&format!("run.station_{}", station.as_str()));
        let values = [
            ("station", name.as_str()),
            ("error", &told(error, call.out.texts)),
        ];
        call.out
            .say(&call.out.texts.with("run.station_failed", &values));
    }
    let OnceReport {
        poll,
        deliver,
        tell,
        ..
    } = &report;
    let partial = !failed.is_empty()
        || deliver.away.is_some()
        || deliver.refused > 0
        || deliver.parked > 0
        || deliver.unsure > 0
        || poll.failed > 0
        || tell.away.is_some();
    Ok(if partial { Exit::Partial } else { Exit::Ok })
}

fn say(call: &Call, report: &OnceReport) {
    let OnceReport {
        poll,
        assess,
        deliver,
        rules,
        ..
    } = report;
    let open = deliver
        .later
        .saturating_add(deliver.unsure)
        .saturating_add(deliver.parked)
        .saturating_add(deliver.to_call);
    let line = |key: &str, numbers: &[(&str, u64)]| {
        let values: Vec<(&str, String)> = numbers
            .iter()
            .map(|(name, number)| (*name, number.to_string()))
            .collect();
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out.line(&call.out.texts.with(key, &values));
    };
    line(
        "run.done",
        &[
            ("threats", assess.threats),
            ("organisations", assess.organisations),
            ("exposures", assess.exposures),
            ("sent", deliver.sent),
            ("open", open),
        ],
    );
    if let Some(Rejudged {
        judged, changed, ..
    }) = rules
    {
        line("run.rules", &[("judged", *judged), ("changed", *changed)]);
    }
    if let Some(why) = &deliver.away {
        call.out
            .say(&call.out.texts.with("delivery.away", &[("why", why)]));
    }
    if poll.asked > 0 {
        line(
            "feed.polled",
            &[
                ("asked", poll.asked),
                ("failed", poll.failed),
                ("new", poll.new),
                ("changed", poll.changed),
                ("rejected", poll.rejected),
            ],
        );
    }
}
