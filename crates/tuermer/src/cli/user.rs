//! `tuermer user`: people who sign in.

use super::sign_in::{ActorOrShell, prove, read_password};
use super::{Call, Exit};
use crate::acts::account::{self, hash_password};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::views::account::{AccountAddedView, AccountDisabledView, AccountLinkView, AccountView};
use anyhow::{Result, bail};
use std::path::PathBuf;
use tuermer_core::rights::{Actor, Role};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add a person; a one-time link is printed. After the first release of a warning an administrator does that.
    Add(New),
    /// All people.
    List,
    /// A new one-time link for a person.
    Link {
        /// Whose.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Take a person's access away; what they did stays.
    Disable {
        /// Whose.
        name: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
}

/// A new person.
#[derive(Debug, clap::Args)]
struct New {
    /// Name to sign in with, for example k.weber.
    name: String,
    /// officer (writes, submits), approver (reads, approves) or administrator.
    #[arg(long)]
    role: String,
    /// The administrator who adds; without it the shell, while set-up is open.
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// File that holds the password of --as; without --as that of the new person, who then gets no link.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    match verb {
        Verb::Add(new) => add(call, &context, new).await,
        Verb::List => list(call, &context).await,
        Verb::Link { name, actor } => {
            let actor = actor.prove(call, &context).await?;
            link(call, &context, &name, &actor).await
        }
        Verb::Disable { name, actor } => {
            let actor = actor.prove(call, &context).await?;
            disable(call, &context, &name, &actor).await
        }
    }
}

async fn add(call: &Call, context: &Context, new: New) -> Result<Exit> {
    let New {
        name,
        role,
        user,
        password_file,
    } = new;
    let out = &call.out;
    let role =
        Role::parse(&role).ok_or_else(|| wrong_call("warn.unknown_role", [("role", &role)]))?;
    let (actor, hash) = match user {
        Some(user) => (
            prove(call, context, &user, password_file.as_deref()).await?,
            None,
        ),
        None => {
            let hash = password_file.map(|path| hash_password(context, &read_password(&path)?));
            (Actor::Shell, hash.transpose()?)
        }
    };
    let link = account::add(context, &actor, &name, role, hash).await?;
    if out.json {
        out.object(&AccountAddedView {
            name: &name,
            role: role.as_str(),
            setup_link: link.as_deref(),
        })?;
        return Ok(Exit::Ok);
    }
    out.say(&out.texts.with("warn.user_added", &[("user", &name)]));
    link.iter().for_each(|link| out.line(link));
    Ok(Exit::Ok)
}

async fn list(call: &Call, context: &Context) -> Result<Exit> {
    let out = &call.out;
    for account in context.store.accounts().await? {
        if out.json {
            out.object(&AccountView::from(&account))?;
        } else {
            let key = if account.active {
                "warn.user_line"
            } else {
                "warn.user_line_waiting"
            };
            out.line(&out.texts.with(
                key,
                &[("user", &account.name), ("role", account.role.as_str())],
            ));
        }
    }
    Ok(Exit::Ok)
}

async fn link(call: &Call, context: &Context, name: &str, actor: &Actor) -> Result<Exit> {
    let out = &call.out;
    let Some(link) = account::link(context, actor, name).await? else {
        out.say(&out.texts.with("warn.no_account", &[("user", name)]));
        return Ok(Exit::NothingFound);
    };
    if out.json {
        out.object(&AccountLinkView {
            name,
            setup_link: &link,
        })?
    } else {
        out.line(&link)
    }
    Ok(Exit::Ok)
}

async fn disable(call: &Call, context: &Context, name: &str, actor: &Actor) -> Result<Exit> {
    let out = &call.out;
    if !account::disable(context, actor, name).await? {
        bail!("{}", out.texts.with("warn.no_account", &[("user", name)]));
    }
    if out.json {
        out.object(&AccountDisabledView {
            name,
            disabled: true,
        })?
    } else {
        out.line(&out.texts.with("warn.user_disabled", &[("user", name)]))
    }
    Ok(Exit::Ok)
}
