//! What an attacker leaves behind and by which two attacks are known as one: addresses, names, hashes, paths.
//!
//! A trace is written in one form only, so that equal traces are equal texts. Two nouns stand on it: an [`Indicator`] says
//! what to look for, an [`crate::observation::Observation`] says that something was seen. Tags, comments and free text
//! are no traces: they would tie together what has nothing in common.

use crate::admiralty::Grade;
use crate::limits;
use crate::scale::words;
use crate::tlp::Tlp;
use ip_network::IpNetwork;
use jiff::Timestamp;
use std::net::IpAddr;

words! {
    /// Kinds of traces.
    TraceKind {
        /// Address or block of addresses of the attacker.
        Address = "address",
        /// Domain or host name of the attacker.
        Domain = "domain",
        /// Address of a page or file.
        Url = "url",
        /// MD5, SHA-1, SHA-256 or SHA-512 of a file.
        Hash = "hash",
        /// Path or name of a file, for instance of a web shell.
        Path = "path",
        /// Name of malware.
        Malware = "malware",
        /// Sender of mail.
        Sender = "sender",
        /// Technique of ATT&CK.
        Technique = "technique",
    }
}

/// One trace in its one form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Trace {
    kind: TraceKind,
    value: String,
}

impl Trace {
    /// Parses a trace; `None` where the text is none of this kind. `hxxp` and `[.]` are read as `http` and `.`.
    pub fn new(kind: TraceKind, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > limits::TRACE_BYTES || text.chars().any(is_invisible) {
            return None;
        }
        let value = match kind {
            TraceKind::Address => address(&armed(text))?,
            TraceKind::Domain => domain(&armed(text))?,
            TraceKind::Url => url(&armed(text))?,
            TraceKind::Hash => hash(text)?,
            TraceKind::Path => text.replace('\\', "/").to_lowercase(),
            TraceKind::Malware => text
                .to_lowercase()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join("-"),
            TraceKind::Sender => armed(text)
                .to_lowercase()
                .split_once('@')
                .and_then(|(user, host)| Some(format!("{user}@{}", domain(host)?)))?,
            TraceKind::Technique => technique(text)?,
        };
        Some(Self { kind, value })
    }

    /// What it is.
    pub fn kind(&self) -> TraceKind {
        self.kind
    }

    /// How it reads.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Stored form, `address:192.0.2.7`.
    pub fn to_text(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.value)
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        Self::new(TraceKind::parse(kind)?, value)
    }

    /// The block of addresses, where it is one.
    pub fn network(&self) -> Option<IpNetwork> {
        (self.kind == TraceKind::Address)
            .then(|| network(&self.value))
            .flatten()
    }

    /// The host name of a domain, page or sender.
    pub fn host(&self) -> Option<&str> {
        match self.kind {
            TraceKind::Domain => Some(&self.value),
            TraceKind::Sender => self.value.rsplit_once('@').map(|(_, host)| host),
            TraceKind::Url => {
                let rest = self.value.split_once("://")?.1;
                let authority = rest.split(['/', '?', '#']).next()?;
                let host = authority
                    .rsplit_once('@')
                    .map_or(authority, |(_, host)| host);
                Some(
                    host.rsplit_once(':')
                        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
                        .map_or(host, |(host, _)| host),
                )
            }
            _ => None,
        }
    }
}

/// An indicator as its source states it. A newer statement with the same `origin_id` replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// What to look for.
    pub trace: Trace,
    /// The source's own id of it; several traces of one pattern share it.
    pub origin_id: String,
    /// Who says so; empty where the source must not be named.
    pub source: String,
    /// What it belongs to, in the source's words.
    pub title: String,
    /// Malware and techniques it stands for.
    pub context: Vec<Trace>,
    /// Who may see it.
    pub tlp: Tlp,
    /// How far it is to be believed.
    pub grade: Grade,
    /// When the source last changed it.
    pub modified_at: Timestamp,
    /// From when it holds.
    pub valid_from: Timestamp,
    /// Until when it holds, where an end is told.
    pub valid_until: Option<Timestamp>,
    /// Taken back: what was stored under the same `origin_id` must go.
    pub withdrawn: bool,
}

/// An address or block, in canonical form; the unspecified address is none.
pub fn network(text: &str) -> Option<IpNetwork> {
    let canonical = |ip: IpAddr| ip.to_canonical();
    let network = match text.split_once('/') {
        None => IpNetwork::from(canonical(text.parse().ok()?)),
        Some((ip, length)) => {
            IpNetwork::new_truncate(canonical(ip.parse().ok()?), length.parse().ok()?).ok()?
        }
    };
    (!network.network_address().is_unspecified()).then_some(network)
}

fn address(text: &str) -> Option<String> {
    let network = network(text)?;
    let single = network.netmask() == if network.is_ipv4() { 32 } else { 128 };
    Some(if single {
        network.network_address().to_string()
    } else {
        network.to_string()
    })
}

/// Written so that nobody clicks: `hxxps://evil[.]example`.
fn armed(text: &str) -> String {
    let text = text
        .replace("[.]", ".")
        .replace("(.)", ".")
        .replace("[:]", ":")
        .replace("[@]", "@");
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("hxxp") => {
            format!("http{}", text.get(4..).unwrap_or_default())
        }
        _ => text,
    }
}

fn domain(text: &str) -> Option<String> {
    let name = text.trim_matches('.').to_lowercase();
    let fits = |label: &str| {
        !label.is_empty()
            && label.chars().count() <= 63
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    (name.len() <= 253
        && name.parse::<IpAddr>().is_err()
        && name.contains('.')
        && name.split('.').all(fits))
    .then_some(name)
}

/// Scheme and host in lower case; the rest as it is.
fn url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end)?;
    let fits = !scheme.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !host.is_empty();
    fits.then(|| {
        format!(
            "{}://{}{path}",
            scheme.to_ascii_lowercase(),
            host.to_lowercase()
        )
    })
}

fn hash(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    (matches!(digits.len(), 32 | 40 | 64 | 128)
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    .then_some(digits)
}

/// `T1190`, `T1505.003`.
fn technique(text: &str) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let (base, sub) = upper
        .split_once('.')
        .map_or((upper.as_str(), None), |(base, sub)| (base, Some(sub)));
    let digits = |part: &str, count: usize| {
        part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let fits = base
        .strip_prefix('T')
        .is_some_and(|number| digits(number, 4))
        && sub.is_none_or(|sub| digits(sub, 3));
    fits.then_some(upper)
}

/// Control characters and those that change how a text reads.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{Trace, TraceKind};

    /// Traces as written, and their canonical form.
    const FORMS: &[(TraceKind, &str, Option<&str>)] = &[
        (TraceKind::Address, " 192.0.2.7 ", Some("192.0.2.7")),
        (TraceKind::Address, "192[.]0[.]2[.]7", Some("192.0.2.7")),
        (TraceKind::Address, "192.0.2.7/24", Some("192.0.2.0/24")),
        (
            TraceKind::Address,
            "2001:0db8:0000::0001",
            Some("2001:db8::1"),
        ),
        (TraceKind::Address, "::ffff:192.0.2.7", Some("192.0.2.7")),
        (TraceKind::Address, "0.0.0.0", None),
        (TraceKind::Address, "192.0.2.300", None),
        (TraceKind::Domain, "Evil.Example.", Some("evil.example")),
        (TraceKind::Domain, "evil[.]example", Some("evil.example")),
        (TraceKind::Domain, "192.0.2.7", None),
        (TraceKind::Domain, "localhost", None),
        (
            TraceKind::Url,
            "hxxps://Evil[.]example/A?b=C",
            Some("https://evil.example/A?b=C"),
        ),
        (TraceKind::Url, "evil.example/A", None),
        (
            TraceKind::Hash,
            "D41D8CD98F00B204E9800998ECF8427E",
            Some("d41d8cd98f00b204e9800998ecf8427e"),
        ),
        (TraceKind::Hash, "d41d8cd9", None),
        (
            TraceKind::Path,
            "C:\\inetpub\\wwwroot\\Shell.aspx",
            Some("c:/inetpub/wwwroot/shell.aspx"),
        ),
        (TraceKind::Malware, "China  Chopper", Some("china-chopper")),
        (
            TraceKind::Sender,
            "Rechnung@Evil.Example",
            Some("rechnung@evil.example"),
        ),
        (TraceKind::Sender, "nobody", None),
        (TraceKind::Technique, "t1505.003", Some("T1505.003")),
        (TraceKind::Technique, "TA0001", None),
        (TraceKind::Path, "a\u{1b}[31m", None),
        (TraceKind::Path, "a\u{202e}b", None),
        (TraceKind::Path, "", None),
    ];

    #[test]
    fn one_form_for_each_trace() {
        for &(kind, text, wanted) in FORMS {
            let trace = Trace::new(kind, text);
            assert_eq!(trace.as_ref().map(Trace::value), wanted, "{text}");
            if let Some(trace) = trace {
                assert_eq!(Trace::parse(&trace.to_text()), Some(trace), "{text}");
            }
        }
        assert_eq!(Trace::new(TraceKind::Path, &"x".repeat(10_000)), None);
        let host = |text: &str| {
            Trace::new(TraceKind::Url, text).and_then(|trace| trace.host().map(str::to_string))
        };
        assert_eq!(
            host("http://a@evil.example:8080/x").as_deref(),
            Some("evil.example")
        );
    }
}
