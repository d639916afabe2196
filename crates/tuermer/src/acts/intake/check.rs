//! The report of a `tuermer-check` on a company's own server, plain or sealed to our key: kept as evidence, and signs of that company.
//!
//! Whoever has our public key can write a report. Where nobody vouches for the sender, the member it names is taken as a
//! claim: a break-in is told and asked about, but the build in it closes no hole.

use super::content::Content;
use super::{IngestReport, Remark, Word};
use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::Refusal;
use crate::store::documents::document::{self, Document};
use crate::store::ground::journal;
use crate::store::signs::observations::{self, Attributed};
use crate::store::signs::witness;
use anyhow::Result;

use tuermer_check::finding::Verdict;
use tuermer_check::received::{Received, Vouched};
use tuermer_check::seal;
use tuermer_core::admiralty::{Credibility, Grade, Reliability};
use tuermer_core::ids::OrganisationId;
use tuermer_core::limits;
use tuermer_core::observation::Attribution;
use tuermer_core::rights::Actor;
use tuermer_core::tlp::Tlp;
use tuermer_formats::format::Format;

/// Takes one report.
///
/// # Errors
/// The store cannot be read or written.
pub async fn ingest(
    context: &Context,
    actor: &Actor,
    name: &str,
    content: Content,
    word: &Word,
) -> Result<IngestReport> {
    let rejected = |remark| Ok(IngestReport::rejected(name, Format::Check, remark));
    if word.tlp == Some(Tlp::Red) {
        return rejected(Remark::new("threat.ingest_red", &[("count", &1)]));
    }
    let bytes = match content.whole().and_then(|bytes| opened(context, bytes)) {
        Ok(bytes) => bytes,
        Err(remark) => return rejected(remark),
    };
    let report = match Received::read(&bytes, context.now()) {
        Ok(report) => report,
        Err(error) => return rejected(Remark::new("threat.ingest_check", &[("error", &error)])),
    };
    let claimed = report.reference.as_deref().unwrap_or_default().trim();
    let (owner, known) = match &word.member {
        Some(member) => (member.clone(), true),
        None if claimed.is_empty() => {
            return rejected(Remark::new("threat.ingest_check_nobody", &[]));
        }
        None => match named(context, claimed).await? {
            Some(owner) => (owner, false),
            None => {
                return rejected(Remark::new(
                    "threat.ingest_check_unknown",
                    &[("reference", &claimed)],
                ));
            }
        },
    };
    let mut told = keep(
        context,
        actor,
        name,
        bytes,
        &report,
        &owner,
        Vouched {
            known,
            ..vouched(word, known)
        },
    )
    .await?;
    told.remarks.push(summary(&report));
    if !known {
        told.remarks.push(Remark::new(
            "threat.ingest_check_claimed",
            &[("reference", &claimed)],
        ));
    }
    Ok(told)
}

/// The member whose number stands among these words ("Mitglied 4711").
async fn named(context: &Context, words: &str) -> Result<Option<OrganisationId>> {
    for word in words.split_whitespace().take(limits::REFERENCE_WORDS) {
        if let Some(member) = context.store.member_by_number(word).await? {
            return Ok(Some(member));
        }
    }
    Ok(None)
}

/// The report itself; a sealed one is opened with the key of this data directory.
fn opened(context: &Context, bytes: Vec<u8>) -> Result<Vec<u8>, Remark> {
    if !seal::is_sealed(&bytes) {
        return Ok(bytes);
    }
    let path = context.home.report_key();
    let key = std::fs::read_to_string(&path)
        .map_err(|_| Remark::new("threat.ingest_check_no_key", &[]))?;
    seal::open(&bytes, &key)
        .map_err(|error| Remark::new("threat.ingest_check", &[("error", &error)]))
}

/// A server's own logs, read by our own program: usually reliable and probably true, where it is known who sent it. What a
/// company tells of itself is for itself and for those who help it.
fn vouched(word: &Word, known: bool) -> Vouched {
    let judged = Grade {
        reliability: Reliability::Usual,
        credibility: Credibility::Probable,
    };
    let grade = word
        .grade
        .unwrap_or(if known { judged } else { Grade::UNJUDGED });
    Vouched {
        known,
        grade,
        tlp: word.tlp.unwrap_or(Tlp::Amber),
        key: super::gather::key,
    }
}

async fn keep(
    context: &Context,
    actor: &Actor,
    name: &str,
    bytes: Vec<u8>,
    report: &Received,
    owner: &OrganisationId,
    vouched: Vouched,
) -> Result<IngestReport> {
    let (hash, size, now) = (sha256(&bytes), bytes.len() as u64, context.now());
    let attribution =
        Attribution::Told(if vouched.known { "operator" } else { "claim" }.to_string());
    let signs = report
        .signs(vouched)
        .into_iter()
        .map(|observation| Attributed {
            observation,
            owners: vec![(owner.clone(), attribution.clone())],
        });
    let signs: Vec<Attributed> = signs.collect();
    let mut open = context.store.begin().await?;
    let document = Document {
        sha256: hash.clone(),
        kind: Format::Check,
        source: name.to_string(),
        received_at: now,
        size,
        bytes,
        rejected: None,
    };
    document::keep(&mut open, document).await?;
    let (count, mut writer) = (signs.len() as u64, observations::Writer::default());
    let ready = observations::Maker::new(&hash, now).make(signs)?;
    let written = writer.write(&mut open, ready).await?;
    writer.touch(&mut open).await?;
    if report.verdict().is_some_and(Verdict::is_break_in) {
        let note = Refusal::from(summary(report)).sentence();
        witness::ask_to_call(&mut open, &format!("check-{hash}"), owner, now, &note).await?;
    }
    if written.new > 0 {
        journal::append(
            &mut open,
            now,
            actor.name(),
            "check.taken",
            owner.as_str(),
            &hash,
        )
        .await?;
    }
    open.commit().await?;
    let mut told = IngestReport::new(name, Format::Check);
    (told.lines, told.attributed) = (count, count);
    (told.new, told.same) = (written.new, written.same);
    Ok(told)
}

/// What the check found, and how far its logs reach: nothing found never stands without that.
fn summary(report: &Received) -> Remark {
    let key = match report.verdict() {
        Some(Verdict::Incident) => "threat.ingest_check_incident",
        Some(Verdict::Cleaned) => "threat.ingest_check_cleaned",
        Some(Verdict::Weakness) => "threat.ingest_check_weakness",
        Some(Verdict::Probe) => "threat.ingest_check_probe",
        None => "threat.ingest_check_nothing",
    };
    let build = report.build().unwrap_or_else(|| "–".to_string());
    let day = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string();
    let covered = report.covered().map_or_else(
        || "–".to_string(),
        |(from, to)| format!("{} – {}", day(from), day(to)),
    );
    let step = report
        .step()
        .map_or_else(|| "–".to_string(), |step| step.to_string());
    Remark::new(
        key,
        &[("build", &build), ("covered", &covered), ("step", &step)],
    )
}
