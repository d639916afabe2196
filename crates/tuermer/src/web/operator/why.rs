//! `/meldung/<id>/firma/<number>` – why this company? Everything that was considered, with who said so and when.

use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use super::threat::find;
use crate::context::Context;
use crate::store::exposures::{ShownGround, Verdict};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use tuermer_core::locale::Language;
use tuermer_core::threat::Threat;
use tuermer_core::urgency::{Answered, Basis, Input};

#[derive(Template)]
#[template(path = "operator/why.html")]
struct WhyPage {
    frame: Frame,
    threat: Threat,
    id: String,
    verdict: Verdict,
    policy: String,
    inputs: Vec<(Input, Answered)>,
    grounds: Vec<ShownGround>,
    matches: Vec<(String, String, String, String)>,
    language: Language,
}

/// The page of one company and one threat.
pub async fn show(State(context): State<Context>, who: SignedIn, Path((text, external)): Path<(String, String)>) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let organisation = context.store.member_by_number(&external).await?.ok_or(Trouble::NotFound)?;
    let verdict = context.store.exposure(&id, &organisation).await?.ok_or(Trouble::NotFound)?;
    let grounds = context.store.grounds(&id, &organisation).await?;
    let matches = context.store.matches(&id, &organisation).await?;
    let frame = who.frame(&context, "/meldungen", &who.t.with("operator.why_title", &[("name", &verdict.name)]));
    let policy = format!("{} {}", context.policy.name, context.policy.version);
    let inputs = Basis::parse_inputs(&verdict.urgency_inputs);
    page(&WhyPage { policy, inputs, frame, threat, id: segment(id.as_str()), verdict, grounds, matches, language: who.t.0 })
}

/// A ground's sentence in the reader's language.
fn reason_of(ground: &ShownGround, language: Language) -> &str {
    let [german, english] = &ground.reason;
    match language {
        Language::German => german,
        Language::English => english,
    }
}
