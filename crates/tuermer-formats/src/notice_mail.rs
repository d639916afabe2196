//! One notice to one operator as a mail: what happened, and where the open notices stand.
//!
//! The words around the notice live in `templates/<language>/`. Nothing is sent from here.

use crate::mail::Mail;
use crate::wrap::{one_line, wrap};
use askama::Template;
use tuermer_core::locale::Language;

// One function for each template, with an arm for each language; see `build.rs`.
include!(concat!(env!("OUT_DIR"), "/notice_text.rs"));
include!(concat!(env!("OUT_DIR"), "/notice_html.rs"));

/// Composes the mail. `text` has paragraphs with an empty line between, `page` is where open notices are shown; the same
/// arguments give the same bytes.
pub fn compose(subject: &str, text: &str, page: &str, language: Language) -> Mail {
    let paragraphs: Vec<&str> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    let paragraphs = paragraphs.as_slice();
    let plain = notice_text(language, paragraphs, page);
    let html = notice_html(language, paragraphs, page);
    Mail {
        subject: one_line(subject),
        preheader: String::new(),
        // The templates only print strings into a string, which cannot fail.
        text: wrap(&plain.unwrap_or_default()),
        html: html.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_happened_and_nothing_of_it_is_markup() {
        let text = "The feed kev is silent <since> yesterday.\n\nIt was last heard on Monday.";
        for (language, word) in [
            (Language::German, "Hinweise"),
            (Language::English, "notices"),
        ] {
            let mail = compose("Türmer:\nx", text, "https://x.example/heute", language);
            assert_eq!(mail.subject, "Türmer: x");
            assert!(
                mail.text.contains("silent <since> yesterday.\n\nIt was"),
                "{}",
                mail.text
            );
            assert!(
                mail.html
                    .contains("<p>The feed kev is silent &#60;since&#62; yesterday.</p>"),
                "{}",
                mail.html
            );
            for part in [&mail.text, &mail.html] {
                assert!(
                    part.contains(word) && part.contains("https://x.example/heute"),
                    "{part}"
                );
            }
        }
    }
}
