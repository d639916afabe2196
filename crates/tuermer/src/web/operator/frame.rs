//! What every operator page has around its content, and how trouble is told.

use crate::context::Context;
use crate::refusal::{Refusal, as_denied, in_english, refusal_words, told};
use crate::store::people::accounts::Account;
use crate::text::{Texts, grouped};
use crate::web::layout;
use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use std::convert::Infallible;
use std::sync::Arc;
use tuermer_core::ids::UserName;
use tuermer_core::rights::{Act, may};
use tuermer_core::sentence::Sentence;
use tuermer_formats::times;

/// The common frame of all pages, with who is signed in and how numbers and times are written.
pub struct Frame {
    /// The frame that public pages have, too.
    common: layout::Frame,
    /// Who is signed in.
    pub account: Option<Account>,
    /// A script of our own this page may run (set-up only).
    pub script: Option<&'static str>,
    zone: jiff::tz::TimeZone,
    now: Timestamp,
}

impl std::ops::Deref for Frame {
    type Target = layout::Frame;

    fn deref(&self) -> &layout::Frame {
        &self.common
    }
}

impl Frame {
    /// A frame; signed-in people see the navigation of their pages, `here` is the entry they are on.
    pub fn new(
        context: &Context,
        texts: Texts,
        account: Option<&Account>,
        here: &str,
        title: &str,
    ) -> Self {
        let mut common = layout::Frame::new(context, texts.0, title).wide();
        if let Some(account) = account {
            let entries = [
                ("/heute", "operator.today"),
                ("/meldung/neu", "operator.nav_new"),
                ("/meldungen", "operator.threats"),
                ("/zeichen", "operator.signs"),
                ("/quellen", "operator.feeds"),
                ("/mitglieder", "operator.members"),
                ("/betrieb", "operator.operation"),
                ("/lage", "operator.situation"),
            ];
            let allowed = entries.into_iter().filter(|(path, _)| {
                *path != "/meldung/neu" || may(&account.actor(), Act::StateThreat)
            });
            let links: Vec<(&str, String)> =
                allowed.map(|(path, key)| (path, texts.get(key))).collect();
            common = common.with_nav(&links, here);
        }
        Self {
            common,
            account: account.cloned(),
            script: None,
            zone: context.zone(),
            now: context.now(),
        }
    }

    fn may(&self, act: Act) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| may(&account.actor(), act))
    }

    /// The reader may state a threat and draft a warning on one.
    pub fn may_write(&self) -> bool {
        self.may(Act::StateThreat) && self.may(Act::DraftWarning)
    }

    /// The reader may say that a notice or task is done.
    pub fn may_finish(&self) -> bool {
        self.may(Act::FinishNotice) && self.may(Act::FinishTask)
    }

    /// The reader may add, pause and remove sources.
    pub fn may_feed(&self) -> bool {
        self.may(Act::AddFeed) && self.may(Act::RemoveFeed)
    }

    /// The reader may say how a person is reached.
    pub fn may_change_contacts(&self) -> bool {
        self.may(Act::ChangeContact)
    }

    /// Until when something is good: the last day before that time.
    pub fn until(&self, end: &Timestamp) -> String {
        let last = end.saturating_sub(jiff::SignedDuration::from_secs(1));
        let day = self.date(&last.unwrap_or(*end));
        self.texts.with("contact.until", &[("day", &day)])
    }

    /// The time of this page.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The reader may let keys of publishers count.
    pub fn may_decide_keys(&self) -> bool {
        self.may(Act::DecideKey)
    }

    /// A text without values.
    pub fn text(&self, key: impl AsRef<str>) -> String {
        self.texts.get(&format!("operator.{}", key.as_ref()))
    }

    /// A text with one value called `n`, written as a number.
    pub fn count(&self, key: &str, n: &u64) -> String {
        self.texts
            .with(&format!("operator.{key}"), &[("n", &self.number(n))])
    }

    /// The word of a closed list: `operator.<list>_<word>`; the stored word itself where the list has grown.
    pub fn word(&self, list: &str, word: &str) -> String {
        let key = format!("operator.{list}_{word}");
        let text = self.texts.get(&key);
        if text == key { word.to_string() } else { text }
    }

    /// A text with who did it and when.
    pub fn by_at(&self, key: &str, by: &Option<UserName>, at: &Option<Timestamp>) -> String {
        let by = by.as_ref().map_or("–", |name| name.as_str());
        self.texts.with(
            &format!("operator.{key}"),
            &[("by", by), ("at", &self.moment_or_dash(at))],
        )
    }

    /// A time in the zone and language of the reader.
    pub fn moment(&self, at: &Timestamp) -> String {
        let year = |at: Timestamp| at.to_zoned(self.zone.clone()).year();
        if year(*at) == year(self.now) {
            times::moment(*at, &self.zone, self.texts.0)
        } else {
            times::full_moment(*at, &self.zone, self.texts.0)
        }
    }

    /// A stored sentence in words.
    pub fn sentence(&self, sentence: &Sentence) -> String {
        self.texts.sentence(sentence, &self.zone)
    }

    /// A calendar day in the reader's language: 3. März 2021, 3 March 2021.
    pub fn day(&self, day: &Date) -> String {
        times::day_year(*day, self.texts.0)
    }

    /// The day of a time, in the zone and language of the reader.
    pub fn date(&self, at: &Timestamp) -> String {
        times::day_year(at.to_zoned(self.zone.clone()).date(), self.texts.0)
    }

    /// Names and password of the demo, which guard nothing.
    pub fn demo_accounts(&self) -> String {
        use crate::demo::people::{APPROVER, OFFICER, PASSWORD};
        self.texts.with(
            "demo.sign_in",
            &[
                ("officer", OFFICER),
                ("approver", APPROVER),
                ("password", PASSWORD),
            ],
        )
    }

    /// When something was observed: reports of a day carry no hour.
    pub fn seen(&self, at: &Timestamp) -> String {
        times::seen(*at, self.now, &self.zone, self.texts.0)
    }

    /// What the journal keeps beside an action, as far as it is meant for people: a reason, or what two people agreed on.
    pub fn told_by(&self, action: &str, detail: &str) -> String {
        match detail
            .strip_prefix("audience ")
            .and_then(|rest| rest.split_once(" hash "))
        {
            Some((n, hash)) => self
                .texts
                .with("operator.journal_agreed", &[("n", n), ("hash", hash)]),
            None if action == "warning.returned" => detail.to_string(),
            None => String::new(),
        }
    }

    /// A time that may not have come yet.
    pub fn moment_or_dash(&self, at: &Option<Timestamp>) -> String {
        at.as_ref()
            .map_or_else(|| "–".to_string(), |at| self.moment(at))
    }

    /// A number as the reader's language groups it.
    pub fn number(&self, n: &u64) -> String {
        grouped(*n, self.texts.0)
    }
}

/// Escapes one segment of a path: everything but letters, digits, `-`, `.`, `_` and `~`.
pub fn segment(text: &str) -> String {
    let mut path = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                path.push(char::from(byte))
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

/// One thing that is wrong with a form, and the field it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Id of the input.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

/// The words in the reader's language.
pub struct Words(pub Texts);

impl<S: Send + Sync> FromRequestParts<S> for Words {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Texts(layout::language(None, &parts.headers))))
    }
}

/// Why a page could not be shown or a form not be taken.
#[derive(Debug)]
pub enum Trouble {
    /// There is no such thing.
    NotFound,
    /// This account may not do that; the sentence says who may.
    NotAllowed(Refusal),
    /// The rule that was broken, in a sentence.
    Refused(String),
    /// It failed inside.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        let error = error.into();
        match as_denied(&error) {
            Some(denied) => Self::NotAllowed(denied.clone()),
            None => Self::Failed(error),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed(_) => StatusCode::FORBIDDEN,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        // The layer below knows the reader's language and turns this into a page.
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[derive(Template)]
#[template(path = "operator/trouble.html")]
struct TroublePage {
    frame: Frame,
    sentence: String,
}

/// Turns [`Trouble`] into a page in the reader's language, and logs what failed once.
pub async fn explain(State(context): State<Context>, request: Request, next: Next) -> Response {
    let t = Texts(layout::language(None, request.headers()));
    let mut response = next.run(request).await;
    let trouble = response.extensions_mut().remove::<Arc<Trouble>>();
    if let Some(trouble) = trouble {
        let (title, sentence) = match &*trouble {
            Trouble::NotFound => (
                t.get("operator.not_found"),
                t.get("operator.not_found_next"),
            ),
            Trouble::NotAllowed(denied) => {
                (t.get("operator.not_allowed"), refusal_words(denied, t))
            }
            Trouble::Refused(sentence) => (t.get("operator.refused"), sentence.clone()),
            Trouble::Failed(error) => {
                tracing::error!(error = in_english(error), "an operator page failed");
                (
                    t.get("operator.failed"),
                    t.with("operator.failed_next", &[("error", &told(error, t))]),
                )
            }
        };
        let frame = Frame::new(&context, t, None, "", &title);
        let status = response.status();
        response = match (TroublePage { frame, sentence }).render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(error) => (status, error.to_string()).into_response(),
        };
    }
    response
}

/// A rendered page.
pub fn page(template: &impl Template) -> Result<Response, Trouble> {
    Ok(Html(template.render()?).into_response())
}

/// A rendered page that says what is wrong with a form.
pub fn page_with_errors(template: &impl Template) -> Result<Response, Trouble> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}

/// After a form: see the page that shows what came of it.
pub fn see(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(value) => (StatusCode::SEE_OTHER, [(LOCATION, value)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The style of these pages, on top of the common one.
pub async fn stylesheet() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/css; charset=utf-8"),
            (CACHE_CONTROL, "max-age=300"),
        ],
        include_str!("desk.css"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_escaped_whole() {
        assert_eq!(
            segment("https://a.b|X-1 ü/../"),
            "https%3A%2F%2Fa.b%7CX-1%20%C3%BC%2F..%2F"
        );
    }
}
