//! One warning for one company as a mail: subject, text and HTML, in the reader's language.
//!
//! The words live in `templates/<language>/`; here only the facts are put in order. The text part says
//! everything the HTML part says. Nothing is sent from here.

use crate::catalogue;
use crate::times;
use crate::wrap::{one_line, wrap};
use askama::Template;
use jiff::tz::TimeZone;
use tuermer_core::locale::Language;
use tuermer_core::scale::{Certainty, Level, Status, Urgency};
use tuermer_core::warning::{MessageType, Recipient, Warning, WarningText};

/// Who warns, in the language of the reader.
#[derive(Debug, Clone)]
pub struct Sender {
    /// `IHK Musterstadt`
    pub name: String,
    /// Number for answers and help.
    pub phone: String,
    /// When that number is answered.
    pub hours: String,
    /// Where the reader finds a number that proves us: `auf Ihrem letzten Beitragsbescheid`.
    pub proof: String,
    /// Legal basis, may be empty.
    pub legal: String,
    /// Address as people type it, without scheme: `ihk-musterstadt.example`.
    pub typed_host: String,
    /// Zone in which times are told.
    pub zone: TimeZone,
}

/// A composed mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line, with the number of the warning at its end.
    pub subject: String,
    /// Second line of the inbox.
    pub preheader: String,
    /// The text part; complete.
    pub text: String,
    /// The HTML part; no image, no script, no request.
    pub html: String,
}

/// Composes the mail of one recipient. `link` is the recipient's own page, `sent_at` the time as text
/// (see [`times::full_moment`]); the same arguments give the same bytes.
pub fn compose(
    warning: &Warning,
    text: &WarningText,
    recipient: &Recipient,
    sender: &Sender,
    link: &str,
    drill: bool,
    sent_at: &str,
) -> Mail {
    let view = View::new(warning, text, recipient, sender, link, drill, sent_at);
    let (plain, html) = if warning.message_type == MessageType::Cancel {
        (
            correction_text(text.language, &view),
            correction_html(text.language, &view),
        )
    } else {
        (
            warning_text(text.language, &view),
            warning_html(text.language, &view),
        )
    };
    Mail {
        subject: subject(warning, text, drill),
        preheader: view.preheader.clone(),
        // The templates only print strings into a string, which cannot fail; an empty part is refused at submission.
        text: wrap(&plain.unwrap_or_default()),
        html: html.unwrap_or_default(),
    }
}

fn subject(warning: &Warning, text: &WarningText, drill: bool) -> String {
    let headline = if drill {
        catalogue::of(text.language).with("mail.drill", &[("headline", &text.headline)])
    } else {
        text.headline.clone()
    };
    one_line(&format!("{headline} [{}]", warning.number))
}

/// One numbered step after the first.
struct Step {
    number: usize,
    lead: String,
    rest: String,
}

/// Everything a template prints.
struct View {
    drill: bool,
    language: &'static str,
    sender: String,
    level: u8,
    colour: &'static str,
    tint: &'static str,
    number: String,
    replaces: String,
    sent_at: String,
    headline: String,
    headline_upper: String,
    preheader: String,
    article: bool,
    name: String,
    strength: u8,
    reason: String,
    seen: String,
    question: String,
    today: bool,
    provider: String,
    provider_phone: String,
    provider_tel: String,
    say: String,
    steps: Vec<Step>,
    phone: String,
    tel: String,
    hours: String,
    link: String,
    not_affected: String,
    happened: String,
    proof: String,
    address: String,
    talk: String,
    identifiers: String,
    versions: String,
    legal: String,
}

// One function for each template, with an arm for each language; see `build.rs`.
include!(concat!(env!("OUT_DIR"), "/warning_text.rs"));
include!(concat!(env!("OUT_DIR"), "/warning_html.rs"));
include!(concat!(env!("OUT_DIR"), "/correction_text.rs"));
include!(concat!(env!("OUT_DIR"), "/correction_html.rs"));

impl View {
    fn new(
        warning: &Warning,
        text: &WarningText,
        recipient: &Recipient,
        sender: &Sender,
        link: &str,
        drill: bool,
        sent_at: &str,
    ) -> Self {
        let name = one_line(&recipient.name);
        let (provider_phone, provider_tel) = telephone(&recipient.provider_phone);
        let (phone, tel) = telephone(&sender.phone);
        let (colour, tint) = colours(warning.level);
        let headline = one_line(&text.headline);
        let replaces = warning.replaces.as_ref();
        Self {
            drill,
            language: text.language.code(),
            sender: sender.name.clone(),
            level: warning.level.number(),
            colour,
            tint,
            number: warning.number.to_string(),
            replaces: replaces.map_or(String::new(), ToString::to_string),
            sent_at: sent_at.to_string(),
            headline_upper: headline.to_uppercase(),
            headline,
            preheader: one_line(&text.preheader),
            article: feminine(&name),
            name,
            strength: strength(recipient.status, recipient.certainty),
            reason: sentence(&recipient.reason),
            seen: times::seen(
                recipient.seen_at,
                warning.drafted_at,
                &sender.zone,
                text.language,
            ),
            question: one_line(&recipient.question),
            today: warning.urgency == Urgency::Today,
            provider: one_line(&recipient.provider_name),
            provider_phone,
            provider_tel,
            say: one_line(&text.say),
            steps: further_steps(text),
            phone,
            tel,
            hours: sender.hours.clone(),
            link: link.to_string(),
            not_affected: one_line(&text.not_affected),
            happened: sentence(&text.what_happened),
            proof: sender.proof.clone(),
            address: format!("{}/w/{}", sender.typed_host, warning.number),
            talk: one_line(&text.talk),
            identifiers: one_line(&text.identifiers),
            versions: one_line(&text.versions),
            legal: sender.legal.clone(),
        }
    }
}

/// The steps after the first, numbered from 2.
fn further_steps(text: &WarningText) -> Vec<Step> {
    [&text.otherwise, &text.afterwards]
        .into_iter()
        .map(|step| one_line(step))
        .filter(|step| !step.is_empty())
        .zip(2..)
        .map(|(step, number)| numbered(number, &step))
        .collect()
}

fn numbered(number: usize, step: &str) -> Step {
    let (lead, rest) = lead(step);
    Step { number, lead, rest }
}

/// The first sentence of a step, which leads and is bold in HTML, and the rest.
pub fn lead(step: &str) -> (String, String) {
    let end = step
        .find(['.', '?', '!', ':'])
        .map_or(step.len(), |at| at.saturating_add(1));
    let (lead, rest) = step.split_at_checked(end).unwrap_or((step, ""));
    (lead.to_string(), rest.trim().to_string())
}

/// How strong the sentence is: 3 "is", 2 "probably", 1 "may be". An undecided verdict is never worded as certain.
pub fn strength(status: Status, certainty: Certainty) -> u8 {
    match (status, certainty) {
        (Status::Affected, Certainty::Observed) => 3,
        (Status::Affected, Certainty::Likely)
        | (Status::Unknown, Certainty::Likely | Certainty::Observed) => 2,
        _ => 1,
    }
}

/// German puts "Die" before a company whose name ends in a legal form.
pub fn feminine(name: &str) -> bool {
    const FORMS: &[&str] = &[
        "GmbH",
        "mbH",
        "AG",
        "KG",
        "OHG",
        "GbR",
        "UG",
        "SE",
        "eG",
        "KGaA",
        "PartG",
        "PartGmbB",
        "(haftungsbeschränkt)",
    ];
    name.rsplit(' ')
        .next()
        .is_some_and(|last| FORMS.contains(&last))
}

/// One line that ends like a sentence.
pub fn sentence(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() || text.ends_with(['.', '?', '!']) {
        text
    } else {
        format!("{text}.")
    }
}

/// A number as people read it in Germany, and as a telephone dials it; the second is empty where it cannot be dialled.
pub fn telephone(text: &str) -> (String, String) {
    let text = one_line(text);
    let Ok(number) = phonenumber::parse(Some(phonenumber::country::DE), &text) else {
        return (text, String::new());
    };
    let dialled = number.format().mode(phonenumber::Mode::E164).to_string();
    // What a person typed with its blanks and hyphens is kept; only bare E.164 is made readable.
    let readable = if !text.starts_with('+') {
        text
    } else if number.code().value() == 49 {
        number
            .format()
            .mode(phonenumber::Mode::National)
            .to_string()
    } else {
        number
            .format()
            .mode(phonenumber::Mode::International)
            .to_string()
    };
    (readable, dialled)
}

/// Bar and tint of a level. White text on each bar has a contrast of at least 5.9 : 1.
fn colours(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Extreme => ("#b3001b", "#fde3e6"),
        Level::Serious => ("#8f4a00", "#fdeede"),
        Level::Elevated => ("#715600", "#fdf5d8"),
        Level::Notice => ("#4a5260", "#eef1f5"),
    }
}

#[cfg(test)]
mod language_tests;
#[cfg(test)]
pub(crate) mod tests;
