//! What changed from one revision of a threat to the next, and whom that concerns (CSAF 3.1.11, clauses 12.6, 13.8, 13.9).
//!
//! The match itself runs at every revision. A new match, and so a new message, is only what [`rematched`] names:
//! products whose status or remedy changed. A publisher that counts by integers says nothing about how much changed;
//! its documents are weighed by their content and so behave like semantic ones.

use crate::product::ProductKey;
use crate::scale::words;
use crate::threat::{Remedy, Statement, Threat, Vulnerability};
use crate::version::VersionRule;
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// How much a new version changes, smallest first.
    Step {
        /// Spelling.
        Patch = "patch",
        /// Existing content changed; no new comparison with the assets is asked for.
        Minor = "minor",
        /// Products, flaws or affected versions came or went: compare with the assets again.
        Major = "major",
    }
}

words! {
    /// How a publisher counts its versions.
    Numbering {
        /// `1`, `2`, `3`
        Integer = "integer",
        /// `MAJOR.MINOR.PATCH`
        Semantic = "semantic",
    }
}

/// Everything that differs between two revisions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Fields of the document.
    pub document: Vec<Change>,
    /// Flaws that came.
    pub flaws_added: Vec<String>,
    /// Flaws that went.
    pub flaws_removed: Vec<String>,
    /// Flaws that say something else now.
    pub flaws_changed: Vec<(String, Change)>,
    /// Products that were not named before.
    pub products_added: Vec<String>,
    /// Products that are not named any more.
    pub products_removed: Vec<String>,
    /// What is said of a product and a flaw, per version.
    pub statements: Vec<StatementChange>,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which field, in the words of CSAF.
    pub field: &'static str,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// One product in one version against one flaw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementChange {
    /// Product as the publisher names it.
    pub product: String,
    /// Versions in the publisher's words; empty for all.
    pub versions: String,
    /// Flaw, empty for an advisory without flaws.
    pub vulnerability: String,
    /// `product_status` or `remediations`; empty before or after: it was or is not there.
    pub change: Change,
}

impl Numbering {
    /// How this version is counted; `None` for neither.
    pub fn of(version: &str) -> Option<Self> {
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits(version) {
            return Some(Self::Integer);
        }
        let numbers = version.split('+').next()?.split('-').next()?;
        let parts: Vec<&str> = numbers.split('.').collect();
        (parts.len() == 3 && parts.iter().all(|part| digits(part))).then_some(Self::Semantic)
    }
}

/// How much the version itself says has changed; `None` where it does not say (integers, or another way of counting).
pub fn announced(before: &str, after: &str) -> Option<Step> {
    if Numbering::of(before) != Some(Numbering::Semantic)
        || Numbering::of(after) != Some(Numbering::Semantic)
    {
        return None;
    }
    let part = |text: &str, index: usize| {
        text.split(['.', '-', '+'])
            .nth(index)
            .map(|part| part.trim_start_matches('0').to_string())
    };
    Some(match () {
        () if part(before, 0) != part(after, 0) => Step::Major,
        () if part(before, 1) != part(after, 1) => Step::Minor,
        () => Step::Patch,
    })
}

/// How much has changed, by the publisher's word where it gives one, and never less than its content shows.
pub fn step(before: &Threat, after: &Threat) -> Step {
    let shown = difference(before, after).step().unwrap_or(Step::Patch);
    announced(&before.revision, &after.revision).map_or(shown, |announced| announced.max(shown))
}

/// Products for which a new revision is a new match: their statements or remedies changed.
pub fn rematched(before: &Threat, after: &Threat) -> Vec<ProductKey> {
    let (old, new) = (stances(before), stances(after));
    let products: BTreeSet<&ProductKey> = old.keys().chain(new.keys()).collect();
    products
        .into_iter()
        .filter(|product| old.get(*product) != new.get(*product))
        .cloned()
        .collect()
}

/// What a threat says of each product, as text to compare: flaw, versions, status, remedy. Order and blanks do not count.
pub fn stances(threat: &Threat) -> BTreeMap<ProductKey, String> {
    let mut lines: BTreeMap<&ProductKey, BTreeSet<String>> = BTreeMap::new();
    for statement in &threat.statements {
        let remedy = statement
            .remedy
            .as_ref()
            .map_or_else(String::new, remedy_text);
        let line = format!(
            "{}|{}|{}|{remedy}",
            flaw(threat, statement),
            versions(statement),
            statement.status.as_str()
        );
        lines.entry(&statement.product).or_default().insert(line);
    }
    lines
        .into_iter()
        .map(|(product, lines)| {
            (
                product.clone(),
                lines.into_iter().collect::<Vec<_>>().join("\n"),
            )
        })
        .collect()
}

/// Compares two revisions field by field.
pub fn difference(before: &Threat, after: &Threat) -> Difference {
    let (old, new) = (flaws(before), flaws(after));
    let changed = new
        .iter()
        .filter_map(|(id, flaw)| old.get(id).map(|earlier| (id, flaw_changes(earlier, flaw))));
    let (named_before, named_after) = (products(before), products(after));
    let names = |some: &BTreeMap<&ProductKey, &str>, other: &BTreeMap<&ProductKey, &str>| {
        some.iter()
            .filter(|(key, _)| !other.contains_key(*key))
            .map(|(_, name)| (*name).to_string())
            .collect()
    };
    Difference {
        document: document(before, after),
        flaws_added: new
            .keys()
            .filter(|id| !old.contains_key(*id))
            .map(|id| (*id).to_string())
            .collect(),
        flaws_removed: old
            .keys()
            .filter(|id| !new.contains_key(*id))
            .map(|id| (*id).to_string())
            .collect(),
        flaws_changed: changed
            .flat_map(|(id, changes)| {
                changes
                    .into_iter()
                    .map(|change| ((*id).to_string(), change))
            })
            .collect(),
        products_added: names(&named_after, &named_before),
        products_removed: names(&named_before, &named_after),
        statements: statements(before, after),
    }
}

impl Difference {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The step by the rules for semantic versions; `None` without a difference.
    pub fn step(&self) -> Option<Step> {
        let Self {
            document,
            flaws_added,
            flaws_removed,
            flaws_changed,
            products_added,
            products_removed,
            statements,
        } = self;
        let came_or_went = [flaws_added, flaws_removed, products_added, products_removed]
            .iter()
            .any(|list| !list.is_empty());
        let group = statements.iter().any(|statement| {
            statement.change.field == "product_status" && is_major(&statement.change)
        });
        let substance = !flaws_changed.is_empty()
            || !statements.is_empty()
            || document.iter().any(|change| change.field != "title");
        match () {
            () if came_or_went || group => Some(Step::Major),
            () if substance => Some(Step::Minor),
            () => (!document.is_empty()).then_some(Step::Patch),
        }
    }
}

/// Entries that came to or went from the affected ones, or went from the fixed and not affected ones.
fn is_major(change: &Change) -> bool {
    let [before, after] = [&change.before, &change.after].map(String::as_str);
    before == "affected" || after == "affected" || matches!(before, "fixed" | "not_affected")
}

fn document(before: &Threat, after: &Threat) -> Vec<Change> {
    let list = |threat: &Threat| threat.references.join(" ");
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_string();
    let fields: Vec<(&'static str, String, String)> = vec![
        ("title", before.title.clone(), after.title.clone()),
        ("category", before.category.clone(), after.category.clone()),
        (
            "publisher",
            before.publisher.clone(),
            after.publisher.clone(),
        ),
        ("tlp", before.tlp.as_str().into(), after.tlp.as_str().into()),
        (
            "initial_release_date",
            before.published_at.to_string(),
            after.published_at.to_string(),
        ),
        ("exploited", yes(before.exploited), yes(after.exploited)),
        ("withdrawn", yes(before.withdrawn), yes(after.withdrawn)),
        ("references", list(before), list(after)),
    ];
    changes(fields)
}

fn changes(fields: Vec<(&'static str, String, String)>) -> Vec<Change> {
    fields
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| Change {
            field,
            before,
            after,
        })
        .collect()
}

fn flaws(threat: &Threat) -> BTreeMap<&str, &Vulnerability> {
    threat
        .vulnerabilities
        .iter()
        .map(|flaw| (flaw.id.as_str(), flaw))
        .collect()
}

fn flaw_changes(before: &Vulnerability, after: &Vulnerability) -> Vec<Change> {
    let score = |flaw: &Vulnerability| {
        flaw.cvss_tenths.map_or_else(String::new, |tenths| {
            format!("{}.{}", tenths / 10, tenths % 10)
        })
    };
    changes(vec![
        ("title", before.title.clone(), after.title.clone()),
        ("cvss", score(before), score(after)),
        (
            "cvss_vector",
            before.cvss_vector.clone(),
            after.cvss_vector.clone(),
        ),
    ])
}

fn products(threat: &Threat) -> BTreeMap<&ProductKey, &str> {
    threat
        .statements
        .iter()
        .map(|statement| (&statement.product, statement.product_name.as_str()))
        .collect()
}

/// Product, versions, flaw.
type Place<'a> = (&'a ProductKey, String, &'a str);

fn places(threat: &Threat) -> BTreeMap<Place<'_>, Vec<&Statement>> {
    let mut places: BTreeMap<Place<'_>, Vec<&Statement>> = BTreeMap::new();
    for statement in &threat.statements {
        places
            .entry((
                &statement.product,
                versions(statement),
                flaw(threat, statement),
            ))
            .or_default()
            .push(statement);
    }
    places
}

fn statements(before: &Threat, after: &Threat) -> Vec<StatementChange> {
    let (old, new) = (places(before), places(after));
    let mut all: Vec<&Place<'_>> = old.keys().chain(new.keys()).collect();
    all.sort_unstable();
    all.dedup();
    let mut found = Vec::new();
    for place in all {
        let (earlier, later) = (
            old.get(place).map_or(&[][..], Vec::as_slice),
            new.get(place).map_or(&[][..], Vec::as_slice),
        );
        let name = later
            .first()
            .or(earlier.first())
            .map_or_else(String::new, |statement| statement.product_name.clone());
        let remedies = |statements: &[&Statement]| {
            words_of(
                statements
                    .iter()
                    .filter_map(|statement| statement.remedy.as_ref().map(remedy_text)),
            )
        };
        let status = |statements: &[&Statement]| {
            words_of(
                statements
                    .iter()
                    .map(|statement| statement.status.as_str().to_string()),
            )
        };
        let fields = vec![
            ("product_status", status(earlier), status(later)),
            ("remediations", remedies(earlier), remedies(later)),
        ];
        for change in changes(fields) {
            found.push(StatementChange {
                product: name.clone(),
                versions: place.1.clone(),
                vulnerability: place.2.to_string(),
                change,
            });
        }
    }
    found
}

/// Distinct words in order.
fn words_of(words: impl Iterator<Item = String>) -> String {
    words
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
        .join(", ")
}

fn flaw<'a>(threat: &'a Threat, statement: &Statement) -> &'a str {
    statement
        .vulnerability
        .and_then(|index| threat.vulnerabilities.get(index))
        .map_or("", |flaw| flaw.id.as_str())
}

fn versions(statement: &Statement) -> String {
    match &statement.versions {
        VersionRule::All => String::new(),
        VersionRule::Exactly(text) | VersionRule::NotUnderstood(text) => text.clone(),
        VersionRule::Range(range) => range.text.clone(),
    }
}

/// A remedy as compared: kind, words without double blanks, address.
fn remedy_text(remedy: &Remedy) -> String {
    let words: Vec<&str> = remedy.details.split_whitespace().collect();
    let url = remedy.url.as_deref().unwrap_or("");
    format!("{}: {} {url}", remedy.kind.as_str(), words.join(" "))
        .trim_end()
        .to_string()
}

#[cfg(test)]
mod tests;
