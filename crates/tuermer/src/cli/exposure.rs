//! `tuermer exposure list`: who is affected, how surely, and why.

use super::{Call, Exit};
use crate::store::verdicts::exposures::{ExposureFilter, Verdict};
use crate::views::exposure::ExposureView;
use anyhow::{Context as _, Result};
use std::collections::HashMap;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits::PAGE_ROWS;
use tuermer_core::organisation::Kind;
use tuermer_core::scale::Status;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// One line per organisation and threat.
    List {
        /// Only this threat (tracking id, CVE or warning number).
        #[arg(long)]
        threat: Option<String>,
        /// Only this member (register number).
        #[arg(long)]
        member: Option<String>,
        /// Only this status: affected, fixed, not_affected, unknown.
        #[arg(long)]
        status: Option<String>,
    },
}

/// Runs it.
pub async fn run(
    call: &Call,
    Args {
        verb: Verb::List {
            threat,
            member,
            status,
        },
    }: Args,
) -> Result<Exit> {
    let context = call.open().await?;
    let store = &context.store;
    let mut filter = ExposureFilter::default();
    if let Some(text) = threat {
        let Some(id) = store.resolve_threat(&text).await? else {
            return nothing_found(call, "verdict.no_threat", &text);
        };
        filter.threat = Some(id);
    }
    if let Some(text) = member {
        let Some(found) = store.organisation_by_external(Kind::Member, &text).await? else {
            return nothing_found(call, "verdict.no_member", &text);
        };
        filter.organisation = Some(found.id);
    }
    if let Some(text) = status {
        filter.status = Some(Status::parse(&text).with_context(|| {
            format!("--status {text}: affected, fixed, not_affected or unknown")
        })?);
    }
    let heads = store.threats().await?;
    let cves: HashMap<ThreatId, Vec<String>> =
        heads.into_iter().map(|head| (head.id, head.cves)).collect();
    let mut last: Option<Verdict> = None;
    loop {
        let after = last
            .as_ref()
            .map(|verdict| (&verdict.organisation, &verdict.threat));
        let page = store.exposures(&filter, after, PAGE_ROWS).await?;
        for verdict in &page {
            show(
                call,
                verdict,
                cves.get(&verdict.threat).map_or(&[], Vec::as_slice),
            )?;
        }
        match page.into_iter().next_back() {
            Some(verdict) => last = Some(verdict),
            None => break,
        }
    }
    if last.is_none() {
        call.out.say(&call.out.texts.get("verdict.none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

fn show(call: &Call, verdict: &Verdict, cves: &[String]) -> Result<()> {
    let texts = call.out.texts;
    let question = verdict.question(texts.0);
    if call.out.json {
        return call.out.object(&ExposureView::new(verdict, cves, texts.0));
    }
    let word = heading(call, verdict);
    call.out.line(&format!(
        "{word}  {}  {}  [{}]",
        verdict.external_id, verdict.name, verdict.tracking_id
    ));
    call.out.line(&format!("    {}", verdict.reason(texts.0)));
    if !question.is_empty() {
        call.out.line(&format!("    ? {question}"));
    }
    Ok(())
}

/// The verdict in capitals, in the strength that its certainty allows.
pub fn heading(call: &Call, verdict: &Verdict) -> String {
    let texts = call.out.texts;
    match verdict.status {
        _ if verdict.incident => texts.get("verdict.incident"),
        Status::Affected => texts.get(&format!("verdict.affected_{}", verdict.certainty.as_str())),
        status => texts.get(&format!("verdict.{}", status.as_str())),
    }
}

/// Says that a name fits nothing; exit code 3.
pub fn nothing_found(call: &Call, key: &str, text: &str) -> Result<Exit> {
    call.out.say(&call.out.texts.with(key, &[("text", text)]));
    Ok(Exit::NothingFound)
}
