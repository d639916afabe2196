//! `/meldung/<id>` – whom does it hit, how surely, why? And the one button that starts a warning.

use super::frame::{Frame, Trouble, page, see, segment};
use super::session::SignedIn;
use crate::context::Context;
use crate::store::exposures::{ExposureFilter, ShownGround, Verdict};
use crate::store::threats::ThreatHead;
use crate::store::warnings::WarningHead;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::locale::Language;
use tuermer_core::scale::{Status, Urgency};
use tuermer_core::threat::{RemedyKind, Threat};

/// Verdicts on one page of the list.
const ROWS: usize = 100;

/// One bar of the funnel.
pub struct Bar {
    /// Text key of its label.
    pub key: &'static str,
    /// How many.
    pub count: u64,
    /// Width in a thousandth of the widest bar.
    pub width: u64,
}

impl Bar {
    /// Bars for counts, the first one or the largest being full width. A count above zero is never invisible.
    pub fn row(counts: &[(&'static str, u64)]) -> Vec<Self> {
        let widest = counts.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
        let width = |count: u64| if count == 0 { 0 } else { (count.saturating_mul(1_000) / widest).max(4) };
        counts.iter().map(|(key, count)| Self { key, count: *count, width: width(*count) }).collect()
    }
}

/// Something the publisher offers, with the products it is for.
struct Offer {
    kind: &'static str,
    details: String,
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "operator/threat.html")]
struct ThreatPage {
    frame: Frame,
    threat: Threat,
    id: String,
    urgency: Option<Urgency>,
    bars: Vec<Bar>,
    offers: Vec<Offer>,
    products: Vec<String>,
    not_understood: Vec<String>,
    warnings: Vec<WarningHead>,
    status: Option<Status>,
    statuses: Vec<(Status, u64)>,
    verdicts: Vec<Verdict>,
    next: Option<String>,
    language: Language,
}

/// Which verdicts to list.
#[derive(Debug, Default, Deserialize)]
pub struct Listing {
    #[serde(default)]
    stand: String,
    #[serde(default)]
    nach: String,
}

/// The threat behind what stands in the address: its id, tracking id, a CVE or the number of a warning.
async fn find(context: &Context, text: &str) -> Result<(ThreatId, Threat), Trouble> {
    let id = context.store.resolve_threat(text).await?.ok_or(Trouble::NotFound)?;
    let threat = context.store.threat(&id).await?.ok_or(Trouble::NotFound)?;
    Ok((id, threat))
}

/// The page of one threat.
pub async fn show(State(context): State<Context>, who: SignedIn, Path(text): Path<String>, Query(listing): Query<Listing>) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let store = &context.store;
    let statuses = store.exposures_by_status(&id).await?;
    let wanted = Status::parse(&listing.stand);
    // Without a wish the list begins with those who are hit, or with the open questions if nobody surely is.
    let status =
        wanted.or_else(|| [Status::Affected, Status::Unknown, Status::Fixed].into_iter().find(|s| statuses.iter().any(|(found, n)| found == s && *n > 0)));
    let filter = ExposureFilter { threat: Some(id.clone()), status, ..ExposureFilter::default() };
    let after = (!listing.nach.is_empty()).then(|| OrganisationId(listing.nach.clone()));
    let mut verdicts = store.exposures(&filter, after.as_ref().map(|organisation| (organisation, &id)), ROWS.saturating_add(1)).await?;
    let more = verdicts.len() > ROWS;
    verdicts.truncate(ROWS);
    let next = verdicts.last().filter(|_| more).map(|last| last.organisation.as_str().to_string());
    let picture = store.picture(&id).await?;
    let bars = Bar::row(&[
        ("bar_members", picture.members),
        ("bar_with_product", picture.with_product),
        ("bar_affected", picture.affected),
        ("bar_unknown", picture.unknown),
        ("bar_warned", picture.warned),
        ("bar_answered", picture.answered),
    ]);
    let warnings = store.warnings().await?.into_iter().filter(|warning| warning.threat == id).collect();
    let frame = who.frame(&context, "/meldungen", &threat.title);
    page(&ThreatPage {
        frame,
        id: segment(id.as_str()),
        urgency: store.worst_urgency(&id).await?,
        bars,
        offers: offers(&threat),
        products: products(&threat),
        not_understood: threat.not_understood().into_iter().map(str::to_string).collect(),
        threat,
        warnings,
        status,
        statuses,
        verdicts,
        next,
        language: who.t.0,
    })
}

/// What helps, the best first, each once.
fn offers(threat: &Threat) -> Vec<Offer> {
    let mut remedies: Vec<_> = threat.statements.iter().filter_map(|statement| statement.remedy.as_ref()).collect();
    remedies.sort_by(|a, b| b.kind.cmp(&a.kind).then_with(|| a.details.cmp(&b.details)));
    remedies.dedup();
    let offer =
        |remedy: &tuermer_core::threat::Remedy| Offer { kind: RemedyKind::as_str(remedy.kind), details: remedy.details.clone(), url: remedy.url.clone() };
    remedies.into_iter().map(offer).collect()
}

/// Names of the affected products, each once.
fn products(threat: &Threat) -> Vec<String> {
    let affected = threat.statements.iter().filter(|statement| statement.status == tuermer_core::threat::ProductStatus::Affected);
    let mut names: Vec<String> = affected.map(|statement| statement.product_name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Starts a warning, or leads to the one that was begun.
pub async fn draft(State(context): State<Context>, who: SignedIn, Path(text): Path<String>) -> Result<Response, Trouble> {
    who.must_write()?;
    let (id, _) = find(&context, &text).await?;
    let number = crate::stations::warn::draft(&context, &id, &who.account.name).await.map_err(|error| Trouble::Refused(crate::refusal::told(&error, who.t)))?;
    Ok(see(&format!("/warnung/{}", segment(number.as_str()))))
}

#[derive(Template)]
#[template(path = "operator/threats.html")]
struct ThreatsPage {
    frame: Frame,
    threats: Vec<ThreatHead>,
}

/// `/meldungen` – every threat, newest first.
pub async fn list(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    let mut threats = context.store.threats().await?;
    threats.truncate(tuermer_core::limits::PAGE_ROWS);
    let frame = who.frame(&context, "/meldungen", &who.t.get("operator.threats"));
    page(&ThreatsPage { frame, threats })
}

#[derive(Template)]
#[template(path = "operator/why.html")]
struct WhyPage {
    frame: Frame,
    threat: Threat,
    id: String,
    verdict: Verdict,
    grounds: Vec<ShownGround>,
    matches: Vec<(String, String, String, String)>,
    language: Language,
}

/// `/meldung/<id>/firma/<number>` – why this company?
pub async fn why(State(context): State<Context>, who: SignedIn, Path((text, external)): Path<(String, String)>) -> Result<Response, Trouble> {
    let (id, threat) = find(&context, &text).await?;
    let organisation = context.store.member_by_number(&external).await?.ok_or(Trouble::NotFound)?;
    let verdict = context.store.exposure(&id, &organisation).await?.ok_or(Trouble::NotFound)?;
    let grounds = context.store.grounds(&id, &organisation).await?;
    let matches = context.store.matches(&id, &organisation).await?;
    let frame = who.frame(&context, "/meldungen", &who.t.with("operator.why_title", &[("name", &verdict.name)]));
    page(&WhyPage { frame, threat, id: segment(id.as_str()), verdict, grounds, matches, language: who.t.0 })
}

/// A ground's sentence in the reader's language.
fn reason_of(ground: &ShownGround, language: Language) -> &str {
    let [german, english] = &ground.reason;
    match language {
        Language::German => german,
        Language::English => english,
    }
}

/// CVSS in tenths as people read it, with the decimal sign of the language.
fn score(tenths: &u8, language: &Language) -> String {
    let point = if *language == Language::German { ',' } else { '.' };
    format!("{}{point}{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_measured_by_the_longest_and_never_vanish() {
        let widths: Vec<u64> = Bar::row(&[("a", 25_000), ("b", 1_240), ("c", 1), ("d", 0)]).iter().map(|bar| bar.width).collect();
        assert_eq!(widths, [1_000, 49, 4, 0]);
        assert_eq!(Bar::row(&[("a", 0)]).iter().map(|bar| bar.width).collect::<Vec<_>>(), [0]);
    }

    #[test]
    fn scores_use_the_sign_of_the_language() {
        assert_eq!((score(&98, &Language::German), score(&100, &Language::English)), ("9,8".to_string(), "10.0".to_string()));
    }
}
