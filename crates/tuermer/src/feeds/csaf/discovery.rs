//! From an address to providers (CSAF 7.3.1): a file named directly, or a domain with its well-known places.
//!
//! For a domain the well-known address and `security.txt` are both asked, always; the DNS name only if both gave
//! nothing. The addresses of the transition to 2.1 are asked only where the plain one is missing: two versions of
//! the same documents side by side would look like a forgery.

use super::{Client, metadata, plain};
use crate::refusal::Refusal;
use tuermer_core::limits;
use tuermer_formats::aggregator::{self, Aggregator};
use tuermer_formats::links::Tolerated;
use tuermer_formats::provider::{self, Provider};
use tuermer_formats::security_txt;
use url::Url;

/// Well-known places of one provider, the plain one first.
const WELL_KNOWN: [&str; 3] = [
    "/.well-known/csaf/provider-metadata.json",
    "/.well-known/csaf/v2.1/provider-metadata.json",
    "/.well-known/csaf/v2.0/provider-metadata.json",
];
/// Places of security.txt (RFC 9116, the second one from before it).
const SECURITY_TXT: [&str; 2] = ["/.well-known/security.txt", "/security.txt"];

/// One provider with the place of its metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where the metadata lies, after redirects.
    pub url: String,
    /// What it says.
    pub provider: Provider,
}

/// What stands behind an address.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// Providers, in the order of the standard: the first one counts where only one is wanted.
    pub providers: Vec<Found>,
    /// A list of providers, where the address is one.
    pub aggregator: Option<Aggregator>,
    /// Where was looked, and what was wrong there; empty reason = something was found.
    pub steps: Vec<(String, Option<Refusal>)>,
}

/// What one file turned out to be.
enum Kind {
    Provider(Box<Found>),
    Aggregator(Aggregator),
}

/// Looks for providers behind an address: a domain (`vendor.example`, `https://vendor.example/`), or a file.
///
/// # Errors
/// Nothing was found; the sentence says where was looked.
pub async fn discover(client: &Client, address: &str) -> Result<Discovered, Refusal> {
    let full = if address.contains("://") {
        address.trim().to_string()
    } else {
        format!("https://{}/", address.trim())
    };
    let url =
        Url::parse(&full).map_err(|_| Refusal::new("feed.error_not_a_url", [("url", &address)]))?;
    let mut found = Discovered::default();
    if matches!(url.path(), "" | "/") && !is_dns_name_of_csaf(&url) {
        found.by_domain(client, &url).await;
    } else {
        found.ask(client, url.as_str()).await;
    }
    if found.providers.is_empty() && found.aggregator.is_none() {
        // A server that is away, or a broken file, says more than all the places where nothing lies.
        let telling = found
            .steps
            .iter()
            .filter_map(|(_, reason)| reason.as_ref())
            .find(|reason| reason.key() != "feed.error_not_found");
        return Err(match (telling, found.steps.as_slice()) {
            (Some(reason), _) | (None, [(_, Some(reason))]) => reason.clone(),
            _ => Refusal::new("provider.nothing_found", [("url", &address)]),
        });
    }
    Ok(found)
}

/// `https://csaf.data.security.vendor.example/` serves the file itself (requirement 10).
fn is_dns_name_of_csaf(url: &Url) -> bool {
    url.host_str()
        .is_some_and(|host| host.starts_with("csaf.data.security."))
}

impl Discovered {
    async fn by_domain(&mut self, client: &Client, domain: &Url) {
        for path in WELL_KNOWN {
            if self.ask(client, &at(domain, path)).await {
                break;
            }
        }
        for path in SECURITY_TXT {
            let place = at(domain, path);
            match client.body(&place, plain(limits::SECURITY_TXT_BYTES)).await {
                Ok(body) => {
                    self.steps.push((place, None));
                    for url in security_txt::read(&body.bytes, &body.url).csaf {
                        self.ask(client, &url).await;
                    }
                    break;
                }
                Err(error) => self.steps.push((place, Some(error.sentence()))),
            }
        }
        let name = domain.host_str().filter(|_| domain.domain().is_some());
        if let (true, Some(name)) = (self.providers.is_empty(), name) {
            let port = domain
                .port()
                .map(|port| format!(":{port}"))
                .unwrap_or_default();
            let place = format!("https://csaf.data.security.{name}{port}/");
            if !self.ask(client, &place).await {
                // Most domains have no such name; that is no news.
                self.steps.retain(|(step, _)| *step != place);
            }
        }
    }

    /// Asks one address; true where it is a provider or a list of them.
    async fn ask(&mut self, client: &Client, url: &str) -> bool {
        if self.steps.iter().any(|(known, _)| known == url) {
            return false;
        }
        let outcome = read(client, url).await;
        self.steps
            .push((url.to_string(), outcome.as_ref().err().cloned()));
        match outcome {
            Ok(Kind::Provider(found)) => {
                let known = |other: &Found| {
                    other.url == found.url
                        || (!found.provider.canonical_url.is_empty()
                            && other.provider == found.provider)
                };
                if !self.providers.iter().any(known) {
                    self.providers.push(*found);
                }
                true
            }
            Ok(Kind::Aggregator(list)) => {
                self.aggregator.get_or_insert(list);
                true
            }
            Err(_) => false,
        }
    }
}

fn at(domain: &Url, path: &str) -> String {
    let mut url = domain.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    String::from(url)
}

/// Fetches and reads one file.
async fn read(client: &Client, url: &str) -> Result<Kind, Refusal> {
    let body = metadata(client, url).await?;
    if let Ok(list) = aggregator::read(&body.bytes, &body.url) {
        return Ok(Kind::Aggregator(list));
    }
    let mut provider = provider::read(&body.bytes, &body.url).map_err(|error| {
        Refusal::new("provider.not_metadata", [("url", &url), ("error", &error)])
    })?;
    if body.url != url {
        let mut redirect = Tolerated::default();
        redirect.count("metadata_redirect");
        provider.tolerated.add(&redirect);
    }
    Ok(Kind::Provider(Box::new(Found {
        url: body.url,
        provider,
    })))
}
