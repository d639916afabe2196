//! `tuermer feed key list|trust|refuse`: which signing keys count. `tuermer feed publisher list|forget`: from where a publisher speaks.

use crate::acts;
use crate::cli::sign_in::Actor;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::views::provider::{KeyView, PublisherView};
use anyhow::Result;
use tuermer_core::provenance::KeyState;
use tuermer_formats::times;

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub enum KeyCommand {
    /// All keys of CSAF providers, waiting ones first.
    List,
    /// Let a key count: you have asked the provider another way than by its website.
    Trust(Decision),
    /// Let a key count for nothing, also for what it signed before.
    Refuse(Decision),
}

/// About which key, and who.
#[derive(Debug, clap::Args)]
pub struct Decision {
    /// Fingerprint as shown by `feed key list`.
    pub fingerprint: String,
    #[command(flatten)]
    pub actor: Actor,
}

/// What to do with publishers.
#[derive(Debug, clap::Subcommand)]
pub enum PublisherCommand {
    /// From which domain each publisher speaks.
    List,
    /// Remember anew from where a publisher speaks, and what it promises, at the next pull.
    Forget {
        /// Domain as shown by `feed publisher list`.
        namespace: String,
        #[command(flatten)]
        actor: Actor,
    },
}

/// Runs `feed key`.
pub async fn keys(call: &Call, context: &Context, command: KeyCommand) -> Result<Exit> {
    match command {
        KeyCommand::List => list_keys(call, context).await,
        KeyCommand::Trust(decision) => decide(call, context, decision, KeyState::Trusted).await,
        KeyCommand::Refuse(decision) => decide(call, context, decision, KeyState::Refused).await,
    }
}

/// Runs `feed publisher`.
pub async fn publishers(call: &Call, context: &Context, command: PublisherCommand) -> Result<Exit> {
    match command {
        PublisherCommand::List => list_publishers(call, context).await,
        PublisherCommand::Forget { namespace, actor } => {
            forget(call, context, &namespace, &actor).await
        }
    }
}

async fn list_keys(call: &Call, context: &Context) -> Result<Exit> {
    let texts = call.out.texts;
    let keys = context.store.pinned_keys(None).await?;
    for key in &keys {
        if call.out.json {
            call.out.object(&KeyView::from(key))?;
            continue;
        }
        let since = times::moment(key.seen_at, &context.zone(), texts.0);
        let state = texts.get(&format!("provider.key_state_{}", key.state.as_str()));
        let values = [
            ("fingerprint", key.fingerprint.as_str()),
            ("provider", &key.provider),
            ("state", &state),
            ("since", &since),
            ("decided", &key.decided_by),
        ];
        call.out.line(&texts.with("provider.key_line", &values));
    }
    if keys.is_empty() {
        call.out.say(&texts.get("provider.key_none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

async fn decide(
    call: &Call,
    context: &Context,
    Decision { fingerprint, actor }: Decision,
    state: KeyState,
) -> Result<Exit> {
    let texts = call.out.texts;
    let actor = actor.prove(call, context).await?;
    let fingerprint = fingerprint
        .split_whitespace()
        .collect::<String>()
        .to_uppercase();
    if !acts::key::decide(context, &actor, &fingerprint, state).await? {
        call.out
            .say(&texts.with("provider.key_not_found", &[("fingerprint", &fingerprint)]));
        return Ok(Exit::NothingFound);
    }
    let words = texts.get(&format!("provider.key_state_{}", state.as_str()));
    call.out.say(&texts.with(
        "provider.key_decided",
        &[("fingerprint", &fingerprint), ("state", &words)],
    ));
    Ok(Exit::Ok)
}

async fn list_publishers(call: &Call, context: &Context) -> Result<Exit> {
    let texts = call.out.texts;
    let publishers = context.store.pinned_publishers().await?;
    for publisher in &publishers {
        if call.out.json {
            call.out.object(&PublisherView::from(publisher))?;
            continue;
        }
        let since = times::moment(publisher.pinned_at, &context.zone(), texts.0);
        let values = [
            ("namespace", publisher.namespace.as_str()),
            ("domain", &publisher.domain),
            ("role", &publisher.role),
            ("since", &since),
        ];
        call.out
            .line(&texts.with("provider.publisher_line", &values));
    }
    if publishers.is_empty() {
        call.out.say(&texts.get("provider.publisher_none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

async fn forget(call: &Call, context: &Context, namespace: &str, actor: &Actor) -> Result<Exit> {
    let texts = call.out.texts;
    let actor = actor.prove(call, context).await?;
    let found = acts::key::forget_publisher(context, &actor, namespace).await?;
    let key = if found {
        "provider.publisher_forgotten"
    } else {
        "provider.publisher_not_found"
    };
    call.out.say(&texts.with(key, &[("namespace", namespace)]));
    Ok(if found { Exit::Ok } else { Exit::NothingFound })
}
