//! `tuermer feed`: the sources that are asked by themselves, how they answer, and trying one by hand.

mod add;
mod key;
mod listed;
mod show;

pub use show::say_no_operators;

use super::sign_in::{Actor, ActorOrShell};
use super::{Call, Exit};
use crate::acts;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::refusal::refusal_words;
use crate::stations::poll;
use crate::views::feed::FeedTestView;
use anyhow::{Error, Result};
use std::path::{Path, PathBuf};
use tuermer_core::feed::{Feed, FeedKind};
use tuermer_core::limits;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Every source: fresh, failing or silent, and why.
    List,
    /// Add a source. It is tried first; what is no such source is not added.
    Add {
        #[arg(help = FeedKind::words(|_| true))]
        kind: String,
        /// Where it is: https://…, imaps://… for a mailbox; for csaf also a domain. kev, epss, cve and shadowserver know their place themselves.
        url: Option<String>,
        #[command(flatten)]
        rules: Rules,
        /// shadowserver and mailbox: file with lines `key = …` and `secret = …`, or `user = …` and `password = …`; a copy is kept in keys/.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// Name to type; without it made from the host.
        #[arg(long)]
        name: Option<String>,
        /// Add it without trying, for instance while it is away.
        #[arg(long)]
        untested: bool,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Ask now, due or not.
    Pull {
        /// Name as shown by `feed list`.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        name: Option<String>,
        /// Every source that is not paused.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Try a source step by step; nothing is stored.
    Test {
        /// A name as shown by `feed list`, or an address.
        target: String,
        /// What is expected at an address.
        #[arg(long, default_value = "csaf")]
        kind: String,
        /// A host of the own house that may be asked.
        #[arg(long, value_name = "HOST")]
        allow_private: Vec<String>,
    },
    /// Do not ask any more until resumed.
    Pause {
        /// Name as shown by `feed list`.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Ask again.
    Resume {
        /// Name as shown by `feed list`.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Give a source another key or password.
    Secret {
        /// Name as shown by `feed list`.
        name: String,
        /// File with the lines, as for `feed add`.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
        #[command(flatten)]
        actor: Actor,
    },
    /// Forget a source; the documents it brought stay.
    Remove {
        /// Name as shown by `feed list`.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Signing keys of CSAF providers: which count.
    Key {
        #[command(subcommand)]
        command: key::KeyCommand,
    },
    /// From which domain the publishers of advisories speak.
    Publisher {
        #[command(subcommand)]
        command: key::PublisherCommand,
    },
}

/// How a new source is asked.
#[derive(Debug, clap::Args)]
struct Rules {
    /// From one pull to the next: 15m, 1h, 1d.
    #[arg(long, value_name = "TIME")]
    period: Option<String>,
    /// Without success for so long, the operators are told: 1d.
    #[arg(long, value_name = "TIME")]
    silent_after: Option<String>,
    /// A host of the own house (private address, localhost) that may be asked for this source, by this name; may be repeated.
    #[arg(long, value_name = "HOST")]
    allow_private: Vec<String>,
    /// mailbox: read only mails from this address, may be repeated. Anybody can write any sender; let the mail server check DMARC.
    #[arg(long, value_name = "ADDRESS")]
    from: Vec<String>,
    /// Kinds that bring signs: how far the source is to be believed, A1 (surely) to F6 (not judged), where what it brings does not say.
    #[arg(long, value_name = "GRADE")]
    grade: Option<String>,
    /// Kinds that bring signs: who may see what it brings, where that does not say: clear, green, amber, amber+strict or red.
    #[arg(long, value_name = "LABEL")]
    tlp: Option<String>,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let exit = match verb {
        Verb::List => show::list(call, &context).await,
        Verb::Add {
            kind,
            url,
            rules,
            secret_file,
            name,
            untested,
            actor,
        } => {
            add::run(
                call,
                &context,
                add::Wish {
                    kind,
                    url,
                    rules,
                    secret_file,
                    name,
                    untested,
                    actor,
                },
            )
            .await
        }
        Verb::Pull { name, actor, .. } => pull(call, &context, name.as_deref(), &actor).await,
        Verb::Test {
            target,
            kind,
            allow_private,
        } => test(call, &context, &target, &kind, &allow_private).await,
        Verb::Pause { name, actor } => pause(call, &context, &name, &actor).await,
        Verb::Resume { name, actor } => resume(call, &context, &name, &actor).await,
        Verb::Secret {
            name,
            secret_file,
            actor,
        } => secret(call, &context, &name, &secret_file, &actor).await,
        Verb::Remove { name, actor } => remove(call, &context, &name, &actor).await,
        Verb::Key { command } => key::keys(call, &context, command).await,
        Verb::Publisher { command } => key::publishers(call, &context, command).await,
    };
    context.store.database.close().await;
    exit
}

/// Says that there is no such source, and which there are.
async fn unknown(call: &Call, context: &Context, name: &str) -> Result<Exit> {
    let feeds = context.store.feeds().await?;
    let names: Vec<&str> = feeds.iter().map(|feed| feed.name.as_str()).collect();
    let names = if names.is_empty() {
        "–".to_string()
    } else {
        names.join(", ")
    };
    call.out.say(
        &call
            .out
            .texts
            .with("feed.unknown", &[("name", name), ("names", &names)]),
    );
    Ok(Exit::NothingFound)
}

async fn pause(call: &Call, context: &Context, name: &str, actor: &ActorOrShell) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let found = acts::feed::pause(context, &actor, name).await?;
    told(call, context, name, found, "feed.paused").await
}

async fn resume(call: &Call, context: &Context, name: &str, actor: &ActorOrShell) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let found = acts::feed::resume(context, &actor, name).await?;
    told(call, context, name, found, "feed.resumed").await
}

async fn remove(call: &Call, context: &Context, name: &str, actor: &ActorOrShell) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let found = acts::feed::remove(context, &actor, name).await?;
    told(call, context, name, found, "feed.removed").await
}

/// Says what was done to a source, or that there is none of this name.
async fn told(call: &Call, context: &Context, name: &str, found: bool, key: &str) -> Result<Exit> {
    if !found {
        return unknown(call, context, name).await;
    }
    call.out.say(&call.out.texts.with(key, &[("name", name)]));
    Ok(Exit::Ok)
}

async fn secret(
    call: &Call,
    context: &Context,
    name: &str,
    file: &Path,
    actor: &Actor,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let Some(feed) = context.store.feed(name).await? else {
        return unknown(call, context, name).await;
    };
    acts::feed::replace_secret(context, &actor, &feed, file).await?;
    call.out
        .say(&call.out.texts.with("feed.secret_kept", &[("name", name)]));
    Ok(Exit::Ok)
}

/// Asks one or all, one after the other, and says what came of it.
async fn pull(
    call: &Call,
    context: &Context,
    name: Option<&str>,
    actor: &ActorOrShell,
) -> Result<Exit> {
    let actor = actor.prove(call, context).await?;
    let feeds: Vec<Feed> = match name {
        Some(name) => match context.store.feed(name).await? {
            Some(feed) => vec![feed],
            None => return unknown(call, context, name).await,
        },
        None => context
            .store
            .feeds()
            .await?
            .into_iter()
            .filter(|feed| !feed.paused)
            .collect(),
    };
    if feeds.is_empty() {
        call.out.say(&call.out.texts.get("feed.none"));
        return Ok(Exit::NothingFound);
    }
    let (mut good, mut partial, mut bad) = (0_u64, 0_u64, 0_u64);
    for feed in feeds {
        let name = feed.name.clone();
        let Some(pulled) = acts::feed::pull(context, &actor, feed).await? else {
            call.out
                .say(&call.out.texts.with("feed.busy", &[("name", &name)]));
            partial = partial.saturating_add(1);
            continue;
        };
        match &pulled.result {
            Ok(report) if report.rejected.is_empty() => good = good.saturating_add(1),
            Ok(_) => partial = partial.saturating_add(1),
            Err(_) => bad = bad.saturating_add(1),
        }
        show::pulled(call, &pulled)?;
    }
    Ok(match (good, partial, bad) {
        (_, 0, 0) => Exit::Ok,
        (0, 0, _) => Exit::Failed,
        _ => Exit::Partial,
    })
}

/// Tries a name or an address.
async fn test(
    call: &Call,
    context: &Context,
    target: &str,
    kind: &str,
    allow_private: &[String],
) -> Result<Exit> {
    let feed = match context.store.feed(target).await? {
        Some(feed) => feed,
        None if !target.contains('.') && !target.contains("://") => {
            return unknown(call, context, target).await;
        }
        None => add::feed(context, kind, Some(target), allow_private)?,
    };
    let (steps, result) = tried(context, &feed).await;
    if call.out.json {
        let steps: Vec<String> = steps
            .iter()
            .map(|step| refusal_words(step, call.out.texts))
            .collect();
        let error = result
            .as_ref()
            .err()
            .map(|error| poll::sentence(error, call.out.texts.0));
        call.out.object(&FeedTestView {
            url: &feed.url,
            kind: feed.kind.as_str(),
            steps: &steps,
            error: error.as_deref(),
        })?;
        return Ok(if error.is_some() {
            Exit::Failed
        } else {
            Exit::Ok
        });
    }
    say_steps(call, &steps);
    match result {
        Ok(()) => call.out.line(&call.out.texts.get("feed.test_good")),
        Err(error) => {
            call.out
                .line(&format!("✗ {}", poll::sentence(&error, call.out.texts.0)));
            return Ok(Exit::Failed);
        }
    }
    Ok(Exit::Ok)
}

/// The steps of a try, and how it ended.
async fn tried(context: &Context, feed: &Feed) -> (Vec<Refusal>, Result<(), Error>) {
    let mut steps = Vec::new();
    let result = poll::look(context, feed, &mut steps).await;
    (steps, result)
}

fn say_steps(call: &Call, steps: &[Refusal]) {
    for step in steps.iter().take(limits::REJECTED_SHOWN) {
        call.out
            .line(&format!("✓ {}", refusal_words(step, call.out.texts)));
    }
}
