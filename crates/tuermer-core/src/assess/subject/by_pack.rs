//! A build against the table of a pack: is the update in, is that all, and who gets it?

use super::{Case, FlawVerdict, Subject, product_only, which_build};
use crate::exposure::{Paid, Question, Reason};
use crate::pack::{BuildPack, Condition, PackJudgement, PackState, PaidUpdates, Untold};
use crate::scale::{Certainty, Status};

/// The answer of a pack; `None` where the pack does not know the flaw.
pub(super) fn by_pack(
    case: Case<'_>,
    pack: &BuildPack,
    cve: &str,
    subject: &Subject<'_>,
) -> Option<FlawVerdict> {
    let as_of = case.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let build = if subject.version.is_empty() {
        pack.build_from_words(subject.words)
    } else {
        Some(subject.version.clone())
    };
    let Some(build) = build else {
        return Some(product_only(&subject.name));
    };
    let judgement = pack.judge(&build, cve, as_of);
    if judgement.state == PackState::Fixed {
        return Some(second_step(pack, judgement, build, subject.note));
    }
    // Who is no customer of the paid updates cannot have one, whatever of the build is not known.
    let never = judgement.state == PackState::UpdateUnknown
        && judgement
            .paid
            .as_ref()
            .is_some_and(|paid| paid.condition.told(subject.note) == Some(false));
    if never || (judgement.state == PackState::Affected && !judgement.branch_without_fix) {
        return Some(below_fix(pack, judgement, build, subject.note));
    }
    other_states(pack, judgement, build, subject)
}

/// The states in which no update is known to be missing or installed.
fn other_states(
    pack: &BuildPack,
    judgement: PackJudgement,
    build: String,
    subject: &Subject<'_>,
) -> Option<FlawVerdict> {
    let PackJudgement {
        state,
        line,
        fix,
        kb,
        ..
    } = judgement;
    let product = line.unwrap_or_else(|| pack.title.clone());
    let (fix, kb) = (fix.unwrap_or_default(), kb.unwrap_or_default());
    let verdict = match state {
        PackState::Affected => {
            let advisory = kb;
            let reason = Reason::BranchWithoutFix {
                product,
                build,
                advisory,
            };
            FlawVerdict::new(Status::Affected, Certainty::Observed, reason, None)
        }
        PackState::UpdateUnknown => update_unknown(product, build, fix, kb),
        PackState::NotApplicable => {
            let reason = Reason::VersionNotAffected {
                product,
                version: build,
                justification: String::new(),
            };
            FlawVerdict::new(Status::NotAffected, Certainty::Observed, reason, None)
        }
        PackState::EndOfLife => {
            let question = Question::Replacement {
                product: product.clone(),
            };
            let reason = Reason::EndOfLife { product, build };
            FlawVerdict::new(Status::Unknown, Certainty::Likely, reason, Some(question))
        }
        PackState::NoStatement => {
            let question = Question::VendorStatement {
                product: product.clone(),
            };
            let reason = Reason::NoStatement { product, build };
            FlawVerdict::new(Status::Unknown, Certainty::Possible, reason, Some(question))
        }
        PackState::UnknownBuild | PackState::UnknownProduct => unknown_build(subject, build),
        PackState::Fixed | PackState::NoRule => return None,
    };
    Some(verdict)
}

/// The build shows the cumulative update but not what is installed on top.
fn update_unknown(product: String, version: String, fix: String, kb: String) -> FlawVerdict {
    let question = if fix.is_empty() {
        which_build(&product)
    } else {
        Some(Question::UpdateInstalled {
            product: product.clone(),
            fix: fix.clone(),
            kb,
        })
    };
    let reason = Reason::UpdateUnknown {
        product,
        version,
        fix,
    };
    FlawVerdict::new(Status::Unknown, Certainty::Possible, reason, question)
}

fn unknown_build(subject: &Subject<'_>, build: String) -> FlawVerdict {
    let product = subject.name.clone();
    let question = which_build(&product);
    let reason = Reason::UnknownBuild { product, build };
    FlawVerdict::new(Status::Unknown, Certainty::Possible, reason, question)
}

/// The update is missing; where only a paid programme brings it, whether this company is a customer is the question.
fn below_fix(pack: &BuildPack, judgement: PackJudgement, build: String, note: &str) -> FlawVerdict {
    let PackJudgement {
        state,
        line,
        cumulative_update,
        fix,
        kb,
        cumulative_update_first,
        paid,
        ..
    } = judgement;
    let offer = |paid: &PaidUpdates| Paid {
        programme: paid.programme.clone(),
        until: paid.until,
        instead: paid.condition.step.clone(),
        has: paid.condition.told(note),
    };
    let offer = paid.as_deref().map(offer);
    let question = paid
        .filter(|_| offer.as_ref().is_some_and(|offer| offer.has.is_none()))
        .map(|paid| asked(&paid.condition));
    let reason = Reason::BuildBelowFix {
        product: line.unwrap_or_else(|| pack.title.clone()),
        build,
        cumulative_update: cumulative_update.unwrap_or_default(),
        fix: fix.unwrap_or_default(),
        kb: kb.unwrap_or_default(),
        cumulative_update_first,
        paid: offer,
    };
    let certainty = if state == PackState::Affected {
        Certainty::Observed
    } else {
        Certainty::Likely
    };
    FlawVerdict {
        status: Status::Affected,
        certainty,
        reason,
        question,
    }
}

/// The update is in: is that all? Each step is asked for by itself, and the worst answer decides: a step that is
/// reported open, then one that counts as open without an answer, then one that is likely not theirs to do.
fn second_step(
    pack: &BuildPack,
    judgement: PackJudgement,
    build: String,
    note: &str,
) -> FlawVerdict {
    let PackJudgement {
        line,
        fix,
        conditions,
        ..
    } = judgement;
    let product = line.unwrap_or_else(|| pack.title.clone());
    let fix = fix.unwrap_or_default();
    let steps = conditions.into_iter().filter_map(|condition| {
        let (status, certainty) = match (condition.told(note), condition.untold) {
            (Some(false), _) => (Status::Affected, Certainty::Observed),
            (None, Untold::Unknown) => (Status::Unknown, Certainty::Possible),
            (None, Untold::Fixed) => (Status::Fixed, Certainty::Likely),
            (Some(true), _) | (None, Untold::Holds) => return None,
        };
        Some((status, certainty, condition))
    });
    // Of equals the first counts.
    let open = steps.reduce(|first, other| if other.0 > first.0 { other } else { first });
    let Some((status, certainty, condition)) = open else {
        return FlawVerdict {
            status: Status::Fixed,
            certainty: Certainty::Observed,
            reason: Reason::BuildHasFix {
                product,
                build,
                fix,
            },
            question: None,
        };
    };
    let told_open = status == Status::Affected;
    let reason = Reason::SecondStep {
        product,
        build,
        fix,
        step: condition.step.clone(),
        told_open,
    };
    FlawVerdict {
        status,
        certainty,
        reason,
        question: (!told_open).then(|| asked(&condition)),
    }
}

fn asked(condition: &Condition) -> Question {
    Question::Condition {
        condition: condition.key.clone(),
        words: condition.question.clone(),
    }
}
