//! Takes what a person reports: keeps it as evidence, tells the operators, and makes it a sign of the organisation – at
//! once where the reporter's own link says whose it is, otherwise when somebody has called back.
//!
//! It never decides how an organisation stands.

use super::allow;
use crate::context::Context;
use crate::keys::sha256;
use crate::notice::notice;
use crate::store::documents::document::{self, Document};
use crate::store::ground::engine::Transaction;
use crate::store::ground::journal;
use crate::store::people::notices::{self, Notice};
use crate::store::signs::observations::{self, Attributed};
use crate::store::signs::witness;
use anyhow::Result;
use jiff::SignedDuration;
use serde_json::json;

use tuermer_core::ids::{ObservationId, OrganisationId};
use tuermer_core::limits::{REPORTS_PER_HOUR, REPORTS_PER_REACH};
use tuermer_core::observation::{Attribution, Observation};
use tuermer_core::rights::{Act, Actor};
use tuermer_core::sentence::Sentence;
use tuermer_core::tlp::Tlp;
use tuermer_core::witness::WitnessReport;
use tuermer_formats::format::Format;

/// Kind of the notice that tells the operators.
pub const NOTICE: &str = "witness.report";
/// Letters and digits of a receipt: none that is mistaken for another on the telephone.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is kept; the receipt.
    Kept(String),
    /// There are more reports than anybody reads.
    TooMany,
}

/// A number for a new report, `M-7K3FQ2`: short enough for the telephone, too many to be guessed.
pub fn receipt(context: &Context) -> Result<String> {
    let mut bytes = [0_u8; 8];
    context.random.fill(&mut bytes)?;
    let letters = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(*byte % 32)));
    Ok(format!(
        "M-{}",
        letters
            .map(|letter| char::from(*letter))
            .collect::<String>()
    ))
}

/// Keeps a report and raises a notice.
pub async fn keep_report(
    context: &Context,
    actor: &Actor,
    report: &WitnessReport,
) -> Result<Taken> {
    allow(actor, Act::ReportIncident)?;
    let now = report.received_at;
    let mut open = context.store.begin().await?;
    let hour_ago = now
        .checked_sub(SignedDuration::from_hours(1))
        .unwrap_or(now);
    let (all, same) = witness::counted(&mut open, hour_ago, &report.reach).await?;
    if all >= REPORTS_PER_HOUR || same >= REPORTS_PER_REACH {
        tracing::warn!(
            reports = all,
            "a report from a person was not taken: too many within an hour"
        );
        return Ok(Taken::TooMany);
    }
    witness::insert(&mut open, report).await?;
    if let Some(organisation) = &report.organisation {
        make_sign(&mut open, report, organisation).await?;
    }
    notices::raise(&mut open, &notice_of_report(context, report)?).await?;
    journal::append(
        &mut open,
        now,
        actor.name(),
        "witness.reported",
        &report.receipt,
        report.incident.as_str(),
    )
    .await?;
    open.commit().await?;
    tracing::info!(report = report.receipt, "a person reported something");
    Ok(Taken::Kept(report.receipt.clone()))
}

/// Says whose a report is, after somebody has called back; `false` where that is known already.
pub async fn assign(
    context: &Context,
    receipt: &str,
    organisation: &OrganisationId,
    actor: &Actor,
) -> Result<bool> {
    allow(actor, Act::AssignReport)?;
    let by = actor.name();
    let Some(mut report) = context.store.witness_report(receipt).await? else {
        return Ok(false);
    };
    let mut open = context.store.begin().await?;
    if !witness::assign(&mut open, receipt, organisation, by).await? {
        return Ok(false);
    }
    (report.organisation, report.known_by) = (Some(organisation.clone()), by.to_string());
    make_sign(&mut open, &report, organisation).await?;
    journal::append(
        &mut open,
        context.now(),
        by,
        "witness.assigned",
        receipt,
        organisation.as_str(),
    )
    .await?;
    open.commit().await?;
    Ok(true)
}

/// The report as a sign of the organisation, with the report itself as evidence.
async fn make_sign(
    open: &mut Transaction,
    report: &WitnessReport,
    organisation: &OrganisationId,
) -> Result<()> {
    let bytes = evidence(report);
    let (hash, size) = (sha256(&bytes), bytes.len() as u64);
    let source = format!("/melden {}", report.receipt);
    let kept = Document {
        sha256: hash.clone(),
        kind: Format::Witness,
        source,
        received_at: report.received_at,
        size,
        bytes,
        rejected: None,
    };
    document::keep(open, kept).await?;
    let sign = Attributed {
        observation: observation(report),
        owners: vec![(
            organisation.clone(),
            Attribution::Told(report.known_by.clone()),
        )],
    };
    let ready = observations::Maker::new(&hash, report.received_at).make(vec![sign])?;
    let mut writer = observations::Writer::default();
    writer.write(open, ready).await?;
    writer.touch(open).await?;
    if report.incident.kind().is_incident() {
        let id = format!("witness-{}", report.receipt);
        witness::ask_to_call(
            open,
            &id,
            organisation,
            report.received_at,
            &Sentence::verbatim(&report.receipt),
        )
        .await?;
    }
    Ok(())
}

fn evidence(report: &WitnessReport) -> Vec<u8> {
    let WitnessReport {
        receipt,
        received_at,
        incident,
        product,
        since,
        evidence,
        words,
        company,
        name,
        reach,
        organisation: _,
        known_by,
    } = report;
    let kept = json!({
        "receipt": receipt, "received_at": received_at.to_string(), "incident": incident.as_str(), "product": product, "since": since.as_str(),
        "evidence": evidence, "words": words, "company": company, "name": name, "reach": reach, "known_by": known_by, "grade": report.grade().to_text(),
    });
    kept.to_string().into_bytes()
}

fn observation(report: &WitnessReport) -> Observation {
    let kind = report.incident.kind();
    Observation {
        id: ObservationId(format!("witness|{}", report.receipt)),
        origin_id: report.receipt.clone(),
        last_seen_at: report.received_at,
        severity: if kind.is_incident() {
            "critical"
        } else {
            "medium"
        }
        .into(),
        // What a company tells of itself is for itself and for those who help it.
        tlp: Tlp::Amber,
        grade: report.grade(),
        tags: vec![report.incident.as_str().into()],
        product: report.product.clone(),
        ..Observation::new("witness", report.since.began(report.received_at), kind)
    }
}

/// Nothing of the reporter's own words leaves by mail: who reads it looks here.
fn notice_of_report(context: &Context, report: &WitnessReport) -> Result<Notice> {
    let known = if report.organisation.is_some() {
        "witness.notice_known"
    } else {
        "witness.notice_unknown"
    };
    let incident = format!("witness.incident_{}", report.incident.as_str());
    let text = Sentence::new(
        "witness.notice",
        [
            ("receipt", report.receipt.as_str().into()),
            ("incident", Sentence::new(&incident, []).into()),
            ("at", report.received_at.into()),
            ("known", Sentence::new(known, []).into()),
        ],
    );
    notice(context, NOTICE, &report.receipt, text)
}
