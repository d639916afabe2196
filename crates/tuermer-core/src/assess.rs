//! Who is affected, how surely, and why.
//!
//! Per organisation: every asset and every sign is judged by itself ([`subject`]), then those that
//! speak of the same server are weighed against each other (the surest wins, then the newest, then the
//! stronger source), then the worst server decides. Never `affected` from a product name or a wildcard
//! alone; doubt is `unknown` with the question that would end it.

mod book;
mod matching;
mod rules;
mod subject;

pub use book::{Row, RuleBook, Standing};
pub use matching::{Alike, Matching, Standings};

use crate::acknowledgement::{Acknowledgement, Answer};
use crate::constituency::Constituency;
use crate::exposure::{Decisive, Exposure, Ground, Match, Question, Reason, RemediationState};
use crate::ids::{AssetId, OrganisationId};
use crate::observation::Sighting;
use crate::pack::{BuildPack, concerned};
use crate::product::ProductKey;
use crate::remeasure::{ABSENCE, Absence, ReportDays};
use crate::scale::{Certainty, Source, Status};
use crate::threat::Threat;
use crate::urgency::{Decision, Urgencies};
use jiff::Timestamp;
use rules::Prepared;
use std::collections::{BTreeMap, BTreeSet};

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
fn findings(prepared: &Prepared<'_>, told: Vec<Finding>, sightings: &[Sighting]) -> Vec<Finding> {
    let mut findings = told;
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

/// Puts findings about the same server together. Unnamed assets and signs of unknown hosts belong to the
/// only named server, or stand for themselves where there are several.
fn servers(findings: Vec<Finding>) -> Vec<Vec<Finding>> {
    let mut named: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    let mut loose = Vec::new();
    for finding in findings {
        let own_name = !finding.sign && !finding.host.is_empty();
        if own_name || named.contains_key(&finding.host) {
            named.entry(finding.host.clone()).or_default().push(finding);
        } else {
            loose.push(finding);
        }
    }
    let mut groups: Vec<Vec<Finding>> = named.into_values().collect();
    match groups.as_mut_slice() {
        [] => groups.push(loose),
        [only] => only.extend(loose),
        _ => {
            for finding in loose {
                let same = groups.iter_mut().find(|group| {
                    !finding.host.is_empty() && group.iter().any(|other| other.host == finding.host)
                });
                match same {
                    Some(group) => group.push(finding),
                    None => groups.push(vec![finding]),
                }
            }
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// The finding that decides about one server: a conclusive one before others, then the newest, then the stronger source.
fn deciding(group: &[Finding]) -> Option<&Finding> {
    group.iter().max_by_key(|finding| {
        let ground = &finding.ground;
        let certainty = if finding.conclusive {
            Certainty::Observed
        } else {
            ground.certainty
        };
        (certainty, ground.observed_at, ground.source, ground.status)
    })
}

/// Folds everything known about one organisation into one statement.
fn fold(
    case: Case<'_>,
    organisation: &OrganisationId,
    findings: Vec<Finding>,
    answer: Option<&Acknowledgement>,
) -> Exposure {
    let exposed = exposed(&findings);
    let break_in = findings
        .iter()
        .filter(|finding| finding.incident)
        .map(|finding| &finding.ground)
        .max_by_key(|ground| ground.observed_at);
    let break_in = break_in.map(|ground| (ground.reason.clone(), ground.observed_at));
    let mut grounds: Vec<Ground> = findings
        .iter()
        .map(|finding| finding.ground.clone())
        .collect();
    let mut matches: Vec<Match> = findings
        .iter()
        .flat_map(|finding| finding.matches.clone())
        .collect();
    let absence = answer.and_then(|answer| borne_out(case, answer, &findings));
    let groups = servers(findings);
    let worst = groups
        .iter()
        .filter_map(|group| deciding(group))
        .max_by_key(|f| (f.ground.status, f.ground.certainty, f.ground.observed_at));
    let Some(worst) = worst.cloned() else {
        // `findings` is never empty here; an exposure without ground would be a lie.
        return empty(case, organisation);
    };
    let decided = match answer.and_then(|answer| own_word(answer, &worst, absence)) {
        Some(told) if stands(&told, &worst) => {
            grounds.push(told.ground.clone());
            told
        }
        Some(told) => {
            grounds.push(told.ground.clone());
            again(told, worst)
        }
        None => worst,
    };
    grounds.sort_by_key(|ground| std::cmp::Reverse((ground.certainty, ground.observed_at)));
    let remediation = remediation(answer, decided.ground.status);
    for entry in &mut matches {
        entry.remediation = if entry.status == Status::Fixed {
            RemediationState::Done
        } else {
            remediation
        };
    }
    let own_words = matches!(
        decided.ground.reason,
        Reason::ReportedFixed { .. } | Reason::NotInUse { .. } | Reason::NoLongerListed { .. }
    );
    let measured = !matches!(
        decided.ground.reason,
        Reason::ReportedFixed { .. } | Reason::NotInUse { .. }
    );
    let withdrawn = case.threat.withdrawn;
    let status = if withdrawn {
        Status::NotAffected
    } else {
        decided.ground.status
    };
    let decision = case.decide(status, exposed, &matches);
    Exposure {
        organisation: organisation.clone(),
        threat: case.threat.id.clone(),
        status,
        certainty: decided.ground.certainty,
        mitigated: decided.mitigated,
        incident: break_in.is_some(),
        severity: case.threat.level(),
        urgency: decision.urgency,
        basis: decision.basis,
        reason: match break_in {
            _ if withdrawn => Reason::Withdrawn,
            Some((reason, at)) if !own_words || at > decided.ground.observed_at => reason,
            _ => decided.ground.reason.clone(),
        },
        // A fixed server may keep a question (its second step), and so may an affected one: is it a customer of the paid updates?
        question: decided.question.filter(|_| status != Status::NotAffected),
        grounds,
        matches,
        measured,
        decisive: Some(decided.decisive),
        assessed_at: case.now,
    }
}

/// The word of the organisation itself: "done" and "not us" say how it stands, the other answers do not.
fn own_word(
    answer: &Acknowledgement,
    about: &Finding,
    absence: Option<Absence>,
) -> Option<Finding> {
    let product = about.decisive.product.clone();
    let (status, reason) = match (answer.answer, absence) {
        (
            Answer::Done,
            Some(Absence {
                report,
                reports,
                days,
            }),
        ) => (
            Status::Fixed,
            Reason::NoLongerListed {
                by: answer.by,
                report,
                reports: reports as u64,
                days,
            },
        ),
        (Answer::Done, None) => (Status::Fixed, Reason::ReportedFixed { by: answer.by }),
        (Answer::NotUs, _) => (
            Status::NotAffected,
            Reason::NotInUse {
                product,
                cloud: answer.cloud.unwrap_or(false),
            },
        ),
        (Answer::InProgress | Answer::Help, _) => return None,
    };
    let ground = Ground {
        status,
        certainty: Certainty::Likely,
        reason,
        asset: None,
        source: answer.by,
        place: String::new(),
        observed_at: answer.at,
    };
    let decisive = Decisive {
        source: answer.by.as_str().to_string(),
        observed_at: answer.at,
        ..about.decisive.clone()
    };
    Some(Finding {
        ground,
        question: None,
        matches: Vec::new(),
        decisive,
        host: String::new(),
        sign: false,
        incident: false,
        mitigated: false,
        exposed: None,
        conclusive: true,
    })
}

/// A word stands until something newer is measured. A newer doubt does not shake "done": a server that was patched is
/// still seen from outside every day, in a version that shows no update.
fn stands(told: &Finding, worst: &Finding) -> bool {
    told.ground.observed_at >= worst.ground.observed_at
        || (told.ground.status == Status::Fixed && worst.ground.status == Status::Unknown)
}

/// What was measured after the word decides; where it shows a hole that was told to be closed, that is said.
fn again(told: Finding, mut worst: Finding) -> Finding {
    if told.ground.status == Status::Fixed && worst.ground.status == Status::Affected {
        let now = Box::new(worst.ground.reason);
        worst.ground.reason = Reason::SeenAgain {
            by: told.ground.source,
            said_at: told.ground.observed_at,
            now,
        };
    }
    worst
}

/// Whether "done" is borne out: the reports that had proved the hole came again, and do not list it any more.
fn borne_out(case: Case<'_>, answer: &Acknowledgement, findings: &[Finding]) -> Option<Absence> {
    let proofs = findings
        .iter()
        .filter(|finding| matches!(finding.ground.reason, Reason::ProvenByScan { .. }));
    let listed_in: BTreeSet<&str> = proofs
        .map(|finding| finding.decisive.source.as_str())
        .collect();
    if answer.answer != Answer::Done || listed_in.is_empty() {
        return None;
    }
    case.reports.absence(
        listed_in,
        answer.at.to_zoned(jiff::tz::TimeZone::UTC).date(),
        ABSENCE,
    )
}

fn remediation(answer: Option<&Acknowledgement>, status: Status) -> RemediationState {
    // What was marked by hand is kept for each flaw; the answer made of it says nothing about the other flaws.
    let said = answer
        .filter(|answer| answer.by != Source::Register)
        .map(|answer| answer.answer);
    match (status, said) {
        (Status::Fixed, _) => RemediationState::Done,
        (_, Some(Answer::InProgress)) => RemediationState::InProgress,
        _ => RemediationState::NotRemediated,
    }
}

fn empty(case: Case<'_>, organisation: &OrganisationId) -> Exposure {
    let decision = case.decide(Status::Unknown, None, &[]);
    Exposure {
        organisation: organisation.clone(),
        threat: case.threat.id.clone(),
        status: Status::Unknown,
        certainty: Certainty::Unlikely,
        mitigated: false,
        incident: false,
        severity: case.threat.level(),
        urgency: decision.urgency,
        basis: decision.basis,
        reason: Reason::ProductOnly {
            product: case.threat.title.clone(),
        },
        question: Some(Question::RunsProduct {
            product: case.threat.title.clone(),
        }),
        grounds: Vec::new(),
        matches: Vec::new(),
        measured: false,
        decisive: None,
        assessed_at: case.now,
    }
}

/// Reachable from public networks: seen from outside, or told; the worst server counts, `None` = nobody said.
fn exposed(findings: &[Finding]) -> Option<bool> {
    if findings
        .iter()
        .any(|finding| finding.sign || finding.exposed == Some(true))
    {
        return Some(true);
    }
    let mut in_use = findings
        .iter()
        .filter(|finding| !matches!(finding.ground.reason, Reason::NotInUse { .. }))
        .peekable();
    (in_use.peek().is_some() && in_use.all(|finding| finding.exposed == Some(false)))
        .then_some(false)
}

#[cfg(test)]
mod book_tests;
#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod matching_tests;
#[cfg(test)]
mod tests;
