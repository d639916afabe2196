//! `/meldungen` – which threats concern us? Those that concern members first; found by word or CVE, page by page.

use super::frame::{Frame, Trouble, page, segment};
use super::session::SignedIn;
use super::threat::{percent, score};
use crate::context::Context;
use crate::store::views::threat_list::{ListedThreat, Order, Which};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::limits;
use tuermer_core::locale::Language;

/// Threats on one page.
const ROWS: usize = 50;

/// Which threats to list.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    #[serde(default)]
    nur: String,
    #[serde(default)]
    suche: String,
    #[serde(default)]
    ordnung: String,
    #[serde(default)]
    seite: String,
}

#[derive(Template)]
#[template(path = "operator/threats.html")]
struct ThreatsPage {
    frame: Frame,
    which: Which,
    order: Order,
    search: String,
    counts: Vec<(Which, u64)>,
    threats: Vec<ListedThreat>,
    /// First and last row of this page, counted from one, and how many there are.
    range: (u64, u64, u64),
    previous: Option<String>,
    next: Option<String>,
    language: Language,
}

/// The list.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Query(listing): Query<Listing>,
) -> Result<Response, Trouble> {
    let search: String = listing
        .suche
        .trim()
        .chars()
        .take(limits::SEARCH_CHARACTERS)
        .collect();
    let counts = context.store.threat_counts(&search).await?;
    let count = |wanted: Which| {
        counts
            .iter()
            .find(|(which, _)| *which == wanted)
            .map_or(0, |(_, count)| *count)
    };
    let which =
        Which::parse(&listing.nur).unwrap_or(match (search.is_empty(), count(Which::Concerning)) {
            // Whoever searches wants to find it, whether or not it concerns anybody.
            (true, 1..) => Which::Concerning,
            _ => Which::All,
        });
    let order = Order::parse(&listing.ordnung).unwrap_or(Order::Concern);
    let total = count(which);
    let last = usize::try_from(total)?.div_ceil(ROWS).max(1);
    let number = listing.seite.parse::<usize>().unwrap_or(1).clamp(1, last);
    let skipped = number.saturating_sub(1).saturating_mul(ROWS);
    let threats = context
        .store
        .threats_listed(&who.account.name, which, &search, order, (skipped, ROWS))
        .await?;
    let to = |number: usize| {
        format!(
            "/meldungen?nur={}&suche={}&ordnung={}&seite={number}",
            which.as_str(),
            segment(&search),
            order.as_str()
        )
    };
    let first = u64::try_from(skipped)?;
    let shown = u64::try_from(threats.len())?;
    let frame = who.frame(&context, "/meldungen", &who.t.get("operator.threats"));
    page(&ThreatsPage {
        frame,
        which,
        order,
        counts,
        range: (first.saturating_add(1), first.saturating_add(shown), total),
        previous: (number > 1).then(|| to(number.saturating_sub(1))),
        next: (number < last).then(|| to(number.saturating_add(1))),
        threats,
        search,
        language: who.t.0,
    })
}

impl ThreatsPage {
    /// "1 to 50 of 1,604".
    fn shown(&self) -> String {
        let (first, last, total) = self.range;
        let [first, last, total] = [first, last, total].map(|n| self.frame.number(&n));
        self.frame.texts.with(
            "operator.rows_shown",
            &[("first", &first), ("last", &last), ("n", &total)],
        )
    }
}
