//! The steps of two people: one submits, another releases or sends back, anybody stops.

use super::{Refused, again, find};
use crate::acts::warn;
use crate::context::Context;
use crate::refusal::told as told_error;
use crate::web::operator::frame::{Trouble, see, segment};
use crate::web::operator::session::{SignedIn, password_fits};
use axum::extract::{Form, Path, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::approval::Refusal;
use tuermer_core::ids::WarningNumber;
use tuermer_core::rights::Act;

/// Hands the warning to the second person.
pub async fn submit(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    who.must(Act::SubmitWarning)?;
    let warning = find(&context, &number).await?;
    match warn::submit(&context, &warning.number, &who.actor()).await {
        Ok(_) => Ok(see(&format!("/warnung/{}", segment(&number)))),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "einreichen",
                told_error(&error, who.t),
                Refused::default(),
            )
            .await
        }
    }
}

/// What the second person sends.
#[derive(Deserialize)]
pub struct Release {
    #[serde(default)]
    count: String,
    #[serde(default)]
    content_hash: String,
    #[serde(default)]
    password: String,
}

/// Releases: typed number, the hash of what was on screen, and the password once more.
pub async fn approve(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(form): Form<Release>,
) -> Result<Response, Trouble> {
    let Release {
        count,
        content_hash,
        password,
    } = form;
    let warning = find(&context, &number).await?;
    let trouble = match password_trouble(&context, &who, password).await? {
        Some(sentence) => Some(("password", sentence)),
        None => release(&context, &who, &warning.number, &count, &content_hash).await?,
    };
    let Some((field, sentence)) = trouble else {
        return Ok(see(&format!("/warnung/{}/verlauf", segment(&number))));
    };
    let refused = Refused {
        typed: count,
        ..Refused::default()
    };
    again(&context, &who, warning, field, sentence, refused).await
}

/// Why the password does not do; nothing where it is the account's own.
async fn password_trouble(
    context: &Context,
    who: &SignedIn,
    password: String,
) -> Result<Option<String>, Trouble> {
    match password_fits(context, &who.account.name, password).await {
        Ok(Some(_)) => Ok(None),
        Ok(None) => Ok(Some(who.t.get("operator.approve_password"))),
        Err(error) => match crate::refusal::refused(&error, who.t) {
            Some(sentence) => Ok(Some(sentence)),
            None => Err(error.into()),
        },
    }
}

/// Releases, or says at which field why not. `count`: the typed number of recipients, grouped as people write it.
async fn release(
    context: &Context,
    who: &SignedIn,
    number: &WarningNumber,
    count: &str,
    content_hash: &str,
) -> Result<Option<(&'static str, String)>, Trouble> {
    let digits: String = count
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.' && *c != '\u{202f}')
        .collect();
    let Ok(typed) = digits.parse::<u64>() else {
        return Ok(Some(("count", who.t.get("operator.approve_count"))));
    };
    let outcome = warn::approve(context, number, &who.actor(), typed, content_hash).await?;
    Ok(outcome.err().map(|refusal| {
        let (field, key) = field_and_sentence(refusal);
        (field, who.t.get(key))
    }))
}

/// Which field a refusal belongs to and the sentence that tells it.
fn field_and_sentence(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::SamePerson => ("freigeben", "operator.approve_same"),
        Refusal::NotSubmitted => ("freigeben", "operator.approve_not_submitted"),
        Refusal::WrongCount => ("count", "operator.approve_count"),
        Refusal::Changed => ("freigeben", "operator.approve_changed"),
        Refusal::NotAllowed => ("freigeben", "operator.approve_not_allowed"),
    }
}

/// Why it is sent back.
#[derive(Deserialize)]
pub struct Return {
    #[serde(default)]
    reason: String,
}

/// Sends the warning back to its author.
pub async fn send_back(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(Return { reason }): Form<Return>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    if reason.trim().is_empty() {
        return again(
            &context,
            &who,
            warning,
            "reason",
            who.t.get("operator.return_reason"),
            Refused::default(),
        )
        .await;
    }
    match warn::send_back(&context, &warning.number, &who.actor(), &reason).await {
        Ok(()) => Ok(see("/heute")),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "reason",
                told_error(&error, who.t),
                Refused {
                    reason,
                    ..Refused::default()
                },
            )
            .await
        }
    }
}

/// One press by one person, whatever the role.
pub async fn stop(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    match warn::stop(&context, &warning.number, &who.actor()).await {
        Ok(_) => Ok(see(&format!("/warnung/{}", segment(&number)))),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "stop",
                told_error(&error, who.t),
                Refused::default(),
            )
            .await
        }
    }
}
