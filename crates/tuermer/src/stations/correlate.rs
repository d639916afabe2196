//! Finds what is more than usual among the signs of attack, and proposes what follows.
//!
//! ```text
//! new signs ─▶ [history of 90 days] ─▶ campaigns ─▶ the operators are told, always
//!                                        └─ product known, every label CLEAR or GREEN ─▶ threat ─▶ draft for two people
//! ```
//! The strictest label of a campaign's signs is the campaign's. Nothing that a warning says names who is hit, or a number
//! below k; see [`disclosure`].

use crate::acts::intake::{self, StatedProduct, StatedThreat, StatedVersions};
use crate::acts::warn;
use crate::context::Context;
use crate::notice::notice;
use crate::refusal::{self, in_english};
use crate::store::ground::journal;
use crate::store::ground::meta;
use crate::store::people::notices::{self, Notice};
use crate::store::signs::campaigns::{self, Attack};
use crate::text::Texts;
use anyhow::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tuermer_core::correlate::disclosure::{self, Disclosure};
use tuermer_core::correlate::{
    Campaign, History, Knowledge, Sign, SignKey, Warninglists, correlate, hour_counts,
};
use tuermer_core::harmless::{HarmlessEntry, HarmlessList};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::observation::Whereabouts;
use tuermer_core::owners::Owners;
use tuermer_core::product::ProductKey;
use tuermer_core::rights::Actor;
use tuermer_core::scale::Level;
use tuermer_core::sentence::{Part, Sentence};
use tuermer_core::tlp::Tlp;

/// Who the journal says did it.
const BY: Actor = Actor::Station("correlate");

/// Kind of the notice of a campaign that could not be kept or drafted.
const FAILED: &str = "campaign.failed";

/// What was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CorrelateReport {
    /// Campaigns that go on now.
    pub campaigns: u64,
    /// Of these, campaigns that were not known.
    pub new: u64,
    /// Drafts of a warning that wait for people.
    pub drafts: u64,
}

adds_up!(CorrelateReport: campaigns, new, drafts);

/// Which signs were looked at last.
const KEY: &str = "correlate.signs";

/// True where signs came since the last look.
pub(super) async fn has_gap(context: &Context) -> Result<bool> {
    let state = context.store.signs_state().await?;
    Ok(context.store.meta(KEY).await?.as_deref() != Some(state.as_str()))
}

/// Looks at the signs if some came since the last look.
pub async fn run(context: &Context) -> Result<CorrelateReport> {
    let state = context.store.signs_state().await?;
    if context.store.meta(KEY).await?.as_deref() == Some(state.as_str()) {
        return Ok(CorrelateReport::default());
    }
    let policy = context.config.correlate.policy();
    let now = context.now();
    let from = now.checked_sub(SignedDuration::from_hours(
        limits::CORRELATE_HISTORY_DAYS.saturating_mul(24),
    ))?;
    let attacks = context.store.attacks_since(from).await?;
    let known = context.store.known_campaigns().await?;
    let lists = warninglists(context.store.harmless_lists().await?);
    let signs: Vec<Sign> = attacks.iter().map(|attack| attack.sign.clone()).collect();
    let found = tokio::task::spawn_blocking(move || {
        let history = History::learn(
            hour_counts(&signs, &policy, &lists, from, now),
            &policy,
            now,
        );
        correlate(
            &signs,
            Knowledge {
                history: &history,
                warninglists: &lists,
                known: &known,
            },
            &policy,
            now,
        )
    })
    .await?;
    let mut report = CorrelateReport {
        campaigns: found.len() as u64,
        ..CorrelateReport::default()
    };
    let mut failed = Vec::new();
    for campaign in &found {
        // One campaign that cannot be stated must not hold up the others, or any warning.
        match keep(context, campaign, &attacks, now).await {
            Ok((new, draft)) => {
                report.new = report.new.saturating_add(u64::from(new));
                report.drafts = report.drafts.saturating_add(u64::from(draft));
            }
            Err(error) => failed.push(failure(context, campaign, &error)?),
        }
    }
    note_looked_at(context, &found, &failed, &state).await?;
    Ok(report)
}

/// Raises a notice for each campaign that failed, settles those of the others, and notes which signs were looked at.
async fn note_looked_at(
    context: &Context,
    found: &[Campaign],
    failed: &[Notice],
    state: &str,
) -> Result<()> {
    let now = context.now();
    let mut open = context.store.begin().await?;
    for campaign in found {
        let notice = failed
            .iter()
            .find(|notice| notice.subject == campaign.key.0);
        match notice {
            Some(notice) => notices::raise(&mut open, notice).await.map(drop)?,
            None => notices::settle(&mut open, FAILED, &campaign.key.0, now).await?,
        }
    }
    meta::set(&mut open, KEY, state).await?;
    open.commit().await
}

/// What the operators are told of a campaign that could not be kept or drafted.
fn failure(context: &Context, campaign: &Campaign, error: &Error) -> Result<Notice> {
    tracing::error!(
        campaign = campaign.key.0,
        error = in_english(error),
        "a campaign could not be kept; tried again with the next signs"
    );
    let text = Sentence::new(
        "notice.campaign_failed",
        [("error", refusal::sentence(error).into())],
    );
    notice(context, FAILED, &campaign.key.0, text)
}

/// Keeps a campaign; a new one is told to the operators, and one without a draft may become a threat with one. Says whether
/// it is new, and whether a draft arose. A kill in between leaves the gap that the next look finds.
async fn keep(
    context: &Context,
    campaign: &Campaign,
    attacks: &[Attack],
    now: Timestamp,
) -> Result<(bool, bool)> {
    let tlp = strictest(campaign, attacks);
    let mut open = context.store.begin().await?;
    let new = campaigns::write(&mut open, campaign, tlp, now, |key| said(key, attacks)).await?;
    if new {
        notices::raise(&mut open, &found(context, campaign, attacks, tlp)?).await?;
        journal::append(
            &mut open,
            now,
            "system",
            "campaign.found",
            &campaign.key.0,
            &format!("{} members, {}", campaign.members.len(), tlp.as_str()),
        )
        .await?;
    }
    open.commit().await?;
    if !matches!(tlp, Tlp::Clear | Tlp::Green) {
        return Ok((new, false));
    }
    Ok((new, draft(context, campaign, attacks, tlp).await?))
}

/// States the campaign as a threat and drafts the warning, unless that was done before; says whether a draft arose.
async fn draft(
    context: &Context,
    campaign: &Campaign,
    attacks: &[Attack],
    tlp: Tlp,
) -> Result<bool> {
    let stated = statement(context, campaign, attacks, tlp).await?;
    let mut open = context.store.begin().await?;
    let threat = match (campaigns::standing(&mut open, &campaign.key).await?, stated) {
        ((_, true), _) | ((None, false), None) => return Ok(false),
        ((Some(threat), false), _) => threat,
        ((None, false), Some(stated)) => {
            let threat = intake::state_within(context, &mut open, &stated, &BY).await?;
            campaigns::became(&mut open, &campaign.key, &threat).await?;
            threat
        }
    };
    open.commit().await?;
    // Withdrawn by a person meanwhile: there is nothing to warn about any more.
    let stands = context
        .store
        .threat(&threat)
        .await?
        .is_some_and(|threat| !threat.withdrawn);
    if stands {
        warn::draft(context, &threat, &BY).await?;
    }
    let mut open = context.store.begin().await?;
    campaigns::drafted(&mut open, &campaign.key).await?;
    open.commit().await?;
    Ok(stands)
}

/// The strictest label of the signs it was found from.
fn strictest(campaign: &Campaign, attacks: &[Attack]) -> Tlp {
    let shared = campaign.signs();
    let belongs = |sign: &Sign| {
        (campaign.first_at..=campaign.last_at).contains(&sign.at)
            && shared
                .iter()
                .any(|(key, class)| *class == sign.class && sign.keys.contains(key))
    };
    attacks
        .iter()
        .filter(|attack| belongs(&attack.sign))
        .map(|attack| attack.tlp)
        .max()
        .unwrap_or(Tlp::AmberStrict)
}

/// What is shared, as the sources write it.
fn said(key: &SignKey, attacks: &[Attack]) -> String {
    let SignKey::Product(product) = key else {
        return key.value();
    };
    let (vendor, product) = written(product, attacks);
    format!("{vendor} {product}").trim().to_string()
}

/// Vendor and product as the sources write them: products are compared in lower case.
fn written(key: &ProductKey, attacks: &[Attack]) -> (String, String) {
    let same = |attack: &&Attack| attack.sign.keys.contains(&SignKey::Product(key.clone()));
    let attack = attacks.iter().find(same);
    attack.map_or_else(
        || (key.vendor.clone(), key.product.clone()),
        |attack| (attack.vendor.clone(), attack.product.clone()),
    )
}

/// What the operators are told; to them the strictness of the label does not matter, and nobody is named.
fn found(context: &Context, campaign: &Campaign, attacks: &[Attack], tlp: Tlp) -> Result<Notice> {
    let reasons = campaign
        .reasons
        .iter()
        .map(|reason| reason.sentence(&said(&reason.key, attacks)));
    let next = if matches!(tlp, Tlp::Clear | Tlp::Green) {
        Sentence::new("notice.campaign_draft", [])
    } else {
        Sentence::new("notice.campaign_label", [("tlp", tlp.as_str().into())])
    };
    let text = Sentence::new(
        "notice.campaign",
        [
            ("members", campaign.members.len().into()),
            ("ask", campaign.to_ask.len().into()),
            ("reasons", Part::Sentences(reasons.collect())),
            ("next", next.into()),
        ],
    );
    notice(context, "campaign.found", &campaign.key.0, text)
}

/// The campaign as a threat of our own; `None` where no product says who else may be hit.
async fn statement(
    context: &Context,
    campaign: &Campaign,
    attacks: &[Attack],
    tlp: Tlp,
) -> Result<Option<StatedThreat>> {
    let owners = context.store.owners().await?;
    let facts = context.store.campaign_facts(&campaign.key).await?;
    let disclosure = disclosure::disclose(
        campaign,
        &facts,
        |key| is_members(&owners, key),
        &context.config.correlate.policy(),
    );
    let Some(product) = &disclosure.product else {
        return Ok(None);
    };
    let name = said(&SignKey::Product(product.clone()), attacks);
    let (vendor, product) = written(product, attacks);
    let texts = Texts(Language::REGION);
    Ok(Some(StatedThreat {
        restates: None,
        title: texts.with("notice.campaign_title", &[("product", &name)]),
        summary: summary(texts, &disclosure, &name),
        products: vec![StatedProduct {
            vendor,
            product,
            versions: StatedVersions::ByPack,
        }],
        cves: Vec::new(),
        remedy: texts.get("notice.campaign_remedy"),
        remedy_url: String::new(),
        source_url: context.config.chamber.base_url.clone(),
        source_time: context.now(),
        level: Level::Serious,
        exploited: true,
        incident: true,
        tlp,
    }))
}

/// Nothing but what may be told.
fn summary(texts: Texts, disclosure: &Disclosure, product: &str) -> String {
    let mut sentences = vec![match (disclosure.at_least, disclosure.since) {
        (Some(count), Some(since)) => texts.with(
            "notice.campaign_hit",
            &[
                ("count", &count.to_string()),
                ("since", &since.strftime("%d.%m.%Y").to_string()),
                ("product", product),
            ],
        ),
        _ => texts.with("notice.campaign_seen", &[("product", product)]),
    }];
    if !disclosure.regions.is_empty() {
        let regions: Vec<String> = disclosure
            .regions
            .iter()
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        sentences.push(texts.with(
            "notice.campaign_regions",
            &[("regions", &regions.join(", "))],
        ));
    }
    if !disclosure.look_for.is_empty() {
        let marks: Vec<String> = disclosure.look_for.iter().map(SignKey::value).collect();
        sentences.push(texts.with("notice.campaign_look_for", &[("marks", &marks.join(", "))]));
    }
    sentences.join(" ")
}

/// An address, domain or mailbox of a member would name it.
fn is_members(owners: &Owners, key: &SignKey) -> bool {
    let host = |text: &str| Whereabouts {
        hostname: Some(text.to_string().into()),
        ..Whereabouts::default()
    };
    match key {
        SignKey::SourceNetwork(network) => owners.is_known(&Whereabouts {
            network: Some(*network),
            ..Whereabouts::default()
        }),
        SignKey::Sender(text) => text
            .rsplit_once('@')
            .is_some_and(|(_, name)| owners.is_known(&host(name))),
        SignKey::Indicator(text) => owners.is_known(&host(text)),
        SignKey::Product(_) | SignKey::Shell(_) => false,
    }
}

fn warninglists(lists: Vec<HarmlessList>) -> Warninglists {
    let mut all = Warninglists::default();
    for HarmlessList { name, entries, .. } in lists {
        for entry in entries {
            match entry {
                HarmlessEntry::Network(network) => all.add_network(&name, network),
                HarmlessEntry::Host(text) | HarmlessEntry::Exact(text) => {
                    all.add_value(&name, &text)
                }
                // A part of a word says nothing about a whole one.
                HarmlessEntry::Part(_) => {}
            }
        }
    }
    all
}
