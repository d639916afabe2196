//! `tuermer warn`: write, look at, release and stop warnings. People who act prove who they are.

mod act;
mod edit;
mod show;

use super::sign_in::{Actor, ActorOrShell};
use super::{Call, Exit};
use crate::context::Context;
use anyhow::Result;
use tuermer_core::ids::WarningNumber;
use tuermer_core::warning::Warning;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Draft a warning on a threat (tracking id, CVE).
    Draft {
        /// Which threat.
        threat: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// All warnings, newest first.
    List,
    /// One warning with its texts.
    Show {
        /// W-…
        number: String,
    },
    /// How far the dispatch of a warning is.
    Status {
        /// W-…
        number: String,
    },
    /// Change words in the language of --lang; a submitted or approved warning becomes a draft again.
    Edit {
        /// W-…
        number: String,
        #[command(flatten)]
        words: edit::Words,
        #[command(flatten)]
        actor: Actor,
    },
    /// The mail of real recipients.
    Preview {
        /// W-…
        number: String,
        /// Only this member (register number); else up to three different ones.
        #[arg(long)]
        member: Option<String>,
        /// The HTML part instead of the text part.
        #[arg(long)]
        html: bool,
    },
    /// Hand to the second person: audience and content are fixed.
    Submit {
        /// W-…
        number: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// Release what another person submitted.
    Approve {
        /// W-…
        number: String,
        /// Number of companies, instead of typing it when asked.
        #[arg(long)]
        count: Option<u64>,
        #[command(flatten)]
        actor: Actor,
    },
    /// Send back to its author.
    Return {
        /// W-…
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// Hand over to the mail server what two people released.
    Send {
        /// W-…
        number: String,
    },
    /// Stop at once; one person suffices.
    Stop {
        /// W-…
        number: String,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Draft a correction to exactly those a wrong warning reached.
    Cancel {
        /// W-…
        number: String,
        /// What was wrong; stands first in the message.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        actor: Actor,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    match verb {
        Verb::Draft { threat, actor } => act::draft(call, &context, &threat, &actor).await,
        Verb::List => show::list(call, &context).await,
        Verb::Show { number } => show::show(call, &context, &number).await,
        Verb::Status { number } => show::status(call, &context, &number).await,
        Verb::Edit {
            number,
            words,
            actor,
        } => edit::edit(call, &context, &number, words, &actor).await,
        Verb::Preview {
            number,
            member,
            html,
        } => show::preview(call, &context, &number, member.as_deref(), html).await,
        Verb::Submit { number, actor } => act::submit(call, &context, &number, &actor).await,
        Verb::Approve {
            number,
            count,
            actor,
        } => act::approve(call, &context, &number, count, &actor).await,
        Verb::Return {
            number,
            reason,
            actor,
        } => act::send_back(call, &context, &number, &reason, &actor).await,
        Verb::Send { number } => act::send(call, &context, &number).await,
        Verb::Stop { number, actor } => act::stop(call, &context, &number, &actor).await,
        Verb::Cancel {
            number,
            reason,
            actor,
        } => act::cancel(call, &context, &number, &reason, &actor).await,
    }
}

/// The warning people mean; numbers are read in any case, and `Ü` also as `UE` or `U`. Says so where there is none.
async fn find(call: &Call, context: &Context, text: &str) -> Result<Option<Warning>> {
    let number = text.trim().to_uppercase();
    let number = match number.split_once('-') {
        Some(("UE" | "U", rest)) => format!("Ü-{rest}"),
        _ => number,
    };
    let found = context.store.warning(&WarningNumber(number)).await?;
    if found.is_none() {
        call.out
            .say(&call.out.texts.with("warn.no_warning", &[("number", text)]));
    }
    Ok(found)
}
