//! Signing in and out. The session's token lies in a cookie that no script and no other site can use.

use super::frame::{FieldError, Frame, Trouble, Words, page, page_with_errors, see, segment};
use crate::acts::{self, account};
use crate::context::Context;
use crate::refusal::refused;
use crate::store::people::accounts::Account;
use crate::text::Texts;
use crate::web::layout;
use askama::Template;
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tuermer_core::ids::UserName;
use tuermer_core::limits;
use tuermer_core::rights::{Act, Actor};

/// Name of the session's cookie.
const COOKIE_NAME: &str = "tuermer_session";

/// Who is signed in; a page that takes this sends everybody else to the sign-in page.
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The words in the reader's language.
    pub t: Texts,
}

impl SignedIn {
    /// The account's name as the core knows it.
    pub fn name(&self) -> UserName {
        UserName(self.account.name.clone())
    }

    /// Who acts when this person does.
    pub fn actor(&self) -> Actor {
        self.account.actor()
    }

    /// Refuses before anything is looked up; the act itself asks the same table again.
    pub fn must(&self, act: Act) -> Result<(), Trouble> {
        Ok(acts::allow(&self.actor(), act)?)
    }

    /// The frame of a page.
    pub fn frame(&self, context: &Context, here: &str, title: &str) -> Frame {
        Frame::new(context, self.t, Some(&self.account), here, title)
    }
}

impl FromRequestParts<Context> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Response> {
        let t = Texts(layout::language(None, &parts.headers));
        let account = match token(&parts.headers) {
            Some(token) => context
                .store
                .session(context.now(), &token)
                .await
                .map_err(|error| Trouble::Failed(error).into_response())?,
            None => None,
        };
        account.map(|account| Self { account, t }).ok_or_else(|| {
            let path = parts.uri.path();
            let back = if parts.method == Method::GET && path != "/heute" {
                format!("?weiter={}", segment(path))
            } else {
                String::new()
            };
            see(&format!("/anmelden{back}"))
        })
    }
}

/// The session's token of a request.
fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, token)| token.to_string())
}

/// The header that sets (or, with zero seconds, removes) the session's cookie.
fn cookie(context: &Context, token: &str, seconds: i64) -> Result<HeaderValue, Trouble> {
    let secure = if context.config.chamber.base_url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    Ok(HeaderValue::from_str(&format!(
        "{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"
    ))?)
}

/// Somebody who has proven nothing yet.
fn at_the_door() -> Actor {
    Actor::Anyone {
        source: "/anmelden".into(),
    }
}

/// Opens a session for the account of this name and sends the browser to `path`.
pub async fn enter(context: &Context, name: &str, path: &str) -> Result<Response, Trouble> {
    let token = account::open_session(context, &at_the_door(), name).await?;
    let mut response = see(path);
    response.headers_mut().insert(
        SET_COOKIE,
        cookie(context, &token, limits::SESSION_HOURS.saturating_mul(3_600))?,
    );
    Ok(response)
}

#[derive(Template)]
#[template(path = "operator/sign_in.html")]
struct SignInPage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    onward: String,
}

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
pub struct Onward {
    #[serde(default)]
    weiter: String,
}

/// A path of our own; anything else would let a link lead to a stranger's page.
fn own_path(path: &str) -> &str {
    let strange = !path.starts_with('/')
        || path.starts_with("//")
        || path.contains(['\\', '?', '#'])
        || path.chars().any(char::is_control);
    if strange { "/heute" } else { path }
}

/// The sign-in form.
pub async fn show(
    State(context): State<Context>,
    Words(t): Words,
    Query(Onward { weiter }): Query<Onward>,
) -> Result<Response, Trouble> {
    let frame = Frame::new(&context, t, None, "", &t.get("operator.sign_in"));
    page(&SignInPage {
        frame,
        errors: Vec::new(),
        name: String::new(),
        onward: own_path(&weiter).to_string(),
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    weiter: String,
}

/// Checks name and password.
pub async fn submit(
    State(context): State<Context>,
    Words(t): Words,
    Form(credentials): Form<Credentials>,
) -> Result<Response, Trouble> {
    let Credentials {
        name,
        password,
        weiter,
    } = credentials;
    let name = name.trim().to_string();
    let sentence = match password_fits(&context, &name, password).await {
        Ok(Some(account)) => {
            return enter(&context, &account.name, &encoded(own_path(&weiter))).await;
        }
        Ok(None) => t.get("operator.sign_in_wrong"),
        Err(error) => refused(&error, t).ok_or(Trouble::Failed(error))?,
    };
    let frame = Frame::new(&context, t, None, "", &t.get("operator.sign_in"));
    page_with_errors(&SignInPage {
        frame,
        errors: vec![FieldError {
            field: "name",
            text: sentence,
        }],
        name,
        onward: own_path(&weiter).to_string(),
    })
}

/// A decoded path as it may stand in a header.
fn encoded(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Checks a password away from the threads that serve pages: it costs tens of milliseconds on purpose.
pub async fn password_fits(
    context: &Context,
    name: &str,
    password: String,
) -> anyhow::Result<Option<Account>> {
    let (context, name) = (context.clone(), name.to_string());
    let handle = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        handle.block_on(account::sign_in(&context, &at_the_door(), &name, &password))
    })
    .await?
}

/// Ends the session.
pub async fn sign_out(
    State(context): State<Context>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    if let Some(token) = token(&headers) {
        account::close_session(&context, &at_the_door(), &token).await?;
    }
    let mut response = see("/anmelden");
    response
        .headers_mut()
        .insert(SET_COOKIE, cookie(&context, "", 0)?);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_followed() {
        for (path, expected) in [
            ("/warnung/W-2021-001", "/warnung/W-2021-001"),
            ("/warnung/Ü-2021-001", "/warnung/Ü-2021-001"),
            ("//evil.example", "/heute"),
            ("https://evil.example", "/heute"),
            ("/\\evil.example", "/heute"),
            ("/a\r\nSet-Cookie: x", "/heute"),
            ("", "/heute"),
        ] {
            assert_eq!(own_path(path), expected, "{path:?}");
        }
        assert_eq!(encoded("/warnung/Ü-2021-001"), "/warnung/%C3%9C-2021-001");
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(
            COOKIE,
            HeaderValue::from_static("a=b; tuermer_session=abc; c=d"),
        );
        assert_eq!(token(&headers).as_deref(), Some("abc"));
        headers.insert(COOKIE, HeaderValue::from_static("xtuermer_session=abc"));
        assert_eq!(token(&headers), None);
    }
}
