//! `tuermer reading list|read`: what the analyst's feeds told.

use super::sign_in::Actor;
use super::{Call, Exit};
use crate::acts::threat;
use crate::views::reading::ReadingView;
use anyhow::Result;
use tuermer_core::limits::PAGE_ROWS;
use tuermer_formats::times;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// What is unread, newest first.
    List {
        /// Also what was read.
        #[arg(long)]
        all: bool,
    },
    /// Mark an entry as read.
    Read {
        /// Its id or address as shown by `reading list`.
        entry: String,
        #[command(flatten)]
        actor: Actor,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { command }: Args) -> Result<Exit> {
    match command {
        Command::List { all } => list(call, all).await,
        Command::Read { entry, actor } => read(call, &entry, &actor).await,
    }
}

async fn list(call: &Call, all: bool) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let listed = context.store.reading(all, PAGE_ROWS).await?;
    for reading in &listed {
        if call.out.json {
            call.out.object(&ReadingView::from(reading))?;
        } else {
            let published = times::moment(reading.published_at, &context.zone(), texts.0);
            call.out.line(&format!(
                "{published}  {}  {}\n    {}",
                reading.feed, reading.title, reading.url
            ));
        }
    }
    if listed.is_empty() {
        call.out.say(&texts.get("threat.reading_nothing"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

async fn read(call: &Call, entry: &str, actor: &Actor) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let actor = actor.prove(call, &context).await?;
    if threat::read_entry(&context, &actor, entry).await? == 0 {
        call.out
            .say(&texts.with("threat.reading_unknown", &[("entry", entry)]));
        return Ok(Exit::NothingFound);
    }
    call.out
        .say(&texts.with("threat.reading_read", &[("entry", entry)]));
    Ok(Exit::Ok)
}
