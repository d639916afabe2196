//! `provider-metadata.json` (CSAF 2.0 and 2.1, 7.1.7): who publishes, in which role, with which keys, and where the lists are.
//!
//! Fields that a fetcher needs are required; other missing fields are accepted and counted.

use crate::links::{self, Tolerated, Written};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tuermer_core::limits;

/// What a provider says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Where it says it lies; another address than the one it came from is no error.
    pub canonical_url: String,
    /// `2.0` or `2.1`.
    pub metadata_version: String,
    /// When it was changed last, as written.
    pub last_updated: String,
    /// Name of the publisher.
    pub publisher: String,
    /// Namespace of the publisher, without a slash at the end.
    pub namespace: String,
    /// What it promises.
    pub role: Role,
    /// Its public keys.
    pub keys: Vec<KeyPlace>,
    /// ROLIE feeds, one for each TLP level.
    pub rolie: Vec<Place>,
    /// Directories with `changes.csv` and `index.txt`.
    pub directories: Vec<Place>,
    /// The old address is kept until then (2.1).
    pub maintained_until: Option<Timestamp>,
    /// The new address is kept from then on (2.1).
    pub maintained_from: Option<Timestamp>,
    /// What was accepted although it is not as it should be.
    pub tolerated: Tolerated,
}

/// What a provider promises (7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Valid documents over TLS.
    Publisher,
    /// And a way to find them.
    Provider,
    /// And a hash and a signature for each: one that is missing is a failure.
    Trusted,
}

impl Role {
    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publisher => "csaf_publisher",
            Self::Provider => "csaf_provider",
            Self::Trusted => "csaf_trusted_provider",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Publisher, Self::Provider, Self::Trusted]
            .into_iter()
            .find(|role| role.as_str() == text.trim())
    }
}

/// Where a public key lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPlace {
    /// Hexadecimal, upper case, without blanks; 2.0 may leave it out.
    pub fingerprint: Option<String>,
    /// Address.
    pub url: String,
}

/// A list of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// TLP label as written, upper case; empty where none is given.
    pub label: String,
    /// Address; of a directory with a slash at its end.
    pub url: String,
}

impl Place {
    /// True where nobody has to sign in: CLEAR (WHITE in 2.0), GREEN, or without a label.
    pub fn is_open(&self) -> bool {
        matches!(
            self.label.as_str(),
            "" | "CLEAR" | "WHITE" | "GREEN" | "UNLABELED"
        )
    }
}

/// How long the address of the metadata will be kept (2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maintained {
    /// Nothing is said, or it is far away.
    Yes,
    /// Ends in less than [`limits::MAINTAINED_WARNING_DAYS`]: a warning.
    EndsSoon(Timestamp),
    /// Ended: an error.
    Ended(Timestamp),
    /// Begins later: a warning.
    NotYet(Timestamp),
}

impl Provider {
    /// Whether the metadata is still kept at `now`.
    pub fn maintained(&self, now: Timestamp) -> Maintained {
        let soon = SignedDuration::from_hours(limits::MAINTAINED_WARNING_DAYS.saturating_mul(24));
        match (self.maintained_until, self.maintained_from) {
            (Some(until), _) if until <= now => Maintained::Ended(until),
            (Some(until), _) if until.duration_since(now) < soon => Maintained::EndsSoon(until),
            (_, Some(from)) if from > now => Maintained::NotYet(from),
            _ => Maintained::Yes,
        }
    }
}

/// Why it is no provider's metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Not JSON of that shape; with line and column.
    #[error("this is no provider-metadata.json: {0}")]
    Shape(String),
    /// A part without which nothing can be fetched or trusted.
    #[error("provider-metadata.json: {field} is not valid: {value}")]
    Field {
        /// JSON path.
        field: &'static str,
        /// What stands there.
        value: String,
    },
    /// More than we read.
    #[error("provider-metadata.json: more than {limit} {what}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

#[derive(Deserialize)]
struct Raw {
    canonical_url: Option<String>,
    #[serde(default)]
    distributions: Vec<RawDistribution>,
    #[serde(default)]
    last_updated: String,
    #[serde(default)]
    metadata_version: String,
    #[serde(default)]
    public_openpgp_keys: Vec<RawKey>,
    publisher: RawPublisher,
    role: String,
    maintained_until: Option<String>,
    maintained_from: Option<String>,
}

#[derive(Deserialize)]
struct RawPublisher {
    #[serde(default)]
    name: String,
    namespace: String,
}

#[derive(Deserialize)]
struct RawKey {
    fingerprint: Option<String>,
    url: String,
}

#[derive(Deserialize)]
struct RawDistribution {
    directory_url: Option<String>,
    directory: Option<RawPlace>,
    rolie: Option<RawRolie>,
}

#[derive(Deserialize)]
struct RawRolie {
    #[serde(default)]
    feeds: Vec<RawPlace>,
}

#[derive(Deserialize)]
struct RawPlace {
    #[serde(default)]
    tlp_label: String,
    url: String,
}

/// Reads the metadata that was found at `base`.
///
/// # Errors
/// Not that kind of document, no namespace, no known role, or more than the limits allow.
pub fn read(bytes: &[u8], base: &str) -> Result<Provider, ProviderError> {
    let raw: Raw = serde_json::from_slice(bytes)
        .map_err(|error| ProviderError::Shape(short(&error.to_string())))?;
    let Raw {
        canonical_url,
        distributions,
        last_updated,
        metadata_version,
        public_openpgp_keys,
        publisher,
        role,
        maintained_until,
        maintained_from,
    } = raw;
    let mut tolerated = Tolerated::default();
    let namespace = namespace(&publisher)?;
    if !matches!(metadata_version.as_str(), "2.0" | "2.1") {
        tolerated.count("metadata_version");
    }
    if canonical_url.is_none() {
        tolerated.count("canonical_url");
    }
    let mut places = Places { base, tolerated };
    let (rolie, directories) = places.lists(distributions);
    let keys = public_openpgp_keys
        .into_iter()
        .map(|key| places.key(key))
        .collect::<Result<Vec<_>, _>>()?;
    let lists = rolie.len().saturating_add(directories.len());
    at_most("lists", lists, limits::PROVIDER_LISTS)?;
    at_most("keys", keys.len(), limits::PROVIDER_KEYS)?;
    Ok(Provider {
        canonical_url: short(&canonical_url.unwrap_or_default()),
        metadata_version: short(&metadata_version),
        last_updated: short(&last_updated),
        publisher: short(&publisher.name),
        namespace,
        role: Role::parse(&role).ok_or_else(|| invalid("/role", &role))?,
        keys,
        rolie,
        directories,
        maintained_until: time("/maintained_until", maintained_until)?,
        maintained_from: time("/maintained_from", maintained_from)?,
        tolerated: places.tolerated,
    })
}

/// The namespace without a slash at the end; it must name a host.
fn namespace(publisher: &RawPublisher) -> Result<String, ProviderError> {
    let namespace = short(&publisher.namespace)
        .trim_end_matches('/')
        .to_string();
    match links::host(&namespace) {
        Some(_) => Ok(namespace),
        None => Err(invalid("/publisher/namespace", &publisher.namespace)),
    }
}

fn time(field: &'static str, text: Option<String>) -> Result<Option<Timestamp>, ProviderError> {
    text.map(|text| text.parse().map_err(|_| invalid(field, &text)))
        .transpose()
}

fn at_most(what: &'static str, count: usize, limit: usize) -> Result<(), ProviderError> {
    if count > limit {
        return Err(ProviderError::TooMuch { what, limit });
    }
    Ok(())
}

fn invalid(field: &'static str, value: &str) -> ProviderError {
    ProviderError::Field {
        field,
        value: short(value),
    }
}

/// Reads addresses and counts what is odd about them.
struct Places<'a> {
    base: &'a str,
    tolerated: Tolerated,
}

impl Places<'_> {
    fn address(&mut self, text: &str) -> Option<String> {
        let (url, written) = links::resolve(self.base, text)?;
        if written != Written::Absolute {
            self.tolerated.count("relative_address");
        }
        Some(url)
    }

    /// ROLIE feeds and directories.
    fn lists(&mut self, distributions: Vec<RawDistribution>) -> (Vec<Place>, Vec<Place>) {
        let (mut feeds, mut directories) = (Vec::new(), Vec::new());
        for distribution in distributions {
            let RawDistribution {
                directory_url,
                directory,
                rolie,
            } = distribution;
            let unlabelled = directory_url.map(|url| RawPlace {
                tlp_label: String::new(),
                url,
            });
            let found = unlabelled.into_iter().chain(directory);
            directories.extend(found.filter_map(|place| self.place(place, true)));
            let found = rolie.into_iter().flat_map(|rolie| rolie.feeds);
            feeds.extend(found.filter_map(|place| self.place(place, false)));
        }
        (feeds, directories)
    }

    /// Where a key lies; without an address that can be used nothing could be verified.
    fn key(&mut self, key: RawKey) -> Result<KeyPlace, ProviderError> {
        let RawKey { fingerprint, url } = key;
        let canonical = |text: String| text.split_whitespace().collect::<String>().to_uppercase();
        let address = self.address(&url);
        Ok(KeyPlace {
            fingerprint: fingerprint.map(canonical),
            url: address.ok_or_else(|| invalid("/public_openpgp_keys/url", &url))?,
        })
    }

    /// A list; one whose address cannot be used is left out and counted.
    fn place(&mut self, RawPlace { tlp_label, url }: RawPlace, directory: bool) -> Option<Place> {
        let Some(mut address) = self.address(&url) else {
            self.tolerated.count("unusable_list");
            return None;
        };
        if directory && !address.ends_with('/') {
            address.push('/');
        }
        Some(Place {
            label: short(&tlp_label).to_uppercase(),
            url: address,
        })
    }
}

fn short(text: &str) -> String {
    crate::csaf::plain(text, limits::FIELD_CHARACTERS)
}

#[cfg(test)]
mod tests;
