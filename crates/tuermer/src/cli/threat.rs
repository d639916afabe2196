//! `tuermer threat`: what we warn about – state, find, show, compare, comment on, remove.

mod desk;
mod library;
mod state;
mod tell;

use super::sign_in::Actor;
use super::{Call, Exit};
use crate::context::Context;
use anyhow::Result;
use clap::Subcommand;
use tuermer_core::ids::ThreatId;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// State a threat by hand; it becomes a CSAF document of our own.
    New(Box<state::New>),
    /// All threats, newest first, or those that fit a search.
    List {
        /// For example: 'product:exchange cvss:>=9 released:>=2021-03 tlp:clear'. A wrong field names all fields.
        #[arg(long, value_name = "SEARCH", default_value = "")]
        search: String,
        /// released, cvss, severity, affected, or another field of the search; without it: released, newest first.
        #[arg(long, value_name = "FIELD")]
        sort: Option<String>,
        /// Highest first.
        #[arg(long)]
        desc: bool,
    },
    /// One threat with everything that is known.
    Show {
        /// Id, tracking id, CVE or warning number.
        threat: String,
    },
    /// What differs between two revisions; without numbers between the last two.
    Diff {
        /// Id, tracking id, CVE or warning number.
        threat: String,
        /// Earlier revision.
        #[arg(requires = "after")]
        before: Option<String>,
        /// Later revision.
        after: Option<String>,
    },
    /// Comment on the current revision.
    Comment {
        /// Id, tracking id, CVE or warning number.
        threat: String,
        /// The comment, plain text.
        words: String,
        /// Who acts.
        #[command(flatten)]
        actor: Actor,
    },
    /// Mark the current revision as read.
    Read {
        /// Id, tracking id, CVE or warning number.
        threat: String,
        /// Who acts.
        #[command(flatten)]
        actor: Actor,
    },
    /// Remove a threat nobody was warned of; its documents stay as evidence.
    Remove {
        /// Id, tracking id or CVE.
        threat: String,
        /// Why; stands in the journal.
        #[arg(long)]
        why: String,
        /// Who acts.
        #[command(flatten)]
        actor: Actor,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let exit = match verb {
        Verb::New(new) => state::state(call, &context, *new).await,
        Verb::List { search, sort, desc } => {
            library::list(call, &context, &search, sort.as_deref(), desc).await
        }
        Verb::Show { threat } => library::show(call, &context, &threat).await,
        Verb::Diff {
            threat,
            before,
            after,
        } => desk::diff(call, &context, &threat, before.zip(after)).await,
        Verb::Comment {
            threat,
            words,
            actor,
        } => desk::comment(call, &context, &threat, &words, &actor).await,
        Verb::Read { threat, actor } => desk::read(call, &context, &threat, &actor).await,
        Verb::Remove { threat, why, actor } => {
            desk::remove(call, &context, &threat, &why, &actor).await
        }
    }?;
    context.store.database.close().await;
    Ok(exit)
}

/// The threat people mean; says so where there is none.
async fn find(call: &Call, context: &Context, text: &str) -> Result<Option<ThreatId>> {
    let found = context.store.resolve_threat(text).await?;
    if found.is_none() {
        call.out
            .say(&call.out.texts.with("threat.not_found", &[("text", text)]));
    }
    Ok(found)
}
