//! `tuermer init`: a data directory (0700) with configuration, key, database and a one-time set-up link.

use super::{Call, Exit};
use crate::clock::Clock;
use crate::config::{Config, Home, Transport};
use crate::context::Context;
use crate::keys::{Keys, SECRET_BYTES};
use crate::random::Random;
use crate::refusal::refusal;
use crate::store::Store;
use anyhow::{Context as _, Result};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

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
    let link = crate::store::accounts::setup_link(&context, None).await?;
    let texts = call.out.texts;
    if call.out.json {
        call.out
            .object(&serde_json::json!({"data": home.0, "drill": drill, "setup_link": link}))?;
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

/// Makes a data directory where there is none yet.
pub async fn create(
    home: &Home,
    config: Config,
    drill: bool,
    clock: Clock,
    random: Random,
) -> Result<Context> {
    if home.config().exists() || home.key().exists() {
        return Err(refusal("general.init_twice", [("path", &home.0.display())]));
    }
    for directory in [home.0.clone(), home.0.join("keys"), home.outbox()] {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    let mut secret = [0_u8; SECRET_BYTES];
    random.fill(&mut secret)?;
    let now = clock.now();
    let store = if config.store.url.is_empty() {
        Store::open_file(&home.database(), true, now).await?
    } else {
        Store::open_url(&config.store.url, now).await?
    };
    store
        .set_meta("drill", if drill { "true" } else { "false" })
        .await?;
    write_private(&home.key(), &hex::encode(secret))?;
    write_private(&home.config(), &toml::to_string_pretty(&config)?)?;
    Ok(Context {
        store,
        clock,
        random,
        keys: Keys::new(secret),
        policy: crate::policy::standard()?,
        config: Arc::new(config),
        home: home.clone(),
        drill,
        demo: false,
    })
}

/// Writes a file only its owner may read, and makes sure it is on disk.
pub(super) fn write_private(path: &Path, text: &str) -> Result<()> {
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
        .with_context(|| format!("cannot write {}", path.display()))
}
