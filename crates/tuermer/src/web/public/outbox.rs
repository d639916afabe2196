//! `/demo/post`: the mails of the demo, as text. Outside the demo these pages do not exist.

use crate::context::Context;
use crate::text::grouped;
use crate::web::layout::{Frame, PageError, language, not_found, page};
use anyhow::{Context as _, Result};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use std::io::Read as _;
use tuermer_core::limits::{MAIL_BYTES, OUTBOX_SHOWN};

#[derive(Template)]
#[template(path = "public/outbox.html")]
struct Page {
    frame: Frame,
    summary: String,
    mails: Vec<(String, String)>,
    mail: Option<String>,
}

/// The first mails by name, and how many there are.
pub async fn list(State(context): State<Context>, headers: HeaderMap) -> Result<Response, PageError> {
    let language = language(None, &headers);
    if !context.demo {
        return Ok(not_found(&context, language));
    }
    let folder = context.home.outbox();
    let (count, mails) = tokio::task::spawn_blocking(move || first_mails(&folder)).await??;
    let frame = Frame::new(&context, language, "");
    let frame = Frame { title: frame.t("public.outbox"), ..frame };
    let count = grouped(u64::try_from(count)?, language);
    let summary = frame.texts.with("public.outbox_summary", &[("count", &count), ("shown", &mails.len().to_string())]);
    Ok(page(&Page { frame, summary, mails, mail: None }))
}

/// One mail.
pub async fn show(State(context): State<Context>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let language = language(None, &headers);
    // Names are hashes; everything else, above all a way out of the folder, is not a mail.
    let stem = name.strip_suffix(".eml").unwrap_or("");
    let fine = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !context.demo || !fine {
        return Ok(not_found(&context, language));
    }
    let path = context.home.outbox().join(&name);
    let Ok(bytes) = tokio::fs::read(&path).await else { return Ok(not_found(&context, language)) };
    let frame = Frame::new(&context, language, "");
    let frame = Frame { title: frame.t("public.outbox"), ..frame };
    Ok(page(&Page { frame, summary: String::new(), mails: Vec::new(), mail: Some(String::from_utf8_lossy(&bytes).into_owned()) }))
}

fn first_mails(folder: &std::path::Path) -> Result<(usize, Vec<(String, String)>)> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|name| name.ends_with(".eml")).collect();
    names.sort_unstable();
    let count = names.len();
    names.truncate(OUTBOX_SHOWN);
    let named = |name: String| {
        let told = subject(&folder.join(&name)).unwrap_or_else(|| name.clone());
        (name, told)
    };
    Ok((count, names.into_iter().map(named).collect()))
}

/// `To: …` as written: what tells one mail of a dispatch from another.
fn subject(path: &std::path::Path) -> Option<String> {
    let mut head = Vec::new();
    std::fs::File::open(path).ok()?.take(MAIL_BYTES as u64).read_to_end(&mut head).ok()?;
    let text = String::from_utf8_lossy(&head);
    let line = text.lines().take_while(|line| !line.is_empty()).find(|line| line.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("to:")))?;
    Some(line.get(3..)?.trim().to_string())
}
