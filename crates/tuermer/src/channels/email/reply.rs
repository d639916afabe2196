//! What a mail server answers to one command, in time or not.

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use std::future::Future;
use std::time::Duration;

/// Longest answer of a server that is kept, in characters.
const ANSWER_CHARACTERS: usize = 200;

/// What was answered.
pub(super) enum Reply {
    /// 2xx or 3xx.
    Yes,
    /// 4xx or 5xx.
    No {
        /// The status.
        code: u16,
        /// It will not change.
        permanent: bool,
        /// With its code.
        words: String,
    },
    /// Nothing that could be read, or nothing in time.
    Broken(String),
}

/// Gives a command its answer, or up.
pub(super) async fn within(
    patience: Duration,
    command: impl Future<Output = Result<Response, Error>>,
) -> Reply {
    match tokio::time::timeout(patience, command).await {
        Ok(Ok(_)) => Reply::Yes,
        Ok(Err(error)) => match error.status() {
            Some(code) => Reply::No {
                code: code.into(),
                permanent: error.is_permanent(),
                words: words(&error),
            },
            None => Reply::Broken(words(&error)),
        },
        Err(_) => Reply::Broken(format!("no answer in {} s", patience.as_secs())),
    }
}

/// The server's words without control characters, shortened.
pub(super) fn words(error: &Error) -> String {
    let text = error.to_string();
    let text = text
        .strip_prefix("permanent error ")
        .or_else(|| text.strip_prefix("transient error "))
        .unwrap_or(&text);
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(ANSWER_CHARACTERS)
        .collect()
}
