//! A data directory with a released warning, for whatever is told of its dispatch.

use crate::support::Home;
use tuermer::cli::bench::dispatch::invent_with;
use tuermer::cli::init::create;
use tuermer::clock::Clock;
use tuermer::config::{Config, Home as DataHome};
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer_core::channel::PointKind;
use tuermer_core::ids::WarningNumber;

/// A reason and a question as they are stored.
pub const REASON: &str = r#"{"key":"as_written","words":{"de":"Dem Server fehlt das Update vom 2. März.","en":"The server lacks the update of 2 March."}}"#;
pub const QUESTION: &str = r#"{"key":"as_written","words":{"de":"Läuft bei Ihnen ein eigener Exchange-Server?","en":"Do you run your own Exchange server?"}}"#;

/// With a clock that can be moved and a warning to `mails` companies; company `n` can be reached at `also(n)`, too.
pub async fn approved_with(
    home: &Home,
    mut config: Config,
    clock: Clock,
    mails: usize,
    also: impl Fn(usize) -> Option<(PointKind, String)>,
) -> (Context, WarningNumber) {
    if let Some(database) = home.postgres() {
        config.store.url = database.url();
    }
    let context = create(
        &DataHome(home.data()),
        config,
        false,
        clock,
        Random::seeded(7),
    )
    .await
    .unwrap();
    let number = invent_with(&context, mails, also).await.unwrap();
    (context, number)
}
