//! Finds threats and organisations whose facts changed since they were judged, and judges them again.
//!
//! A changed threat is judged for everybody, a changed organisation for every threat that may concern it; nothing else
//! is touched.

use super::rules::{self, Rejudged};
use crate::context::Context;
use crate::store::documents::kev;
use crate::store::documents::threats;
use crate::store::ground::engine::Transaction;
use crate::store::ground::meta;
use crate::store::people::tasks;
use crate::store::register::constituency::Snapshot;
use crate::store::verdicts::exposures;
use crate::store::verdicts::pending::Pending;
use crate::store::verdicts::writing::Written;
use anyhow::Result;
use serde::Serialize;
use std::collections::HashSet;
use tuermer_core::assess::{Case, Matching, Standings};
use tuermer_core::constituency::Constituency;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits;
use tuermer_core::pack::BuildPack;
use tuermer_core::remeasure::ReportDays;
use tuermer_core::urgency::Urgencies;

/// So many organisations are always judged by themselves, however few there are in all.
const FEW: usize = 1_000;

/// What was judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AssessReport {
    /// Threats whose facts had changed.
    pub threats: u64,
    /// Organisations whose facts had changed.
    pub organisations: u64,
    /// Verdicts there are on them.
    pub exposures: u64,
    /// Verdicts that were new, changed or went away; the others were not written again.
    pub changed: u64,
}

adds_up!(AssessReport: threats, organisations, exposures, changed);

/// True where somebody's facts changed since they were judged, or what verdicts rest on did.
///
/// # Errors
/// The store cannot be read or written.
pub(super) async fn has_gap(context: &Context) -> Result<bool> {
    follow(context).await?;
    context.store.has_pending().await
}

/// What verdicts rest on beside facts: names of products, build packs, the policy, the rules. What it changes makes verdicts due.
async fn follow(context: &Context) -> Result<()> {
    let packs = context.packs().await?;
    context.store.follow_product_names(context.now()).await?;
    follow_packs(context, &packs).await?;
    follow_policy(context).await?;
    rules::follow(context).await
}

/// Judges everything that is due.
///
/// # Errors
/// The store cannot be read or written.
pub async fn run(context: &Context) -> Result<AssessReport> {
    follow(context).await?;
    let packs = context.packs().await?;
    // Asked first: what is pending then is all that the new rules made due.
    let again = rules::under_way(context).await?;
    let (threats, organisations) = context.store.pending().await?;
    let mut report = AssessReport {
        threats: threats.len() as u64,
        organisations: organisations.len() as u64,
        exposures: 0,
        changed: 0,
    };
    if threats.is_empty() && organisations.is_empty() {
        rules::finish(context, again).await?;
        return Ok(report);
    }
    let constituency = context.store.constituency().await?;
    let reports = context.store.report_days(context.now()).await?;
    let mut round = Round {
        context,
        packs: &packs,
        reports: &reports,
        constituency: &constituency,
        open: None,
        threats: 0,
        changed: 0,
        again,
        report: &mut report,
    };
    for pending in &threats {
        round.judge(&pending.id, Some(pending), None).await?;
    }
    let due: Vec<OrganisationId> = organisations
        .iter()
        .map(|pending| pending.id.clone())
        .collect();
    // Where most are due it is less work to judge everybody; what did not change is not written anyway.
    let only = (due.len() < (constituency.organisations() / 8).max(FEW)).then_some(due.as_slice());
    let judged: HashSet<&ThreatId> = threats.iter().map(|pending| &pending.id).collect();
    for id in about(context, &constituency, &due)
        .await?
        .iter()
        .filter(|id| !judged.contains(id))
    {
        round.judge(id, None, only).await?;
    }
    round.commit().await?;
    rules::finish(context, round.again).await?;
    note(context, constituency, &organisations).await?;
    tracing::info!(
        threats = report.threats,
        organisations = report.organisations,
        exposures = report.exposures,
        changed = report.changed,
        "judged"
    );
    Ok(report)
}

/// Notes that these organisations were judged.
async fn note(
    context: &Context,
    constituency: Snapshot,
    organisations: &[Pending<OrganisationId>],
) -> Result<()> {
    if organisations.is_empty() {
        return Ok(());
    }
    let mut open = context.store.begin().await?;
    let count = exposures::organisations_judged(&mut open, organisations).await?;
    open.commit().await?;
    context.store.judged_by_us(constituency, count).await;
    Ok(())
}

/// Threats that may have to do with organisations whose facts changed, in order.
async fn about(
    context: &Context,
    constituency: &Constituency,
    organisations: &[OrganisationId],
) -> Result<Vec<ThreatId>> {
    let (mut products, mut flaws) = (HashSet::new(), HashSet::new());
    for organisation in organisations {
        products.extend(constituency.product_words_of(organisation));
        flaws.extend(
            constituency
                .sightings_of(organisation)
                .iter()
                .flat_map(|sign| sign.observation.proven_cves.iter().cloned()),
        );
    }
    let (products, flaws): (Vec<String>, Vec<String>) =
        (products.into_iter().collect(), flaws.into_iter().collect());
    let mut threats: Vec<ThreatId> = context
        .store
        .threats_about(organisations, &products, &flaws)
        .await?
        .into_iter()
        .collect();
    threats.sort_unstable();
    Ok(threats)
}

/// A build pack learns with the days, and with a new program or another file: threats whose flaws it knows are then due again
/// ("update the CU first" on 5 March becomes "install the SU" on 12 March).
async fn follow_packs(context: &Context, packs: &[BuildPack]) -> Result<()> {
    let today = context.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for pack in packs {
        let key = format!("judged.pack.{}", pack.name);
        let known = format!(
            "{} {} {}",
            pack.as_of,
            pack.known_rows(today),
            crate::keys::sha256(format!("{pack:?}").as_bytes())
        );
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

/// Judges threats, many in one transaction: what is durable together costs one wait for the disk.
struct Round<'a> {
    context: &'a Context,
    packs: &'a [BuildPack],
    reports: &'a ReportDays,
    constituency: &'a Constituency,
    open: Option<Transaction>,
    threats: usize,
    changed: u64,
    /// What was counted so far, where everything is judged again by other rules.
    again: Option<Rejudged>,
    report: &'a mut AssessReport,
}

impl Round<'_> {
    /// One threat, for everybody or for `only` these. `pending`: its facts had changed.
    async fn judge(
        &mut self,
        id: &ThreatId,
        pending: Option<&Pending<ThreatId>>,
        only: Option<&[OrganisationId]>,
    ) -> Result<()> {
        let (context, now) = (self.context, self.context.now());
        let again = self.again.is_some();
        let Some(threat) = context.store.threat(id).await? else {
            return Ok(());
        };
        let answers = context.store.answers_for(id).await?;
        let mut verdicts = context.store.verdicts(id, only, again, now).await?;
        let urgencies = Urgencies::of(&context.policy, &threat);
        let case = Case {
            threat: &threat,
            packs: self.packs,
            urgencies: &urgencies,
            reports: self.reports,
            now,
        };
        let mut matching = Matching::new(case, self.constituency, &answers, only);
        let open = self.transaction().await?;
        let mut standings = Standings::default();
        // While one page is written, the next one is judged.
        let mut writing = tokio::spawn(std::future::ready(anyhow::Ok(open)));
        loop {
            let more = matching.next(limits::ORGANISATIONS_PER_PAGE, &mut standings);
            let tasks = tasks::incident_tasks(&standings.own, now);
            let page = verdicts.page(&mut standings);
            let mut open = writing.await??;
            writing = tokio::spawn(async move {
                tasks::keep(&mut open, tasks, again).await?;
                page.write(open).await
            });
            if !more {
                break;
            }
        }
        let mut open = writing.await??;
        let written = verdicts.close(&mut open).await?;
        if let Some(pending) = pending {
            exposures::threat_judged(&mut open, pending, &threat, &case.products(), now).await?;
        }
        self.count(open, written).await
    }

    /// The transaction that is open, or a new one.
    async fn transaction(&mut self) -> Result<Transaction> {
        match self.open.take() {
            Some(open) => Ok(open),
            None => self.context.store.begin().await,
        }
    }

    /// Counts the verdicts of one threat, and commits where they are many.
    async fn count(&mut self, mut open: Transaction, written: Written) -> Result<()> {
        if let Some(counted) = &mut self.again {
            rules::count(&mut open, counted, written).await?;
        }
        let Written {
            judged, changed, ..
        } = written;
        self.report.exposures = self.report.exposures.saturating_add(judged);
        self.report.changed = self.report.changed.saturating_add(changed);
        self.threats = self.threats.saturating_add(1);
        self.changed = self.changed.saturating_add(changed);
        self.open = Some(open);
        if self.threats >= limits::THREATS_PER_TRANSACTION
            || self.changed >= limits::VERDICTS_PER_TRANSACTION
        {
            self.commit().await?;
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<()> {
        (self.threats, self.changed) = (0, 0);
        match self.open.take() {
            Some(open) => open.commit().await,
            None => Ok(()),
        }
    }
}
