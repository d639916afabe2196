//! Folds the findings about one organisation into one exposure: server by server, then the worst, then its own answer.

use super::{Case, Finding};
use crate::acknowledgement::{Acknowledgement, Answer};
use crate::exposure::{Decisive, Exposure, Ground, Match, Question, Reason, RemediationState};
use crate::ids::OrganisationId;
use crate::remeasure::{ABSENCE, Absence};
use crate::scale::{Certainty, Source, Status};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

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
pub(super) fn fold(
    case: Case<'_>,
    organisation: &OrganisationId,
    findings: Vec<Finding>,
    answer: Option<&Acknowledgement>,
) -> Exposure {
    let exposed = exposed(&findings);
    let break_in = newest_break_in(&findings);
    let grounds = findings.iter().map(|finding| finding.ground.clone());
    let mut grounds: Vec<Ground> = grounds.collect();
    let mut matches: Vec<Match> = findings
        .iter()
        .flat_map(|finding| finding.matches.clone())
        .collect();
    let absence = answer.and_then(|answer| borne_out(case, answer, &findings));
    let Some(worst) = worst_server(findings) else {
        // `findings` is never empty here; an exposure without ground would be a lie.
        return empty(case, organisation);
    };
    let own = answer.and_then(|answer| own_word(answer, &worst, absence));
    grounds.extend(own.as_ref().map(|own| own.ground.clone()));
    let decided = match own {
        Some(own) if stands(&own, &worst) => own,
        Some(own) => again(own, worst),
        None => worst,
    };
    grounds.sort_by_key(|ground| std::cmp::Reverse((ground.certainty, ground.observed_at)));
    remediate(&mut matches, remediation(answer, decided.ground.status));
    let status = match case.threat.withdrawn {
        true => Status::NotAffected,
        false => decided.ground.status,
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
        reason: match case.threat.withdrawn {
            true => Reason::Withdrawn,
            false => shown_reason(&decided.ground, break_in),
        },
        // A fixed server may keep a question (its second step), and so may an affected one: is it a customer of the paid updates?
        question: decided.question.filter(|_| status != Status::NotAffected),
        grounds,
        matches,
        measured: !matches!(
            decided.ground.reason,
            Reason::ReportedFixed { .. } | Reason::NotInUse { .. }
        ),
        decisive: Some(decided.decisive),
        assessed_at: case.now,
    }
}

/// The break-in that was seen last, with its time.
fn newest_break_in(findings: &[Finding]) -> Option<(Reason, Timestamp)> {
    findings
        .iter()
        .filter(|finding| finding.incident)
        .map(|finding| &finding.ground)
        .max_by_key(|ground| ground.observed_at)
        .map(|ground| (ground.reason.clone(), ground.observed_at))
}

/// The finding that decides about the worst server.
fn worst_server(findings: Vec<Finding>) -> Option<Finding> {
    let groups = servers(findings);
    let worst = groups
        .iter()
        .filter_map(|group| deciding(group))
        .max_by_key(|f| (f.ground.status, f.ground.certainty, f.ground.observed_at));
    worst.cloned()
}

/// A break-in comes before the reason that decided, unless the organisation answered after it.
fn shown_reason(decided: &Ground, break_in: Option<(Reason, Timestamp)>) -> Reason {
    let own_words = matches!(
        decided.reason,
        Reason::ReportedFixed { .. } | Reason::NotInUse { .. } | Reason::NoLongerListed { .. }
    );
    match break_in {
        Some((reason, at)) if !own_words || at > decided.observed_at => reason,
        _ => decided.reason.clone(),
    }
}

fn remediate(matches: &mut [Match], open: RemediationState) {
    for flaw in matches {
        flaw.remediation = match flaw.status {
            Status::Fixed => RemediationState::Done,
            _ => open,
        };
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
fn stands(own: &Finding, worst: &Finding) -> bool {
    own.ground.observed_at >= worst.ground.observed_at
        || (own.ground.status == Status::Fixed && worst.ground.status == Status::Unknown)
}

/// A measurement after the answer decides; where it shows a hole that was reported closed, the reason says so.
fn again(own: Finding, mut worst: Finding) -> Finding {
    if own.ground.status == Status::Fixed && worst.ground.status == Status::Affected {
        let now = Box::new(worst.ground.reason);
        worst.ground.reason = Reason::SeenAgain {
            by: own.ground.source,
            said_at: own.ground.observed_at,
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
