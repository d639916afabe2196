//! A threat by hand: the officer's words become a CSAF document of our own, tested and kept like any other.

use super::StatedThreat;
use crate::acts::allow;
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::document::{self, Document};
use crate::store::documents::threats::{self, DocumentFields};
use crate::store::ground::engine::Transaction;
use crate::store::ground::journal;
use anyhow::{Context as _, Result, anyhow, bail};
use tuermer_core::ids::ThreatId;
use tuermer_core::rights::{Act, Actor};
use tuermer_core::threat::{Threat, ThreatSource};
use tuermer_csaf::Verdict;
use tuermer_formats::csaf_write::{self, Imprint};
use tuermer_formats::format::Format;

/// States a threat; with `restates` as the next revision of an earlier statement.
///
/// # Errors
/// [`csaf_write::StatementError`] names what must be corrected; everything else is ours. Nothing was kept then.
pub async fn state_threat(
    context: &Context,
    stated: &StatedThreat,
    actor: &Actor,
) -> Result<ThreatId> {
    let mut open = context.store.begin().await?;
    let threat = state_within(context, &mut open, stated, actor).await?;
    open.commit().await?;
    Ok(threat)
}

/// The same inside a transaction, so that what follows from it is kept with it or not at all.
///
/// # Errors
/// As [`state_threat`].
pub async fn state_within(
    context: &Context,
    open: &mut Transaction,
    stated: &StatedThreat,
    actor: &Actor,
) -> Result<ThreatId> {
    allow(actor, Act::StateThreat)?;
    let now = context.now();
    let imprint = imprint(context, open, stated).await?;
    let bytes = csaf_write::write(stated, &imprint)?;
    // What we publish ourselves must pass the same tests as what we accept.
    if let Verdict::Failed(findings) = tuermer_csaf::check(&bytes) {
        let first = findings.first().map_or(String::new(), |finding| {
            format!("{} {}: {}", finding.test, finding.path, finding.message)
        });
        bail!("the statement does not make a valid CSAF document: {first}");
    }
    let reading = tuermer_formats::csaf::read(&bytes)?;
    let fields = DocumentFields::of(&reading);
    let threat = Threat {
        source: ThreatSource::Stated,
        ..reading.threat
    };
    if let Some(stored) = threats::stored_revision(open, &threat.id).await? {
        document::supersede(open, &stored.sha256).await?;
    }
    let hash = sha256(&bytes);
    let size = bytes.len() as u64;
    document::keep(
        open,
        Document {
            sha256: hash.clone(),
            kind: Format::Csaf,
            source: "stated".into(),
            received_at: now,
            size,
            bytes,
            rejected: None,
        },
    )
    .await?;
    threats::write(open, &threat, threat.level, &hash, now).await?;
    threats::describe(open, &threat.id, &fields).await?;
    journal::append(
        open,
        now,
        actor.name(),
        "threat.stated",
        &threat.tracking_id,
        &format!("revision {}, sha256 {hash}", threat.revision),
    )
    .await?;
    Ok(threat.id)
}

/// Who publishes, under which number, after which revisions.
async fn imprint(
    context: &Context,
    open: &mut Transaction,
    stated: &StatedThreat,
) -> Result<Imprint> {
    let chamber = &context.config.chamber;
    let now = context.now();
    let Some(earlier) = &stated.restates else {
        let year = now.to_zoned(context.zone()).year();
        let prefix = format!("TUERMER-{year}-");
        let used = threats::tracking_ids(open, &prefix).await?;
        let highest = used
            .iter()
            .filter_map(|id| id.strip_prefix(&prefix)?.parse::<u64>().ok())
            .max()
            .unwrap_or(0);
        let tracking_id = format!("{prefix}{:04}", highest.saturating_add(1));
        return Ok(Imprint {
            publisher: chamber.name.clone(),
            namespace: chamber.base_url.clone(),
            tracking_id,
            history: Vec::new(),
            incident: false,
            stated_at: now,
        });
    };
    let (id, bytes) = threats::stated(open, earlier).await?.ok_or_else(|| {
        anyhow!("{earlier} was not stated here; only an own statement can be stated again")
    })?;
    let (namespace, tracking_id) = id.as_str().rsplit_once('|').context("stored threat id")?;
    let history = csaf_write::history(&bytes).context("the kept statement cannot be read again")?;
    let incident = csaf_write::is_incident(&bytes);
    Ok(Imprint {
        publisher: chamber.name.clone(),
        namespace: namespace.into(),
        tracking_id: tracking_id.into(),
        history,
        incident,
        stated_at: now,
    })
}
