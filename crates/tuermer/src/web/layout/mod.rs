//! What every page shares: frame, stylesheet, the way a page becomes a response, and the page for what went wrong.
//!
//! A page is an askama template that extends `base.html` (blocks `title`, `head`, `tools`, `main`) and has a
//! field `frame: Frame`. Everything in it is escaped unless the template says `|safe`.

use crate::context::Context;
use crate::keys::sha256;
use crate::refusal::in_english;
use crate::text::Texts;
use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::sync::LazyLock;
use tuermer_core::locale::Language;

/// The one stylesheet.
pub const STYLESHEET: &str = include_str!("app.css");

/// Its address; the name changes with the content, so that it may be kept for ever.
pub static STYLESHEET_PATH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "/app-{}.css",
        sha256(STYLESHEET.as_bytes())
            .chars()
            .take(12)
            .collect::<String>()
    )
});

/// A link of the navigation.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// Words.
    pub text: String,
    /// This page.
    pub current: bool,
}

/// The same page in another language.
#[derive(Debug, Clone)]
pub struct LanguageLink {
    /// Where to.
    pub href: String,
    /// The language's own name.
    pub text: String,
    /// ISO 639-1.
    pub language: &'static str,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Words in the reader's language.
    pub texts: Texts,
    /// Title of the page, without the chamber's name.
    pub title: String,
    /// Who warns.
    pub chamber: String,
    /// "DEMO – nichts wird verschickt".
    pub demo: bool,
    /// ÜBUNG, in another colour.
    pub drill: bool,
    /// Wide column for pictures and tables.
    pub wide: bool,
    /// Navigation at the top.
    pub nav: Vec<Link>,
    /// The same page in other languages; may be empty.
    pub other_languages: Vec<LanguageLink>,
}

impl Frame {
    /// A frame with the public navigation.
    pub fn new(context: &Context, language: Language, title: &str) -> Self {
        let texts = Texts(language);
        let link = |href: &str, key: &str| Link {
            href: href.into(),
            text: texts.get(key),
            current: false,
        };
        Self {
            texts,
            title: title.to_string(),
            chamber: context.config.chamber.name.clone(),
            demo: context.demo,
            // The demo runs on the data directory of a drill; its own words fit better.
            drill: context.drill && !context.demo,
            wide: false,
            nav: vec![
                link("/lage", "public.nav_situation"),
                link("/melden", "public.nav_report"),
                link("/hilfe", "public.nav_help"),
            ],
            other_languages: Vec::new(),
        }
    }

    /// The same with a wide column.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// The same with other links at the top; `(href, words)`. The one equal to `here` is marked.
    #[must_use]
    pub fn with_nav(mut self, links: &[(&str, String)], here: &str) -> Self {
        self.nav = links
            .iter()
            .map(|(href, text)| Link {
                href: (*href).to_string(),
                text: text.clone(),
                current: *href == here,
            })
            .collect();
        self
    }

    /// The same with a link to this page in the other language; `path` may carry a query.
    #[must_use]
    pub fn in_other_language(mut self, path: &str) -> Self {
        let joint = if path.contains('?') { '&' } else { '?' };
        let others = Language::ALL
            .into_iter()
            .filter(|language| *language != self.texts.0);
        self.other_languages = others
            .map(|language| LanguageLink {
                href: format!("{path}{joint}lang={}", language.code()),
                text: Texts(language).get("general.language_name"),
                language: language.code(),
            })
            .collect();
        self
    }

    /// Words for `key`.
    pub fn t(&self, key: &str) -> String {
        self.texts.get(key)
    }

    /// ISO 639-1 code of the page.
    pub fn language(&self) -> &'static str {
        self.texts.0.code()
    }

    /// Address of the stylesheet.
    pub fn stylesheet(&self) -> &'static str {
        &STYLESHEET_PATH
    }
}

/// The reader's language: `lang=` of the address, else the browser's first known one, else German.
pub fn language(asked: Option<&str>, headers: &HeaderMap) -> Language {
    if let Some(language) = asked.and_then(Language::parse) {
        return language;
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    accepted
        .split(',')
        .find_map(Language::parse)
        .unwrap_or_default()
}

/// One segment of a path: everything but letters, digits, `-`, `.`, `_` and `~` escaped.
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

/// A page as a response.
pub fn page<T: Template>(template: &T) -> Response {
    page_with(StatusCode::OK, template)
}

/// A page with a status.
pub fn page_with<T: Template>(status: StatusCode, template: &T) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => PageError::from(anyhow::Error::from(error)).into_response(),
    }
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    frame: Frame,
    heading: String,
    text: String,
}

/// A page of one heading and one sentence: what happened and what to do next.
pub fn notice(
    context: &Context,
    language: Language,
    status: StatusCode,
    heading_key: &str,
    text_key: &str,
) -> Response {
    let heading = Texts(language).get(heading_key);
    let frame = Frame::new(context, language, &heading);
    let text = frame
        .texts
        .with(text_key, &[("phone", &context.config.chamber.phone_help)]);
    page_with(
        status,
        &Notice {
            frame,
            heading,
            text,
        },
    )
}

/// The page for an address that leads nowhere.
pub fn not_found(context: &Context, language: Language) -> Response {
    notice(
        context,
        language,
        StatusCode::NOT_FOUND,
        "public.not_found",
        "public.not_found_text",
    )
}

/// A page that could not be made. The cause goes to the log, never to the reader.
#[derive(Debug)]
pub struct PageError(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What the reader sees when we fail; no store, no template may be needed for it.
pub const FAILED: &str = "<!doctype html><html lang=\"de\"><meta charset=\"utf-8\"><title>Fehler</title><h1>Das hat nicht geklappt.</h1><p>Bitte laden Sie die Seite noch einmal. Ihre Daten sind nicht verloren.<p lang=\"en\">This did not work. Please load the page again. Nothing was lost.";

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        tracing::error!(error = in_english(&self.0), "a page could not be made");
        (StatusCode::INTERNAL_SERVER_ERROR, Html(FAILED)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_stays_small() {
        assert!(STYLESHEET.len() <= 8 * 1024, "{} bytes", STYLESHEET.len());
    }

    #[test]
    fn the_first_known_language_wins() {
        for (asked, accepted, expected) in [
            (None, "", Language::German),
            (None, "fr,en;q=0.8,de;q=0.5", Language::English),
            (None, "de-AT,en", Language::German),
            (Some("en"), "de", Language::English),
            (Some("xx"), "en", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(language(asked, &headers), expected, "{asked:?} {accepted}");
        }
    }
}
