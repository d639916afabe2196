//! `tuermer threat new`: the officer's words become an advisory of our own.

use crate::acts::intake::{self, StatedProduct, StatedThreat, StatedVersions, StatementError};
use crate::cli::sign_in::ActorOrShell;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::text::Texts;
use crate::views::threat::ThreatStepView;
use anyhow::{Error, Result, anyhow};
use jiff::Timestamp;
use tuermer_core::scale::{Level, Tlp};
use tuermer_core::threat::Threat;

/// A threat in the officer's words.
#[derive(Debug, clap::Args)]
pub struct New {
    /// One line: product and what is wrong.
    #[arg(long)]
    pub title: String,
    /// What happened, in a few sentences.
    #[arg(long, default_value = "")]
    pub summary: String,
    /// Product; may be given several times.
    #[arg(long = "product", required = true)]
    pub products: Vec<String>,
    /// Vendor, where the product's name does not say it.
    #[arg(long, default_value = "")]
    pub vendor: String,
    /// Versions, for example "<7.4.3" or "vers:intdot/>=7.0|<7.4.3"; without it a build pack decides.
    #[arg(long)]
    pub range: Option<String>,
    /// CVE id; may be given several times.
    #[arg(long = "cve")]
    pub cves: Vec<String>,
    /// What helps.
    #[arg(long, default_value = "")]
    pub remedy: String,
    /// Where the remedy is (https).
    #[arg(long = "remedy-url", default_value = "")]
    pub remedy_url: String,
    /// Where it was published (https).
    #[arg(long)]
    pub url: String,
    /// When it was published (RFC 3339); without it: now.
    #[arg(long = "source-time")]
    pub source_time: Option<Timestamp>,
    /// Step 1 (grey) to 4 (red).
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub level: u8,
    /// It is being exploited.
    #[arg(long)]
    pub exploited: bool,
    /// Tracking id of an earlier statement that this one replaces.
    #[arg(long, value_name = "TRACKING-ID")]
    pub restate: Option<String>,
    #[command(flatten)]
    pub actor: ActorOrShell,
}

/// Runs it.
pub async fn state(call: &Call, context: &Context, new: New) -> Result<Exit> {
    let New {
        title,
        summary,
        products,
        vendor,
        range,
        cves,
        remedy,
        remedy_url,
        url,
        source_time,
        level,
        exploited,
        restate,
        actor,
    } = new;
    let actor = actor.prove(call, context).await?;
    let versions = range.map_or(StatedVersions::ByPack, StatedVersions::Range);
    let products = products
        .into_iter()
        .map(|product| StatedProduct {
            vendor: vendor.clone(),
            product,
            versions: versions.clone(),
        })
        .collect();
    let level =
        Level::parse(&level.to_string()).ok_or_else(|| anyhow!("--level {level}: 1 to 4"))?;
    let source_time = source_time.unwrap_or_else(|| context.now());
    let stated = StatedThreat {
        restates: restate,
        title,
        summary,
        products,
        cves,
        remedy,
        remedy_url,
        source_url: url,
        source_time,
        level,
        exploited,
        incident: false,
        tlp: Tlp::Clear,
    };
    let id = intake::state_threat(context, &stated, &actor)
        .await
        .map_err(|error| explained(call.out.texts, error))?;
    let threat = context
        .store
        .threat(&id)
        .await?
        .ok_or_else(|| anyhow!("the threat just stated is not there"))?;
    say_stated(call, &threat)
}

fn say_stated(call: &Call, threat: &Threat) -> Result<Exit> {
    if call.out.json {
        call.out.object(&ThreatStepView {
            threat: &threat.tracking_id,
            threat_id: Some(threat.id.as_str()),
            revision: Some(&threat.revision),
            ..ThreatStepView::default()
        })?;
    } else {
        let values = [
            ("tracking", &*threat.tracking_id),
            ("revision", &threat.revision),
        ];
        call.out
            .line(&call.out.texts.with("threat.stated", &values));
    }
    Ok(Exit::Ok)
}

/// What must be corrected in the reader's words; other errors as they are.
fn explained(texts: Texts, error: Error) -> Error {
    match error.downcast::<StatementError>() {
        Ok(error) => anyhow!(sentence(texts, &error)),
        Err(error) => error,
    }
}

fn sentence(texts: Texts, error: &StatementError) -> String {
    match error {
        StatementError::Empty(field) => texts.with("threat.empty", &[("field", field)]),
        StatementError::Invalid { field, value } => {
            texts.with("threat.invalid", &[("field", field), ("value", value)])
        }
    }
}
