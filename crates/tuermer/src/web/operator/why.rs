//! `/meldung/<id>/firma/<number>` – why this company? Everything that was considered, with who said so and when; also as it was
//! known on an earlier day.

use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use super::threat::find;
use crate::context::Context;
use crate::hindsight::{self, Hindsight, Late};
use crate::store::verdicts::exposures::{ShownGround, Verdict};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tuermer_core::exposure::Match;
use tuermer_core::ids::ThreatId;
use tuermer_core::locale::Language;
use tuermer_core::organisation::{Kind, Organisation};
use tuermer_core::threat::Threat;
use tuermer_core::urgency::{Answered, Basis, Input};
use tuermer_formats::reasons;
use tuermer_formats::times;

/// The day whose knowledge is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Day {
    #[serde(default)]
    am: String,
}

/// What was considered, and when we knew it.
struct Considered {
    verdict: Verdict,
    grounds: Vec<ShownGround>,
    /// Asset (empty = only a sign), flaw, status, remediation.
    matches: Vec<(String, String, String, String)>,
    /// The moment asked about; `None` = now.
    as_of: Option<Timestamp>,
    /// What came too late for that moment and was taken all the same.
    late: Vec<String>,
}

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
    as_of: Option<Timestamp>,
    late: Vec<String>,
    day: String,
    /// What was typed is no day of the past, or nothing is known of it.
    not_a_day: bool,
    language: Language,
}

/// The page of one company and one threat, of now or of an earlier day.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path((text, external)): Path<(String, String)>,
    Query(Day { am }): Query<Day>,
) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let organisation = context
        .store
        .organisation_by_external(Kind::Member, &external)
        .await?
        .ok_or(Trouble::NotFound)?;
    let frame = who.frame(
        &context,
        "/meldungen",
        &who.t
            .with("operator.why_title", &[("name", organisation.name())]),
    );
    let at = times::typed(&am, &context.zone()).filter(|at| *at <= context.now());
    let then = match at {
        Some(at) => earlier(&context, &frame, &id, &organisation, at).await?,
        None => None,
    };
    let not_a_day = !am.is_empty() && then.is_none();
    let considered = match then {
        Some(then) => then,
        None => current(&context, &id, &organisation)
            .await?
            .ok_or(Trouble::NotFound)?,
    };
    let Considered {
        verdict,
        grounds,
        matches,
        as_of,
        late,
    } = considered;
    let policy = format!("{} {}", context.policy.name, context.policy.version);
    let inputs = Basis::parse_inputs(&verdict.urgency_inputs);
    let id = segment(id.as_str());
    page(&WhyPage {
        frame,
        threat,
        id,
        verdict,
        policy,
        inputs,
        grounds,
        matches,
        as_of,
        late,
        day: am,
        not_a_day,
        language: who.t.0,
    })
}

async fn current(
    context: &Context,
    id: &ThreatId,
    organisation: &Organisation,
) -> Result<Option<Considered>, Trouble> {
    let Some(verdict) = context.store.exposure(id, &organisation.id).await? else {
        return Ok(None);
    };
    let grounds = context.store.grounds(id, &organisation.id).await?;
    let matches = context.store.matches(id, &organisation.id).await?;
    Ok(Some(Considered {
        verdict,
        grounds,
        matches,
        as_of: None,
        late: Vec::new(),
    }))
}

async fn earlier(
    context: &Context,
    frame: &Frame,
    id: &ThreatId,
    organisation: &Organisation,
    at: Timestamp,
) -> Result<Option<Considered>, Trouble> {
    let Some(Hindsight {
        verdict,
        grounds,
        matches,
        as_of,
        late,
        ..
    }) = hindsight::explain(context, id, organisation, at).await?
    else {
        return Ok(None);
    };
    let sentence = |late: Late| {
        let (what, since) = late.parts();
        frame.texts.with(
            &format!("verdict.late_{what}"),
            &[("since", &frame.date(&since)), ("day", &frame.date(&as_of))],
        )
    };
    let matched = |entry: Match| {
        let asset = entry.asset.map_or_else(String::new, |asset| asset.0);
        (
            asset,
            entry.vulnerability,
            entry.status.as_str().to_string(),
            entry.remediation.as_str().to_string(),
        )
    };
    let late = late.into_iter().map(sentence).collect();
    Ok(Some(Considered {
        verdict,
        grounds,
        matches: matches.into_iter().map(matched).collect(),
        as_of: Some(as_of),
        late,
    }))
}

/// A ground's sentence in the reader's language.
fn reason_of(ground: &ShownGround, language: Language) -> String {
    reasons::reason(&ground.reason, language)
}

impl WhyPage {
    /// "As of 5 March, 23:59: what we knew then."
    fn as_of_words(&self, as_of: &Timestamp) -> String {
        self.frame
            .texts
            .with("verdict.as_of", &[("moment", &self.frame.moment(as_of))])
    }
}
