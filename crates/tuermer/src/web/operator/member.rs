//! `/mitglieder/<number>` – what do we know about this company, who said so, and what was it told?

use super::contacts::{Done, People};
use super::frame::{Frame, Trouble, page, page_with_errors, see, segment};
use super::session::SignedIn;
use crate::acts::done as finished;
use crate::context::Context;
use crate::store::register::networks::StoredNetwork;
use crate::store::verdicts::exposures::{ExposureFilter, Verdict};
use crate::store::views::queue::OpenTask;
use crate::store::views::reachability::GivenAnswer;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tuermer_core::asset::Asset;
use tuermer_core::field::{Facts, Field};
use tuermer_core::layer::Layer;
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::organisation::{Kind, Organisation};

/// One source's words about the company.
struct Said {
    source: &'static str,
    at: jiff::Timestamp,
    facts: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "operator/member.html")]
struct MemberPage {
    frame: Frame,
    organisation: Organisation,
    provider: Option<Organisation>,
    said: Vec<Said>,
    /// Facts that stand with their label below the address.
    labelled: Vec<(Field, String)>,
    people: People,
    networks: Vec<StoredNetwork>,
    assets: Vec<Asset>,
    verdicts: Vec<Verdict>,
    answers: Vec<GivenAnswer>,
    tasks: Vec<OpenTask>,
    language: Language,
}

/// The page of a member, or of a provider where no member has the number.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    sheet(&context, &who, &number, Done::default()).await
}

/// The organisation with this number.
pub async fn organisation(context: &Context, number: &str) -> Result<Organisation, Trouble> {
    let found = context.store.organisation_by_number(number).await?;
    found.ok_or(Trouble::NotFound)
}

/// The page, with what was just done on it.
pub async fn sheet(
    context: &Context,
    who: &SignedIn,
    number: &str,
    done: Done,
) -> Result<Response, Trouble> {
    let store = &context.store;
    let organisation = organisation(context, number).await?;
    let provider = match organisation.facts.get(Field::Provider) {
        Some(external) => {
            store
                .organisation_by_external(Kind::Provider, external)
                .await?
        }
        None => None,
    };
    let filter = ExposureFilter {
        organisation: Some(organisation.id.clone()),
        ..ExposureFilter::default()
    };
    let wrong = done.error.is_some();
    let shown = MemberPage {
        frame: who.frame(context, "/mitglieder", organisation.name()),
        provider,
        said: store
            .layers(&organisation.id)
            .await?
            .into_iter()
            .map(said)
            .collect(),
        labelled: labelled(&organisation.facts),
        people: People::of(context, &organisation.id, done).await?,
        networks: store.networks(&organisation.id).await?,
        assets: store.assets(&organisation.id).await?,
        verdicts: store.exposures(&filter, None, limits::PAGE_ROWS).await?,
        answers: store.answers_of(&organisation.id).await?,
        tasks: store.tasks_of(&organisation.id).await?,
        organisation,
        language: who.t.0,
    };
    if wrong {
        page_with_errors(&shown)
    } else {
        page(&shown)
    }
}

fn labelled(facts: &Facts) -> Vec<(Field, String)> {
    let shown = |(field, value): &(Field, &str)| field.nature().labelled && !value.is_empty();
    let facts = facts.told().filter(shown);
    facts
        .map(|(field, value)| (field, value.to_string()))
        .collect()
}

/// Only what the source says; it may say nothing about a field.
fn said(layer: Layer) -> Said {
    let Layer {
        source,
        said_at,
        facts,
    } = layer;
    let facts = facts
        .told()
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| (field.as_str(), value.to_string()))
        .collect();
    Said {
        source: source.as_str(),
        at: said_at,
        facts,
    }
}

/// Somebody has dealt with a task.
pub async fn finish(
    State(context): State<Context>,
    who: SignedIn,
    Path((number, task)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    finished::task(&context, &who.actor(), &task).await?;
    Ok(see(&format!("/mitglieder/{}", segment(&number))))
}
