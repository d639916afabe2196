//! Who acts on the command line, and the proof: a password asked for on the terminal or read from a file.

use super::Call;
use crate::acts::account;
use crate::context::Context;
use anyhow::{Context as _, Result, bail};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use tuermer_core::rights;

/// `--as USER [--password-file FILE]`.
#[derive(Debug, clap::Args)]
pub struct Actor {
    /// Who acts.
    #[arg(long = "as", value_name = "USER")]
    pub user: String,
    /// File that holds the password; without it the terminal asks.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl Actor {
    /// Whoever has proven to be this account.
    ///
    /// # Errors
    /// No way to ask, a file that cannot be read, or a wrong name or password.
    pub async fn prove(&self, call: &Call, context: &Context) -> Result<rights::Actor> {
        prove(call, context, &self.user, self.password_file.as_deref()).await
    }
}

/// `[--as USER [--password-file FILE]]`, where the shell may act, too.
#[derive(Debug, clap::Args)]
pub struct ActorOrShell {
    /// Who acts; without it the journal says `shell`.
    #[arg(long = "as", alias = "by", value_name = "USER")]
    pub user: Option<String>,
    /// File that holds the password of --as; without it the terminal asks.
    #[arg(long, value_name = "FILE", requires = "user")]
    pub password_file: Option<PathBuf>,
}

impl ActorOrShell {
    /// Whoever has proven to be this account; without a name the shell.
    ///
    /// # Errors
    /// As [`Actor::prove`].
    pub async fn prove(&self, call: &Call, context: &Context) -> Result<rights::Actor> {
        match &self.user {
            Some(user) => prove(call, context, user, self.password_file.as_deref()).await,
            None => Ok(rights::Actor::Shell),
        }
    }
}

/// The account of this name, once its password fits.
///
/// # Errors
/// As [`Actor::prove`].
pub async fn prove(
    call: &Call,
    context: &Context,
    user: &str,
    password_file: Option<&Path>,
) -> Result<rights::Actor> {
    let password = match password_file {
        Some(path) => read_password(path)?,
        None => ask(call, user)?,
    };
    match account::sign_in(context, &rights::Actor::Shell, user, &password).await? {
        Some(account) => Ok(account.actor()),
        None => bail!(
            "{}",
            call.out
                .texts
                .with("warn.wrong_password", &[("user", user)])
        ),
    }
}

/// The first line of a password file.
pub fn read_password(path: &Path) -> Result<String> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().next().unwrap_or("").to_string())
}

fn ask(call: &Call, user: &str) -> Result<String> {
    if call.out.no_input || !std::io::stdin().is_terminal() {
        bail!(
            "{}",
            call.out.texts.with("warn.no_password", &[("user", user)])
        );
    }
    rpassword::prompt_password(call.out.texts.with("warn.password", &[("user", user)]))
        .context("the terminal gives no password")
}
