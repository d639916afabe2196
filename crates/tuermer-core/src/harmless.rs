//! What must never be taken for an attacker: networks of the large clouds, names of large services, private addresses.
//! Asked before anything is correlated.

use crate::trace::{Trace, TraceKind};
use ip_network::IpNetwork;
use ip_network_table::IpNetworkTable;
use std::collections::HashMap;

/// One list of harmless things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HarmlessList {
    /// Its name, told as the reason.
    pub name: String,
    /// Version of the list.
    pub version: String,
    /// Kinds of traces it speaks of.
    pub kinds: Vec<TraceKind>,
    /// What it names.
    pub entries: Vec<HarmlessEntry>,
}

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HarmlessEntry {
    /// Every address of this block.
    Network(IpNetwork),
    /// This host and everything below it, in lower case.
    Host(String),
    /// Exactly this text, in lower case.
    Exact(String),
    /// Every text that contains this, in lower case.
    Part(String),
}

/// All lists together.
#[derive(Default)]
pub struct Harmless {
    lists: Vec<(String, Vec<TraceKind>)>,
    networks: IpNetworkTable<usize>,
    hosts: HashMap<String, Vec<usize>>,
    exact: HashMap<String, Vec<usize>>,
    parts: Vec<(String, usize)>,
}

impl Harmless {
    /// Takes a list.
    pub fn add(&mut self, list: HarmlessList) {
        let HarmlessList {
            name,
            version: _,
            kinds,
            entries,
        } = list;
        let number = self.lists.len();
        self.lists.push((name, kinds));
        for entry in entries {
            match entry {
                HarmlessEntry::Network(network) => {
                    self.networks.insert(network, number);
                }
                HarmlessEntry::Host(host) => self.hosts.entry(host).or_default().push(number),
                HarmlessEntry::Exact(text) => self.exact.entry(text).or_default().push(number),
                HarmlessEntry::Part(text) => self.parts.push((text, number)),
            }
        }
    }

    /// Name of the list that knows the trace as harmless.
    pub fn covers(&self, trace: &Trace) -> Option<&str> {
        let number = match trace.network() {
            Some(network) => self.of_network(network),
            None => self.of_text(trace),
        };
        self.lists.get(number?).map(|(name, _)| name.as_str())
    }

    fn of_network(&self, network: IpNetwork) -> Option<usize> {
        let (block, number) = self.networks.longest_match(network.network_address())?;
        (block.netmask() <= network.netmask()).then_some(*number)
    }

    fn of_text(&self, trace: &Trace) -> Option<usize> {
        let value = trace.value().to_lowercase();
        let speaks = |number: &&usize| {
            self.lists
                .get(**number)
                .is_some_and(|(_, kinds)| kinds.contains(&trace.kind()))
        };
        if let Some(number) = self.exact.get(&value).into_iter().flatten().find(speaks) {
            return Some(*number);
        }
        let mut rest = trace.host();
        while let Some(host) = rest {
            if let Some(number) = self.hosts.get(host).into_iter().flatten().find(speaks) {
                return Some(*number);
            }
            rest = host.split_once('.').map(|(_, above)| above);
        }
        self.parts
            .iter()
            .find(|(part, number)| value.contains(part) && speaks(&number))
            .map(|(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::{Harmless, HarmlessEntry, HarmlessList};
    use crate::trace::{Trace, TraceKind, network};

    #[test]
    fn what_is_harmless_and_says_who() {
        let mut all = Harmless::default();
        let list = |name: &str, kinds: &[TraceKind], entries| HarmlessList {
            name: name.into(),
            version: "1".into(),
            kinds: kinds.to_vec(),
            entries,
        };
        all.add(list(
            "cloud",
            &[TraceKind::Address],
            vec![HarmlessEntry::Network(network("203.0.113.0/24").unwrap())],
        ));
        all.add(list(
            "banks",
            &[TraceKind::Domain, TraceKind::Url],
            vec![HarmlessEntry::Host("bank.example".into())],
        ));
        all.add(list(
            "suffixes",
            &[TraceKind::Domain],
            vec![HarmlessEntry::Exact("co.example".into())],
        ));
        all.add(list(
            "mail",
            &[TraceKind::Sender],
            vec![HarmlessEntry::Part("throwaway".into())],
        ));
        for (kind, text, wanted) in [
            (TraceKind::Address, "203.0.113.9", Some("cloud")),
            (TraceKind::Address, "203.0.113.0/25", Some("cloud")),
            (TraceKind::Address, "203.0.0.0/16", None),
            (TraceKind::Domain, "www.bank.example", Some("banks")),
            (TraceKind::Domain, "notbank.example", None),
            (TraceKind::Url, "https://bank.example/login", Some("banks")),
            (TraceKind::Sender, "a@bank.example", None),
            (TraceKind::Domain, "co.example", Some("suffixes")),
            (TraceKind::Domain, "evil.co.example", None),
            (TraceKind::Sender, "x@throwaway-7.example", Some("mail")),
        ] {
            assert_eq!(
                all.covers(&Trace::new(kind, text).unwrap()),
                wanted,
                "{text}"
            );
        }
    }
}
