//! Tell: mails each notice to every operator of `[operators] mail`, once, outside the pages.
//!
//! One row for each operator who was told; a notice is told when all of them have one. A kill between handing
//! over and noting sends the same mail again under the same Message-ID. Without an operator nothing is told here;
//! `status` and `feed list` then say so.

use super::deliver::lock;
use crate::acts::warn::compose::message_domain;
use crate::channels::folder;
use crate::channels::mime::{self, Outgoing};
use crate::channels::smtp::{Connection, Sent, Server};
use crate::config::Transport;
use crate::context::Context;
use crate::keys::sha256;
use crate::store::notices::Notice;
use crate::text::Texts;
use anyhow::{Context as _, Result};
use serde::Serialize;
use std::time::Duration;
use tokio::sync::watch;
use tuermer_core::delivery::Outcome;
use tuermer_core::limits::NOTICES_SHOWN;
use tuermer_core::locale::Language;

/// How often `serve` looks for notices.
const LOOK: Duration = Duration::from_secs(5);
/// The same after the mail server could not be used: a wrong log-in tried often locks an account.
const AWAY: Duration = Duration::from_secs(120);

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TellReport {
    /// Mails that left.
    pub sent: u64,
    /// Mails refused for good: an address in `[operators] mail` is wrong.
    pub refused: u64,
    /// Notices that still must be told.
    pub waiting: u64,
    /// The mail server cannot be used: why.
    pub away: Option<String>,
}

/// Mails everything that must be told.
///
/// # Errors
/// The store cannot be read or written, or the settings of the mail server are wrong.
pub async fn run(context: &Context) -> Result<TellReport> {
    let mut report = TellReport {
        waiting: context.store.notices_unmailed().await?,
        ..TellReport::default()
    };
    if report.waiting == 0 || context.config.operators.mail.is_empty() {
        return Ok(report);
    }
    // One process mails at a time; another one does it now, or the next round.
    let Some(lock) = lock::take(context).await? else {
        return Ok(report);
    };
    let result = alone(context, &mut report).await;
    lock.release().await;
    result?;
    report.waiting = context.store.notices_unmailed().await?;
    Ok(report)
}

/// Tells again and again until `stopped`.
pub async fn watch(context: Context, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let pause = match run(&context).await {
            Ok(TellReport { away: None, .. }) => LOOK,
            Ok(TellReport {
                away: Some(why), ..
            }) => {
                tracing::error!(why, "notices to the operators do not leave; tried again");
                AWAY
            }
            Err(error) => {
                tracing::error!(
                    error = format!("{error:#}"),
                    "notices to the operators do not leave; tried again"
                );
                AWAY
            }
        };
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// The round itself, with nobody else mailing.
async fn alone(context: &Context, report: &mut TellReport) -> Result<()> {
    let mut way = Way::new(context).await;
    for notice in context.store.notices_to_mail(NOTICES_SHOWN).await? {
        let told = context.store.notice_mailed_to(&notice.id).await?;
        let mut all = true;
        for address in context
            .config
            .operators
            .mail
            .iter()
            .filter(|address| !told.contains(address))
        {
            match way.hand_over(context, &notice, address).await? {
                Outcome::Accepted => {
                    context
                        .store
                        .notice_went_to(&notice.id, address, "", context.now())
                        .await?;
                    report.sent = report.sent.saturating_add(1);
                }
                Outcome::Refused(words) => {
                    tracing::error!(
                        notice = notice.id,
                        words,
                        "an operator's address is refused; check [operators] mail"
                    );
                    context
                        .store
                        .notice_went_to(&notice.id, address, &words, context.now())
                        .await?;
                    report.refused = report.refused.saturating_add(1);
                }
                Outcome::TryLater(words) | Outcome::Unsure(words) => {
                    all = false;
                    report.away = Some(words);
                }
            }
        }
        if all {
            context
                .store
                .notice_mailed(&notice.id, context.now())
                .await?;
        }
    }
    Ok(())
}

/// How mails leave in this round.
enum Way {
    Folder,
    Server(Box<Server>, Option<Box<Connection>>),
    /// The server cannot be used; nothing more is tried in this round.
    Away(String),
}

impl Way {
    async fn new(context: &Context) -> Self {
        if context.drill || context.demo || context.config.mail.transport == Transport::Folder {
            return Self::Folder;
        }
        match Server::from_context(context) {
            Ok(server) => Self::Server(Box::new(server), None),
            Err(error) => Self::Away(format!("{error:#}")),
        }
    }

    /// Hands one mail over.
    async fn hand_over(
        &mut self,
        context: &Context,
        notice: &Notice,
        address: &str,
    ) -> Result<Outcome> {
        let outgoing = mail(context, notice, address);
        let bytes = match outgoing.bytes() {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Outcome::Refused(format!("{error:#}"))),
        };
        let (server, open) = match self {
            Self::Folder => {
                folder::write(&context.home.outbox(), &outgoing.message_id, &bytes)?;
                return Ok(Outcome::Accepted);
            }
            Self::Away(why) => return Ok(Outcome::TryLater(why.clone())),
            Self::Server(server, open) => (server, open),
        };
        let connection = match open {
            Some(connection) => connection,
            None => match Connection::open(server).await {
                Ok(connection) => open.insert(Box::new(connection)),
                Err(unusable) => {
                    *self = Self::Away(unusable.why.clone());
                    return Ok(Outcome::TryLater(unusable.why));
                }
            },
        };
        let from = mime::address(&outgoing.from).context("mail.from in tuermer.toml")?;
        let to = mime::address(&outgoing.to)?;
        let sent = connection.send(&from, &to, &bytes, || true).await;
        if connection.broken() {
            *open = None;
        }
        Ok(match sent {
            Sent::Outcome(outcome) => outcome,
            Sent::Away(why) => Outcome::TryLater(why),
            Sent::Unwanted => Outcome::TryLater(String::new()),
        })
    }
}

/// The language of mails to the operators.
fn language(context: &Context) -> Language {
    Language::parse(&context.config.operators.language).unwrap_or_default()
}

/// One notice as a mail to one operator; every try has the same Message-ID.
fn mail(context: &Context, notice: &Notice, address: &str) -> Outgoing {
    let language = language(context);
    let texts = Texts(language);
    let words = if language == Language::German {
        &notice.text_de
    } else {
        &notice.text_en
    };
    let key = match notice.kind.as_str() {
        "feed.silent" => "feed.subject_silent",
        "feed.recovered" => "feed.subject_recovered",
        _ => "feed.subject_other",
    };
    let drill = if context.drill && !context.demo {
        texts.get("feed.subject_drill")
    } else {
        String::new()
    };
    let subject = format!(
        "{drill} {}",
        texts.with(key, &[("subject", &notice.subject)])
    );
    let text = format!(
        "{words}\n\n{}\n",
        texts.with(
            "feed.mail_footer",
            &[("url", &context.config.chamber.base_url)]
        )
    );
    let name = sha256(format!("{} {address}", notice.id).as_bytes());
    Outgoing {
        from: context.config.mail.from.clone(),
        from_name: context.config.mail.from_name.clone(),
        to: address.to_string(),
        to_name: String::new(),
        subject: subject.trim().to_string(),
        html: html(&text),
        text,
        language,
        message_id: format!(
            "notice.{}@{}",
            name.get(..32).unwrap_or(&name),
            message_domain(context)
        ),
        references: None,
        date: context.now(),
    }
}

/// The text as HTML: paragraphs and nothing else.
fn html(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<!doctype html><html><body><p>{}</p></body></html>",
        escaped.replace("\n\n", "</p><p>")
    )
}
