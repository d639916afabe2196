//! `/melden`: telephone first, then five questions. No log-in; a reader's own link of a warning says who reports.
//!
//! Against machines, without anybody else's service: a field that people do not see, a form that was opened by us and
//! not sent within seconds, and a limit of reports within an hour. Whoever is stopped is told to call.

use super::warning::recipient;
use crate::acts::witness::{self, Taken};
use crate::context::Context;
use crate::text::Texts;
use crate::web::layout::{Frame, PageError, language, not_found, notice, page, page_with, segment};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits::{
    REPORT_FASTEST_SECONDS, REPORT_FORM_HOURS, REPORT_LINE_CHARACTERS, REPORT_WORDS_CHARACTERS,
};
use tuermer_core::rights::Actor;
use tuermer_core::warning::Recipient;
use tuermer_core::witness::{Incident, Since, WitnessReport};
use tuermer_formats::{mail, times};

/// What the address may carry: the link of a warning, a language, a receipt.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    lang: Option<String>,
    #[serde(default)]
    w: String,
    #[serde(default)]
    t: String,
    #[serde(default)]
    nr: String,
}

/// The form as it comes back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    w: String,
    t: String,
    lang: String,
    vorfall: String,
    produkt: String,
    seit: String,
    beleg: String,
    worte: String,
    firma: String,
    name: String,
    erreichbar: String,
    /// People do not see this field.
    website: String,
    /// When we showed the form, with our mark.
    gezeigt: String,
}

#[derive(Template)]
#[template(path = "public/report.html")]
struct Page {
    frame: Frame,
    phone: String,
    tel: String,
    hours: String,
    known: String,
    filled: Filled,
    incidents: Vec<(&'static str, String)>,
    since: Vec<(&'static str, String)>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "public/report_arrived.html")]
struct ArrivedPage {
    frame: Frame,
    receipt: String,
    at: String,
    phone: String,
    tel: String,
}

/// Shows the form.
pub async fn show(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let reporter = reporter(&context, &asked.w, &asked.t).await?;
    let language = reporter.as_ref().map_or_else(
        || language(asked.lang.as_deref(), &headers),
        |reporter| reporter.language,
    );
    let filled = Filled {
        w: asked.w,
        t: asked.t,
        lang: language.code().into(),
        ..Filled::default()
    };
    Ok(page(&form(
        &context,
        Texts(language),
        reporter.as_ref(),
        filled,
        None,
    )))
}

/// Takes a report, or shows the form again with everything that was typed.
pub async fn send(
    State(context): State<Context>,
    headers: HeaderMap,
    Form(filled): Form<Filled>,
) -> Result<Response, PageError> {
    let reporter = reporter(&context, &filled.w, &filled.t).await?;
    let language = reporter.as_ref().map_or_else(
        || language(Some(&filled.lang), &headers),
        |reporter| reporter.language,
    );
    let texts = Texts(language);
    if !filled.website.is_empty() {
        return Ok(notice(
            &context,
            language,
            StatusCode::BAD_REQUEST,
            "witness.stopped",
            "witness.stopped_text",
        ));
    }
    let error = match shown_at(&context, &filled.gezeigt) {
        Some(at) if age(&context, at) < REPORT_FASTEST_SECONDS => Some("witness.too_fast"),
        Some(at) if age(&context, at) <= REPORT_FORM_HOURS * 3_600 => None,
        _ => Some("witness.too_old"),
    };
    let read = match error {
        Some(key) => Err(key),
        None => read(&context, &filled, reporter.as_ref())?,
    };
    let report = match read {
        Ok(report) => report,
        Err(key) => {
            return Ok(page_with(
                StatusCode::BAD_REQUEST,
                &form(&context, texts, reporter.as_ref(), filled, Some(key)),
            ));
        }
    };
    let actor = actor(reporter, filled.w);
    Ok(match witness::take(&context, &actor, &report).await? {
        Taken::Kept(receipt) => Redirect::to(&format!(
            "/melden/danke?nr={}&lang={}",
            segment(&receipt),
            language.code()
        ))
        .into_response(),
        Taken::TooMany => notice(
            &context,
            language,
            StatusCode::TOO_MANY_REQUESTS,
            "witness.too_many",
            "witness.too_many_text",
        ),
    })
}

/// The receipt; shows nothing that was reported.
pub async fn arrived(
    State(context): State<Context>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let language = language(asked.lang.as_deref(), &headers);
    let Some(report) = context.store.witness_report(&asked.nr).await? else {
        return Ok(not_found(&context, language));
    };
    let (phone, tel) = mail::telephone(&context.config.chamber.phone_help);
    let frame = Frame::new(&context, language, &Texts(language).get("witness.arrived"));
    let at = times::moment(report.received_at, &context.zone(), language);
    Ok(page(&ArrivedPage {
        frame,
        receipt: report.receipt,
        at,
        phone,
        tel,
    }))
}

/// Whose link the form was opened with.
async fn reporter(
    context: &Context,
    number: &str,
    token: &str,
) -> Result<Option<Recipient>, PageError> {
    if number.is_empty() {
        Ok(None)
    } else {
        recipient(context, &WarningNumber(number.to_string()), token).await
    }
}

/// Who reports.
fn actor(reporter: Option<Recipient>, number: String) -> Actor {
    match reporter {
        Some(reporter) => Actor::Link {
            organisation: reporter.organisation,
            warning: WarningNumber(number),
        },
        None => Actor::Anyone {
            source: "/melden".into(),
        },
    }
}

fn form(
    context: &Context,
    texts: Texts,
    reporter: Option<&Recipient>,
    filled: Filled,
    error: Option<&str>,
) -> Page {
    let chamber = &context.config.chamber;
    let (phone, tel) = mail::telephone(&chamber.phone_help);
    let gezeigt = if error == Some("witness.too_fast") {
        filled.gezeigt
    } else {
        mark(context, context.now())
    };
    let known = reporter
        .map(|reporter| texts.with("witness.known", &[("name", &reporter.name)]))
        .unwrap_or_default();
    let frame = Frame::new(context, texts.0, &texts.get("witness.title"));
    Page {
        frame: if reporter.is_some() {
            frame
        } else {
            frame.in_other_language("/melden")
        },
        phone,
        tel,
        hours: chamber.phone_hours(texts.0).to_string(),
        known,
        filled: Filled { gezeigt, ..filled },
        incidents: Incident::ALL
            .iter()
            .rev()
            .map(|incident| {
                (
                    incident.as_str(),
                    texts.get(&format!("witness.incident_{}", incident.as_str())),
                )
            })
            .collect(),
        since: Since::ALL
            .iter()
            .rev()
            .map(|since| {
                (
                    since.as_str(),
                    texts.get(&format!("witness.since_{}", since.as_str())),
                )
            })
            .collect(),
        error: error.map(|key| texts.get(key)),
    }
}

/// The report in the form, or the key of what is missing.
fn read(
    context: &Context,
    filled: &Filled,
    reporter: Option<&Recipient>,
) -> Result<Result<WitnessReport, &'static str>, PageError> {
    let line = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(REPORT_LINE_CHARACTERS)
            .collect::<String>()
    };
    let Some(incident) = Incident::parse(&filled.vorfall) else {
        return Ok(Err("witness.missing_incident"));
    };
    let reach = line(&filled.erreichbar);
    if !can_reach(&reach) {
        return Ok(Err("witness.missing_reach"));
    }
    if filled.worte.chars().count() > REPORT_WORDS_CHARACTERS {
        return Ok(Err("witness.too_long"));
    }
    Ok(Ok(WitnessReport {
        receipt: witness::receipt(context)?,
        received_at: context.now(),
        incident,
        product: line(&filled.produkt),
        since: Since::parse(&filled.seit).unwrap_or(Since::Unknown),
        evidence: filled.beleg == "ja",
        words: filled.worte.trim().to_string(),
        company: line(&filled.firma),
        name: line(&filled.name),
        reach,
        organisation: reporter.map(|reporter| reporter.organisation.clone()),
        known_by: if reporter.is_some() {
            "link".into()
        } else {
            String::new()
        },
    }))
}

/// A telephone number with at least six digits, or something like an e-mail address.
fn can_reach(reach: &str) -> bool {
    reach.bytes().filter(u8::is_ascii_digit).count() >= 6
        || reach
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// When a form was shown, marked so that nobody else can make it.
fn mark(context: &Context, at: Timestamp) -> String {
    let seconds = at.as_second().to_string();
    let mac = context.keys.mac("report-form", &[&seconds]);
    format!("{seconds}.{mac}")
}

fn shown_at(context: &Context, mark_text: &str) -> Option<Timestamp> {
    let (seconds, _) = mark_text.split_once('.')?;
    let at = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    bool::from(mark(context, at).as_bytes().ct_eq(mark_text.as_bytes())).then_some(at)
}

fn age(context: &Context, at: Timestamp) -> i64 {
    context.now().as_second().saturating_sub(at.as_second())
}
