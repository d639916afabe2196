//! Mails of real recipients on the page of a warning, without the token with which the recipient answers.

use super::find;
use crate::acts::warn;
use crate::compose;
use crate::context::Context;
use crate::refusal::told as told_error;
use crate::web::operator::audience::chosen;
use crate::web::operator::frame::{Trouble, segment};
use crate::web::operator::session::SignedIn;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _, Response};
use tuermer_core::scale::Certainty;
use tuermer_core::warning::{Recipient, Warning};

/// A real recipient's mail.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) external_id: String,
    pub(super) to: String,
    pub(super) certainty: Certainty,
    pub(super) lang: &'static str,
    pub(super) subject: String,
    pub(super) text: String,
}

/// The mails of a few recipients, chosen so that each kind is among them.
pub(super) fn samples(
    context: &Context,
    warning: &Warning,
    audience: &[Recipient],
) -> Result<Vec<Sample>, Trouble> {
    let sample = |recipient: &Recipient| {
        let mail = compose::mail(context, warning, recipient)?;
        Ok(Sample {
            name: recipient.name.clone(),
            external_id: segment(&recipient.external_id),
            to: recipient.email().to_string(),
            certainty: recipient.certainty,
            lang: recipient.language.code(),
            subject: mail.subject,
            text: without_token(context, warning, recipient, &mail.text),
        })
    };
    chosen(audience).into_iter().map(sample).collect()
}

/// The text without the token with which the recipient answers.
fn without_token(
    context: &Context,
    warning: &Warning,
    recipient: &Recipient,
    text: &str,
) -> String {
    text.replace(
        &context
            .keys
            .answer_token(&warning.number, &recipient.organisation),
        "…",
    )
}

/// `/warnung/<number>/muster/<register number>` – the HTML part of a real recipient's mail, alone in a sandbox.
pub async fn sample(
    State(context): State<Context>,
    who: SignedIn,
    Path((number, external)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    let audience = warn::preview(&context, &warning)
        .await
        .map_err(|error| Trouble::Refused(told_error(&error, who.t)))?;
    let recipient = audience
        .iter()
        .find(|recipient| recipient.external_id == external)
        .ok_or(Trouble::NotFound)?;
    let html = without_token(
        &context,
        &warning,
        recipient,
        &compose::mail(&context, &warning, recipient)?.html,
    );
    let mut response = Html(html).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}
