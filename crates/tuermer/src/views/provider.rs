//! CSAF providers: which signing keys count, and from where a publisher speaks.

use super::Moment;
use crate::store::feeds::pins::{PinnedKey, PinnedPublisher};
use serde::Serialize;

/// A signing key.
#[derive(Debug, Serialize)]
pub struct KeyView<'a> {
    /// Its fingerprint, hexadecimal.
    pub fingerprint: &'a str,
    /// Domain of the provider.
    pub provider: &'a str,
    /// A word of `KeyState`.
    pub state: &'static str,
    /// Where it was found.
    pub url: &'a str,
    /// When it was first seen.
    pub seen_at: Moment,
    /// Who decided about it; empty where nobody did.
    pub decided_by: &'a str,
}

impl<'a> From<&'a PinnedKey> for KeyView<'a> {
    fn from(key: &'a PinnedKey) -> Self {
        let PinnedKey {
            provider,
            fingerprint,
            state,
            url,
            key_bytes: _,
            seen_at,
            decided_by,
        } = key;
        Self {
            fingerprint,
            provider,
            state: state.as_str(),
            url,
            seen_at: Moment(*seen_at),
            decided_by,
        }
    }
}

/// From where a publisher speaks.
#[derive(Debug, Serialize)]
pub struct PublisherView<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its domain.
    pub domain: &'a str,
    /// Its role in CSAF.
    pub role: &'a str,
    /// Since when that is remembered.
    pub pinned_at: Moment,
}

impl<'a> From<&'a PinnedPublisher> for PublisherView<'a> {
    fn from(publisher: &'a PinnedPublisher) -> Self {
        let PinnedPublisher {
            namespace,
            domain,
            role,
            pinned_at,
        } = publisher;
        Self {
            namespace,
            domain,
            role,
            pinned_at: Moment(*pinned_at),
        }
    }
}
