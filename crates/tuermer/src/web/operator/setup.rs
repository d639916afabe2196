//! The page behind the one-time link: choose a name (first account only) and a password.
//!
//! The link's token stands behind `#`, so that no server or proxy writes it into a log. A small script of
//! our own copies it into the form; without JavaScript it is pasted. The first step only looks; the
//! second one uses the link up.

use super::frame::{FieldError, Frame, Trouble, Words, page, page_with_errors};
use super::session::enter;
use crate::acts::account::{self, hash_password};
use crate::context::Context;
use crate::store::people::invitations::Invitation;
use crate::text::Texts;
use askama::Template;
use axum::extract::{Form, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tuermer_core::limits;
use tuermer_core::rights::{Actor, is_account_name};

#[derive(Template)]
#[template(path = "operator/setup.html")]
struct SetupPage {
    frame: Frame,
    errors: Vec<FieldError>,
    token: String,
    /// Set once the link was found to be valid.
    invitation: Option<Invitation>,
    name: String,
    shortest: u64,
}

impl SetupPage {
    fn new(context: &Context, t: Texts) -> Self {
        let mut frame = Frame::new(context, t, None, "", &t.get("operator.setup"));
        frame.script = Some("/einrichten.js");
        Self {
            frame,
            errors: Vec::new(),
            token: String::new(),
            invitation: None,
            name: String::new(),
            shortest: limits::PASSWORD_CHARACTERS as u64,
        }
    }
}

/// The form into which the link's token goes.
pub async fn show(State(context): State<Context>, Words(t): Words) -> Result<Response, Trouble> {
    with_script(page(&SetupPage::new(&context, t))?)
}

/// This page alone may run a script: its own.
fn with_script(mut response: Response) -> Result<Response, Trouble> {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

/// The script that copies the token into the form and takes it out of the address line.
pub async fn script() -> impl IntoResponse {
    (
        [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (CACHE_CONTROL, "max-age=300"),
        ],
        include_str!("setup.js"),
    )
}

/// What the forms send; a password only in the second step.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    password: Option<String>,
    #[serde(default)]
    again: String,
}

/// Step one shows the second form; step two sets the password and signs in.
pub async fn submit(
    State(context): State<Context>,
    Words(t): Words,
    Form(answer): Form<Answer>,
) -> Result<Response, Trouble> {
    let Answer {
        token,
        name,
        password,
        again,
    } = answer;
    // People paste the whole link as well.
    let token = token
        .rsplit('#')
        .next()
        .unwrap_or_default()
        .trim()
        .to_string();
    let mut form = SetupPage::new(&context, t);
    let Some(invitation) = context.store.invitation(context.now(), &token).await? else {
        form.errors.push(FieldError {
            field: "token",
            text: t.get("operator.setup_gone"),
        });
        return with_script(page_with_errors(&form)?);
    };
    let name = match &invitation {
        Invitation::First => name.trim().to_string(),
        Invitation::Of(name) => name.clone(),
    };
    form.token = token;
    form.name.clone_from(&name);
    let first = invitation == Invitation::First;
    form.invitation = Some(invitation);
    let Some(password) = password else {
        return with_script(page(&form)?);
    };
    form.errors = mistakes(t, first, &name, &password, &again);
    if !form.errors.is_empty() {
        return with_script(page_with_errors(&form)?);
    }
    let hasher = context.clone();
    let hash = tokio::task::spawn_blocking(move || hash_password(&hasher, &password)).await??;
    let actor = Actor::Anyone {
        source: "/einrichten".into(),
    };
    match account::accept(&context, &actor, &form.token, &name, &hash).await? {
        true => enter(&context, &name, "/heute").await,
        false => {
            form.invitation = None;
            form.errors.push(FieldError {
                field: "token",
                text: t.get("operator.setup_gone"),
            });
            with_script(page_with_errors(&form)?)
        }
    }
}

/// What is wrong with name and password.
fn mistakes(t: Texts, first: bool, name: &str, password: &str, again: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if first && !is_account_name(name) {
        errors.push(FieldError {
            field: "name",
            text: t.get("operator.setup_name_wrong"),
        });
    }
    if password.chars().count() < limits::PASSWORD_CHARACTERS {
        errors.push(FieldError {
            field: "password",
            text: t.with(
                "operator.setup_short",
                &[("n", &limits::PASSWORD_CHARACTERS.to_string())],
            ),
        });
    }
    if password != again {
        errors.push(FieldError {
            field: "again",
            text: t.get("operator.setup_different"),
        });
    }
    errors
}
