//! Which keys count for a provider today: those it names and that are pinned as trusted. Another key than the first ones
//! waits for a person; a revoked one counts for nothing, also in hindsight.

use super::identity::Identity;
use super::notify;
use crate::context::Context;
use crate::feeds::csaf::{self, Found, Rules};
use crate::outgoing::Client;
use crate::refusal::Refusal;
use crate::store::feeds::pins::{self, PinnedKey};
use anyhow::{Error, Result};
use std::sync::Arc;
use tuermer_core::provenance::KeyState;
use tuermer_formats::provider::Role;
use tuermer_openpgp::Key;

/// Fetches the keys, pins them, and says what is demanded of the documents.
///
/// # Errors
/// A refusal where a trusted provider offers no key that can be read and none is pinned; anything else is ours.
pub async fn rules(
    context: &Context,
    client: &Client,
    found: &Found,
    identity: &Identity,
    remarks: &mut Vec<Refusal>,
) -> Result<Rules> {
    let (mut offered, wrong) = csaf::keys(client, &found.provider.keys).await;
    let pinned = context.store.pinned_keys(Some(&identity.provider)).await?;
    let all_wrong = !wrong.is_empty() && offered.is_empty();
    if all_wrong {
        // The server of the keys is away or serves something else: what is pinned and still named goes on counting.
        let named = |key: &&PinnedKey| {
            found.provider.keys.iter().any(|place| {
                place
                    .fingerprint
                    .as_ref()
                    .is_none_or(|stated| *stated == key.fingerprint)
            })
        };
        let kept = pinned
            .iter()
            .filter(named)
            .filter_map(|key| Some((key.url.clone(), tuermer_openpgp::keys(&key.key_bytes).ok()?)));
        offered = kept
            .flat_map(|(url, keys)| keys.into_iter().map(move |key| (url.clone(), key)))
            .collect();
    }
    if let (true, true, Role::Trusted, Some(reason)) =
        (all_wrong, offered.is_empty(), identity.role, wrong.first())
    {
        return Err(Error::new(reason.clone()));
    }
    remarks.extend(wrong);
    let mut rules = Rules {
        role: identity.role,
        keys: Arc::default(),
        decided: Arc::default(),
        key_waits: false,
        names_keys: !found.provider.keys.is_empty(),
        now: context.now(),
    };
    let first_use = pinned.is_empty();
    let (mut keys, mut decided) = (Vec::new(), Vec::new());
    for (url, key) in offered {
        match settle(context, identity, &pinned, first_use, &url, &key, remarks).await? {
            (KeyState::Trusted, by_person) => {
                decided.extend(by_person.then(|| key.fingerprint.clone()));
                keys.push(key);
            }
            (KeyState::Waiting, _) => rules.key_waits = true,
            (KeyState::Refused, _) => {}
        }
    }
    Ok(Rules {
        keys: Arc::new(keys),
        decided: Arc::new(decided),
        ..rules
    })
}

/// What one key counts for, and whether a person said so.
async fn settle(
    context: &Context,
    identity: &Identity,
    pinned: &[PinnedKey],
    first_use: bool,
    url: &str,
    key: &Key,
    remarks: &mut Vec<Refusal>,
) -> Result<(KeyState, bool)> {
    let known = pinned
        .iter()
        .find(|known| known.fingerprint == key.fingerprint);
    let state = match known {
        Some(known) => known.state,
        None if key.revoked => KeyState::Refused,
        None if first_use => KeyState::Trusted,
        None => KeyState::Waiting,
    };
    let words = |name| {
        Refusal::new(
            name,
            [
                ("provider", &identity.provider),
                ("fingerprint", &key.fingerprint),
            ],
        )
    };
    let pin = PinnedKey {
        provider: identity.provider.clone(),
        fingerprint: key.fingerprint.clone(),
        state,
        url: url.to_string(),
        key_bytes: key.bytes.clone(),
        seen_at: context.now(),
        decided_by: String::new(),
    };
    let mut open = context.store.begin().await?;
    pins::pin_key(&mut open, &pin).await?;
    let revoked = words("provider.key_revoked");
    let news = key.revoked
        && pins::key_revoked(
            &mut open,
            &pin.provider,
            &pin.fingerprint,
            &revoked.kept(),
            context.now(),
        )
        .await?;
    open.commit().await?;
    if news {
        notify(context, "provider.key", &key.fingerprint, &revoked).await?;
    }
    if key.revoked {
        remarks.push(revoked);
        return Ok((KeyState::Refused, false));
    }
    if state == KeyState::Waiting {
        let changed = words("provider.key_changed");
        notify(context, "provider.key", &key.fingerprint, &changed).await?;
        remarks.push(changed);
    }
    Ok((
        state,
        known.is_some_and(|known| !known.decided_by.is_empty()),
    ))
}
