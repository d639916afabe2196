//! One document that arrived: refused with its proof, or – only now parsed – held against its publisher and ingested.

use super::identity::Identity;
use super::notify;
use crate::acts::intake::Remark;
use crate::acts::intake::evidence::{self, Evidence};
use crate::context::Context;
use crate::feeds::csaf::{Arrived, Checked, Found};
use crate::feeds::{PullReport, Rejected};
use crate::keys::sha256;
use crate::refusal::Refusal;
use crate::store::feeds::feed_entries::{self, SeenEntry};
use anyhow::Result;
use tuermer_core::provenance::{EntryState, SignatureState};
use tuermer_core::rights::Actor;
use tuermer_formats::csaf::{self, Origin};
use tuermer_formats::links;
use tuermer_formats::rolie::Entry;

/// Who the journal says did it.
const BY: Actor = Actor::Station("poll");

/// Intake's reasons that mean: somebody serves an older or another document under a version we know; and the notice of each.
const ROLLBACK: [(&str, &str); 2] = [
    ("threat.ingest_older", "provider.rollback_older"),
    ("threat.ingest_other_bytes", "provider.rollback_other_bytes"),
];

/// Ingests the documents of one provider.
pub struct Intake<'a> {
    /// Everything else.
    pub context: &'a Context,
    /// Name of the feed.
    pub feed: &'a str,
    /// The provider.
    pub found: &'a Found,
    /// Who it is.
    pub identity: &'a Identity,
}

impl Intake<'_> {
    /// Ingests or refuses one document and remembers what became of it.
    pub async fn ingest(&self, arrived: Arrived, report: &mut PullReport) -> Result<()> {
        let Arrived {
            entry,
            bytes,
            signature,
            checked,
        } = arrived;
        let hash = sha256(&bytes);
        let evidence = Evidence {
            state: SignatureState::Verified,
            fingerprint: String::new(),
            signature,
            detail: None,
            url: entry.url.clone(),
        };
        let (evidence, reason) = proven(evidence, checked, report);
        let reason = match reason {
            Some(reason) => Some(reason),
            None => self.other_publisher(&entry, &bytes, report).await?,
        };
        if let Some(reason) = reason {
            return self
                .refuse(entry, bytes, hash, evidence, reason, report)
                .await;
        }
        let verified = evidence.state == SignatureState::Verified;
        let ingested =
            evidence::ingest_signed(self.context, &BY, &entry.url, bytes, evidence).await?;
        if let Some(remark) = ingested.rejected.into_iter().next() {
            self.notify_rollback(&entry, &remark).await?;
            let reason = Refusal::of(remark.key, remark.values);
            return self
                .remember(entry, hash, Some(reason), EntryState::Rejected, report)
                .await;
        }
        report.verified = report.verified.saturating_add(u64::from(verified));
        report.new = report.new.saturating_add(ingested.new);
        report.changed = report.changed.saturating_add(ingested.changed);
        report.same = report.same.saturating_add(ingested.same);
        let state = match ingested.same {
            0 => EntryState::Taken,
            _ => EntryState::Same,
        };
        self.remember(entry, hash, None, state, report).await
    }

    /// Why a document is refused for its publisher. Counts one whose file is not named after its tracking id.
    async fn other_publisher(
        &self,
        entry: &Entry,
        bytes: &[u8],
        report: &mut PullReport,
    ) -> Result<Option<Refusal>> {
        let Some(origin) = csaf::origin(bytes) else {
            return Ok(None);
        };
        if let Err(reason) = self.may_speak(&origin).await? {
            return Ok(Some(reason));
        }
        if !well_named(&entry.url, &origin) {
            report.tolerated = report.tolerated.saturating_add(1);
        }
        Ok(None)
    }

    /// A notice where somebody serves an older or another document under a version we know.
    async fn notify_rollback(&self, entry: &Entry, remark: &Remark) -> Result<()> {
        let Some((_, key)) = ROLLBACK.iter().find(|(reason, _)| *reason == remark.key) else {
            return Ok(());
        };
        let url = ("url", entry.url.clone());
        let values = remark.values.iter().cloned().chain([url]).collect();
        let words = Refusal::of(key, values);
        notify(self.context, "provider.rollback", &entry.url, &words).await
    }

    /// A provider speaks for its own publisher and its own domain, for nobody else.
    async fn may_speak(&self, origin: &Origin) -> Result<Result<(), Refusal>> {
        let name = links::registered_name(&origin.namespace).unwrap_or_default();
        if origin.namespace == self.found.provider.namespace
            || self.identity.speaks_for.contains(&name)
        {
            return Ok(Ok(()));
        }
        let words = Refusal::new(
            "provider.other_publisher",
            [
                ("provider", &self.identity.provider),
                ("namespace", &origin.namespace),
                ("id", &origin.tracking_id),
            ],
        );
        notify(
            self.context,
            "provider.other_publisher",
            &self.identity.provider,
            &words,
        )
        .await?;
        Ok(Err(words))
    }

    async fn refuse(
        &self,
        entry: Entry,
        bytes: Vec<u8>,
        hash: String,
        evidence: Evidence,
        reason: Refusal,
        report: &mut PullReport,
    ) -> Result<()> {
        let evidence = Evidence {
            state: SignatureState::Failed,
            detail: Some(reason.clone()),
            ..evidence
        };
        evidence::refuse(self.context, &BY, bytes, evidence).await?;
        self.remember(entry, hash, Some(reason), EntryState::Rejected, report)
            .await
    }

    /// Remembers a document that cannot be had as it is: it is missing, too big, or a web page.
    pub async fn gone(&self, entry: Entry, reason: Refusal, report: &mut PullReport) -> Result<()> {
        self.remember(
            entry,
            String::new(),
            Some(reason),
            EntryState::Rejected,
            report,
        )
        .await
    }

    async fn remember(
        &self,
        entry: Entry,
        hash: String,
        reason: Option<Refusal>,
        state: EntryState,
        report: &mut PullReport,
    ) -> Result<()> {
        let seen = SeenEntry {
            updated: entry.updated,
            state,
            at: self.context.now(),
        };
        let words = reason.as_ref().map(Refusal::kept).unwrap_or_default();
        let mut open = self.context.store.begin().await?;
        feed_entries::keep(&mut open, self.feed, &entry.url, &seen, &hash, &words).await?;
        open.commit().await?;
        report.rejected.extend(reason.map(|reason| Rejected {
            document: entry.url,
            reason,
        }));
        Ok(())
    }
}

/// `…/2024/<file name of the tracking id>`; a directory without years is only seen in the wild.
fn well_named(url: &str, origin: &Origin) -> bool {
    let mut parts = url.rsplit('/');
    parts.next() == Some(&csaf::file_name(&origin.tracking_id))
        && parts.next() == Some(&origin.year)
}

/// What hash and signature prove, and why the document is refused where they contradict it.
fn proven(
    evidence: Evidence,
    checked: Checked,
    report: &mut PullReport,
) -> (Evidence, Option<Refusal>) {
    match checked {
        Checked::Verified {
            fingerprint,
            warning,
        } => {
            let new = warning.filter(|warning| !report.remarks.contains(warning));
            report.remarks.extend(new);
            let evidence = Evidence {
                fingerprint,
                ..evidence
            };
            (evidence, None)
        }
        Checked::Unsigned(detail) => {
            let evidence = Evidence {
                state: SignatureState::Unsigned,
                detail: Some(detail),
                ..evidence
            };
            (evidence, None)
        }
        Checked::Refused {
            reason,
            fingerprint,
        } => {
            let evidence = Evidence {
                fingerprint,
                ..evidence
            };
            (evidence, Some(reason))
        }
    }
}
