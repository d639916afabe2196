//! What differs between two revisions of a document.

use serde::Serialize;
use tuermer_core::ids::ThreatId;
use tuermer_core::revision::{
    Change, Difference, Numbering, StatementChange, difference, rematched, step,
};
use tuermer_core::threat::Threat;

/// The difference between two revisions.
#[derive(Debug, Serialize)]
pub struct DifferenceView<'a> {
    /// Fields of the document.
    pub document: Vec<ChangeView<'a>>,
    /// Flaws that came.
    pub flaws_added: &'a [String],
    /// Flaws that went.
    pub flaws_removed: &'a [String],
    /// Flaws of which something changed.
    pub flaws_changed: Vec<FlawChangeView<'a>>,
    /// Products that came.
    pub products_added: &'a [String],
    /// Products that went.
    pub products_removed: &'a [String],
    /// Statements about products that changed.
    pub statements: Vec<StatementChangeView<'a>>,
    /// Tracking id of the document.
    pub threat: &'a str,
    /// The older revision.
    pub before: &'a str,
    /// The newer revision.
    pub after: &'a str,
    /// How its revisions are numbered, a word of `Numbering`.
    pub numbering: Option<&'static str>,
    /// How far the number should have moved.
    pub step: &'static str,
    /// Products that are matched again.
    pub rematched: Vec<String>,
}

/// Two revisions of a document.
pub struct Revisions<'a> {
    /// Id of the threat.
    pub id: &'a ThreatId,
    /// Numbers of both, the older first.
    pub numbers: [&'a str; 2],
    /// The older document.
    pub old: &'a Threat,
    /// The newer document.
    pub new: &'a Threat,
}

impl<'a> DifferenceView<'a> {
    /// The difference `found` between two revisions.
    pub fn new(revisions: &Revisions<'a>, found: &'a Difference) -> Self {
        let Difference {
            document,
            flaws_added,
            flaws_removed,
            flaws_changed,
            products_added,
            products_removed,
            statements,
        } = found;
        let Revisions {
            id,
            numbers: [before, after],
            old,
            new,
        } = revisions;
        let rematched = rematched(old, new).into_iter().map(|key| key.product);
        Self {
            document: document.iter().map(ChangeView::from).collect(),
            flaws_added,
            flaws_removed,
            flaws_changed: flaws_changed.iter().map(FlawChangeView::from).collect(),
            products_added,
            products_removed,
            statements: statements.iter().map(StatementChangeView::from).collect(),
            threat: id.tracking_id(),
            before,
            after,
            numbering: Numbering::of(after).map(Numbering::as_str),
            step: step(old, new).as_str(),
            rematched: rematched.collect(),
        }
    }
}

impl Revisions<'_> {
    /// Everything that differs between them.
    pub fn difference(&self) -> Difference {
        difference(self.old, self.new)
    }
}

/// A field that changed.
#[derive(Debug, Serialize)]
pub struct ChangeView<'a> {
    /// The field.
    pub field: &'static str,
    /// Its value before; may be empty.
    pub before: &'a str,
    /// Its value after; may be empty.
    pub after: &'a str,
}

impl<'a> From<&'a Change> for ChangeView<'a> {
    fn from(change: &'a Change) -> Self {
        let Change {
            field,
            before,
            after,
        } = change;
        Self {
            field,
            before,
            after,
        }
    }
}

/// A field of a flaw that changed.
#[derive(Debug, Serialize)]
pub struct FlawChangeView<'a> {
    /// The flaw.
    pub vulnerability: &'a str,
    /// What changed.
    #[serde(flatten)]
    pub change: ChangeView<'a>,
}

impl<'a> From<&'a (String, Change)> for FlawChangeView<'a> {
    fn from((flaw, change): &'a (String, Change)) -> Self {
        Self {
            vulnerability: flaw,
            change: ChangeView::from(change),
        }
    }
}

/// A statement about a product that changed.
#[derive(Debug, Serialize)]
pub struct StatementChangeView<'a> {
    /// The product.
    pub product: &'a str,
    /// Its versions.
    pub versions: &'a str,
    /// The flaw.
    pub vulnerability: &'a str,
    /// What changed.
    #[serde(flatten)]
    pub change: ChangeView<'a>,
}

impl<'a> From<&'a StatementChange> for StatementChangeView<'a> {
    fn from(statement: &'a StatementChange) -> Self {
        let StatementChange {
            product,
            versions,
            vulnerability,
            change,
        } = statement;
        Self {
            product,
            versions,
            vulnerability,
            change: ChangeView::from(change),
        }
    }
}
