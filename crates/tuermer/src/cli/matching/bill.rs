//! `tuermer match bill`: which known flaws a bill of materials has; nothing of it is kept.

use crate::acts::matching::{self, Met};
use crate::cli::import::read_bill;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::views::matching::BillMatchView;
use anyhow::Result;
use std::path::Path;

/// Lists what threats meet the components, the worst first.
pub async fn list(call: &Call, context: &Context, file: &Path) -> Result<Exit> {
    let texts = call.out.texts;
    let bill = read_bill(texts, file).await?;
    let met = matching::of_bill(context, &bill).await?;
    for met in &met {
        if call.out.json {
            call.out.object(&BillMatchView::from(met))?;
        } else {
            let Met {
                component,
                threat,
                title,
                standing,
            } = met;
            let (status, certainty) = (standing.status.as_str(), standing.certainty.as_str());
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
