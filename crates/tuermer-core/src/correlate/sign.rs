//! A sign as the correlation sees it: organisation, time, keys it shares with others, reporter and evidence.

use crate::admiralty::Grade;
use crate::ids::OrganisationId;
use crate::internet_address::{Reach, reach};
use crate::product::ProductKey;
use crate::scale::words;
use crate::taxonomy::IncidentType;
use ip_network::IpNetwork;
use jiff::Timestamp;
use std::net::IpAddr;

/// Attackers change the last byte of their address; a /24 is one hand.
pub const SOURCE_BITS_V4: u8 = 24;
/// The same for IPv6: what one customer of a provider gets.
pub const SOURCE_BITS_V6: u8 = 48;

/// One sign at one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Where it was seen.
    pub organisation: OrganisationId,
    /// District or other part of the region the organisation lies in; empty where it is not known.
    pub region: String,
    /// When it was seen (UTC), not when we heard of it: a feed that catches up after three days is no outbreak.
    pub at: Timestamp,
    /// RSIT class. Signs of different classes are never counted together.
    pub class: IncidentType,
    /// What it may share with signs of others.
    pub keys: Vec<SignKey>,
    /// Who says so.
    pub reporter: Reporter,
    /// How far we trust it.
    pub grade: Grade,
    /// A measurement, log line, hash or file lies behind it, not only words.
    pub evidence: bool,
}

words! {
    /// What two signs can have in common.
    KeyKind {
        /// Product and RSIT class.
        Product = "product",
        /// Network the attack came from.
        SourceNetwork = "source_network",
        /// Sender of a message.
        Sender = "sender",
        /// Hash, domain or other indicator.
        Indicator = "indicator",
        /// File name of a web shell.
        Shell = "shell",
    }
}

/// One thing that two signs can have in common. Made by its functions only, so that two spellings are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SignKey {
    /// Product the sign speaks of.
    Product(ProductKey),
    /// Where the attack came from: a /24 or /48, because attackers change the last byte.
    SourceNetwork(IpNetwork),
    /// Sender of a message, lower case.
    Sender(String),
    /// Hash, domain or other indicator, lower case.
    Indicator(String),
    /// File name of a web shell, lower case, without folder.
    Shell(String),
}

impl SignKey {
    /// The network an attack came from. `None` for addresses that say nothing: own house, documentation, multicast.
    pub fn source(address: IpAddr) -> Option<Self> {
        let bits = if address.is_ipv4() {
            SOURCE_BITS_V4
        } else {
            SOURCE_BITS_V6
        };
        if reach(address) != Reach::Open {
            return None;
        }
        IpNetwork::new_truncate(address, bits)
            .ok()
            .map(Self::SourceNetwork)
    }

    /// The sender of a message.
    pub fn sender(address: &str) -> Option<Self> {
        folded(address).map(Self::Sender)
    }

    /// A hash, domain or other indicator.
    pub fn indicator(value: &str) -> Option<Self> {
        folded(value).map(Self::Indicator)
    }

    /// A web shell by its path or address.
    pub fn shell(path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        folded(path.rsplit(['/', '\\']).next().unwrap_or_default()).map(Self::Shell)
    }

    /// A product as its source names it; `None` where it names none.
    pub fn product(vendor: &str, product: &str) -> Option<Self> {
        let key = ProductKey::new(vendor, product);
        (!key.product.is_empty()).then_some(Self::Product(key))
    }

    /// Its kind.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Product(_) => KeyKind::Product,
            Self::SourceNetwork(_) => KeyKind::SourceNetwork,
            Self::Sender(_) => KeyKind::Sender,
            Self::Indicator(_) => KeyKind::Indicator,
            Self::Shell(_) => KeyKind::Shell,
        }
    }

    /// The value as people read it.
    pub fn value(&self) -> String {
        match self {
            Self::Product(key) if key.vendor.is_empty() => key.product.clone(),
            Self::Product(key) => format!("{} {}", key.vendor, key.product),
            Self::SourceNetwork(network) => network.to_string(),
            Self::Sender(text) | Self::Indicator(text) | Self::Shell(text) => text.clone(),
        }
    }

    /// Stored form `shell:help.aspx`, `source_network:8.8.8.0/24`, `product:microsoft/exchange server`.
    pub fn to_text(&self) -> String {
        match self {
            Self::Product(key) => format!("product:{}/{}", key.vendor, key.product),
            other => format!("{}:{}", other.kind().as_str(), other.value()),
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        match KeyKind::parse(kind)? {
            KeyKind::Product => {
                let (vendor, product) = value.split_once('/')?;
                Some(Self::Product(ProductKey {
                    vendor: vendor.to_string(),
                    product: product.to_string(),
                }))
            }
            KeyKind::SourceNetwork => value.parse().ok().map(Self::SourceNetwork),
            KeyKind::Sender => Self::sender(value),
            KeyKind::Indicator => Self::indicator(value),
            KeyKind::Shell => folded(value).map(Self::Shell),
        }
    }
}

/// Lower case without blanks around; `None` where nothing is left.
fn folded(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    (!text.is_empty()).then_some(text)
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reporter {
    /// A feed that measures each organisation by itself, for example `shadowserver`.
    Sensor(String),
    /// An organisation – the one that is hit, or its IT provider about its customers.
    Organisation(OrganisationId),
    /// Any other reporter: an analyst, another chamber, the police.
    Person(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_one_key() {
        let source = |text: &str| SignKey::source(text.parse().unwrap()).map(|key| key.to_text());
        let rows = [
            (source("8.8.8.8"), Some("source_network:8.8.8.0/24")),
            (source("8.8.8.200"), Some("source_network:8.8.8.0/24")),
            (
                source("2606:4700:1:2::3"),
                Some("source_network:2606:4700:1::/48"),
            ),
            (source("192.168.1.1"), None),
            (source("203.0.113.9"), None),
            (
                SignKey::shell("/owa/auth/Help.aspx?x=1").map(|k| k.to_text()),
                Some("shell:help.aspx"),
            ),
            (
                SignKey::shell(r"C:\inetpub\wwwroot\aspnet_client\HELP.aspx").map(|k| k.to_text()),
                Some("shell:help.aspx"),
            ),
            (SignKey::shell("/owa/").map(|k| k.to_text()), None),
            (
                SignKey::sender(" Chef@Example.ORG ").map(|k| k.to_text()),
                Some("sender:chef@example.org"),
            ),
            (
                SignKey::indicator("ABCDEF").map(|k| k.to_text()),
                Some("indicator:abcdef"),
            ),
            (SignKey::indicator("  ").map(|k| k.to_text()), None),
            (
                SignKey::product("Microsoft Corporation", "MS Exchange Server 2016")
                    .map(|k| k.to_text()),
                Some("product:microsoft/exchange server"),
            ),
            (SignKey::product("", "").map(|k| k.to_text()), None),
        ];
        for (is, expected) in rows {
            assert_eq!(is.as_deref(), expected);
        }
    }

    #[test]
    fn the_stored_form_is_read_back() {
        let keys = [
            SignKey::source("8.8.8.8".parse().unwrap()),
            SignKey::shell("a.aspx"),
            SignKey::sender("a@b"),
            SignKey::indicator("x:y"),
            SignKey::product("Fortinet", "FortiOS"),
        ];
        for key in keys {
            let key = key.unwrap();
            assert_eq!(SignKey::parse(&key.to_text()), Some(key));
        }
        for text in ["", "shell:", "nothing:x", "source_network:x", "product:x"] {
            assert_eq!(SignKey::parse(text), None, "{text}");
        }
    }
}
