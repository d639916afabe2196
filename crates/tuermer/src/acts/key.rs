//! Whose word counts: keys of publishers, the domains they speak from, and the chamber's own pair for sealed reports.

use super::allow;
use super::instance::write_private;
use crate::config::Home;
use crate::context::Context;
use crate::refusal::Refusal;
use anyhow::{Context as _, Result};
use tuermer_check::seal;
use tuermer_core::provenance::KeyState;
use tuermer_core::rights::{Act, Actor};

/// Lets a key count or not; `false` where there is none with this fingerprint.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn decide(
    context: &Context,
    actor: &Actor,
    fingerprint: &str,
    state: KeyState,
) -> Result<bool> {
    allow(actor, Act::DecideKey)?;
    let detail = Refusal::new(
        "provider.key_refused_by_person",
        [("fingerprint", &fingerprint)],
    )
    .kept();
    context
        .store
        .decide_key(fingerprint, state, actor.name(), &detail, context.now())
        .await
}

/// Remembers anew, at the next pull, from where a publisher speaks; `false` where none of this name is known.
///
/// # Errors
/// The actor may not, or the database refused.
pub async fn forget_publisher(context: &Context, actor: &Actor, namespace: &str) -> Result<bool> {
    allow(actor, Act::ForgetPublisher)?;
    context
        .store
        .forget_publisher(namespace, actor.name(), context.now())
        .await
}

/// The public key to which reports are sealed, and whether the pair was made just now because there was none.
///
/// # Errors
/// There is none yet and the actor may not make one, or the file cannot be read or written.
pub fn report_key(home: &Home, actor: &Actor) -> Result<(String, bool)> {
    let path = home.report_key();
    if path.exists() {
        let private = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let public = seal::public(&private).with_context(|| path.display().to_string())?;
        return Ok((public, false));
    }
    allow(actor, Act::MakeReportKey)?;
    let (public, private) = seal::generate();
    write_private(&path, &private)?;
    Ok((public, true))
}
