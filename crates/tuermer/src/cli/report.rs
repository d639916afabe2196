//! `tuermer report`: what people reported on `/melden`, and whose it is once somebody has called back.

use super::sign_in::Actor;
use super::{Call, Exit};
use crate::acts::witness;
use crate::context::Context;
use crate::views::report::WitnessReportView;
use anyhow::Result;
use tuermer_core::limits::REPORTS_SHOWN;
use tuermer_core::organisation::Kind;
use tuermer_core::witness::WitnessReport;
use tuermer_formats::times;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reports, newest first.
    List,
    /// One report with everything that was said.
    Show {
        /// Number of the report, `M-…`.
        receipt: String,
    },
    /// Say which member a report is from, after calling back; it then counts as a sign.
    Assign {
        /// Number of the report, `M-…`.
        receipt: String,
        /// Register number of the member.
        member: String,
        #[command(flatten)]
        actor: Actor,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { command }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let exit = match command {
        Command::List => list(call, &context).await?,
        Command::Show { receipt } => show(call, &context, &receipt).await?,
        Command::Assign {
            receipt,
            member,
            actor,
        } => assign(call, &context, &receipt, &member, &actor).await?,
    };
    context.store.database.close().await;
    Ok(exit)
}

async fn list(call: &Call, context: &Context) -> Result<Exit> {
    let reports = context.store.witness_reports(REPORTS_SHOWN).await?;
    for report in &reports {
        if call.out.json {
            let member = member(context, report).await?;
            call.out
                .object(&WitnessReportView::new(report, member.as_deref()))?
        } else {
            call.out.line(&line(call, context, report).await?)
        }
    }
    if reports.is_empty() {
        call.out.say(&call.out.texts.get("witness.none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

async fn show(call: &Call, context: &Context, receipt: &str) -> Result<Exit> {
    let Some(report) = context.store.witness_report(receipt).await? else {
        return Ok(missing(call, receipt));
    };
    if call.out.json {
        let member = member(context, &report).await?;
        call.out
            .object(&WitnessReportView::new(&report, member.as_deref()))?;
        return Ok(Exit::Ok);
    }
    let texts = call.out.texts;
    call.out.line(&line(call, context, &report).await?);
    let since = texts.get(&format!("witness.since_{}", report.since.as_str()));
    let evidence = texts.get(if report.evidence {
        "public.yes"
    } else {
        "public.no"
    });
    call.out
        .line(&texts.with("witness.field_since", &[("since", &since)]));
    call.out
        .line(&texts.with("witness.field_product", &[("product", &report.product)]));
    call.out.line(&texts.with(
        "witness.field_reach",
        &[("name", &report.name), ("reach", &report.reach)],
    ));
    call.out.line(&texts.with(
        "witness.field_evidence",
        &[
            ("evidence", &evidence),
            ("grade", &report.grade().to_text()),
        ],
    ));
    if !report.words.is_empty() {
        call.out.line(&report.words);
    }
    Ok(Exit::Ok)
}

async fn assign(
    call: &Call,
    context: &Context,
    receipt: &str,
    member: &str,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    if context.store.witness_report(receipt).await?.is_none() {
        return Ok(missing(call, receipt));
    }
    let Some(organisation) = context
        .store
        .organisation_by_external(Kind::Member, member)
        .await?
    else {
        call.out.say(
            &call
                .out
                .texts
                .with("witness.no_member", &[("number", member)]),
        );
        return Ok(Exit::NothingFound);
    };
    let done = witness::assign(context, receipt, &organisation.id, &actor).await?;
    let key = if done {
        "witness.assigned"
    } else {
        "witness.assigned_before"
    };
    call.out.say(
        &call
            .out
            .texts
            .with(key, &[("receipt", receipt), ("number", member)]),
    );
    Ok(Exit::Ok)
}

fn missing(call: &Call, receipt: &str) -> Exit {
    call.out.say(
        &call
            .out
            .texts
            .with("witness.no_report", &[("receipt", receipt)]),
    );
    Exit::NothingFound
}

async fn member(context: &Context, report: &WitnessReport) -> Result<Option<String>> {
    match &report.organisation {
        Some(id) => Ok(context
            .store
            .organisation(id)
            .await?
            .map(|organisation| organisation.external_id)),
        None => Ok(None),
    }
}

async fn line(call: &Call, context: &Context, report: &WitnessReport) -> Result<String> {
    let texts = call.out.texts;
    let known = member(context, report)
        .await?
        .unwrap_or_else(|| texts.get("witness.unassigned"));
    Ok(texts.with(
        "witness.line",
        &[
            ("receipt", &report.receipt),
            (
                "at",
                &times::moment(report.received_at, &context.zone(), texts.0),
            ),
            (
                "incident",
                &texts.get(&format!("witness.incident_{}", report.incident.as_str())),
            ),
            ("company", &report.company),
            ("known", &known),
        ],
    ))
}
