//! `tuermer match list|statistics|runs`: both ways – advisories per product and asset, products and assets per advisory.

use super::{Filter, certainty, member, owner, state};
use crate::cli::exposure::nothing_found;
use crate::cli::{Call, Exit};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::store::views::matches::{By, Group, MatchFilter, Matched};
use crate::views::matching::{MatchGroupView, MatchRunView, MatchView};
use anyhow::Result;
use tuermer_core::ids::AssetId;
use tuermer_core::limits::{MATCH_RUNS_SHOWN, PAGE_ROWS};
use tuermer_formats::times;

/// Lists matches.
pub async fn list(call: &Call, context: &Context, wanted: Filter) -> Result<Exit> {
    let by = match wanted.by.as_deref() {
        None => None,
        Some("product") => Some(By::Product),
        Some("asset") => Some(By::Asset),
        Some("advisory") => Some(By::Document),
        Some(text) => return Err(wrong_call("match.by", [("text", &text)])),
    };
    let Some(filter) = filter(call, context, wanted).await? else {
        return Ok(Exit::NothingFound);
    };
    let any = match by {
        Some(by) => groups(call, &context.store.matched_groups(&filter, by).await?, by)?,
        None => rows(call, context, &filter).await?,
    };
    if !any {
        call.out.say(&call.out.texts.get("match.none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

/// The filter in ids; `None` where something named does not exist, which was said.
async fn filter(call: &Call, context: &Context, wanted: Filter) -> Result<Option<MatchFilter>> {
    let Filter {
        threat,
        asset,
        product,
        member: number,
        at_least,
        state: remediation,
        by: _,
    } = wanted;
    let mut filter = MatchFilter {
        at_least: at_least.as_deref().map(certainty).transpose()?,
        remediation: remediation.as_deref().map(state).transpose()?,
        product,
        ..MatchFilter::default()
    };
    if let Some(text) = threat {
        filter.threat = context.store.resolve_threat(&text).await?;
        if filter.threat.is_none() {
            nothing_found(call, "verdict.no_threat", &text)?;
            return Ok(None);
        }
    }
    if let Some(asset) = asset.map(AssetId) {
        if owner(call, context, &asset).await?.is_none() {
            return Ok(None);
        }
        filter.asset = Some(asset);
    }
    if let Some(text) = number {
        filter.organisation = member(call, context, &text).await?;
        if filter.organisation.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(filter))
}

async fn rows(call: &Call, context: &Context, filter: &MatchFilter) -> Result<bool> {
    let mut last: Option<Matched> = None;
    loop {
        let after = last.as_ref().map(|row| {
            (
                &row.threat,
                &row.organisation,
                row.asset.as_ref().map_or("", AssetId::as_str),
                row.vulnerability.as_str(),
            )
        });
        let page = context.store.matched(filter, after, PAGE_ROWS).await?;
        for row in &page {
            show(call, row)?;
        }
        match page.into_iter().next_back() {
            Some(row) => last = Some(row),
            None => return Ok(last.is_some()),
        }
    }
}

fn show(call: &Call, row: &Matched) -> Result<()> {
    if call.out.json {
        return call.out.object(&MatchView::from(row));
    }
    let Matched {
        threat,
        title: _,
        revision: _,
        external_id,
        name,
        organisation: _,
        asset,
        product: [vendor, told, version, hostname],
        vulnerability,
        status,
        certainty,
        remediation,
        assessed_at: _,
    } = row;
    let texts = call.out.texts;
    let what = if asset.is_some() {
        format!("{vendor} {told} {version} {hostname}")
    } else {
        texts.get("match.sign_only")
    };
    let state = texts.get(&format!("match.state_{}", remediation.as_str()));
    call.out.line(&format!(
        "{}  {vulnerability}  {external_id} {name}  {}  {state}",
        threat.tracking_id(),
        what.trim()
    ));
    if let Some(asset) = asset {
        call.out.line(&format!(
            "    {}  {}  {asset}",
            status.as_str(),
            certainty.as_str()
        ));
    }
    Ok(())
}

fn groups(call: &Call, groups: &[Group], by: By) -> Result<bool> {
    for group in groups {
        if call.out.json {
            call.out.object(&MatchGroupView::new(group, by))?;
            continue;
        }
        let Group {
            key,
            name,
            assets,
            documents,
            states: [not_remediated, in_progress, done],
        } = group;
        let values = [
            (
                "name",
                if name.is_empty() {
                    key.clone()
                } else {
                    name.clone()
                },
            ),
            ("assets", assets.to_string()),
            ("advisories", documents.to_string()),
            ("open", not_remediated.to_string()),
            ("under_way", in_progress.to_string()),
            ("done", done.to_string()),
        ];
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out.line(&call.out.texts.with("match.group", &values));
    }
    Ok(!groups.is_empty())
}

/// Counts per advisory: assets that match at all, and how far their remedies have come.
pub async fn statistics(call: &Call, context: &Context, threat: Option<&str>) -> Result<Exit> {
    let mut filter = MatchFilter::default();
    if let Some(text) = threat {
        filter.threat = context.store.resolve_threat(text).await?;
        if filter.threat.is_none() {
            return nothing_found(call, "verdict.no_threat", text);
        }
    }
    if !groups(
        call,
        &context.store.matched_groups(&filter, By::Document).await?,
        By::Document,
    )? {
        call.out.say(&call.out.texts.get("match.none"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

/// The newest runs.
pub async fn runs(call: &Call, context: &Context) -> Result<Exit> {
    let runs = context.store.match_runs(MATCH_RUNS_SHOWN).await?;
    for run in &runs {
        if call.out.json {
            call.out.object(&MatchRunView::from(run))?;
            continue;
        }
        let at = times::moment(run.asked_at, &context.zone(), call.out.texts.0);
        let values = [
            ("at", at),
            (
                "mode",
                call.out
                    .texts
                    .get(&format!("match.mode_{}", run.mode.as_str())),
            ),
            ("triggers", run.triggers.join(", ")),
            ("by", run.asked_by.clone()),
            ("documents", run.documents.to_string()),
            ("organisations", run.organisations.to_string()),
            ("exposures", run.exposures.to_string()),
        ];
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        call.out
            .line(&call.out.texts.with("match.run_line", &values));
    }
    Ok(if runs.is_empty() {
        Exit::NothingFound
    } else {
        Exit::Ok
    })
}
