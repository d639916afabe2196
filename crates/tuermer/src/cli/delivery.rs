//! `tuermer delivery`: who was reached, who was not, whom to call; every recipient in exactly one state.

mod call_list;
mod channels;

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::acts::done;
use crate::stations::deliver::{self, DeliverReport};
use crate::store::Store;
use crate::store::warning::deliveries::{Filter, Line};
use crate::views::StateView;
use crate::views::delivery::DeliveryView;
use anyhow::Result;
use clap::Subcommand;
use tuermer_core::delivery::DeliveryState;
use tuermer_core::ids::DeliveryId;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Every recipient and where the message stands.
    List {
        /// Only this warning.
        #[arg(long, value_name = "NUMBER")]
        warning: Option<String>,
        /// Only this state: due, claimed, unsure, parked, to_call, sent, refused, failed or stopped.
        #[arg(long, value_parser = state)]
        state: Option<DeliveryState>,
        /// Only those whom nothing reached.
        #[arg(long)]
        unreached: bool,
    },
    /// Who was not reached.
    Unreached {
        /// Only this warning.
        #[arg(long, value_name = "NUMBER")]
        warning: Option<String>,
    },
    /// Settle a delivery that waits for a person.
    #[command(group = clap::ArgGroup::new("decision").required(true))]
    Resolve {
        /// The delivery, as `delivery list --json` names it in `id`.
        id: String,
        /// It arrived, or the call was made.
        #[arg(long, group = "decision")]
        sent: bool,
        /// Send it again.
        #[arg(long, group = "decision")]
        resend: bool,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Whom to call, as CSV.
    CallList {
        /// Only this warning.
        #[arg(long, value_name = "NUMBER")]
        warning: Option<String>,
    },
    /// On which ways people are reached, and what each of them is.
    Channels,
    /// Hand over what is due.
    #[command(hide = true)]
    Run {
        /// Wait for what is due later, until nothing waits any more.
        #[arg(long)]
        until_done: bool,
    },
}

fn state(text: &str) -> Result<DeliveryState, String> {
    let words = || {
        DeliveryState::ALL
            .iter()
            .map(|state| state.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    DeliveryState::parse(text).ok_or_else(|| format!("one of {}", words()))
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    if matches!(verb, Verb::Channels) {
        return channels::list(call);
    }
    let context = call.open().await?;
    let store = &context.store;
    match verb {
        Verb::List {
            warning,
            state,
            unreached,
        } => {
            list(
                call,
                store,
                Filter {
                    warning,
                    state,
                    unreached,
                },
            )
            .await
        }
        Verb::Unreached { warning } => {
            list(
                call,
                store,
                Filter {
                    warning,
                    state: None,
                    unreached: true,
                },
            )
            .await
        }
        Verb::Channels => channels::list(call),
        Verb::CallList { warning } => call_list::list(call, store, warning.as_deref()).await,
        Verb::Run { until_done } => hand_over(call, &context, until_done).await,
        Verb::Resolve {
            id,
            sent: _,
            resend,
            actor,
        } => {
            let actor = actor.prove(call, &context).await?;
            resolve(call, &context, &id, resend, &actor).await
        }
    }
}

/// Says of a delivery whether it left.
async fn resolve(
    call: &Call,
    context: &crate::context::Context,
    id: &str,
    resend: bool,
    actor: &tuermer_core::rights::Actor,
) -> Result<Exit> {
    let delivery = DeliveryId(id.to_string());
    let settled = done::delivery(context, actor, &delivery, resend).await?;
    let state = settled.state;
    if call.out.json {
        call.out.object(&StateView {
            id,
            state: state.as_str(),
        })?;
    } else {
        call.out.line(&call.out.texts.with(
            "delivery.resolved",
            &[("id", id), ("state", &word(call, state))],
        ));
    }
    Ok(Exit::Ok)
}

/// A state in the reader's words.
fn word(call: &Call, state: DeliveryState) -> String {
    call.out
        .texts
        .get(&format!("delivery.state.{}", state.as_str()))
}

async fn list(call: &Call, store: &Store, filter: Filter) -> Result<Exit> {
    let texts = call.out.texts;
    if !call.out.json {
        call.out.line(&texts.get("delivery.columns"));
    }
    let unreached = filter.unreached;
    let count = store
        .delivery_lines(&filter, |line| {
            if call.out.json {
                return call.out.object(&DeliveryView::from(&line));
            }
            let Line {
                warning,
                organisation,
                name,
                state,
                channel,
                address,
                detail,
                ..
            } = line;
            let way = texts.get(&format!("delivery.channel.{}", channel.as_str()));
            call.out.line(&format!(
                "{warning}  {organisation:<10}  {name:<32}  {:<22}  {way:<9}  {address}  {detail}",
                word(call, state)
            ));
            Ok(())
        })
        .await?;
    if !call.out.json {
        let key = if unreached {
            "delivery.unreached_count"
        } else {
            "delivery.count"
        };
        call.out
            .say(&texts.with(key, &[("count", &count.to_string())]));
    }
    Ok(if count == 0 {
        Exit::NothingFound
    } else {
        Exit::Ok
    })
}

async fn hand_over(
    call: &Call,
    context: &crate::context::Context,
    until_done: bool,
) -> Result<Exit> {
    loop {
        let report = deliver::run(context).await?;
        say(call, &report)?;
        let exit = exit(&report);
        match report.next_due {
            Some(at) if until_done && exit != Exit::NeedsApproval => {
                let wait = at.duration_since(context.now());
                tokio::time::sleep(
                    wait.unsigned_abs()
                        .max(std::time::Duration::from_millis(500)),
                )
                .await;
            }
            _ => return Ok(exit),
        }
    }
}

fn say(call: &Call, report: &DeliverReport) -> Result<()> {
    if call.out.json {
        return call.out.object(report);
    }
    let DeliverReport {
        sent,
        refused,
        later,
        unsure,
        parked,
        stopped,
        to_call,
        next_due: _,
        elsewhere,
        away,
        unapproved,
        notices: _,
    } = report;
    let texts = call.out.texts;
    let counts = [
        ("sent", sent),
        ("refused", refused),
        ("later", later),
        ("unsure", unsure),
        ("parked", parked),
        ("stopped", stopped),
        ("to_call", to_call),
    ];
    let counts: Vec<(&str, String)> = counts
        .iter()
        .map(|(name, count)| (*name, count.to_string()))
        .collect();
    let counts: Vec<(&str, &str)> = counts
        .iter()
        .map(|(name, count)| (*name, count.as_str()))
        .collect();
    call.out.line(&texts.with("delivery.report", &counts));
    if *elsewhere {
        call.out.say(&texts.get("delivery.elsewhere"));
    }
    if let Some(why) = away {
        call.out.say(&texts.with("delivery.away", &[("why", why)]));
    }
    for number in unapproved {
        call.out
            .say(&texts.with("delivery.unapproved", &[("number", number.as_str())]));
    }
    Ok(())
}

fn exit(report: &DeliverReport) -> Exit {
    if !report.unapproved.is_empty() {
        return Exit::NeedsApproval;
    }
    let partial = report.away.is_some()
        || report.refused > 0
        || report.parked > 0
        || report.unsure > 0
        || report.later > 0;
    if partial { Exit::Partial } else { Exit::Ok }
}
