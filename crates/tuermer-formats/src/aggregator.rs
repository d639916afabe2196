//! `aggregator.json` (CSAF 7.1.21, 7.1.22): which providers somebody knows of, and which of them he mirrors.
//!
//! Only the addresses are read: an entry in this list is no reason to trust a provider.

use crate::links;
use serde::Deserialize;
use tuermer_core::limits;

/// One list of providers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregator {
    /// Who made it.
    pub name: String,
    /// True where it mirrors documents, false for a lister.
    pub mirrors: bool,
    /// The providers and publishers, in order, each once.
    pub listed: Vec<Listed>,
    /// Entries without a usable address.
    pub unusable: u64,
}

/// One provider or publisher of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name of the publisher.
    pub publisher: String,
    /// Namespace of the publisher, without a slash at the end.
    pub namespace: String,
    /// Address of its own metadata.
    pub url: String,
    /// Addresses of the metadata of its mirrors.
    pub mirrors: Vec<String>,
}

/// Why it is no list of providers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregatorError {
    /// Not JSON of that shape; with line and column.
    #[error("this is no aggregator.json: {0}")]
    Shape(String),
    /// More than [`limits::AGGREGATOR_PROVIDERS`].
    #[error(
        "aggregator.json lists more than {} providers",
        limits::AGGREGATOR_PROVIDERS
    )]
    TooMany,
}

#[derive(Deserialize)]
struct Raw {
    aggregator: RawAggregator,
    #[serde(default)]
    csaf_providers: Vec<RawListed>,
    #[serde(default)]
    csaf_publishers: Vec<RawListed>,
}

#[derive(Deserialize)]
struct RawAggregator {
    category: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct RawListed {
    metadata: RawMetadata,
    #[serde(default)]
    mirrors: Vec<String>,
}

#[derive(Deserialize)]
struct RawMetadata {
    publisher: Option<RawPublisher>,
    #[serde(default)]
    url: String,
}

#[derive(Deserialize, Default)]
struct RawPublisher {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
}

/// Reads the list that was found at `base`.
///
/// # Errors
/// Not that kind of document, or too many providers.
pub fn read(bytes: &[u8], base: &str) -> Result<Aggregator, AggregatorError> {
    let raw: Raw = serde_json::from_slice(bytes)
        .map_err(|error| AggregatorError::Shape(short(&error.to_string())))?;
    let Raw {
        aggregator,
        csaf_providers,
        csaf_publishers,
    } = raw;
    if csaf_providers.len().saturating_add(csaf_publishers.len()) > limits::AGGREGATOR_PROVIDERS {
        return Err(AggregatorError::TooMany);
    }
    let mut list = Aggregator {
        name: short(&aggregator.name),
        mirrors: aggregator.category == "aggregator",
        listed: Vec::new(),
        unusable: 0,
    };
    for RawListed { metadata, mirrors } in csaf_providers.into_iter().chain(csaf_publishers) {
        let Some((url, _)) = links::resolve(base, &metadata.url) else {
            list.unusable = list.unusable.saturating_add(1);
            continue;
        };
        let RawPublisher { name, namespace } = metadata.publisher.unwrap_or_default();
        let mirrors = mirrors
            .iter()
            .take(limits::PROVIDER_LISTS)
            .filter_map(|mirror| links::resolve(base, mirror))
            .map(|(mirror, _)| mirror)
            .collect();
        if !list.listed.iter().any(|known| known.url == url) {
            list.listed.push(Listed {
                publisher: short(&name),
                namespace: short(&namespace).trim_end_matches('/').to_string(),
                url,
                mirrors,
            });
        }
    }
    Ok(list)
}

fn short(text: &str) -> String {
    crate::csaf::plain(text, limits::FIELD_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::read;

    const LIST: &str = include_str!("../tests/fixtures/aggregator.json");
    const BASE: &str = "https://lister.example/.well-known/csaf-aggregator/aggregator.json";

    #[test]
    fn lists_each_provider_once() {
        let list = read(LIST.as_bytes(), BASE).unwrap();
        let urls: Vec<&str> = list
            .listed
            .iter()
            .map(|listed| listed.url.as_str())
            .collect();
        assert_eq!(
            urls,
            [
                "https://one.example/.well-known/csaf/provider-metadata.json",
                "https://two.example/csaf/provider-metadata.json"
            ]
        );
        assert_eq!(
            (list.mirrors, list.unusable, list.name.as_str()),
            (true, 1, "Example List")
        );
        assert_eq!(list.listed[0].namespace, "https://psirt.one.example");
        assert_eq!(
            list.listed[1].mirrors,
            ["https://lister.example/.well-known/csaf-aggregator/two/provider-metadata.json"]
        );
        let lister = read(
            LIST.replace("\"category\": \"aggregator\"", "\"category\": \"lister\"")
                .as_bytes(),
            BASE,
        )
        .unwrap();
        assert!(!lister.mirrors);
        for broken in ["{}", "[]", "<html>", &LIST[..LIST.len() / 2]] {
            assert!(
                read(broken.as_bytes(), BASE)
                    .unwrap_err()
                    .to_string()
                    .starts_with("this is no aggregator.json: "),
                "{broken}"
            );
        }
        let one = LIST.lines().map(str::trim).collect::<String>();
        let start = one.find("{\"metadata\"").unwrap();
        let many = format!(
            "{}{}{}",
            &one[..start],
            "{\"metadata\": {}},".repeat(2_001),
            &one[start..]
        );
        assert!(
            read(many.as_bytes(), BASE)
                .unwrap_err()
                .to_string()
                .contains("more than 2000")
        );
    }
}
