//! `tuermer match bill`: which known flaws a bill of materials has; nothing of it is kept.

use crate::acts::matching::{self, Met};
use crate::cli::import::read_bill;
use crate::cli::{Call, Exit};
use crate::context::Context;
use anyhow::Result;
use serde_json::json;
use std::path::Path;

/// Lists what threats meet the components, the worst first.
pub async fn list(call: &Call, context: &Context, file: &Path) -> Result<Exit> {
    let texts = call.out.texts;
    let bill = read_bill(texts, file).await?;
    let met = matching::of_bill(context, &bill).await?;
    for Met {
        component,
        threat,
        title,
        standing,
    } in &met
    {
        let (status, certainty) = (standing.status.as_str(), standing.certainty.as_str());
        if call.out.json {
            call.out.object(&json!({
                "component": component.product, "vendor": component.vendor, "version": component.version, "threat": threat.tracking_id(),
                "threat_id": threat.as_str(), "title": title, "status": status, "certainty": certainty,
            }))?;
        } else {
            call.out.line(&format!(
                "{}  {} {}  {status}  {certainty}  {title}",
                threat.tracking_id(),
                component.product,
                component.version
            ));
        }
    }
    if met.is_empty() {
        call.out.say(&texts.with(
            "match.bill_none",
            &[("components", &bill.components.len().to_string())],
        ));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}
