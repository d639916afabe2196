//! Who speaks here, and for whom? A provider speaks for the publisher whose domain it is on; the first other domain that
//! speaks for a publisher is pinned; any further one is refused unless it is a mirror that an aggregator lists.

use super::notify;
use crate::context::Context;
use crate::feeds::csaf::{self, Found};
use crate::outgoing::Client;
use crate::refusal::Refusal;
use crate::store::feeds::pins::{self, PinnedPublisher};
use anyhow::{Error, Result};
use tuermer_formats::links;
use tuermer_formats::provider::Role;
use url::Url;

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Registered name under which its keys are pinned.
    pub provider: String,
    /// Registered names for whose publishers it may speak.
    pub speaks_for: Vec<String>,
    /// What is demanded of its documents: the most that was ever promised.
    pub role: Role,
}

/// Finds out who speaks, and pins it.
///
/// # Errors
/// A refusal where another domain is pinned for this publisher; anything else is ours.
pub async fn identify(
    context: &Context,
    client: &Client,
    found: &Found,
    remarks: &mut Vec<Refusal>,
) -> Result<Identity> {
    let name = |address: &str| links::registered_name(address).unwrap_or_default();
    let (domain, publisher) = (name(&found.url), name(&found.provider.namespace));
    let pinned = context.store.pinned_publisher(&publisher).await?;
    let words = |key, other: &str| {
        Refusal::new(
            key,
            [
                ("namespace", &found.provider.namespace),
                ("domain", &domain),
                ("pinned", &other),
            ],
        )
    };
    let foreign = domain != publisher;
    if foreign
        && pinned.as_ref().is_none_or(|pinned| pinned.domain != domain)
        && is_listed_mirror(client, found).await
    {
        remarks.push(words("provider.mirror", &publisher));
        // A mirror passes on what others signed, so the publisher's own pins count.
        return Ok(Identity {
            speaks_for: vec![publisher.clone()],
            provider: publisher,
            role: found.provider.role,
        });
    }
    if let Some(remark) =
        pinned_domain(context, pinned.as_ref(), (&domain, &publisher), words).await?
    {
        remarks.push(remark);
    }
    let role = demanded(
        context,
        found,
        pinned.as_ref().filter(|pin| pin.domain == domain),
        &domain,
        remarks,
    )
    .await?;
    let mut open = context.store.begin().await?;
    let pin = PinnedPublisher {
        namespace: publisher.clone(),
        domain: domain.clone(),
        role: role.as_str().to_string(),
        pinned_at: context.now(),
    };
    pins::pin_publisher(&mut open, &pin).await?;
    open.commit().await?;
    Ok(Identity {
        speaks_for: vec![publisher, domain.clone()],
        provider: domain,
        role,
    })
}

/// Holds the domain against the one that is pinned for its publisher; gives what a person should know.
///
/// # Errors
/// A refusal where another domain is pinned and this one is not the publisher's own.
async fn pinned_domain(
    context: &Context,
    pinned: Option<&PinnedPublisher>,
    (domain, publisher): (&str, &str),
    words: impl Fn(&'static str, &str) -> Refusal,
) -> Result<Option<Refusal>> {
    let foreign = domain != publisher;
    match pinned {
        Some(pin) if pin.domain == domain => Ok(None),
        Some(pin) if foreign => {
            let refused = words("provider.publisher_pinned", &pin.domain);
            notify(context, "provider.publisher", publisher, &refused).await?;
            Err(Error::new(refused))
        }
        Some(pin) => {
            // The publisher's own domain speaks at last: from now on nobody else does.
            let news = words("provider.publisher_own", &pin.domain);
            notify(context, "provider.publisher", publisher, &news).await?;
            Ok(Some(news))
        }
        None if foreign => Ok(Some(words("provider.publisher_foreign", publisher))),
        None => Ok(None),
    }
}

/// The most that was ever promised. Who breaks in and promises less must not get unsigned documents through.
async fn demanded(
    context: &Context,
    found: &Found,
    pinned: Option<&PinnedPublisher>,
    domain: &str,
    remarks: &mut Vec<Refusal>,
) -> Result<Role> {
    let now = found.provider.role;
    let before = pinned.and_then(|pin| {
        [Role::Publisher, Role::Provider, Role::Trusted]
            .into_iter()
            .find(|role| role.as_str() == pin.role)
    });
    let Some(before) = before.filter(|before| (*before as u8) > (now as u8)) else {
        return Ok(now);
    };
    let words = Refusal::new(
        "provider.role_lowered",
        [
            ("domain", &domain),
            ("before", &before.as_str()),
            ("now", &now.as_str()),
        ],
    );
    notify(context, "provider.role", domain, &words).await?;
    remarks.push(words);
    Ok(before)
}

/// True where the aggregator on the same host lists this very address as a mirror of this very publisher.
async fn is_listed_mirror(client: &Client, found: &Found) -> bool {
    let Ok(mut url) = Url::parse(&found.url) else {
        return false;
    };
    url.set_path("/.well-known/csaf-aggregator/aggregator.json");
    let Some(list) = csaf::discover(client, url.as_str())
        .await
        .ok()
        .and_then(|found| found.aggregator)
    else {
        return false;
    };
    let namespace = |text: &str| text.trim_end_matches('/').to_string();
    list.mirrors
        && list.listed.iter().any(|listed| {
            listed.mirrors.contains(&found.url)
                && namespace(&listed.namespace) == found.provider.namespace
        })
}
