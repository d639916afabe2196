//! `/w/<number>`: am I affected, why, what to do, who helps. With the reader's own link the page knows the
//! company; without it, or with a wrong one, it is the public page of the warning and gives no hint.
//!
//! GET only shows: mail gateways follow links, so a visit is not even counted.

use crate::context::Context;
use crate::text::Texts;
use crate::web::layout::{Frame, PageError, language, not_found, page};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::acknowledgement::Answer;
use tuermer_core::ids::WarningNumber;
use tuermer_core::limits::PUBLIC_TOKEN_CHARACTERS;
use tuermer_core::locale::Language;
use tuermer_core::scale::{Level, Source, Urgency};
use tuermer_core::warning::{MessageType, Recipient, Warning, WarningState, WarningText};
use tuermer_formats::{mail, times};

/// What the address may carry.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Token of a recipient.
    #[serde(default)]
    pub t: String,
    /// Language of the public page.
    pub lang: Option<String>,
    /// Self-check: does the product run in the house?
    pub haus: Option<String>,
    /// Self-check: is the update in?
    pub update: Option<String>,
}

/// The four answers in the order of their digits.
pub const ANSWERS: [Answer; 4] = [
    Answer::Done,
    Answer::InProgress,
    Answer::NotUs,
    Answer::Help,
];

#[derive(Template)]
#[template(path = "public/warning.html")]
struct Page {
    frame: Frame,
    number: String,
    token: String,
    level: u8,
    level_words: String,
    shape: &'static str,
    note: String,
    text: WarningText,
    cancelled: bool,
    member: Option<Member>,
    check: SelfCheck,
    steps_heading: String,
    provider: String,
    provider_phone: String,
    provider_tel: String,
    say: String,
    steps: Vec<(String, String)>,
    answers: Vec<(&'static str, String)>,
    genuine: String,
    about: String,
}

/// What only the reader's own link shows.
struct Member {
    verdict: String,
    reason: String,
    question: String,
    answered: String,
    who_sees: String,
    can_answer: bool,
}

/// Two questions instead of a name.
struct SelfCheck {
    heading: String,
    text: String,
    answers: Vec<(String, String)>,
    /// Good news is not shown in the colour of the warning.
    calm: bool,
}

/// Shows a warning.
pub async fn show(
    State(context): State<Context>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let number = WarningNumber(number);
    let reader = language(asked.lang.as_deref(), &headers);
    let (Some(public), Some(warning)) = (
        context.store.is_public(&number).await?,
        context.store.warning(&number).await?,
    ) else {
        return Ok(not_found(&context, reader));
    };
    if let Some(recipient) = recipient(&context, &number, &asked.t).await? {
        let answered = context
            .store
            .last_answer(&warning.threat, &recipient.organisation)
            .await?;
        let texts = Texts(recipient.language);
        let answered = answered.map_or(String::new(), |given| {
            let at = times::moment(given.said.at, &context.zone(), texts.0);
            let key = if given.said.by == Source::Provider {
                "public.answered_by_provider"
            } else {
                "public.answered"
            };
            texts.with(
                key,
                &[
                    ("answer", &answer_words(texts, given.said.answer)),
                    ("at", &at),
                ],
            )
        });
        return Ok(
            match member_page(&context, &warning, &recipient, &asked.t, answered) {
                Some(made) => page(&made),
                None => not_found(&context, reader),
            },
        );
    }
    if !public {
        return Ok(not_found(&context, reader));
    }
    let Some(made) = public_page(&context, &warning, reader, &asked) else {
        return Ok(not_found(&context, reader));
    };
    let mut response = page(&made);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=30"),
    );
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// Whose link this is; what cannot be a token is not even looked up.
pub async fn recipient(
    context: &Context,
    number: &WarningNumber,
    token: &str,
) -> Result<Option<Recipient>, PageError> {
    if token.is_empty() || token.len() > PUBLIC_TOKEN_CHARACTERS {
        return Ok(None);
    }
    Ok(context.store.recipient_by_token(number, token).await?)
}

/// `Erledigt`, `Wird gerade gemacht`, …
pub fn answer_words(texts: Texts, answer: Answer) -> String {
    texts.get(&format!("public.answer_{}", answer.as_str()))
}

fn text_of(warning: &Warning, language: Language) -> Option<WarningText> {
    warning
        .texts
        .iter()
        .find(|text| text.language == language)
        .cloned()
}

fn member_page(
    context: &Context,
    warning: &Warning,
    recipient: &Recipient,
    token: &str,
    answered: String,
) -> Option<Page> {
    let texts = Texts(recipient.language);
    let made = frame_of(context, warning, texts.0)?;
    let name = if mail::feminine(&recipient.name) {
        texts.with("public.company", &[("name", &recipient.name)])
    } else {
        recipient.name.clone()
    };
    let cancelled = made.cancelled;
    let verdict = if cancelled {
        "public.verdict_cancelled".to_string()
    } else if recipient.incident {
        "public.verdict_incident".to_string()
    } else {
        format!(
            "public.verdict_{}",
            mail::strength(recipient.status, recipient.certainty)
        )
    };
    let seen = times::seen(recipient.seen_at, context.now(), &context.zone(), texts.0);
    let reason = texts.with(
        "public.reason",
        &[
            ("reason", &mail::sentence(&recipient.reason)),
            ("seen", &seen),
        ],
    );
    let (provider_phone, provider_tel) = mail::telephone(&recipient.provider_phone);
    let member = Member {
        verdict: texts.with(
            &verdict,
            &[
                ("name", &name),
                ("phone", &context.config.chamber.phone_help),
            ],
        ),
        reason: if cancelled { String::new() } else { reason },
        question: if cancelled || recipient.question.is_empty() {
            String::new()
        } else {
            texts.with("public.please_settle", &[("question", &recipient.question)])
        },
        answered,
        who_sees: texts.with(
            "public.who_sees",
            &[("chamber", &context.config.chamber.name)],
        ),
        can_answer: !cancelled,
    };
    Some(Page {
        token: token.to_string(),
        member: Some(member),
        provider: recipient.provider_name.clone(),
        provider_phone,
        provider_tel,
        ..made
    })
}

fn public_page(
    context: &Context,
    warning: &Warning,
    language: Language,
    asked: &Asked,
) -> Option<Page> {
    let made = frame_of(context, warning, language)?;
    let check = self_check(Texts(language), &made, asked);
    let frame = made
        .frame
        .in_other_language(&format!("/w/{}", warning.number));
    Some(Page {
        frame,
        check,
        ..made
    })
}

/// What both pages share.
fn frame_of(context: &Context, warning: &Warning, language: Language) -> Option<Page> {
    let texts = Texts(language);
    let text = text_of(warning, language)?;
    let cancelled = warning.message_type == MessageType::Cancel;
    let note = match (warning.message_type, warning.state) {
        (MessageType::Cancel, _) => texts.get("public.note_cancelled"),
        (_, WarningState::Stopped) => texts.with(
            "public.note_stopped",
            &[("phone", &context.config.chamber.phone_help)],
        ),
        _ => String::new(),
    };
    let heading = if warning.urgency == Urgency::Today {
        "public.steps_today"
    } else {
        "public.steps_now"
    };
    let chamber = &context.config.chamber;
    let proof = chamber.proof(language);
    let released = times::full_moment(
        warning.approved_at.unwrap_or(warning.drafted_at),
        &context.zone(),
        language,
    );
    let about = [
        ("number", warning.number.as_str()),
        ("at", released.as_str()),
    ];
    Some(Page {
        frame: Frame::new(context, language, &text.headline),
        number: warning.number.to_string(),
        token: String::new(),
        level: warning.level.number(),
        level_words: level_words(texts, warning.level),
        shape: shape(warning.level),
        note,
        cancelled,
        member: None,
        check: SelfCheck {
            heading: String::new(),
            text: String::new(),
            answers: Vec::new(),
            calm: false,
        },
        steps_heading: if text.say.is_empty() {
            String::new()
        } else {
            texts.get(heading)
        },
        provider: String::new(),
        provider_phone: String::new(),
        provider_tel: String::new(),
        say: texts.with("public.say", &[("say", &text.say)]),
        steps: [&text.otherwise, &text.afterwards]
            .into_iter()
            .filter(|step| !step.is_empty())
            .map(|step| mail::lead(step))
            .collect(),
        answers: ANSWERS
            .iter()
            .map(|answer| (answer.as_str(), answer_words(texts, *answer)))
            .collect(),
        genuine: texts.with(
            "public.genuine_text",
            &[("proof", proof), ("number", warning.number.as_str())],
        ),
        about: texts.with("public.about", &about),
        text,
    })
}

/// "Do you run it yourselves?", then "is the update in?". Answers are links: nothing is stored.
fn self_check(texts: Texts, made: &Page, asked: &Asked) -> SelfCheck {
    let lang = texts.0.code();
    let link = |query: &str, key: &str| {
        (
            format!("/w/{}?lang={lang}&{query}#check", made.number),
            texts.get(key),
        )
    };
    let product = [("product", made.text.product.as_str())];
    let said = |heading: &str, text: &str, answers: Vec<(String, String)>| SelfCheck {
        heading: texts.with(heading, &product),
        text: if text.is_empty() {
            String::new()
        } else {
            texts.with(text, &product)
        },
        answers,
        calm: matches!(
            heading,
            "public.check_not_affected" | "public.check_updated"
        ),
    };
    match (asked.haus.as_deref(), asked.update.as_deref()) {
        (Some("nein"), _) => said(
            "public.check_not_affected",
            "public.check_not_affected_text",
            vec![link("", "public.check_again")],
        ),
        (Some("offen"), _) => said(
            "public.check_ask",
            "public.check_ask_text",
            vec![link("", "public.check_again")],
        ),
        (Some("ja"), Some("ja")) => said(
            "public.check_updated",
            "public.check_updated_text",
            vec![link("", "public.check_again")],
        ),
        (Some("ja"), Some(_)) => said(
            "public.check_affected",
            "public.check_affected_text",
            vec![link("", "public.check_again")],
        ),
        (Some("ja"), None) => said(
            "public.check_update",
            "",
            vec![
                link("haus=ja&update=ja", "public.yes"),
                link("haus=ja&update=nein", "public.no"),
                link("haus=ja&update=offen", "public.dont_know"),
            ],
        ),
        _ => said(
            "public.check_house",
            "public.check_house_text",
            vec![
                link("haus=ja", "public.yes"),
                link("haus=nein", "public.no"),
                link("haus=offen", "public.dont_know"),
            ],
        ),
    }
}

/// `Stufe 4 von 4 · rot`
pub fn level_words(texts: Texts, level: Level) -> String {
    let number = level.number().to_string();
    texts.with(
        "public.level",
        &[
            ("level", &number),
            ("colour", &texts.get(&format!("public.level_{number}"))),
        ],
    )
}

/// A shape for those who do not see the colour.
pub fn shape(level: Level) -> &'static str {
    match level {
        Level::Extreme => "M8 1 15.5 15H.5z",
        Level::Serious => "M8 0 16 8 8 16 0 8z",
        Level::Elevated => "M2 2h12v12H2z",
        Level::Notice => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z",
    }
}
