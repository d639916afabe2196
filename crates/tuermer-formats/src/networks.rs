//! Address blocks, domains and autonomous systems in canonical form, so that two spellings of one are equal.

use crate::contact_fields::text;
use crate::problem::Problem;
use ip_network::IpNetwork;
use std::net::IpAddr;
use std::str::FromStr as _;
use tuermer_core::limits;
use tuermer_core::owners::{NetworkFact, NetworkKind};

/// Shortest prefixes that one company may claim; a slip such as `/0` would attribute the whole Internet to it.
const SHORTEST_PREFIX: (u8, u8) = (8, 16);

/// Reads a row's kind and value; an empty kind is told from the value.
pub fn parse(kind: &str, value: &str) -> Result<NetworkFact, NetworkProblem> {
    let kind_text = text(kind, limits::FIELD_CHARACTERS)
        .map_err(NetworkProblem::Kind)?
        .unwrap_or_default()
        .to_lowercase();
    let value = text(value, limits::FIELD_CHARACTERS)
        .map_err(NetworkProblem::Value)?
        .ok_or(NetworkProblem::Value(Problem::Missing))?;
    let parsed = match kind_text.as_str() {
        "network" | "netz" | "netzwerk" | "ip" | "cidr" | "subnetz" => network(&value),
        "domain" | "domäne" | "host" | "hostname" => domain(&value),
        "asn" | "as" => asn(&value),
        "" => guessed(&value),
        _ => return Err(NetworkProblem::Kind(Problem::NetworkKind)),
    };
    parsed.map_err(NetworkProblem::Value)
}

/// Which of the two cells is wrong, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkProblem {
    /// The kind.
    Kind(Problem),
    /// The value.
    Value(Problem),
}

/// `(kind, value)` as stored.
pub fn stored(fact: &NetworkFact) -> (NetworkKind, String) {
    match fact {
        NetworkFact::Network(network) => (NetworkKind::Network, network.to_string()),
        NetworkFact::Domain(domain) => (NetworkKind::Domain, domain.clone()),
        NetworkFact::AutonomousSystem(number) => {
            (NetworkKind::AutonomousSystem, number.to_string())
        }
    }
}

fn guessed(value: &str) -> Result<NetworkFact, Problem> {
    network(value).or_else(|problem| match problem {
        Problem::Network => asn(value).or_else(|_| domain(value)),
        other => Err(other),
    })
}

/// A block with its host bits cut off, or a single address as /32 or /128.
fn network(value: &str) -> Result<NetworkFact, Problem> {
    let (address, length) = match value.split_once('/') {
        Some((address, length)) => (address.trim(), Some(length.trim())),
        None => (value, None),
    };
    let address = IpAddr::from_str(address)
        .map_err(|_| Problem::Network)?
        .to_canonical();
    let (most, shortest) = if address.is_ipv4() {
        (32, SHORTEST_PREFIX.0)
    } else {
        (128, SHORTEST_PREFIX.1)
    };
    let length = match length {
        Some(length) => length.parse::<u8>().map_err(|_| Problem::Network)?,
        None => most,
    };
    if length > most {
        return Err(Problem::Network);
    }
    if length < shortest {
        return Err(Problem::NetworkTooLarge);
    }
    let network = IpNetwork::new_truncate(address, length).map_err(|_| Problem::Network)?;
    if is_public(address) {
        Ok(NetworkFact::Network(network))
    } else {
        Err(Problem::NetworkNotPublic)
    }
}

/// Addresses that two companies can both have inside, and that no report from outside can name.
/// Documentation blocks pass: drills are written with them.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second);
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast()
                || shared
                || first == 0
                || first >= 240)
        }
        IpAddr::V6(address) => {
            !(address.is_unique_local()
                || address.is_loopback()
                || address.is_unicast_link_local()
                || address.is_multicast()
                || address.is_unspecified())
        }
    }
}

/// A domain or host in lower-case A-labels without `www.` and `*.`.
fn domain(value: &str) -> Result<NetworkFact, Problem> {
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let value = value
        .split('/')
        .next()
        .unwrap_or(value)
        .trim_end_matches('.');
    let value = value.strip_prefix("*.").unwrap_or(value);
    let ascii = idna::domain_to_ascii_strict(value)
        .map_err(|_| Problem::Domain)?
        .to_lowercase();
    let ascii = ascii
        .strip_prefix("www.")
        .filter(|rest| rest.contains('.'))
        .unwrap_or(&ascii)
        .to_string();
    let numeric = ascii
        .rsplit('.')
        .next()
        .is_none_or(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if numeric {
        return Err(Problem::Domain);
    }
    match psl::domain_str(&ascii) {
        Some(_) => Ok(NetworkFact::Domain(ascii)),
        None if psl::suffix_str(&ascii).is_some() => Err(Problem::PublicSuffix),
        None => Err(Problem::Domain),
    }
}

fn asn(value: &str) -> Result<NetworkFact, Problem> {
    let upper = value.to_ascii_uppercase();
    let digits = upper
        .strip_prefix("ASN")
        .or_else(|| upper.strip_prefix("AS"))
        .unwrap_or(&upper)
        .trim();
    match digits.parse::<u32>() {
        Ok(number) if number > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(NetworkFact::AutonomousSystem(number))
        }
        _ => Err(Problem::Asn),
    }
}

#[cfg(test)]
mod tests {
    use super::{NetworkProblem, parse, stored};
    use crate::problem::Problem;

    #[test]
    fn values_are_canonical() {
        let value = |problem| Err(NetworkProblem::Value(problem));
        let rows: &[(&str, &str, Result<(&str, &str), NetworkProblem>)] = &[
            ("network", "192.0.2.77/24", Ok(("network", "192.0.2.0/24"))),
            (
                "network",
                "198.51.100.7",
                Ok(("network", "198.51.100.7/32")),
            ),
            (
                "network",
                "2001:DB8::1/48",
                Ok(("network", "2001:db8::/48")),
            ),
            (
                "network",
                "::ffff:192.0.2.1",
                Ok(("network", "192.0.2.1/32")),
            ),
            ("network", "0.0.0.0/0", value(Problem::NetworkTooLarge)),
            ("network", "10.0.0.0/8", value(Problem::NetworkNotPublic)),
            ("network", "192.0.2.0/33", value(Problem::Network)),
            ("network", "mail.example.de", value(Problem::Network)),
            (
                "domain",
                "WWW.Müller-Bau.DE.",
                Ok(("domain", "xn--mller-bau-q9a.de")),
            ),
            ("domain", "*.example.co.uk", Ok(("domain", "example.co.uk"))),
            (
                "domain",
                "https://mail.example.de/owa",
                Ok(("domain", "mail.example.de")),
            ),
            ("domain", "co.uk", value(Problem::PublicSuffix)),
            ("domain", "de", value(Problem::PublicSuffix)),
            ("domain", "192.0.2.1", value(Problem::Domain)),
            ("domain", "a b.de", value(Problem::Domain)),
            ("asn", "AS3320", Ok(("asn", "3320"))),
            ("asn", "0", value(Problem::Asn)),
            ("", "192.0.2.0/24", Ok(("network", "192.0.2.0/24"))),
            ("", "as3320", Ok(("asn", "3320"))),
            ("", "example.de", Ok(("domain", "example.de"))),
            (
                "planet",
                "example.de",
                Err(NetworkProblem::Kind(Problem::NetworkKind)),
            ),
            ("domain", "", value(Problem::Missing)),
        ];
        for (kind, text, expected) in rows {
            let got = parse(kind, text).map(|fact| stored(&fact));
            assert_eq!(
                got.as_ref()
                    .map(|(kind, value)| (kind.as_str(), value.as_str()))
                    .map_err(|problem| *problem),
                *expected,
                "{kind} {text}"
            );
        }
    }
}
