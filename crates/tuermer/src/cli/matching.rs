//! `tuermer match`: which advisory matches which asset, how far its remedy has come, and runs of the matching by hand.

mod act;
mod bill;
mod list;

use super::sign_in::{Actor, ActorOrShell};
use super::{Call, Exit};
use crate::context::Context;
use crate::refusal::wrong_call;
use anyhow::Result;
use std::path::PathBuf;
use tuermer_core::exposure::RemediationState;
use tuermer_core::ids::{AssetId, OrganisationId};
use tuermer_core::organisation::Kind;
use tuermer_core::scale::Certainty;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// One line per advisory, asset and flaw; with --by put together. What is not affected is no match.
    List(Filter),
    /// How far the remedies have come, in counts per advisory.
    Statistics {
        /// Only this one (tracking id, CVE or warning number).
        #[arg(long)]
        threat: Option<String>,
    },
    /// Mark how far the remedy of a flaw on assets has come.
    Set {
        /// Tracking id, CVE or warning number.
        threat: String,
        /// Only this flaw; without it all of the advisory.
        #[arg(long)]
        cve: Option<String>,
        #[command(flatten)]
        which: Which,
        /// not_remediated, in_progress or done.
        #[arg(long)]
        state: String,
        #[command(flatten)]
        actor: Actor,
    },
    /// Match by hand: advisories with all assets, or assets with all advisories.
    Run {
        /// One advisory.
        #[arg(long)]
        threat: Option<String>,
        /// Several, with commas between.
        #[arg(long, value_delimiter = ',')]
        threats: Vec<String>,
        /// One asset, by the id of `match list`.
        #[arg(long)]
        asset: Option<String>,
        /// Several, with commas between.
        #[arg(long, value_delimiter = ',')]
        assets: Vec<String>,
        #[command(flatten)]
        actor: ActorOrShell,
    },
    /// Which known flaws a bill of materials (CycloneDX, SPDX) has. Nothing of it is kept.
    Bill {
        /// The bill.
        file: PathBuf,
    },
    /// The newest runs, by hand and by themselves.
    Runs,
}

/// Whose rows are marked.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// This asset, by the id of `match list`.
    #[arg(long)]
    asset: Option<String>,
    /// All assets of this member (register number).
    #[arg(long)]
    member: Option<String>,
    /// All assets that match.
    #[arg(long)]
    all: bool,
}

/// Which matches are listed.
#[derive(Debug, clap::Args)]
struct Filter {
    /// Of this advisory (tracking id, CVE or warning number).
    #[arg(long)]
    threat: Option<String>,
    /// Of this asset, by its id.
    #[arg(long)]
    asset: Option<String>,
    /// Of this product.
    #[arg(long)]
    product: Option<String>,
    /// Of this member (register number).
    #[arg(long)]
    member: Option<String>,
    /// At least this sure: unlikely, possible, likely, observed. Widens or narrows the list.
    #[arg(long)]
    at_least: Option<String>,
    /// Only not_remediated, in_progress or done.
    #[arg(long)]
    state: Option<String>,
    /// One line per product, asset or advisory.
    #[arg(long, value_name = "product|asset|advisory")]
    by: Option<String>,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let exit = match verb {
        Verb::List(filter) => list::list(call, &context, filter).await,
        Verb::Statistics { threat } => list::statistics(call, &context, threat.as_deref()).await,
        Verb::Set {
            threat,
            cve,
            which,
            state,
            actor,
        } => {
            act::set(
                call,
                &context,
                &threat,
                cve.as_deref(),
                which,
                &state,
                &actor,
            )
            .await
        }
        Verb::Run {
            threat,
            threats,
            asset,
            assets,
            actor,
        } => {
            act::run(
                call,
                &context,
                threat.into_iter().chain(threats).collect(),
                asset.into_iter().chain(assets).collect(),
                &actor,
            )
            .await
        }
        Verb::Bill { file } => bill::list(call, &context, &file).await,
        Verb::Runs => list::runs(call, &context).await,
    }?;
    context.store.database.close().await;
    Ok(exit)
}

/// A state by its word.
fn state(text: &str) -> Result<RemediationState> {
    RemediationState::parse(text).ok_or_else(|| wrong_call("match.state", [("text", &text)]))
}

/// A certainty by its word.
fn certainty(text: &str) -> Result<Certainty> {
    Certainty::parse(text).ok_or_else(|| wrong_call("match.certainty", [("text", &text)]))
}

/// The member of a register number; says so where there is none.
async fn member(call: &Call, context: &Context, text: &str) -> Result<Option<OrganisationId>> {
    let found = context
        .store
        .organisation_by_external(Kind::Member, text)
        .await?;
    if found.is_none() {
        call.out
            .say(&call.out.texts.with("verdict.no_member", &[("text", text)]));
    }
    Ok(found.map(|organisation| organisation.id))
}

/// The owner of an asset; says so where there is no such asset.
async fn owner(call: &Call, context: &Context, asset: &AssetId) -> Result<Option<OrganisationId>> {
    let owner = context.store.owner_of(asset).await?;
    if owner.is_none() {
        call.out.say(
            &call
                .out
                .texts
                .with("match.no_asset", &[("text", asset.as_str())]),
        );
    }
    Ok(owner)
}
