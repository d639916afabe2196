//! `provider-metadata.json` (CSAF 2.0 and 2.1, 7.1.7): who publishes, in which role, with which keys, and where the lists are.
//!
//! What a fetcher needs must be there; what is missing beside it is accepted and counted.

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
    let wrong = |field, value: &str| ProviderError::Field {
        field,
        value: short(value),
    };
    let namespace = short(&publisher.namespace)
        .trim_end_matches('/')
        .to_string();
    if links::host(&namespace).is_none() {
        return Err(wrong("/publisher/namespace", &publisher.namespace));
    }
    if !matches!(metadata_version.as_str(), "2.0" | "2.1") {
        tolerated.count("metadata_version");
    }
    if canonical_url.is_none() {
        tolerated.count("canonical_url");
    }
    let mut reader = Places { base, tolerated };
    let (mut rolie, mut directories, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for RawDistribution {
        directory_url,
        directory,
        rolie: feeds,
    } in distributions
    {
        let plain = directory_url.map(|url| RawPlace {
            tlp_label: String::new(),
            url,
        });
        directories.extend(
            plain
                .into_iter()
                .chain(directory)
                .filter_map(|place| reader.place(place, true)),
        );
        rolie.extend(
            feeds
                .into_iter()
                .flat_map(|rolie| rolie.feeds)
                .filter_map(|place| reader.place(place, false)),
        );
    }
    for key in public_openpgp_keys {
        let fingerprint = key
            .fingerprint
            .map(|text| text.split_whitespace().collect::<String>().to_uppercase());
        let url = reader
            .address(&key.url)
            .ok_or_else(|| wrong("/public_openpgp_keys/url", &key.url))?;
        keys.push(KeyPlace { fingerprint, url });
    }
    for (what, count, limit) in [
        (
            "lists",
            rolie.len().saturating_add(directories.len()),
            limits::PROVIDER_LISTS,
        ),
        ("keys", keys.len(), limits::PROVIDER_KEYS),
    ] {
        if count > limit {
            return Err(ProviderError::TooMuch { what, limit });
        }
    }
    let time = |field, text: Option<String>| {
        text.map(|text| text.parse::<Timestamp>().map_err(|_| wrong(field, &text)))
            .transpose()
    };
    Ok(Provider {
        canonical_url: short(&canonical_url.unwrap_or_default()),
        metadata_version: short(&metadata_version),
        last_updated: short(&last_updated),
        publisher: short(&publisher.name),
        namespace,
        role: Role::parse(&role).ok_or_else(|| wrong("/role", &role))?,
        keys,
        rolie,
        directories,
        maintained_until: time("/maintained_until", maintained_until)?,
        maintained_from: time("/maintained_from", maintained_from)?,
        tolerated: reader.tolerated,
    })
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
mod tests {
    use super::{Maintained, Provider, Role, read};
    use jiff::Timestamp;

    const V20: &str = include_str!("../tests/fixtures/provider-2.0.json");
    const V21: &str = include_str!("../tests/fixtures/provider-2.1.json");
    const BASE: &str = "https://vendor.example/.well-known/csaf/provider-metadata.json";

    fn provider(text: &str) -> Provider {
        read(text.as_bytes(), BASE).unwrap()
    }

    #[test]
    fn both_versions() {
        let old = provider(V20);
        assert_eq!(
            (old.role, old.namespace.as_str(), old.tolerated.total()),
            (Role::Trusted, "https://psirt.vendor.example", 0)
        );
        let lists: Vec<(&str, &str, bool)> = old
            .rolie
            .iter()
            .map(|place| (place.label.as_str(), place.url.as_str(), place.is_open()))
            .collect();
        assert_eq!(
            lists,
            [
                ("WHITE", "https://vendor.example/csaf/white.json", true),
                ("AMBER", "https://vendor.example/csaf/amber.json", false)
            ]
        );
        assert_eq!(old.directories[0].url, "https://vendor.example/csaf/white/");
        assert_eq!(
            old.keys[0].fingerprint.as_deref(),
            Some("AAAABBBBCCCCDDDDEEEEAAAABBBBCCCCDDDDEEEE")
        );
        let new = provider(V21);
        assert_eq!(
            (new.role, new.directories[0].label.as_str(), new.rolie.len()),
            (Role::Provider, "CLEAR", 1)
        );
    }

    #[test]
    fn how_long_it_is_kept() {
        let until = "2027-01-01T00:00:00Z";
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, wanted) in [
            ("2026-10-03T00:00:00Z", Maintained::Yes),
            ("2026-10-03T00:00:01Z", Maintained::EndsSoon(at(until))),
            ("2026-12-31T23:59:59Z", Maintained::EndsSoon(at(until))),
            (until, Maintained::Ended(at(until))),
        ] {
            assert_eq!(provider(V21).maintained(at(now)), wanted, "{now}");
        }
        let from = provider(&V21.replace("maintained_until", "maintained_from"));
        assert_eq!(
            from.maintained(at("2026-01-01T00:00:00Z")),
            Maintained::NotYet(at(until))
        );
        assert_eq!(
            provider(V20).maintained(at("2100-01-01T00:00:00Z")),
            Maintained::Yes
        );
    }

    #[test]
    fn what_is_accepted_and_counted_and_what_is_not() {
        let relative = provider(&V20.replace(
            "https://vendor.example/csaf/white.json",
            "../../csaf/white.json",
        ));
        assert_eq!(
            (relative.rolie[0].url.as_str(), relative.tolerated.total()),
            ("https://vendor.example/csaf/white.json", 1)
        );
        let bare = provider(
            r#"{"publisher": {"namespace": "https://a.example/"}, "role": "csaf_publisher", "new": {"x": [1]}}"#,
        );
        assert_eq!(
            (
                bare.namespace.as_str(),
                bare.tolerated.total(),
                bare.rolie.len()
            ),
            ("https://a.example", 2, 0)
        );
        let plain = provider(&V20.replace(
            "https://vendor.example/csaf/white.json",
            "http://vendor.example/csaf/white.json",
        ));
        assert_eq!((plain.rolie.len(), plain.tolerated.total()), (1, 1));
        for (from, to, wanted) in [
            (
                "csaf_trusted_provider",
                "csaf_king",
                "/role is not valid: csaf_king",
            ),
            (
                "https://psirt.vendor.example",
                "vendor",
                "/publisher/namespace is not valid: vendor",
            ),
            (
                "https://vendor.example/key.asc",
                "http://vendor.example/key.asc",
                "/public_openpgp_keys/url is not valid",
            ),
            ("\"role\"", "\"rolle\"", "missing field `role`"),
            (
                "\"role\"",
                "\"role\": \"csaf_provider\", \"role\"",
                "duplicate field `role`",
            ),
            ("{", "", "no provider-metadata.json"),
        ] {
            let error = read(V20.replacen(from, to, 1).as_bytes(), BASE)
                .unwrap_err()
                .to_string();
            assert!(error.contains(wanted), "{error}");
        }
        let many = V20.replace(
            "\"public_openpgp_keys\": [",
            &format!(
                "\"public_openpgp_keys\": [{}",
                "{\"url\": \"https://a.example/k\"},".repeat(100)
            ),
        );
        assert!(
            read(many.as_bytes(), BASE)
                .unwrap_err()
                .to_string()
                .contains("more than 32 keys")
        );
    }
}
