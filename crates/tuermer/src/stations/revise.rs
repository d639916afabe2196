//! Weighs every new revision against the one before it and proposes what follows for those who were told.
//!
//! ```text
//! withdrawn                      → a draft of the correction, for everybody the warning reached
//! superseded, successor is here  → a draft of an update on the successor
//! superseded, successor is not   → a notice that it must be fetched
//! status or remedy changed       → a notice: an update is due
//! anything else                  → nothing; no new match, no message
//! ```
//! A draft is a proposal: two people release it, or nobody does.

use crate::acts::warn;
use crate::context::Context;
use crate::notice::notice;
use crate::refusal::in_english;
use crate::store::documents::revisions::{self, Unweighed};
use crate::store::people::notices;
use anyhow::Result;
use serde::Serialize;
use tuermer_core::ids::{ThreatId, WarningNumber};
use tuermer_core::revision::{rematched, step};
use tuermer_core::rights::Actor;
use tuermer_core::sentence::Sentence;
use tuermer_core::threat::Threat;

/// Who the journal says did it.
const BY: Actor = Actor::Station("revise");

/// What was weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReviseReport {
    /// Revisions.
    pub revisions: u64,
    /// Of these: something follows for those who were told.
    pub proposals: u64,
}

adds_up!(ReviseReport: revisions, proposals);

/// Products named in a notice; more are counted.
const PRODUCTS_SHOWN: usize = 5;

/// True where a revision waits to be weighed.
///
/// # Errors
/// The database does not answer.
pub(super) async fn has_gap(context: &Context) -> Result<bool> {
    context.store.has_unweighed().await
}

/// Weighs everything that waits.
///
/// # Errors
/// The store cannot be read or written.
pub async fn run(context: &Context) -> Result<ReviseReport> {
    let mut report = ReviseReport::default();
    if !context.store.has_unweighed().await? {
        return Ok(report);
    }
    let mut open = context.store.begin().await?;
    revisions::first_ones(&mut open).await?;
    open.commit().await?;
    loop {
        let page = context.store.unweighed().await?;
        if page.is_empty() {
            return Ok(report);
        }
        for unweighed in &page {
            let proposed = weigh(context, unweighed).await?;
            report.revisions = report.revisions.saturating_add(1);
            report.proposals = report.proposals.saturating_add(u64::from(proposed));
        }
    }
}

async fn weigh(
    context: &Context,
    Unweighed {
        threat,
        revision,
        before,
    }: &Unweighed,
) -> Result<bool> {
    let Some(before) = before else {
        return note(context, threat, &revision.sha256, "first", None).await;
    };
    let earlier = context.store.threat_in_revision(threat, before).await;
    let later = context.store.threat_in_revision(threat, revision).await;
    let (earlier, later) = match (earlier, later) {
        (Ok(earlier), Ok(later)) => (earlier, later),
        (Err(error), _) | (_, Err(error)) => {
            // A document that is not kept any more cannot be compared; the match itself has run all the same.
            tracing::warn!(threat.id = %threat, error = in_english(&error), "revision not weighed");
            return note(context, threat, &revision.sha256, "major", None).await;
        }
    };
    let proposal = propose(context, &earlier, &later, &revision.sha256).await?;
    note(
        context,
        threat,
        &revision.sha256,
        step(&earlier, &later).as_str(),
        proposal,
    )
    .await
}

/// Writes the weight and the notice together.
async fn note(
    context: &Context,
    threat: &ThreatId,
    sha256: &str,
    weight: &str,
    proposal: Option<Proposal>,
) -> Result<bool> {
    let mut open = context.store.begin().await?;
    revisions::weighed(&mut open, threat, sha256, weight).await?;
    if let Some(Proposal { kind, values }) = &proposal {
        let values = values.iter();
        let text = Sentence {
            key: format!("notice.revision_{kind}"),
            values: values
                .map(|(name, value)| ((*name).to_string(), value.into()))
                .collect(),
        };
        let notice = notice(
            context,
            &format!("revision.{kind}"),
            threat.tracking_id(),
            text,
        )?;
        notices::raise(&mut open, &notice).await?;
    }
    open.commit().await?;
    Ok(proposal.is_some())
}

/// What follows for those who were told.
struct Proposal {
    /// `withdrawn`, `superseded`, `successor_missing` or `remedy`.
    kind: &'static str,
    values: Vec<(&'static str, String)>,
}

async fn propose(
    context: &Context,
    before: &Threat,
    after: &Threat,
    sha256: &str,
) -> Result<Option<Proposal>> {
    let Some(warning) = context.store.latest_sent(&after.id).await? else {
        return Ok(None);
    };
    let mut values = vec![
        ("threat", after.tracking_id.clone()),
        ("revision", after.revision.clone()),
        ("warning", warning.to_string()),
    ];
    if after.category == "csaf_superseded" && before.category != after.category {
        return superseded(context, &after.id, sha256, &warning, values)
            .await
            .map(Some);
    }
    if after.withdrawn && !before.withdrawn {
        // The words are made from the last revision that still named products.
        let told = Threat {
            revision: after.revision.clone(),
            ..before.clone()
        };
        let Some(draft) = warn::propose_cancel(context, &told, &warning, &BY).await? else {
            return Ok(None);
        };
        values.push(("draft", draft.to_string()));
        return Ok(Some(Proposal {
            kind: "withdrawn",
            values,
        }));
    }
    let products: Vec<String> = rematched(before, after)
        .iter()
        .map(|key| key.product.clone())
        .collect();
    let exploited = after.exploited && !before.exploited;
    if after.withdrawn || (products.is_empty() && !exploited) {
        return Ok(None);
    }
    let more = products.len().saturating_sub(PRODUCTS_SHOWN);
    let mut named = products
        .into_iter()
        .take(PRODUCTS_SHOWN)
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        named.push_str(&format!(" (+{more})"));
    }
    let kind = if named.is_empty() {
        "exploited"
    } else {
        "remedy"
    };
    values.push(("products", named));
    Ok(Some(Proposal { kind, values }))
}

/// Follows the reference to the successor: an update for those who were told, never a correction.
async fn superseded(
    context: &Context,
    id: &ThreatId,
    sha256: &str,
    warning: &WarningNumber,
    mut values: Vec<(&'static str, String)>,
) -> Result<Proposal> {
    let bytes = context
        .store
        .document_bytes(sha256)
        .await?
        .unwrap_or_default();
    let addresses = tuermer_formats::csaf::read(&bytes)
        .map(|reading| reading.superseded_by)
        .unwrap_or_default();
    for address in &addresses {
        let Some(successor) = context.store.threat_at(address, id).await? else {
            continue;
        };
        let Some(successor) = context.store.threat(&successor).await? else {
            continue;
        };
        if let Some(draft) = warn::propose_update(context, &successor, warning, &BY).await? {
            values.push(("successor", successor.tracking_id));
            values.push(("draft", draft.to_string()));
            return Ok(Proposal {
                kind: "superseded",
                values,
            });
        }
    }
    values.push(("successor", addresses.join(", ")));
    Ok(Proposal {
        kind: "successor_missing",
        values,
    })
}
