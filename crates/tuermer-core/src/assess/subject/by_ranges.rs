//! A version against the ranges that a publisher states.

use super::super::rules::{Answer, FlawRules};
use super::{FlawVerdict, Subject, product_only, which_build};
use crate::exposure::{Question, Reason};
use crate::threat::{ProductStatus, Statement};
use crate::version::VersionRule;

/// The answer of the publisher's statements.
pub(super) fn by_ranges(flaw: &FlawRules<'_>, subject: &Subject<'_>) -> FlawVerdict {
    let answer = flaw.ask(subject.read.as_ref());
    let (status, certainty) = answer.standing();
    let (product, version) = (subject.name.clone(), subject.reported_version().to_string());
    let (reason, question) = match answer {
        Answer::ProductOnly if version.is_empty() => return product_only(&subject.name),
        Answer::ProductOnly => (
            Reason::NoVersionsNamed {
                product: product.clone(),
                version,
            },
            Some(Question::FlawClosed {
                product,
                flaw: flaw.id.to_string(),
            }),
        ),
        Answer::Doubtful(statement) => not_comparable(product, version, range_text(statement)),
        Answer::Outside => (
            Reason::VersionNotAffected {
                product,
                version,
                justification: String::new(),
            },
            None,
        ),
        Answer::Inside(statement) => inside(statement, product, version),
    };
    FlawVerdict::new(status, certainty, reason, question)
}

/// The version lies in the range of this statement.
fn inside(statement: &Statement, product: String, version: String) -> (Reason, Option<Question>) {
    let range = range_text(statement);
    match statement.status {
        ProductStatus::Affected => {
            let reason = Reason::VersionInRange {
                product,
                version,
                range,
            };
            (reason, None)
        }
        ProductStatus::Fixed => {
            let reason = Reason::BuildHasFix {
                product,
                build: version,
                fix: range,
            };
            (reason, None)
        }
        ProductStatus::NotAffected => {
            let reason = Reason::VersionNotAffected {
                product,
                version,
                justification: statement.justification.clone().unwrap_or_default(),
            };
            (reason, None)
        }
        ProductStatus::UnderInvestigation | ProductStatus::Unknown | ProductStatus::Recommended => {
            not_comparable(product, version, range)
        }
    }
}

fn not_comparable(product: String, version: String, range: String) -> (Reason, Option<Question>) {
    let question = which_build(&product);
    let reason = Reason::NotComparable {
        product,
        version,
        range,
    };
    (reason, question)
}

fn range_text(statement: &Statement) -> String {
    match &statement.versions {
        VersionRule::All => String::new(),
        VersionRule::Exactly(text) | VersionRule::NotUnderstood(text) => text.clone(),
        VersionRule::Range(range) => range.text.clone(),
    }
}
