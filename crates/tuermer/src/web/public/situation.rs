//! `/lage`: how serious is it right now? Level, active warnings, and the pictures of one of them.
//!
//! Only what everybody may know: warnings marked TLP:CLEAR, and counts of five or more.

mod pictures;

use self::pictures::Drawn;
use super::warning::{level_words, shape};
use crate::context::Context;
use crate::store::views::picture::{PatchCurve, PublicWarning};
use crate::text::Texts;
use crate::web::layout::{Frame, PageError, language, not_found, page, segment};
use crate::web::pictures::tiles::PublicCity;
use crate::web::pictures::{curve, percent, public_count, shown, standalone, tiles};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tuermer_core::picture::{Picture, PublicCount};
use tuermer_formats::times;

/// What the address may carry.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Number of the warning whose numbers are wanted.
    pub warnung: Option<String>,
    /// Language.
    pub lang: Option<String>,
}

#[derive(Template)]
#[template(path = "public/situation.html")]
struct SituationPage {
    frame: Frame,
    heading: String,
    warnings: Vec<Listed>,
    shown: Option<Shown>,
    as_of: String,
}

struct Listed {
    href: String,
    headline: String,
    detail: String,
    numbers: Option<String>,
}

struct Shown {
    level: u8,
    level_words: String,
    shape: &'static str,
    since: String,
    kpis: Vec<(String, String)>,
    pictures: Vec<Drawn>,
    query: String,
}

/// Everything the pictures of one warning are drawn from, small counts already hidden.
struct Numbers {
    picture: Picture,
    curve: PatchCurve,
    cities: Vec<PublicCity>,
}

async fn numbers(context: &Context, warning: &PublicWarning) -> Result<Numbers, PageError> {
    let curve = curve::public(&context.store.patch_curve(&warning.threat).await?);
    let cities = tiles::public(&context.store.municipalities(&warning.threat).await?);
    Ok(Numbers {
        picture: context.store.picture(&warning.threat).await?,
        curve,
        cities,
    })
}

/// Shows the situation.
pub async fn show(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let texts = Texts(language(asked.lang.as_deref(), &headers));
    let warnings = context.store.public_warnings(texts.0).await?;
    let chosen = choose(&warnings, asked.warnung.as_deref());
    let shown = match chosen {
        Some(warning) => Some(shown_of(&context, texts, &warnings, warning).await?),
        None => None,
    };
    let date = context.now().to_zoned(context.zone()).date();
    let day = format!(
        "{}, {}",
        times::weekday(date, texts.0),
        times::day_year(date, texts.0)
    );
    let heading = texts.with("public.situation_on", &[("day", &day)]);
    let frame = Frame::new(&context, texts.0, &heading)
        .wide()
        .in_other_language("/lage");
    let listed = warnings
        .iter()
        .map(|warning| listed(&context, texts, warning, chosen))
        .collect();
    let as_of = texts.with(
        "public.as_of",
        &[(
            "at",
            &times::full_moment(context.now(), &context.zone(), texts.0),
        )],
    );
    Ok(kept_shortly(page(&SituationPage {
        frame,
        heading,
        warnings: listed,
        shown,
        as_of,
    })))
}

/// The wanted warning, else the gravest and newest.
fn choose<'a>(warnings: &'a [PublicWarning], wanted: Option<&str>) -> Option<&'a PublicWarning> {
    warnings
        .iter()
        .find(|warning| Some(warning.number.as_str()) == wanted)
        .or_else(|| warnings.first())
}

fn listed(
    context: &Context,
    texts: Texts,
    warning: &PublicWarning,
    chosen: Option<&PublicWarning>,
) -> Listed {
    let at = times::full_moment(warning.released_at, &context.zone(), texts.0);
    let key = if warning.update {
        "public.listed_update"
    } else {
        "public.listed"
    };
    let number = segment(warning.number.as_str());
    let other = chosen.is_some_and(|chosen| chosen.number != warning.number);
    Listed {
        href: format!("/w/{number}"),
        headline: warning.headline.clone(),
        detail: texts.with(
            key,
            &[
                ("number", warning.number.as_str()),
                ("at", &at),
                ("level", &level_words(texts, warning.level)),
            ],
        ),
        numbers: other.then(|| format!("/lage?warnung={number}&lang={}", texts.0.code())),
    }
}

async fn shown_of(
    context: &Context,
    texts: Texts,
    warnings: &[PublicWarning],
    warning: &PublicWarning,
) -> Result<Shown, PageError> {
    let numbers = numbers(context, warning).await?;
    let gravest = warnings.first().unwrap_or(warning);
    let since = level_since(context, texts, warnings, gravest);
    Ok(Shown {
        level: gravest.level.number(),
        level_words: level_words(texts, gravest.level),
        shape: shape(gravest.level),
        since: texts.with("public.since", &[("day", &since)]),
        kpis: kpis(&numbers.picture, texts),
        pictures: pictures::all(context, texts, &numbers),
        query: format!(
            "?warnung={}&lang={}",
            segment(warning.number.as_str()),
            texts.0.code()
        ),
    })
}

/// The day since when a warning of the gravest level stands: `Mittwoch, 3. März`.
fn level_since(
    context: &Context,
    texts: Texts,
    warnings: &[PublicWarning],
    gravest: &PublicWarning,
) -> String {
    let since = warnings
        .iter()
        .filter(|other| other.level == gravest.level)
        .map(|other| other.level_since)
        .min()
        .unwrap_or(gravest.level_since);
    let since = since.to_zoned(context.zone()).date();
    let (weekday, day) = (times::weekday(since, texts.0), times::day(since, texts.0));
    format!("{weekday}, {day}")
}

fn kpis(picture: &Picture, texts: Texts) -> Vec<(String, String)> {
    let closed = picture
        .fixed_measured
        .saturating_add(picture.fixed_reported);
    let open = picture.affected.saturating_add(picture.unknown);
    let hit = open.saturating_add(closed);
    let part = |count: u64, whole: u64| match public_count(count) {
        PublicCount::Shown(count) => format!("{}\u{a0}%", percent(count, whole)),
        PublicCount::Hidden => texts.get("public.below_five"),
    };
    vec![
        (
            shown(public_count(open), texts),
            texts.get("public.count_open"),
        ),
        (part(closed, hit), texts.get("public.count_closed_share")),
        (
            part(picture.answered, picture.warned),
            texts.get("public.count_answered"),
        ),
        (
            shown(public_count(picture.needs_help), texts),
            texts.get("public.count_needs_help"),
        ),
    ]
}

/// One picture as SVG, or its table as CSV: `/lage/kurve.svg`, `/lage/kurve.csv`, ….
pub async fn download(
    State(context): State<Context>,
    Path(file): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let texts = Texts(language(asked.lang.as_deref(), &headers));
    let warnings = context.store.public_warnings(texts.0).await?;
    let (Some(warning), Some((name, kind))) = (
        choose(&warnings, asked.warnung.as_deref()),
        file.split_once('.'),
    ) else {
        return Ok(not_found(&context, texts.0));
    };
    let numbers = numbers(&context, warning).await?;
    let Some((svg, table)) = pictures::picture_and_table(&context, texts, &numbers, name) else {
        return Ok(not_found(&context, texts.0));
    };
    Ok(match kind {
        "svg" => kept_shortly(svg_file(&svg)),
        "csv" => kept_shortly(
            (
                [(header::CONTENT_TYPE, "text/csv; charset=utf-8")],
                table.csv()?,
            )
                .into_response(),
        ),
        _ => not_found(&context, texts.0),
    })
}

/// A file of its own carries its own colours; the page's policy would strip them.
fn svg_file(svg: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    (headers, standalone(svg)).into_response()
}

/// `/`: the situation is the first question.
pub async fn start() -> Redirect {
    Redirect::to("/lage")
}

/// `/warnung`, the address printed in mails: the list of what is active.
pub async fn warnings() -> Redirect {
    Redirect::to("/lage#warnungen")
}

/// Public counts may be a minute old, and never depend on who asks.
fn kept_shortly(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=30"),
    );
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("accept-language"));
    response
}
