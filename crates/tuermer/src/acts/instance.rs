//! A data directory: configuration, key and database, readable by its owner only.

use super::allow;
use crate::clock::Clock;
use crate::config::{Config, Home};
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
use tuermer_core::rights::{Act, Actor};

/// Makes a data directory where there is none yet.
///
/// # Errors
/// There is one already, or a file cannot be written.
pub async fn create(
    actor: &Actor,
    home: &Home,
    config: Config,
    drill: bool,
    clock: Clock,
    random: Random,
) -> Result<Context> {
    allow(actor, Act::SetUp)?;
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
    // Whether it is a drill opens rights and closes the mail server; nobody changes it afterwards.
    if store.meta("drill").await?.is_some() {
        store.database.close().await;
        return Err(refusal("general.init_taken", []));
    }
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
pub fn write_private(path: &Path, text: &str) -> Result<()> {
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
