//! EPSS of one day: the whole list replaces the whole list, and only by a newer day.

use super::content::Content;
use super::{IngestReport, Remark};
use crate::context::Context;
use crate::keys::sha256;
use crate::store::documents::document::{self, Document};
use crate::store::documents::epss::{self, Difference};
use crate::store::ground::journal;
use anyhow::Result;
use tuermer_core::rights::Actor;
use tuermer_formats::format::Format;

/// Takes the estimates of one day.
pub async fn ingest(
    context: &Context,
    actor: &Actor,
    name: &str,
    content: Content,
) -> Result<IngestReport> {
    let reject = |remark| Ok(IngestReport::rejected(name, Format::Epss, remark));
    let bytes = match content.whole() {
        Ok(bytes) => bytes,
        Err(remark) => return reject(remark),
    };
    let (hash, size) = (sha256(&bytes), bytes.len() as u64);
    let day = match tokio::task::spawn_blocking(move || tuermer_formats::epss::read(&bytes)).await?
    {
        Ok(day) => day,
        Err(error) => return reject(Remark::new("threat.ingest_epss", &[("error", &error)])),
    };
    let mut open = context.store.begin().await?;
    let mut report = IngestReport::new(name, Format::Epss);
    if let Some((scored_at, model)) = epss::stored_day(&mut open).await? {
        if day.scored_at < scored_at {
            return reject(Remark::new(
                "threat.ingest_epss_older",
                &[("day", &day.scored_at), ("stored", &scored_at)],
            ));
        }
        if day.model != model {
            report.remarks.push(Remark::new(
                "threat.ingest_epss_model",
                &[("model", &day.model), ("stored", &model)],
            ));
        }
    }
    let Difference { new, changed, same } = epss::replace(&mut open, &day).await?;
    // Every day brings a list of ten megabytes; its hash is evidence enough of what we saw.
    let source = name.to_string();
    document::keep(
        &mut open,
        Document {
            sha256: hash,
            kind: Format::Epss,
            source,
            received_at: context.now(),
            size,
            bytes: Vec::new(),
            rejected: None,
        },
    )
    .await?;
    let (now, by) = (context.now(), actor.name());
    let detail = format!("{}: new {new}, changed {changed}", day.scored_at);
    journal::append(&mut open, now, by, "epss.replaced", &day.model, &detail).await?;
    open.commit().await?;
    Ok(IngestReport {
        new,
        changed,
        same,
        ..report
    })
}
