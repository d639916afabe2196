//! `tuermer notice list|done`: what the operators were told, or should have been.

use super::sign_in::ActorOrShell;
use super::{Call, Exit};
use crate::acts::done;
use crate::notice::words;
use crate::views::notice::NoticeView;
use anyhow::Result;
use tuermer_core::limits::NOTICES_SHOWN;
use tuermer_formats::times;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open notices, oldest first.
    List,
    /// Mark a notice as done.
    Done {
        /// Id as shown by `notice list`.
        id: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { command }: Args) -> Result<Exit> {
    match command {
        Command::List => list(call).await,
        Command::Done { id, actor } => done(call, &id, &actor).await,
    }
}

async fn list(call: &Call) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let notices = context.store.notices(NOTICES_SHOWN).await?;
    for notice in &notices {
        let text = words(&context, notice, texts);
        if call.out.json {
            call.out.object(&NoticeView::new(notice, &text))?;
            continue;
        }
        let since = times::moment(notice.created_at, &context.zone(), texts.0);
        let mailed = texts.get(if notice.mailed_at.is_some() {
            "feed.notice_mailed"
        } else {
            "feed.notice_not_mailed"
        });
        call.out.line(&format!("{}  {since}  {mailed}", notice.id));
        for line in text.lines().filter(|line| !line.is_empty()) {
            call.out.line(&format!("    {line}"));
        }
    }
    if notices.is_empty() {
        call.out.say(&texts.get("feed.no_notices"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

async fn done(call: &Call, id: &str, actor: &ActorOrShell) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let actor = actor.prove(call, &context).await?;
    if !done::notice(&context, &actor, id).await? {
        call.out.say(&texts.with("feed.no_notice", &[("id", id)]));
        return Ok(Exit::NothingFound);
    }
    call.out.say(&texts.with("feed.notice_done", &[("id", id)]));
    Ok(Exit::Ok)
}
