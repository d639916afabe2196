//! `tuermer sign`: signs of attack and weakness, and what fits nobody.

use super::sign_in::Actor;
use super::{Call, Exit};
use crate::acts;
use crate::store::signs::campaigns::CampaignLine;
use crate::store::signs::counts::MalformedLine;
use crate::store::signs::indicators::IndicatorLine;
use crate::store::signs::observations::{ShelfLine, SignLine};
use crate::views::campaign::CampaignView;
use crate::views::indicator::IndicatorView;
use crate::views::sign::{MalformedView, ShelfView, SignView};
use anyhow::Result;
use clap::Subcommand;
use jiff::tz::TimeZone;
use tuermer_core::limits::{LISTED_INDICATORS, PAGE_ROWS};
use tuermer_core::organisation::Kind;

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
    /// Signs that belong to somebody, newest first.
    List,
    /// Counts of signs that fit nobody.
    Shelf,
    /// What publishers say to look for, the newest first.
    Indicators,
    /// Lines and elements of sources that could not be read, of the newest files first.
    Malformed,
    /// Signs of attack at several members that are more than usual, the newest first.
    Campaigns,
    /// Note that a member agreed in writing to be named as hit by a campaign. Whether it is named is your decision, in the draft.
    Consent {
        /// Campaign as shown by `sign campaigns`.
        campaign: String,
        /// Register number of the member.
        member: String,
        /// Who acts.
        #[command(flatten)]
        actor: Actor,
        /// It took that back.
        #[arg(long)]
        withdraw: bool,
    },
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let found = match verb {
        Verb::List => list(call, &context).await?,
        Verb::Shelf => shelf(call, &context).await?,
        Verb::Malformed => malformed(call, &context).await?,
        Verb::Indicators => indicators(call, &context).await?,
        Verb::Campaigns => campaigns(call, &context).await?,
        Verb::Consent {
            campaign,
            member,
            actor,
            withdraw,
        } => consent(call, &context, &campaign, &member, &actor, !withdraw).await?,
    };
    context.store.database.close().await;
    Ok(if found { Exit::Ok } else { Exit::NothingFound })
}

async fn list(call: &Call, context: &crate::context::Context) -> Result<bool> {
    let mut skip = 0_usize;
    loop {
        let page = context.store.signs(skip, PAGE_ROWS).await?;
        for sign in &page {
            say(call, sign)?;
        }
        skip = skip.saturating_add(page.len());
        if page.len() < PAGE_ROWS {
            break;
        }
    }
    if skip == 0 && !call.out.json {
        call.out.say(&call.out.texts.get("threat.sign_none"));
    }
    Ok(skip > 0)
}

fn say(call: &Call, sign: &SignLine) -> Result<()> {
    if call.out.json {
        return call.out.object(&SignView::from(sign));
    }
    let SignLine {
        external_id,
        name,
        report,
        observed_at,
        ip,
        port: _,
        hostname,
        class,
        severity: _,
        tags,
        product: _,
        version: _,
        attribution: _,
        tlp,
        grade,
    } = sign;
    let place = hostname.as_deref().or(ip.as_deref()).unwrap_or("");
    let values = [
        ("at", observed_at.to_string()),
        ("name", name.clone()),
        ("external_id", external_id.clone()),
        ("report", report.clone()),
        ("where", place.to_string()),
        ("class", class.clone()),
        ("tags", tags.clone()),
        ("tlp", tlp.clone()),
        ("grade", grade.clone()),
    ];
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    call.out
        .line(&call.out.texts.with("threat.sign_line", &values));
    Ok(())
}

async fn shelf(call: &Call, context: &crate::context::Context) -> Result<bool> {
    let lines = context.store.shelf().await?;
    if lines.is_empty() && !call.out.json {
        call.out.say(&call.out.texts.get("threat.shelf_none"));
    }
    for line in &lines {
        if call.out.json {
            call.out.object(&ShelfView::from(line))?;
        } else {
            let ShelfLine { report, day, signs } = line;
            call.out.line(&call.out.texts.with(
                "threat.shelf_line",
                &[
                    ("report", report),
                    ("day", day),
                    ("signs", &signs.to_string()),
                ],
            ));
        }
    }
    Ok(!lines.is_empty())
}

async fn malformed(call: &Call, context: &crate::context::Context) -> Result<bool> {
    let mut skip = 0_usize;
    loop {
        let page = context.store.malformed(skip, PAGE_ROWS).await?;
        for line in &page {
            if call.out.json {
                call.out.object(&MalformedView::from(line))?;
            } else {
                let MalformedLine {
                    source,
                    place,
                    reason,
                    received_at: _,
                } = line;
                call.out.line(&format!("{source}  {place}  {reason}"));
            }
        }
        skip = skip.saturating_add(page.len());
        if page.len() < PAGE_ROWS {
            break;
        }
    }
    if skip == 0 && !call.out.json {
        call.out.say(&call.out.texts.get("threat.malformed_none"));
    }
    Ok(skip > 0)
}

async fn indicators(call: &Call, context: &crate::context::Context) -> Result<bool> {
    let lines = context
        .store
        .indicators(context.now(), LISTED_INDICATORS)
        .await?;
    if lines.is_empty() && !call.out.json {
        call.out.say(&call.out.texts.get("threat.indicator_none"));
    }
    for line in &lines {
        if call.out.json {
            call.out.object(&IndicatorView::from(line))?;
        } else {
            let IndicatorLine {
                trace,
                source,
                title,
                tlp,
                grade,
                modified_at: _,
                valid_until: _,
            } = line;
            call.out
                .line(&format!("{trace}  {tlp}  {grade}  {source}  {title}"));
        }
    }
    Ok(!lines.is_empty())
}

async fn campaigns(call: &Call, context: &crate::context::Context) -> Result<bool> {
    let lines = context.store.campaigns().await?;
    if lines.is_empty() && !call.out.json {
        call.out.say(&call.out.texts.get("threat.campaign_none"));
    }
    for line in &lines {
        let reasons = line.reasons.iter();
        let reason = reasons
            .map(|reason| call.out.texts.sentence(reason, &TimeZone::UTC))
            .collect::<Vec<_>>()
            .join(" ");
        if call.out.json {
            call.out.object(&CampaignView::new(line, &reason))?;
        } else {
            let CampaignLine {
                key,
                members,
                tlp,
                found_at,
                hit,
                ..
            } = line;
            let (members, hit) = (members.to_string(), hit.join(", "));
            let values = [
                ("found", found_at.to_string()),
                ("members", members),
                ("reason", reason.clone()),
                ("tlp", tlp.clone()),
                ("hit", hit),
                ("campaign", key.clone()),
            ];
            let values: Vec<(&str, &str)> = values
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            call.out
                .line(&call.out.texts.with("threat.campaign_line", &values));
        }
    }
    Ok(!lines.is_empty())
}

async fn consent(
    call: &Call,
    context: &crate::context::Context,
    campaign: &str,
    member: &str,
    actor: &Actor,
    agrees: bool,
) -> Result<bool> {
    let actor = actor.prove(call, context).await?;
    let found = match context
        .store
        .organisation_by_external(Kind::Member, member)
        .await?
    {
        Some(organisation) => {
            acts::sign::consent(context, &actor, campaign, &organisation.id, agrees).await?
        }
        None => false,
    };
    let key = match (found, agrees) {
        (false, _) => "threat.consent_unknown",
        (true, true) => "threat.consent_noted",
        (true, false) => "threat.consent_withdrawn",
    };
    call.out.say(
        &call
            .out
            .texts
            .with(key, &[("campaign", campaign), ("member", member)]),
    );
    Ok(found)
}
