//! `tuermer threat diff|comment|read|remove`: what an analyst does with a document.

use super::find;
use crate::acts::threat;
use crate::cli::sign_in::Actor;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::{refusal, wrong_call};
use crate::store::documents::comments::Removal;
use crate::store::views::history::KeptRevision;
use crate::views::difference::{DifferenceView, Revisions};
use crate::views::threat::ThreatStepView;
use anyhow::Result;
use tuermer_core::ids::ThreatId;
use tuermer_core::revision::{Change, Difference, StatementChange};

/// Compares two revisions.
pub async fn diff(
    call: &Call,
    context: &Context,
    text: &str,
    named: Option<(String, String)>,
) -> Result<Exit> {
    let Some(id) = find(call, context, text).await? else {
        return Ok(Exit::NothingFound);
    };
    let revisions = context.store.revisions(&id).await?;
    let (before, after) = match named {
        Some((before, after)) => (
            revision(&revisions, &before)?,
            revision(&revisions, &after)?,
        ),
        None => match revisions.as_slice() {
            [.., before, after] => (before, after),
            _ => {
                call.out.say(
                    &call
                        .out
                        .texts
                        .with("threat.diff_one", &[("tracking", id.tracking_id())]),
                );
                return Ok(Exit::NothingFound);
            }
        },
    };
    let (old, new) = (
        context.store.threat_in_revision(&id, before).await?,
        context.store.threat_in_revision(&id, after).await?,
    );
    let revisions = Revisions {
        id: &id,
        numbers: [&before.revision, &after.revision],
        old: &old,
        new: &new,
    };
    let found = revisions.difference();
    if call.out.json {
        call.out.object(&DifferenceView::new(&revisions, &found))?;
    } else {
        print(call, &id, [before, after], &found);
    }
    Ok(Exit::Ok)
}

fn revision<'a>(revisions: &'a [KeptRevision], text: &str) -> Result<&'a KeptRevision> {
    let known = || {
        revisions
            .iter()
            .map(|revision| revision.revision.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    revisions
        .iter()
        .rfind(|revision| revision.revision == text)
        .ok_or_else(|| {
            wrong_call(
                "threat.diff_revision",
                [("text", &text), ("known", &known())],
            )
        })
}

fn print(call: &Call, id: &ThreatId, [before, after]: [&KeptRevision; 2], found: &Difference) {
    let texts = call.out.texts;
    let head = [
        ("tracking", id.tracking_id()),
        ("before", before.revision.as_str()),
        ("after", after.revision.as_str()),
    ];
    call.out.line(&texts.with("threat.diff_head", &head));
    if found.is_empty() {
        call.out.line(&texts.get("threat.diff_same"));
    }
    let changed = |place: &str, change: &Change| {
        let values = [
            ("place", place),
            ("what", change.field),
            ("before", change.before.as_str()),
            ("after", change.after.as_str()),
        ];
        call.out.line(&texts.with("threat.diff_change", &values));
    };
    for change in &found.document {
        changed("", change);
    }
    for (key, names) in [
        ("threat.diff_added", &found.flaws_added),
        ("threat.diff_removed", &found.flaws_removed),
        ("threat.diff_added", &found.products_added),
        ("threat.diff_removed", &found.products_removed),
    ] {
        names
            .iter()
            .for_each(|name| call.out.line(&texts.with(key, &[("name", name)])));
    }
    for (flaw, change) in &found.flaws_changed {
        changed(&format!("{flaw} "), change);
    }
    for StatementChange {
        product,
        versions,
        vulnerability,
        change,
    } in &found.statements
    {
        changed(&format!("{product} {versions} {vulnerability} "), change);
    }
}

/// Adds a comment.
pub async fn comment(
    call: &Call,
    context: &Context,
    text: &str,
    words: &str,
    actor: &Actor,
) -> Result<Exit> {
    let Some(id) = find(call, context, text).await? else {
        return Ok(Exit::NothingFound);
    };
    let actor = actor.prove(call, context).await?;
    let comment = threat::comment(context, &actor, &id, words).await?;
    if call.out.json {
        call.out.object(&ThreatStepView {
            threat: id.tracking_id(),
            comment: Some(&comment.id),
            revision: Some(&comment.revision),
            ..ThreatStepView::default()
        })?;
    } else {
        call.out.line(&call.out.texts.with(
            "threat.commented",
            &[
                ("tracking", id.tracking_id()),
                ("revision", &comment.revision),
            ],
        ));
    }
    Ok(Exit::Ok)
}

/// Marks as read.
pub async fn read(call: &Call, context: &Context, text: &str, actor: &Actor) -> Result<Exit> {
    let Some(id) = find(call, context, text).await? else {
        return Ok(Exit::NothingFound);
    };
    let actor = actor.prove(call, context).await?;
    let reader = threat::read(context, &actor, &id).await?;
    if call.out.json {
        call.out.object(&ThreatStepView {
            threat: id.tracking_id(),
            read_by: Some(&reader.account),
            revision: Some(&reader.revision),
            ..ThreatStepView::default()
        })?;
    } else {
        call.out.line(&call.out.texts.with(
            "threat.read",
            &[
                ("tracking", id.tracking_id()),
                ("revision", &reader.revision),
            ],
        ));
    }
    Ok(Exit::Ok)
}

/// Removes a threat.
pub async fn remove(
    call: &Call,
    context: &Context,
    text: &str,
    why: &str,
    actor: &Actor,
) -> Result<Exit> {
    let Some(id) = find(call, context, text).await? else {
        return Ok(Exit::NothingFound);
    };
    let actor = actor.prove(call, context).await?;
    let revision = context.store.current_revision(&id).await?;
    match threat::remove(context, &actor, &id, why).await? {
        Removal::Warned(number) => Err(refusal(
            "threat.remove_warned",
            [("tracking", &id.tracking_id()), ("number", &number)],
        )),
        Removal::Removed if call.out.json => {
            call.out.object(&ThreatStepView {
                threat: id.tracking_id(),
                threat_id: Some(id.as_str()),
                revision: revision.as_deref(),
                removed: Some(true),
                ..ThreatStepView::default()
            })?;
            Ok(Exit::Ok)
        }
        Removal::Removed => {
            call.out.line(
                &call
                    .out
                    .texts
                    .with("threat.removed", &[("tracking", id.tracking_id())]),
            );
            Ok(Exit::Ok)
        }
    }
}
