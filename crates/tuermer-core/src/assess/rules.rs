//! What one threat says about one product, made ready for many versions of it.
//!
//! The threat is gone through once ([`Prepared`]); a product then finds its statements by its name ([`Rules`]), and
//! each flaw answers a version with the statement that decides ([`Answer`]). The words are made elsewhere.

use super::Case;
use crate::pack::BuildPack;
use crate::product::ProductKey;
use crate::scale::{Certainty, Status};
use crate::threat::{ProductStatus, Statement, Threat};
use crate::version::{CompiledRule, ParsedVersion, VersionRule};
use std::collections::HashMap;

/// A case whose statements are found by the product's name.
pub(super) struct Prepared<'a> {
    pub(super) case: Case<'a>,
    statements: HashMap<&'a str, Vec<&'a Statement>>,
    /// Packs that know one of its flaws.
    packs: Vec<&'a BuildPack>,
}

/// What is said about one product, flaw by flaw.
pub(super) struct Rules<'a> {
    pub(super) flaws: Vec<FlawRules<'a>>,
}

/// What is said about one flaw of one product.
pub(super) struct FlawRules<'a> {
    /// The flaw's id; an advisory without flaws counts as one flaw of its own name.
    pub(super) id: &'a str,
    /// The build pack that decides where it has something to say.
    pub(super) pack: Option<&'a BuildPack>,
    /// Statements that name versions.
    pub(super) named: Vec<(&'a Statement, CompiledRule<'a>)>,
    /// The first statement, where single versions are all that is named.
    only_lists: Option<&'a Statement>,
}

/// What decides about one version.
#[derive(Clone, Copy)]
pub(super) enum Answer<'a> {
    /// No version is told, or none is named.
    ProductOnly,
    /// The version is meant by this statement. A stricter one wins over a milder one about the same version.
    Inside(&'a Statement),
    /// This statement and the version cannot be compared with certainty.
    Doubtful(&'a Statement),
    /// No statement means it.
    Outside,
}

impl<'a> Prepared<'a> {
    /// Goes through a threat once.
    pub(super) fn new(case: Case<'a>) -> Self {
        let mut statements: HashMap<&str, Vec<&Statement>> = HashMap::new();
        for statement in &case.threat.statements {
            statements
                .entry(&statement.product.product)
                .or_default()
                .push(statement);
        }
        Self {
            case,
            statements,
            packs: case
                .packs
                .iter()
                .filter(|pack| pack.knows_flaw_of(case.threat))
                .collect(),
        }
    }

    /// What the threat says about a product; `None` where it does not concern it.
    pub(super) fn rules(&self, product: &ProductKey) -> Option<Rules<'a>> {
        let threat = self.case.threat;
        let about = |statement: &&&Statement| statement.product.matches(product);
        let statements: Vec<&Statement> = self
            .statements
            .get(product.product.as_str())
            .into_iter()
            .flatten()
            .filter(about)
            .copied()
            .collect();
        let packs: Vec<&BuildPack> = self
            .packs
            .iter()
            .copied()
            .filter(|pack| pack.speaks_of(product))
            .collect();
        if statements.is_empty() && packs.is_empty() {
            return None;
        }
        let mut flaws: Vec<FlawRules<'a>> = flaws(threat)
            .map(|id| FlawRules {
                id,
                pack: packs.iter().copied().find(|pack| pack.knows(id)),
                named: Vec::new(),
                only_lists: None,
            })
            .collect();
        let scheme = product.scheme();
        for statement in statements
            .into_iter()
            .filter(|statement| statement.status != ProductStatus::Recommended)
        {
            let place = if threat.vulnerabilities.is_empty() {
                statement.vulnerability.is_none().then_some(0)
            } else {
                statement.vulnerability
            };
            let Some(flaw) = place.and_then(|place| flaws.get_mut(place)) else {
                continue;
            };
            flaw.only_lists = flaw.only_lists.or(Some(statement));
            if statement.versions != VersionRule::All {
                flaw.named
                    .push((statement, statement.versions.compiled_in(scheme)));
            }
        }
        for flaw in &mut flaws {
            flaw.only_lists = flaw.only_lists.filter(|_| {
                flaw.named
                    .iter()
                    .all(|(statement, _)| matches!(statement.versions, VersionRule::Exactly(_)))
            });
        }
        Some(Rules { flaws })
    }
}

/// Every flaw; an advisory without flaws counts as one of its own name, which no pack knows.
pub(super) fn flaws(threat: &Threat) -> impl Iterator<Item = &str> {
    let nameless = threat
        .vulnerabilities
        .is_empty()
        .then_some(threat.tracking_id.as_str());
    threat
        .vulnerabilities
        .iter()
        .map(|flaw| flaw.id.as_str())
        .chain(nameless)
}

impl<'a> FlawRules<'a> {
    /// What the publisher's statements say about a version; each is asked at most once.
    pub(super) fn ask(&self, version: Option<&ParsedVersion>) -> Answer<'a> {
        let Some(version) = version.filter(|_| !self.named.is_empty()) else {
            return Answer::ProductOnly;
        };
        let (mut inside, mut doubtful): (Option<&Statement>, Option<&Statement>) = (None, None);
        for (statement, rule) in &self.named {
            match rule.contains(version) {
                Some(true) if inside.is_none_or(|inside| inside.status <= statement.status) => {
                    inside = Some(statement)
                }
                None => doubtful = doubtful.or(Some(statement)),
                Some(_) => {}
            }
        }
        match (inside, doubtful.or(self.only_lists)) {
            (Some(statement), _) => Answer::Inside(statement),
            (None, Some(statement)) => Answer::Doubtful(statement),
            (None, None) => Answer::Outside,
        }
    }
}

impl Answer<'_> {
    /// How one stands, and how surely.
    pub(super) fn standing(self) -> (Status, Certainty) {
        match self {
            Self::ProductOnly | Self::Doubtful(_) => (Status::Unknown, Certainty::Possible),
            Self::Outside => (Status::NotAffected, Certainty::Likely),
            Self::Inside(statement) => match statement.status {
                ProductStatus::Affected if matches!(&statement.versions, VersionRule::Range(range) if range.is_everything()) => {
                    (Status::Affected, Certainty::Likely)
                }
                ProductStatus::Affected => (Status::Affected, Certainty::Observed),
                ProductStatus::Fixed => (Status::Fixed, Certainty::Observed),
                ProductStatus::NotAffected => (Status::NotAffected, Certainty::Observed),
                ProductStatus::UnderInvestigation
                | ProductStatus::Unknown
                | ProductStatus::Recommended => (Status::Unknown, Certainty::Possible),
            },
        }
    }
}
