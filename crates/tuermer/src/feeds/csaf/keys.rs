//! The public keys a provider names, fetched and held against the fingerprints it states.

use super::{Client, plain};
use crate::refusal::Refusal;
use tuermer_formats::provider::KeyPlace;
use tuermer_openpgp::{KEY_BYTES, Key};

/// The keys that can be used, each with its address, and what is wrong with the others.
pub async fn keys(client: &Client, places: &[KeyPlace]) -> (Vec<(String, Key)>, Vec<Refusal>) {
    let (mut keys, mut wrong): (Vec<(String, Key)>, Vec<Refusal>) = (Vec::new(), Vec::new());
    for place in places {
        match fetch(client, place).await {
            Ok(found) => keys.extend(found.into_iter().map(|key| (place.url.clone(), key))),
            Err(reason) => wrong.push(reason),
        }
    }
    (keys, wrong)
}

async fn fetch(
    client: &Client,
    KeyPlace { fingerprint, url }: &KeyPlace,
) -> Result<Vec<Key>, Refusal> {
    let body = client
        .body(url, plain(KEY_BYTES as u64))
        .await
        .map_err(|error| error.sentence())?;
    // The reading of a stranger's key is long arithmetic, and a defect of the library must not end the program.
    let read = tokio::task::spawn_blocking(move || tuermer_openpgp::keys(&body.bytes)).await;
    let unreadable = |error: &dyn std::fmt::Display| {
        Refusal::new("provider.key_unreadable", [("url", url), ("error", &error)])
    };
    let keys = match read {
        Ok(Ok(keys)) => keys,
        Ok(Err(error)) => return Err(unreadable(&error)),
        Err(_) => return Err(unreadable(&"-")),
    };
    let Some(stated) = fingerprint else {
        return Ok(keys);
    };
    let found: Vec<&str> = keys.iter().map(|key| key.fingerprint.as_str()).collect();
    let other = Refusal::new(
        "provider.key_other",
        [
            ("url", url),
            ("stated", stated),
            ("found", &found.join(", ")),
        ],
    );
    let fitting: Vec<Key> = keys
        .into_iter()
        .filter(|key| key.fingerprint == *stated)
        .collect();
    if fitting.is_empty() {
        Err(other)
    } else {
        Ok(fitting)
    }
}
