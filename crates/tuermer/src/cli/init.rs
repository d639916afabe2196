//! `tuermer init`: a data directory (0700) with configuration, key, database and a one-time set-up link.

use super::{Call, Exit};
use crate::acts::{account, instance};
use crate::clock::Clock;
use crate::config::{Config, Home, Transport};
use crate::context::Context;
use crate::random::Random;
use crate::views::setup::DataDirectoryView;
use anyhow::Result;
use tuermer_core::rights::Actor;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A directory for drills: time may be moved, mails only go to a folder, every output says ÜBUNG.
    #[arg(long)]
    pub drill: bool,
}

/// Runs it.
pub async fn run(call: &Call, Args { drill }: Args) -> Result<Exit> {
    let home = call.home()?;
    let mut config = Config::default();
    if let Some(url) = &call.database {
        config.store.url.clone_from(url);
    }
    if drill {
        config.mail.transport = Transport::Folder;
    }
    let clock = call
        .at
        .filter(|_| drill)
        .map_or(Clock::System, Clock::simulated);
    let context = create(&home, config, drill, clock, Random::System).await?;
    let link = account::first_link(&context, &Actor::Shell).await?;
    let texts = call.out.texts;
    if call.out.json {
        call.out.object(&DataDirectoryView {
            data: &home.0,
            drill,
            setup_link: &link,
        })?;
        return Ok(Exit::Ok);
    }
    let path = home.0.display().to_string();
    call.out
        .say(&texts.with("general.init_done", &[("path", &path)]));
    call.out.say(&texts.get("general.init_link"));
    call.out.line(&link);
    call.out
        .say(&texts.with("general.init_next", &[("path", &path)]));
    context.store.database.close().await;
    Ok(Exit::Ok)
}

/// Makes a data directory where there is none yet, for whoever may write there.
///
/// # Errors
/// There is one already, or a file cannot be written.
pub async fn create(
    home: &Home,
    config: Config,
    drill: bool,
    clock: Clock,
    random: Random,
) -> Result<Context> {
    instance::create(&Actor::Shell, home, config, drill, clock, random).await
}
