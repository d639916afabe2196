//! Results to stdout, talk to stderr; the only file that prints.

use crate::text::Texts;
use serde::Serialize;
use std::io::Write as _;

/// How this call speaks.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// One JSON object a line instead of sentences.
    pub json: bool,
    /// Language of sentences; keys and codes are never translated.
    pub texts: Texts,
    /// Never ask.
    pub no_input: bool,
}

impl Output {
    /// A line of the result.
    pub fn line(&self, text: &str) {
        // A closed pipe (`| head`) is not our failure.
        let _ = writeln!(anstream::stdout().lock(), "{}", visible(text));
    }

    /// A line of talk.
    pub fn say(&self, text: &str) {
        let _ = writeln!(anstream::stderr().lock(), "{}", visible(text));
    }

    /// One object of NDJSON.
    pub fn object<T: Serialize>(&self, object: &T) -> anyhow::Result<()> {
        let text = serde_json::to_string(object)?;
        let _ = writeln!(anstream::stdout().lock(), "{text}");
        Ok(())
    }
}

/// Names and file contents come from outside: control characters must not reach the terminal as commands.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}
