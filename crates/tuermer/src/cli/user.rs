//! `tuermer user`: people who sign in.

use super::sign_in::read_password;
use super::{Call, Exit};
use crate::refusal::wrong_call;
use crate::store::accounts::{Role, hash_password, setup_link};
use anyhow::{Result, bail};
use serde_json::json;
use std::path::PathBuf;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add a person; without a password file a one-time link is printed.
    Add {
        /// Name to sign in with, for example k.weber.
        name: String,
        /// officer (writes, submits), approver (reads, approves) or administrator.
        #[arg(long)]
        role: String,
        /// File that holds the password.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// All people.
    List,
    /// A new one-time link for a person.
    Link {
        /// Whose.
        name: String,
    },
    /// Take a person's access away; what they did stays.
    Disable {
        /// Whose.
        name: String,
    },
}

/// Who acts when somebody with a shell on this machine does.
const CONSOLE: &str = "console";

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let out = &call.out;
    match verb {
        Verb::Add {
            name,
            role,
            password_file,
        } => {
            let role = Role::parse(&role)
                .ok_or_else(|| wrong_call("warn.unknown_role", [("role", &role)]))?;
            let hash = password_file
                .map(|path| hash_password(&context, &read_password(&path)?))
                .transpose()?;
            let with_password = hash.is_some();
            context
                .store
                .add_account(&context, &name, role, hash, CONSOLE)
                .await?;
            let link = if with_password {
                None
            } else {
                Some(setup_link(&context, Some(&name)).await?)
            };
            if out.json {
                out.object(&json!({"name": name, "role": role.as_str(), "setup_link": link}))?;
                return Ok(Exit::Ok);
            }
            out.say(&out.texts.with("warn.user_added", &[("user", &name)]));
            link.iter().for_each(|link| out.line(link));
        }
        Verb::List => {
            for account in context.store.accounts().await? {
                if out.json {
                    out.object(&json!({"name": account.name, "role": account.role.as_str(), "active": account.active}))?;
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
        }
        Verb::Link { name } => {
            if !context
                .store
                .accounts()
                .await?
                .iter()
                .any(|account| account.name == name)
            {
                out.say(&out.texts.with("warn.no_account", &[("user", &name)]));
                return Ok(Exit::NothingFound);
            }
            let link = setup_link(&context, Some(&name)).await?;
            if out.json {
                out.object(&json!({"name": name, "setup_link": link}))?
            } else {
                out.line(&link)
            }
        }
        Verb::Disable { name } => {
            if !context
                .store
                .disable_account(context.now(), &name, CONSOLE)
                .await?
            {
                bail!("{}", out.texts.with("warn.no_account", &[("user", &name)]));
            }
            if out.json {
                out.object(&json!({"name": name, "disabled": true}))?
            } else {
                out.line(&out.texts.with("warn.user_disabled", &[("user", &name)]))
            }
        }
    }
    Ok(Exit::Ok)
}
