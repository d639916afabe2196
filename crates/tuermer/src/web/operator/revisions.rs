//! `/meldung/<id>/fassungen` – what did the publisher change? Two revisions side by side, and whom the change concerns.

use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use super::threat::find;
use crate::context::Context;
use crate::store::views::history::KeptRevision;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::limits;
use tuermer_core::revision::{Change, Difference, StatementChange, difference, rematched, step};
use tuermer_core::threat::Threat;

/// Which two revisions, by the SHA-256 of their documents.
#[derive(Debug, Default, Deserialize)]
pub struct Pair {
    #[serde(default)]
    alt: String,
    #[serde(default)]
    neu: String,
}

/// One thing that differs. What was not there or is not there any more is empty.
struct Line {
    what: String,
    place: String,
    before: String,
    after: String,
}

/// Two revisions and what differs between them.
struct Compared {
    before: KeptRevision,
    after: KeptRevision,
    step: &'static str,
    lines: Vec<Line>,
    more: u64,
    /// Products for which the new revision is a new match.
    rematched: Vec<String>,
}

#[derive(Template)]
#[template(path = "operator/revisions.html")]
struct RevisionsPage {
    frame: Frame,
    threat: Threat,
    id: String,
    revisions: Vec<KeptRevision>,
    compared: Option<Compared>,
}

/// The page; without a wish the last two revisions are compared.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path(text): Path<String>,
    Query(Pair { alt, neu }): Query<Pair>,
) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let frame = who.frame(
        &context,
        "/meldungen",
        &who.t
            .with("operator.revisions_title", &[("title", &threat.title)]),
    );
    let revisions = context.store.revisions(&id).await?;
    let at = |sha256: &str, otherwise: Option<usize>| {
        revisions
            .iter()
            .position(|kept| kept.sha256 == sha256)
            .or(otherwise)
    };
    let last = revisions.len().checked_sub(1);
    let after = at(&neu, last);
    let before = at(&alt, after.and_then(|after| after.checked_sub(1)));
    let pair = (
        before.and_then(|place| revisions.get(place)),
        after.and_then(|place| revisions.get(place)),
    );
    let compared = match pair {
        (Some(before), Some(after)) if before != after => {
            let old = context.store.threat_in_revision(&id, before).await?;
            let new = context.store.threat_in_revision(&id, after).await?;
            Some(compared(&frame, (before, &old), (after, &new)))
        }
        _ => None,
    };
    page(&RevisionsPage {
        frame,
        threat,
        id: segment(id.as_str()),
        revisions,
        compared,
    })
}

fn compared(
    frame: &Frame,
    (before, old): (&KeptRevision, &Threat),
    (after, new): (&KeptRevision, &Threat),
) -> Compared {
    let mut lines = lines(frame, difference(old, new));
    let total = lines.len();
    lines.truncate(limits::LINES_SHOWN);
    Compared {
        before: before.clone(),
        after: after.clone(),
        step: step(old, new).as_str(),
        more: u64::try_from(total.saturating_sub(lines.len())).unwrap_or(u64::MAX),
        lines,
        rematched: rematched(old, new)
            .into_iter()
            .map(|key| key.product)
            .take(limits::LINES_SHOWN)
            .collect(),
    }
}

fn lines(frame: &Frame, found: Difference) -> Vec<Line> {
    let Difference {
        document,
        flaws_added,
        flaws_removed,
        flaws_changed,
        products_added,
        products_removed,
        statements,
    } = found;
    let changed = |place, change| Line::changed(frame, place, change);
    let added = |what: &'static str| move |name| Line::added(frame, what, name);
    let removed = |what: &'static str| move |name| Line::removed(frame, what, name);
    let document = document
        .into_iter()
        .map(|change| changed(String::new(), change));
    let flaws = flaws_changed
        .into_iter()
        .map(|(flaw, change)| changed(flaw, change));
    let statements = statements
        .into_iter()
        .map(|statement| changed(place(&statement), statement.change));
    document
        .chain(flaws_added.into_iter().map(added("flaw")))
        .chain(flaws_removed.into_iter().map(removed("flaw")))
        .chain(products_added.into_iter().map(added("product")))
        .chain(products_removed.into_iter().map(removed("product")))
        .chain(flaws)
        .chain(statements)
        .collect()
}

impl Line {
    fn changed(frame: &Frame, place: String, change: Change) -> Self {
        let Change {
            field,
            before,
            after,
        } = change;
        Self {
            what: frame.word("changed", field),
            place,
            before: value_in_words(frame, field, &before),
            after: value_in_words(frame, field, &after),
        }
    }

    fn added(frame: &Frame, what: &str, name: String) -> Self {
        Self {
            what: frame.word("changed", what),
            place: String::new(),
            before: String::new(),
            after: name,
        }
    }

    fn removed(frame: &Frame, what: &str, name: String) -> Self {
        Self {
            what: frame.word("changed", what),
            place: String::new(),
            before: name,
            after: String::new(),
        }
    }
}

/// What a statement of the document is about: product, versions and flaw, as far as it names them.
fn place(statement: &StatementChange) -> String {
    let StatementChange {
        product,
        versions,
        vulnerability,
        change: _,
    } = statement;
    [product, versions, vulnerability]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A value in the reader's words where it is one of a closed list; the publisher's words stay as they are.
fn value_in_words(frame: &Frame, field: &str, value: &str) -> String {
    match (field, value) {
        (_, "") => String::new(),
        ("product_status", _) => value
            .split(", ")
            .map(|word| frame.word("says", word))
            .collect::<Vec<_>>()
            .join(", "),
        ("exploited" | "withdrawn", "yes") => frame.text("yes"),
        ("exploited" | "withdrawn", "no") => frame.text("no"),
        ("initial_release_date", _) => value
            .parse()
            .map_or_else(|_| value.to_string(), |at| frame.moment(&at)),
        _ => value.to_string(),
    }
}

impl RevisionsPage {
    fn is_before(&self, kept: &KeptRevision) -> bool {
        self.compared
            .as_ref()
            .is_some_and(|compared| compared.before == *kept)
    }

    fn is_after(&self, kept: &KeptRevision) -> bool {
        self.compared
            .as_ref()
            .is_some_and(|compared| compared.after == *kept)
    }
}
