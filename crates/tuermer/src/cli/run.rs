//! `tuermer run --once`: every station until nothing is missing, and what it did.

use super::{Call, Exit};
use crate::refusal::wrong_call;
use crate::stations::{self, OnceReport, RunReport};
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
    let report = stations::run_once(&context).await?;
    let OnceReport {
        poll,
        run: RunReport {
            assess, deliver, ..
        },
        tell,
    } = &report;
    if call.out.json {
        call.out.object(&report)?;
    } else {
        let open = deliver
            .later
            .saturating_add(deliver.unsure)
            .saturating_add(deliver.parked)
            .saturating_add(deliver.to_call);
        let values = [
            ("threats", assess.threats.to_string()),
            ("organisations", assess.organisations.to_string()),
            ("exposures", assess.exposures.to_string()),
            ("sent", deliver.sent.to_string()),
            ("open", open.to_string()),
        ];
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out.line(&call.out.texts.with("run.done", &values));
        if let Some(why) = &deliver.away {
            call.out
                .say(&call.out.texts.with("delivery.away", &[("why", why)]));
        }
        if poll.asked > 0 {
            let numbers = [
                ("asked", poll.asked),
                ("failed", poll.failed),
                ("new", poll.new),
                ("changed", poll.changed),
                ("rejected", poll.rejected),
            ];
            let numbers = numbers.map(|(name, number)| (name, number.to_string()));
            let values: Vec<(&str, &str)> = numbers
                .iter()
                .map(|(name, number)| (*name, number.as_str()))
                .collect();
            call.out.line(&call.out.texts.with("feed.polled", &values));
        }
    }
    let partial = deliver.away.is_some()
        || deliver.refused > 0
        || deliver.parked > 0
        || deliver.unsure > 0
        || poll.failed > 0
        || tell.away.is_some();
    Ok(if partial { Exit::Partial } else { Exit::Ok })
}
