//! Which advisory matches which product, how far remedies have come, and what was matched when.

use super::{Keyed, Moment};
use crate::acts::matching::Met;
use crate::store::verdicts::match_runs::MatchRun;
use crate::store::views::matches::{By, Group, Matched};
use serde::Serialize;
use tuermer_core::ids::AssetId;

/// One flaw of one product.
#[derive(Debug, Serialize)]
pub struct MatchView<'a> {
    /// Tracking id of the advisory.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// Title of the advisory.
    pub title: &'a str,
    /// Revision that was matched.
    pub revision: &'a str,
    /// Number of the member in the register.
    pub organisation: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Id of the product; `null` where only a sign fits.
    pub asset: Option<&'a str>,
    /// Vendor; may be empty.
    pub vendor: &'a str,
    /// Name of the product.
    pub product: &'a str,
    /// Its version; may be empty.
    pub version: &'a str,
    /// The machine it runs on; may be empty.
    pub hostname: &'a str,
    /// The flaw.
    pub vulnerability: &'a str,
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// A word of `Certainty`.
    pub certainty: &'static str,
    /// A word of `RemediationState`.
    pub remediation: &'static str,
    /// When it was judged.
    pub assessed_at: Moment,
}

impl<'a> From<&'a Matched> for MatchView<'a> {
    fn from(row: &'a Matched) -> Self {
        let Matched {
            threat,
            title,
            revision,
            external_id,
            name,
            organisation: _,
            asset,
            product: [vendor, product, version, hostname],
            vulnerability,
            status,
            certainty,
            remediation,
            assessed_at,
        } = row;
        Self {
            threat: threat.tracking_id(),
            threat_id: threat.as_str(),
            title,
            revision,
            organisation: external_id,
            name,
            asset: asset.as_ref().map(AssetId::as_str),
            vendor,
            product,
            version,
            hostname,
            vulnerability,
            status: status.as_str(),
            certainty: certainty.as_str(),
            remediation: remediation.as_str(),
            assessed_at: Moment(*assessed_at),
        }
    }
}

/// Matches of one product, asset or advisory together.
#[derive(Debug, Serialize)]
pub struct MatchGroupView<'a> {
    /// Its name; may be empty.
    pub name: &'a str,
    /// How many assets.
    pub assets: u64,
    /// How many advisories.
    pub advisories: u64,
    /// Assets nobody has begun with.
    pub not_remediated: u64,
    /// Assets somebody works on.
    pub in_progress: u64,
    /// Assets that are done.
    pub done: u64,
    /// What it is grouped by (`product`, `asset` or `threat_id`) and the value.
    #[serde(flatten)]
    pub key: Keyed<&'static str, &'a str>,
}

impl<'a> MatchGroupView<'a> {
    /// One group of a grouping.
    pub fn new(group: &'a Group, by: By) -> Self {
        let Group {
            key,
            name,
            assets,
            documents,
            states: [not_remediated, in_progress, done],
        } = group;
        let kind = match by {
            By::Product => "product",
            By::Asset => "asset",
            By::Document => "threat_id",
        };
        Self {
            name,
            assets: *assets,
            advisories: *documents,
            not_remediated: *not_remediated,
            in_progress: *in_progress,
            done: *done,
            key: Keyed(vec![(kind, key)]),
        }
    }
}

/// One run of matching.
#[derive(Debug, Serialize)]
pub struct MatchRunView<'a> {
    /// Its id.
    pub run: &'a str,
    /// By itself or by hand, a word of `Mode`.
    pub mode: &'static str,
    /// What it began with.
    pub triggers: &'a [String],
    /// Who asked for it.
    pub asked_by: &'a str,
    /// When.
    pub asked_at: Moment,
    /// When it was done.
    pub finished_at: Option<Moment>,
    /// Advisories it looked at.
    pub advisories: u64,
    /// Members it looked at.
    pub organisations: u64,
    /// Verdicts it wrote.
    pub exposures: u64,
}

impl<'a> From<&'a MatchRun> for MatchRunView<'a> {
    fn from(run: &'a MatchRun) -> Self {
        let MatchRun {
            id,
            mode,
            triggers,
            asked_by,
            asked_at,
            finished_at,
            documents,
            organisations,
            exposures,
        } = run;
        Self {
            run: id,
            mode: mode.as_str(),
            triggers,
            asked_by,
            asked_at: Moment(*asked_at),
            finished_at: finished_at.map(Moment),
            advisories: *documents,
            organisations: *organisations,
            exposures: *exposures,
        }
    }
}

/// Remedies that were marked.
#[derive(Debug, Serialize)]
pub struct RemediationView<'a> {
    /// Tracking id of the advisory.
    pub threat: &'a str,
    /// A word of `RemediationState`.
    pub state: &'static str,
    /// How many products and flaws were marked.
    pub rows: u64,
}

/// A flaw of one component of a bill of materials.
#[derive(Debug, Serialize)]
pub struct BillMatchView<'a> {
    /// Name of the component.
    pub component: &'a str,
    /// Its vendor; may be empty.
    pub vendor: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Tracking id of the advisory.
    pub threat: &'a str,
    /// Id of the threat: publisher and tracking id.
    pub threat_id: &'a str,
    /// Title of the advisory.
    pub title: &'a str,
    /// `affected`, `fixed`, `not_affected` or `unknown`.
    pub status: &'static str,
    /// A word of `Certainty`.
    pub certainty: &'static str,
}

impl<'a> From<&'a Met> for BillMatchView<'a> {
    fn from(met: &'a Met) -> Self {
        let Met {
            component,
            threat,
            title,
            standing,
        } = met;
        Self {
            component: &component.product,
            vendor: &component.vendor,
            version: &component.version,
            threat: threat.tracking_id(),
            threat_id: threat.as_str(),
            title,
            status: standing.status.as_str(),
            certainty: standing.certainty.as_str(),
        }
    }
}
