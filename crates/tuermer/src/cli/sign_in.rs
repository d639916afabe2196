//! Who acts on the command line, and the proof: a password asked for on the terminal or read from a file.

use super::Call;
use crate::context::Context;
use crate::store::accounts::Account;
use anyhow::{Context as _, Result, bail};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

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
    /// The account, once its password fits.
    ///
    /// # Errors
    /// No way to ask, a file that cannot be read, or a wrong name or password.
    pub async fn prove(&self, call: &Call, context: &Context) -> Result<Account> {
        let password = match &self.password_file {
            Some(path) => read_password(path)?,
            None => ask(call, &self.user)?,
        };
        match context
            .store
            .sign_in(context.now(), &self.user, &password)
            .await?
        {
            Some(account) => Ok(account),
            None => bail!(
                "{}",
                call.out
                    .texts
                    .with("warn.wrong_password", &[("user", &self.user)])
            ),
        }
    }

    /// As [`Actor::prove`], for an account that may write.
    ///
    /// # Errors
    /// As [`Actor::prove`], or the account may only read and approve.
    pub async fn prove_writer(&self, call: &Call, context: &Context) -> Result<Account> {
        let account = self.prove(call, context).await?;
        if !account.role.may_write() {
            bail!(
                "{}",
                call.out
                    .texts
                    .with("warn.may_not_write", &[("user", &self.user)])
            );
        }
        Ok(account)
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
