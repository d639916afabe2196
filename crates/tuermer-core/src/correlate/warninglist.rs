//! What never correlates: addresses and names that everybody meets (MISP warninglists, the operator's own list).
//!
//! A public resolver, a cloud's front door or the hash of an empty file connects all companies of the world and
//! says nothing. Applied before anything is counted.

use super::sign::{SOURCE_BITS_V4, SOURCE_BITS_V6, SignKey};
use ip_network::IpNetwork;
use ip_network_table::IpNetworkTable;
use std::collections::HashMap;

/// All lists together.
#[derive(Default)]
pub struct Warninglists {
    networks: IpNetworkTable<String>,
    values: HashMap<String, String>,
}

impl Warninglists {
    /// Adds a network of a list. One smaller than a key covers the whole key: the rest of a /24 with a public
    /// resolver in it is not worth an alarm.
    pub fn add_network(&mut self, list: &str, network: IpNetwork) {
        let bits = if network.is_ipv4() {
            SOURCE_BITS_V4
        } else {
            SOURCE_BITS_V6
        };
        if let Ok(network) =
            IpNetwork::new_truncate(network.network_address(), network.netmask().min(bits))
        {
            self.networks.insert(network, list.to_string());
        }
    }

    /// Adds a value of a list: host name, mail address, hash, file name. A host name covers every name below it.
    pub fn add_value(&mut self, list: &str, value: &str) {
        let value = value.trim().trim_start_matches('.').to_lowercase();
        if !value.is_empty() {
            self.values.insert(value, list.to_string());
        }
    }

    /// The list that names this key.
    pub fn finds(&self, key: &SignKey) -> Option<&str> {
        match key {
            SignKey::Product(_) => None,
            SignKey::SourceNetwork(network) => self
                .networks
                .longest_match(network.network_address())
                .map(|(_, list)| list.as_str()),
            SignKey::Sender(text) => self
                .finds_value(text)
                .or_else(|| self.finds_value(text.rsplit_once('@')?.1)),
            SignKey::Indicator(text) => self.finds_value(text),
            SignKey::Shell(text) => self.values.get(text).map(String::as_str),
        }
    }

    /// The value or a name above it.
    fn finds_value(&self, value: &str) -> Option<&str> {
        let mut rest = Some(value);
        while let Some(name) = rest {
            if let Some(list) = self.values.get(name) {
                return Some(list);
            }
            rest = name.split_once('.').map(|(_, above)| above);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_meets_is_named_with_its_list() {
        let mut lists = Warninglists::default();
        lists.add_network("public-dns", "8.8.8.8/32".parse().unwrap());
        lists.add_network("cloud", "13.64.0.0/11".parse().unwrap());
        lists.add_network("scanner", "2001:470:1:c84::/64".parse().unwrap());
        lists.add_value("big-mail", "Example.org");
        lists.add_value("empty-file", "E3B0C442");
        let rows = [
            (
                SignKey::source("8.8.8.200".parse().unwrap()),
                Some("public-dns"),
            ),
            (SignKey::source("8.8.9.8".parse().unwrap()), None),
            (SignKey::source("13.80.1.1".parse().unwrap()), Some("cloud")),
            (SignKey::source("13.128.1.1".parse().unwrap()), None),
            (
                SignKey::source("2001:470:1:ffff::1".parse().unwrap()),
                Some("scanner"),
            ),
            (SignKey::sender("a@news.example.org"), Some("big-mail")),
            (SignKey::sender("a@badexample.org"), None),
            (SignKey::indicator("www.example.org"), Some("big-mail")),
            (SignKey::indicator("e3b0c442"), Some("empty-file")),
            (SignKey::indicator("e3b0"), None),
            (SignKey::shell("example.org"), Some("big-mail")),
            (SignKey::product("Example", "example.org"), None),
        ];
        for (key, list) in rows {
            let key = key.unwrap();
            assert_eq!(lists.finds(&key), list, "{}", key.to_text());
        }
    }
}
