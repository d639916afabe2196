//! `/demo/post`: the mails of the demo, as text. Outside the demo these pages do not exist.

use super::outbox_letter::{self, Letter};
use crate::context::Context;
use crate::text::grouped;
use crate::web::layout::{Frame, PageError, language, not_found, page};
use anyhow::{Context as _, Result};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use std::io::Read as _;
use std::time::SystemTime;
use tuermer_core::limits::{MAIL_BYTES, OUTBOX_SHOWN};

#[derive(Template)]
#[template(path = "public/outbox.html")]
struct OutboxPage {
    frame: Frame,
    summary: String,
    /// File, addressee, subject.
    mails: Vec<(String, String, String)>,
    letter: Option<Letter>,
    base_url: String,
}

impl OutboxPage {
    /// The path of a line that is an address of our own.
    fn link<'a>(&self, line: &'a str) -> Option<&'a str> {
        line.trim()
            .strip_prefix(self.base_url.as_str())
            .filter(|path| path.starts_with('/'))
    }
}

/// The newest mails, and how many there are.
pub async fn list(
    State(context): State<Context>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let language = language(None, &headers);
    if !context.demo {
        return Ok(not_found(&context, language));
    }
    let folder = context.home.outbox();
    let (count, mails) = tokio::task::spawn_blocking(move || newest_mails(&folder)).await??;
    let frame = Frame::new(&context, language, "");
    let frame = Frame {
        title: frame.t("public.outbox"),
        ..frame
    };
    let count = grouped(u64::try_from(count)?, language);
    let summary = frame.texts.with(
        "public.outbox_summary",
        &[("count", &count), ("shown", &mails.len().to_string())],
    );
    Ok(page(&OutboxPage {
        frame,
        summary,
        mails,
        letter: None,
        base_url: String::new(),
    }))
}

/// One mail.
pub async fn show(
    State(context): State<Context>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let language = language(None, &headers);
    // Names are hashes; everything else, above all a way out of the folder, is not a mail.
    let stem = name.strip_suffix(".eml").unwrap_or("");
    let fine = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !context.demo || !fine {
        return Ok(not_found(&context, language));
    }
    let path = context.home.outbox().join(&name);
    let Ok(bytes) = tokio::fs::read(&path).await else {
        return Ok(not_found(&context, language));
    };
    let frame = Frame::new(&context, language, "");
    let frame = Frame {
        title: frame.t("public.outbox"),
        ..frame
    };
    let base_url = context.config.chamber.base_url.clone();
    Ok(page(&OutboxPage {
        frame,
        summary: String::new(),
        mails: Vec::new(),
        letter: Some(outbox_letter::read(&bytes)),
        base_url,
    }))
}

fn newest_mails(folder: &std::path::Path) -> Result<(usize, Vec<(String, String, String)>)> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let entries = entries.filter_map(std::result::Result::ok);
    let named = entries.filter_map(|entry| {
        Some((
            entry.metadata().ok()?.modified().ok()?,
            entry.file_name().into_string().ok()?,
        ))
    });
    let mut files: Vec<(SystemTime, String)> =
        named.filter(|(_, name)| name.ends_with(".eml")).collect();
    files.sort_unstable_by(|one, other| other.cmp(one));
    let count = files.len();
    files.truncate(OUTBOX_SHOWN);
    let told = |name: String| {
        let letter = read(&folder.join(&name));
        let (to, subject) = letter.map_or_else(
            || (name.clone(), String::new()),
            |letter| (letter.to, letter.subject),
        );
        (name, to, subject)
    };
    Ok((
        count,
        files.into_iter().map(|(_, name)| told(name)).collect(),
    ))
}

fn read(path: &std::path::Path) -> Option<Letter> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .ok()?
        .take(MAIL_BYTES as u64)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(outbox_letter::read(&bytes))
}
