//! `tuermer match set|run`: what changes something.

use super::{Which, member, owner, state};
use crate::acts::matching::{self, Subjects};
use crate::cli::exposure::nothing_found;
use crate::cli::sign_in::{Actor, ActorOrShell};
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::store::verdicts::remediation::Marked;
use crate::views::matching::{MatchRunView, RemediationView};
use anyhow::Result;
use tuermer_core::ids::AssetId;
use tuermer_core::limits::MATCH_RUN_SUBJECTS;

/// Marks how far remedies have come.
pub async fn set(
    call: &Call,
    context: &Context,
    threat: &str,
    cve: Option<&str>,
    which: Which,
    word: &str,
    actor: &Actor,
) -> Result<Exit> {
    let state = state(word)?;
    let Some(id) = context.store.resolve_threat(threat).await? else {
        return nothing_found(call, "verdict.no_threat", threat);
    };
    let which = match which {
        Which {
            asset: Some(asset), ..
        } => {
            let asset = AssetId(asset);
            if owner(call, context, &asset).await?.is_none() {
                return Ok(Exit::NothingFound);
            }
            Marked::Asset(asset)
        }
        Which {
            member: Some(number),
            ..
        } => match member(call, context, &number).await? {
            Some(organisation) => Marked::Organisation(organisation),
            None => return Ok(Exit::NothingFound),
        },
        Which { .. } => Marked::All,
    };
    let actor = actor.prove(call, context).await?;
    let cve = cve.map(str::to_uppercase);
    let marked = matching::mark(context, &actor, &id, cve.as_deref(), &which, state).await?;
    if marked == 0 {
        call.out.say(&call.out.texts.get("match.none"));
        return Ok(Exit::NothingFound);
    }
    if call.out.json {
        call.out.object(&RemediationView {
            threat: id.tracking_id(),
            state: state.as_str(),
            rows: marked,
        })?;
    } else {
        call.out.line(&call.out.texts.with(
            "match.marked",
            &[
                ("tracking", id.tracking_id()),
                ("rows", &marked.to_string()),
            ],
        ));
    }
    Ok(Exit::Ok)
}

/// Matches by hand.
pub async fn run(
    call: &Call,
    context: &Context,
    threats: Vec<String>,
    assets: Vec<String>,
    actor: &ActorOrShell,
) -> Result<Exit> {
    let named = threats.len().saturating_add(assets.len());
    if named == 0 || named > MATCH_RUN_SUBJECTS {
        return Err(wrong_call(
            "match.run_subjects",
            [("limit", &MATCH_RUN_SUBJECTS)],
        ));
    }
    let actor = actor.prove(call, context).await?;
    let mut subjects = Subjects::default();
    for text in &threats {
        let Some(id) = context.store.resolve_threat(text).await? else {
            return nothing_found(call, "verdict.no_threat", text);
        };
        subjects.threats.push(id);
    }
    for text in &assets {
        let Some(organisation) = owner(call, context, &AssetId(text.clone())).await? else {
            return Ok(Exit::NothingFound);
        };
        subjects.organisations.push(organisation);
    }
    subjects.threats.sort_unstable();
    subjects.threats.dedup();
    subjects.organisations.sort_unstable();
    subjects.organisations.dedup();
    let kinds = [
        (!threats.is_empty(), "document"),
        (!assets.is_empty(), "asset"),
    ];
    let triggers = kinds
        .into_iter()
        .filter(|(named, _)| *named)
        .map(|(_, kind)| kind.to_string())
        .collect();
    let run = matching::manual(context, &subjects, triggers, &actor).await?;
    if call.out.json {
        call.out.object(&MatchRunView::from(&run))?;
    } else {
        let values = [
            ("documents", run.documents.to_string()),
            ("organisations", run.organisations.to_string()),
            ("exposures", run.exposures.to_string()),
        ];
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out.line(&call.out.texts.with("match.ran", &values));
    }
    Ok(Exit::Ok)
}
