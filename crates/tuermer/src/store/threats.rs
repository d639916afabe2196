//! Threats: a header row each; products and statements are read again from the kept document.

use super::Store;
use anyhow::{Result, bail};
use jiff::Timestamp;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::Level;
use tuermer_core::threat::Threat;

/// A threat as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatHead {
    /// Our id.
    pub id: ThreatId,
    /// Tracking id.
    pub tracking_id: String,
    /// Tracking version.
    pub revision: String,
    /// Title.
    pub title: String,
    /// Publisher.
    pub publisher: String,
    /// First public.
    pub published_at: Timestamp,
    /// Stored by us.
    pub seen_at: Timestamp,
    /// First verdicts.
    pub matched_at: Option<Timestamp>,
    /// Level as shown.
    pub level: Level,
    /// Exploited by the publisher's word or KEV.
    pub exploited: bool,
    /// Withdrawn.
    pub withdrawn: bool,
    /// CVEs in order.
    pub cves: Vec<String>,
}

impl Store {
    /// All threats, newest release first.
    pub async fn threats(&self) -> Result<Vec<ThreatHead>> {
        bail!("not built yet")
    }

    /// One threat with everything, KEV joined in.
    pub async fn threat(&self, _id: &ThreatId) -> Result<Option<Threat>> {
        bail!("not built yet")
    }

    /// Finds a threat by id, tracking id (case-insensitive), CVE, or warning number. Several CVE hits: the newest.
    pub async fn resolve_threat(&self, _text: &str) -> Result<Option<ThreatId>> {
        bail!("not built yet")
    }
}
