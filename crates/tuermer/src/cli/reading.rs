//! `tuermer reading list|read`: what the analyst's feeds told.

use super::{Call, Exit};
use anyhow::{Result, bail};
use serde_json::json;
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
        /// Who read it: an account's name.
        #[arg(long = "as", value_name = "USER")]
        user: String,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { command }: Args) -> Result<Exit> {
    match command {
        Command::List { all } => list(call, all).await,
        Command::Read { entry, user } => read(call, &entry, &user).await,
    }
}

async fn list(call: &Call, all: bool) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    let listed = context.store.reading(all, PAGE_ROWS).await?;
    for reading in &listed {
        if call.out.json {
            call.out.object(&json!({
                "feed": reading.feed, "entry": reading.entry, "title": reading.title, "url": reading.url, "summary": reading.summary,
                "published_at": reading.published_at.to_string(), "read_at": reading.read_at.map(|at| at.to_string()), "read_by": reading.read_by,
            }))?;
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

async fn read(call: &Call, entry: &str, user: &str) -> Result<Exit> {
    let context = call.open().await?;
    let texts = call.out.texts;
    if !context
        .store
        .accounts()
        .await?
        .iter()
        .any(|account| account.name == user)
    {
        bail!("{}", texts.with("public.no_account", &[("name", user)]));
    }
    if context
        .store
        .mark_entry_read(entry, user, context.now())
        .await?
        == 0
    {
        call.out
            .say(&texts.with("threat.reading_unknown", &[("entry", entry)]));
        return Ok(Exit::NothingFound);
    }
    call.out
        .say(&texts.with("threat.reading_read", &[("entry", entry)]));
    Ok(Exit::Ok)
}
