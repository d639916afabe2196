//! Matching by hand, and marks of a person (clauses 13.11 and 13.12): exactly the documents and assets a person names, in a run of their own,
//! and the components of a bill, of which nothing is kept. What is due by itself is judged first, as its own run.

use super::allow;
use crate::context::Context;
use crate::stations::matching::{automatic, record};
use crate::stations::{assess, by_hand};
use crate::store::verdicts::exposures;
use crate::store::verdicts::match_runs::{MatchRun, Mode};
use crate::store::verdicts::remediation::Marked;
use anyhow::Result;
use std::cmp::Ordering;
use std::collections::HashSet;
use tuermer_core::assess::{Case, RuleBook, Standing};
use tuermer_core::asset::{AssetKind, Presence};
use tuermer_core::exposure::RemediationState;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::remeasure::NO_REPORTS;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::scale::{Source, Status};
use tuermer_core::station::Station;
use tuermer_core::threat::Threat;
use tuermer_core::urgency::Urgencies;
use tuermer_formats::sbom::{Bill, Component};

/// What a person names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Documents, matched with all assets.
    pub threats: Vec<ThreatId>,
    /// Organisations of the assets named, matched with all documents.
    pub organisations: Vec<OrganisationId>,
}

/// Matches what a person names, whether or not anything changed; waits for whoever judges now.
///
/// # Errors
/// The store cannot be read or written, or another process judges and does not end.
pub async fn manual(
    context: &Context,
    subjects: &Subjects,
    triggers: Vec<String>,
    actor: &Actor,
) -> Result<MatchRun> {
    allow(actor, Act::MatchByHand)?;
    by_hand(context, Station::Assess, async |context| {
        automatic(context).await?;
        let asked_at = context.now();
        let mut open = context.store.begin().await?;
        exposures::make_due(&mut open, &subjects.threats, &subjects.organisations).await?;
        open.commit().await?;
        let report = assess::run(context).await?;
        record(
            context,
            Mode::Manual,
            triggers,
            actor.name(),
            asked_at,
            &report,
        )
        .await
    })
    .await
}

/// A component of a bill of materials that a threat meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// What the bill lists.
    pub component: Component,
    /// What is known of it.
    pub threat: ThreatId,
    /// Title of the threat.
    pub title: String,
    /// Affected, or unknown; never "not affected" or "fixed".
    pub standing: Standing,
}

/// Matches the components of a bill with all threats, the worst first; nothing is kept.
///
/// # Errors
/// The store cannot be read.
pub async fn of_bill(context: &Context, bill: &Bill) -> Result<Vec<Met>> {
    by_hand(context, Station::Assess, automatic).await?;
    let (packs, now, note) = (
        context.packs().await?,
        context.now(),
        format!("SBOM {}", bill.format),
    );
    let components: Vec<(ProductKey, &Component)> = bill
        .components
        .iter()
        .map(|component| {
            let key = ProductKey::new(&component.vendor, &component.product);
            (key, component)
        })
        .collect();
    let mut met = Vec::new();
    for ids in threats_about(context, &components)
        .await?
        .chunks(limits::THREATS_PER_BOOK)
    {
        let threats = with_urgencies(context, ids).await?;
        let mut book = RuleBook::new(threats.iter().map(|(threat, urgencies)| Case {
            threat,
            packs: &packs,
            urgencies,
            reports: &NO_REPORTS,
            now,
        }));
        for (key, component) in &components {
            let row = book.ask(key, kind(component, &note));
            for (number, standing) in row.threats.iter().zip(row.standings) {
                let Some((threat, _)) = threats
                    .get(*number)
                    .filter(|_| matches!(standing.status, Status::Affected | Status::Unknown))
                else {
                    continue;
                };
                met.push(Met {
                    component: (*component).clone(),
                    threat: threat.id.clone(),
                    title: threat.title.clone(),
                    standing: *standing,
                });
            }
        }
    }
    met.sort_by(worst_first);
    Ok(met)
}

/// Threats that name a product of the bill, in the order of their ids.
async fn threats_about(
    context: &Context,
    components: &[(ProductKey, &Component)],
) -> Result<Vec<ThreatId>> {
    let products: HashSet<String> = components
        .iter()
        .map(|(key, _)| key.product.clone())
        .collect();
    let products: Vec<String> = products.into_iter().collect();
    let about = context.store.threats_about(&[], &products, &[]).await?;
    let mut about: Vec<ThreatId> = about.into_iter().collect();
    about.sort_unstable();
    Ok(about)
}

async fn with_urgencies(context: &Context, ids: &[ThreatId]) -> Result<Vec<(Threat, Urgencies)>> {
    let mut threats = Vec::with_capacity(ids.len());
    for id in ids {
        threats.extend(context.store.threat(id).await?.map(|threat| {
            let urgencies = Urgencies::of(&context.policy, &threat);
            (threat, urgencies)
        }));
    }
    Ok(threats)
}

fn worst_first(left: &Met, right: &Met) -> Ordering {
    let rank = |met: &Met| (met.standing.status, met.standing.certainty);
    rank(right).cmp(&rank(left)).then_with(|| {
        (&left.component.product, &left.threat).cmp(&(&right.component.product, &right.threat))
    })
}

fn kind<'a>(component: &'a Component, note: &'a str) -> AssetKind<'a> {
    let Component {
        vendor,
        product,
        version,
    } = component;
    AssetKind {
        vendor,
        product,
        version,
        build: None,
        source: Source::Provider,
        note,
        presence: Presence::OnPremises,
    }
}

/// Marks how far a remedy has come: of one flaw or all, at the assets named. Gives how many rows were marked.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn mark(
    context: &Context,
    actor: &Actor,
    threat: &ThreatId,
    vulnerability: Option<&str>,
    which: &Marked,
    state: RemediationState,
) -> Result<u64> {
    allow(actor, Act::MarkRemediation)?;
    let (by, now) = (actor.name(), context.now());
    context
        .store
        .mark_remediation(threat, vulnerability, which, state, by, now)
        .await
}
