//! Finds threats and organisations whose facts changed since they were judged, and judges them again.
//!
//! A changed threat is judged for everybody, a changed organisation for every threat; nothing else is touched.

use crate::context::Context;
use crate::store::exposures::{self, Pending};
use crate::store::{kev, meta, threats};
use anyhow::Result;
use serde::Serialize;
use tuermer_core::assess::{Case, Matching, Standings, assess};
use tuermer_core::constituency::Constituency;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::pack::BuildPack;
use tuermer_core::urgency::Urgencies;

/// What was judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AssessReport {
    /// Threats whose facts had changed.
    pub threats: u64,
    /// Organisations whose facts had changed.
    pub organisations: u64,
    /// Verdicts written.
    pub exposures: u64,
}

/// Judges everything that is due.
pub async fn run(context: &Context) -> Result<AssessReport> {
    let packs = context.packs().await?;
    follow_packs(context, &packs).await?;
    follow_policy(context).await?;
    let (threats, organisations) = context.store.pending().await?;
    let mut report = AssessReport { threats: threats.len() as u64, organisations: organisations.len() as u64, exposures: 0 };
    if threats.is_empty() && organisations.is_empty() {
        return Ok(report);
    }
    let constituency = context.store.constituency().await?;
    for pending in &threats {
        report.exposures = report.exposures.saturating_add(judge_threat(context, &packs, &constituency, pending).await?);
    }
    if !organisations.is_empty() {
        let judged: Vec<&ThreatId> = threats.iter().map(|pending| &pending.id).collect();
        for head in context.store.threats().await?.iter().filter(|head| !judged.contains(&&head.id)) {
            report.exposures = report.exposures.saturating_add(judge_organisations(context, &packs, &constituency, &head.id, &organisations).await?);
        }
    }
    let mut open = context.store.begin().await?;
    exposures::organisations_judged(&mut open, &organisations).await?;
    open.commit().await?;
    tracing::info!(threats = report.threats, organisations = report.organisations, exposures = report.exposures, "judged");
    Ok(report)
}

/// A build pack learns with the days, and with a new program: threats whose flaws it knows are then due again
/// ("update the CU first" on 5 March becomes "install the SU" on 12 March).
async fn follow_packs(context: &Context, packs: &[BuildPack]) -> Result<()> {
    let today = context.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for pack in packs {
        let key = format!("judged.pack.{}", pack.name);
        let known = format!("{} {}", pack.as_of, pack.known_rows(today));
        if context.store.meta(&key).await?.as_deref() == Some(known.as_str()) {
            continue;
        }
        let mut flaws: Vec<&str> = pack.fixes.iter().map(|fix| fix.cve.as_str()).collect();
        flaws.sort_unstable();
        flaws.dedup();
        let mut open = context.store.begin().await?;
        kev::raise(&mut open, &flaws).await?;
        meta::set(&mut open, &key, &known).await?;
        open.commit().await?;
    }
    Ok(())
}

/// Another policy, or another version of it: every deadline is due again.
async fn follow_policy(context: &Context) -> Result<()> {
    const KEY: &str = "judged.policy";
    let known = format!("{:?}", context.policy);
    let known = crate::keys::sha256(known.as_bytes());
    if context.store.meta(KEY).await?.as_deref() == Some(known.as_str()) {
        return Ok(());
    }
    let mut open = context.store.begin().await?;
    threats::raise_all(&mut open).await?;
    meta::set(&mut open, KEY, &known).await?;
    open.commit().await
}

/// One threat for everybody.
async fn judge_threat(context: &Context, packs: &[BuildPack], constituency: &Constituency, pending: &Pending<ThreatId>) -> Result<u64> {
    let Some(threat) = context.store.threat(&pending.id).await? else { return Ok(0) };
    let answers = context.store.answers_for(&pending.id).await?;
    let urgencies = Urgencies::of(&context.policy, &threat);
    let found = assess(Case { threat: &threat, packs, urgencies: &urgencies, now: context.now() }, constituency, &answers);
    let mut open = context.store.begin().await?;
    exposures::replace(&mut open, &pending.id, &threat.revision, None, &found).await?;
    exposures::incident_tasks(&mut open, &found, context.now()).await?;
    exposures::threat_judged(&mut open, pending, context.now()).await?;
    open.commit().await?;
    Ok(found.len() as u64)
}

/// One unchanged threat for those organisations whose facts changed.
async fn judge_organisations(
    context: &Context,
    packs: &[BuildPack],
    constituency: &Constituency,
    id: &ThreatId,
    pending: &[Pending<OrganisationId>],
) -> Result<u64> {
    let Some(threat) = context.store.threat(id).await? else { return Ok(0) };
    let answers = context.store.answers_for(id).await?;
    let urgencies = Urgencies::of(&context.policy, &threat);
    let case = Case { threat: &threat, packs, urgencies: &urgencies, now: context.now() };
    let due: Vec<OrganisationId> = pending.iter().map(|pending| pending.id.clone()).collect();
    let mut standings = Standings::default();
    Matching::new(case, constituency, &answers, Some(&due)).next(usize::MAX, &mut standings);
    let found = standings.exposures();
    let mut open = context.store.begin().await?;
    exposures::replace(&mut open, id, &threat.revision, Some(&due), &found).await?;
    exposures::incident_tasks(&mut open, &found, context.now()).await?;
    open.commit().await?;
    Ok(found.len() as u64)
}
