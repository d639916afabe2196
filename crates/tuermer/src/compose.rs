//! Who speaks, the link of one recipient, and the finished mail: the same for preview, page and dispatch.

use crate::context::Context;
use anyhow::{Result, anyhow};
use jiff::Timestamp;
use tuermer_core::ids::{OrganisationId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::warning::{Recipient, Warning};
use tuermer_formats::mail::{self, Mail, Sender};
use tuermer_formats::times;

/// The chamber in the words of one language.
pub fn sender(context: &Context, language: Language) -> Sender {
    let chamber = &context.config.chamber;
    Sender {
        name: chamber.name.clone(),
        phone: chamber.phone_help.clone(),
        hours: chamber.phone_hours(language).to_string(),
        proof: chamber.proof(language).to_string(),
        legal: chamber.legal(language).to_string(),
        typed_host: chamber.typed_host.clone(),
        zone: context.zone(),
    }
}

/// The page of one recipient; its token is made from the key and stored nowhere.
pub fn link(context: &Context, number: &WarningNumber, organisation: &OrganisationId) -> String {
    let token = context.keys.answer_token(number, organisation);
    // The only letter of a number outside ASCII is the Ü of a drill.
    let number = number.as_str().replace('Ü', "%C3%9C");
    format!("{}/w/{number}?t={token}", context.config.chamber.base_url)
}

/// Domain of our Message-IDs: that of the sender.
pub fn message_domain(context: &Context) -> String {
    let from = &context.config.mail.from;
    from.rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain)
        .to_string()
}

/// The mail of one recipient. It tells the time of release, so that every try gives the same bytes;
/// before the release it tells the time now.
///
/// # Errors
/// The warning has no text in the recipient's language.
pub fn mail(context: &Context, warning: &Warning, recipient: &Recipient) -> Result<Mail> {
    mail_at(
        context,
        warning,
        recipient,
        warning.approved_at.unwrap_or(context.now()),
    )
}

fn mail_at(
    context: &Context,
    warning: &Warning,
    recipient: &Recipient,
    at: Timestamp,
) -> Result<Mail> {
    let language = recipient.language;
    let text = warning.texts.iter().find(|text| text.language == language);
    let text =
        text.ok_or_else(|| anyhow!("{} has no text in {}", warning.number, language.code()))?;
    let sender = sender(context, language);
    let sent_at = times::full_moment(at, &sender.zone, language);
    let link = link(context, &warning.number, &recipient.organisation);
    Ok(mail::compose(
        warning,
        text,
        recipient,
        &sender,
        &link,
        context.drill && !context.demo,
        &sent_at,
    ))
}
