//! `/mitglieder` – whom do we not reach? Contact quality first, then the list.

use super::bars::Bar;
use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use crate::context::Context;
use crate::store::views::reachability::{Reach, Reachable};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::ids::OrganisationId;
use tuermer_core::organisation::Point;

/// Members on one page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "operator/members.html")]
struct MembersPage {
    frame: Frame,
    total: u64,
    bars: Vec<Bar>,
    reach: Option<Reach>,
    search: String,
    members: Vec<Reachable>,
    /// Points that bounced, with number and name of the company.
    bounced: Vec<(String, String, Point)>,
    next: Option<String>,
}

/// Which members to list.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    #[serde(default)]
    suche: String,
    #[serde(default)]
    weg: String,
    #[serde(default)]
    nach: String,
}

/// The list.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Query(Listing { suche, weg, nach }): Query<Listing>,
) -> Result<Response, Trouble> {
    let reach = Reach::parse(&weg);
    let counts = context.store.reach_counts(context.now()).await?;
    let keyed: Vec<(&'static str, u64)> = counts
        .iter()
        .map(|(reach, count)| (reach.as_str(), *count))
        .collect();
    // What is wrong is told once, not on every page of a search.
    let first = suche.is_empty() && weg.is_empty() && nach.is_empty();
    let after = (!nach.is_empty()).then_some(OrganisationId(nach));
    let mut members = context
        .store
        .reachable(
            reach,
            &suche,
            after.as_ref(),
            ROWS.saturating_add(1),
            context.now(),
        )
        .await?;
    let more = members.len() > ROWS;
    members.truncate(ROWS);
    let next = members.last().filter(|_| more).map(|last| {
        format!(
            "suche={}&weg={}&nach={}",
            segment(&suche),
            segment(&weg),
            segment(last.id.as_str())
        )
    });
    let bounced = if first {
        context.store.bounced_points(ROWS).await?
    } else {
        Vec::new()
    };
    let frame = who.frame(&context, "/mitglieder", &who.t.get("operator.members"));
    let total = counts.iter().map(|(_, count)| *count).sum();
    page(&MembersPage {
        frame,
        total,
        bars: Bar::row(&keyed),
        reach,
        search: suche,
        members,
        bounced,
        next,
    })
}
