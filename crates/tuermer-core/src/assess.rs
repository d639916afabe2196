//! Who is affected, how surely, and why.
//!
//! Per organisation: every asset and every sign is judged by itself ([`subject`]), then those that
//! speak of the same server are weighed against each other (the surest wins, then the newest, then the
//! stronger source), then the worst server decides. Never `affected` from a product name or a wildcard
//! alone; doubt is `unknown` with the question that would end it.

mod book;
mod fold;
mod matching;
mod rules;
mod subject;

pub use book::{Row, RuleBook, Standing};
pub use matching::{Alike, Matching, Standings};

use crate::acknowledgement::Acknowledgement;
use crate::constituency::Constituency;
use crate::exposure::{Decisive, Exposure, Ground, Match, Question, Reason};
use crate::ids::{AssetId, OrganisationId};
use crate::observation::Sighting;
use crate::pack::{BuildPack, concerned};
use crate::product::ProductKey;
use crate::remeasure::ReportDays;
use crate::scale::Status;
use crate::threat::Threat;
use crate::urgency::{Decision, Urgencies};
use fold::fold;
use jiff::Timestamp;
use rules::Prepared;

/// What is judged against: the threat, the build packs, the deadlines of the policy, the day.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// What we warn about.
    pub threat: &'a Threat,
    /// Build tables.
    pub packs: &'a [BuildPack],
    /// What the policy says of the threat's flaws, made once with [`Urgencies::of`].
    pub urgencies: &'a Urgencies,
    /// On which days reports came; what is not listed any more bears out "done".
    pub reports: &'a ReportDays,
    /// Now; a pack knows only what was released by then.
    pub now: Timestamp,
}

/// One asset or sign after it was judged by itself.
#[derive(Debug, Clone)]
struct Finding {
    ground: Ground,
    question: Option<Question>,
    matches: Vec<Match>,
    decisive: Decisive,
    /// Server it speaks of, empty when not told.
    host: String,
    /// A sign from outside, not a row of an inventory.
    sign: bool,
    incident: bool,
    mitigated: bool,
    /// Reachable from public networks as the inventory tells it; `None` = not told.
    exposed: Option<bool>,
    /// The ground proves something, or is the organisation's own word: the newest of these wins.
    conclusive: bool,
}

/// Judges every organisation that has, had or shows a product of the threat; [`Matching`] does the same page by page.
pub fn assess(
    case: Case<'_>,
    constituency: &Constituency,
    answers: &[Acknowledgement],
) -> Vec<Exposure> {
    let mut standings = Standings::default();
    Matching::new(case, constituency, answers, None).next(usize::MAX, &mut standings);
    let mut exposures = standings.exposures();
    exposures.sort_unstable_by(|one, other| one.organisation.cmp(&other.organisation));
    exposures
}

/// Judges one organisation; `None` where nothing of it has to do with the threat.
pub fn assess_organisation(
    case: Case<'_>,
    constituency: &Constituency,
    organisation: &OrganisationId,
    answer: Option<&Acknowledgement>,
) -> Option<Exposure> {
    let prepared = Prepared::new(case);
    let told = constituency
        .assets_of(organisation)
        .into_iter()
        .filter_map(|asset| {
            let key = ProductKey::new(&asset.vendor, &asset.product);
            let finding = subject::asset(case, &prepared.rules(&key)?, &key, asset.kind());
            Some(finding.at(asset.id, &asset.hostname, asset.observed_at))
        });
    let findings = findings(
        &prepared,
        told.collect(),
        constituency.sightings_of(organisation),
    );
    if findings.is_empty() {
        return None;
    }
    Some(fold(case, organisation, findings, answer))
}

impl Case<'_> {
    /// Products whose owners are concerned: those the threat names, and those of packs that know its flaws.
    pub fn products(&self) -> Vec<ProductKey> {
        concerned(self.packs, self.threat)
    }

    /// Until when, for one organisation: the worst of its open flaws.
    fn decide(&self, status: Status, exposed: Option<bool>, matches: &[Match]) -> Decision {
        let open = matches
            .iter()
            .filter(|entry| matches!(entry.status, Status::Affected | Status::Unknown))
            .map(|entry| entry.vulnerability.as_str());
        self.urgencies.decide(status, exposed, open)
    }
}

impl Finding {
    /// The finding on a kind, said of one asset.
    fn at(mut self, id: AssetId, host: &str, observed_at: Timestamp) -> Self {
        self.ground.observed_at = observed_at;
        self.decisive.observed_at = observed_at;
        self.host = host.to_lowercase();
        for entry in &mut self.matches {
            entry.asset = Some(id.clone());
        }
        self.ground.asset = Some(id);
        self
    }
}

/// Judges every sign by itself beside what was found on assets, and drops "not in use" where the product was seen later.
fn findings(
    prepared: &Prepared<'_>,
    of_assets: Vec<Finding>,
    sightings: &[Sighting],
) -> Vec<Finding> {
    let mut findings = of_assets;
    for sighting in sightings {
        findings.extend(subject::sighting(prepared, sighting));
    }
    let seen = findings
        .iter()
        .filter(|f| f.sign && f.ground.status != Status::NotAffected)
        .map(|f| f.ground.observed_at)
        .max();
    if let Some(seen) = seen {
        findings.retain(|f| {
            !matches!(f.ground.reason, Reason::NotInUse { .. }) || f.ground.observed_at > seen
        });
    }
    findings
}

#[cfg(test)]
mod book_tests;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod matching_tests;
#[cfg(test)]
mod tests;
