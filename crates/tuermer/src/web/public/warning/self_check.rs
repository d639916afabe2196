//! The self-check on the public page: "Do you run it yourselves?", then "is the update in?". Answers are links: nothing is
//! stored.

use super::Asked;
use crate::text::Texts;

/// Two questions instead of a name.
#[derive(Default)]
pub(super) struct SelfCheck {
    pub(super) heading: String,
    /// Empty where the heading says all.
    pub(super) text: String,
    /// Links with their words.
    pub(super) answers: Vec<(String, String)>,
    /// Good news is not shown in the colour of the warning.
    pub(super) calm: bool,
}

/// Query and words of a link.
type Link = (&'static str, &'static str);

const AGAIN: &[Link] = &[("", "public.check_again")];
const IN_THE_HOUSE: &[Link] = &[
    ("haus=ja", "public.yes"),
    ("haus=nein", "public.no"),
    ("haus=offen", "public.dont_know"),
];
const UPDATED: &[Link] = &[
    ("haus=ja&update=ja", "public.yes"),
    ("haus=ja&update=nein", "public.no"),
    ("haus=ja&update=offen", "public.dont_know"),
];

/// The question that is due, or what follows from the answers.
pub(super) fn self_check(texts: Texts, number: &str, product: &str, asked: &Asked) -> SelfCheck {
    let (heading, text, links) = question(asked);
    let product = [("product", product)];
    let lang = texts.0.code();
    let link = |(query, key): &Link| {
        let address = format!("/w/{number}?lang={lang}&{query}#check");
        (address, texts.get(key))
    };
    SelfCheck {
        heading: texts.with(heading, &product),
        text: match text {
            "" => String::new(),
            text => texts.with(text, &product),
        },
        answers: links.iter().map(link).collect(),
        calm: matches!(
            heading,
            "public.check_not_affected" | "public.check_updated"
        ),
    }
}

/// Heading, text and links.
fn question(asked: &Asked) -> (&'static str, &'static str, &'static [Link]) {
    match (asked.haus.as_deref(), asked.update.as_deref()) {
        (Some("nein"), _) => (
            "public.check_not_affected",
            "public.check_not_affected_text",
            AGAIN,
        ),
        (Some("offen"), _) => ("public.check_ask", "public.check_ask_text", AGAIN),
        (Some("ja"), Some("ja")) => ("public.check_updated", "public.check_updated_text", AGAIN),
        (Some("ja"), Some(_)) => ("public.check_affected", "public.check_affected_text", AGAIN),
        (Some("ja"), None) => ("public.check_update", "", UPDATED),
        _ => (
            "public.check_house",
            "public.check_house_text",
            IN_THE_HOUSE,
        ),
    }
}
