//! Whom a document from outside may make us ask: https, no passwords, and only addresses of the open internet.
//!
//! A name is judged by the addresses it has at the moment of the connection, and the connection goes to exactly
//! those: a name that leads elsewhere a moment later gains nothing. An address written as a number, in whatever
//! spelling, never reaches a resolver and is judged before. Through a proxy it is the proxy that resolves; then
//! only the spelling of the host is judged here.

use super::{fetch_error::FetchError, lookup::looked_up};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tuermer_core::internet_address::{Reach, reach};
use tuermer_core::limits;
use url::{Host, Url};

/// The judge of one client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guard(Arc<Names>);

#[derive(Debug, Default)]
struct Names {
    /// Hosts in the own house that the operator allowed.
    private: Vec<String>,
    /// Hosts of the proxies the operator set in the environment.
    proxies: Vec<String>,
}

impl Guard {
    pub(crate) fn new(private: &[String], proxies: Vec<String>) -> Self {
        let private = private.iter().map(|host| spelled(host)).collect();
        Self(Arc::new(Names {
            private,
            proxies: proxies.iter().map(|host| spelled(host)).collect(),
        }))
    }

    /// Reads an address and judges everything that can be judged before a connection.
    pub(crate) fn read(&self, text: &str) -> Result<Url, FetchError> {
        let shown = || {
            text.chars()
                .filter(|c| !c.is_control())
                .take(limits::SHOWN_CHARACTERS)
                .collect()
        };
        let url = Url::parse(text.trim()).map_err(|_| FetchError::NotAUrl { url: shown() })?;
        self.check(&url)?;
        Ok(url)
    }

    /// The same for an address that is read already, for instance the target of a redirect.
    pub(crate) fn check(&self, url: &Url) -> Result<(), FetchError> {
        let (Some(host), Some(name)) = (url.host(), url.host_str()) else {
            return Err(FetchError::NotHttps { url: shown(url) });
        };
        if url.as_str().len() > limits::URL_CHARACTERS {
            return Err(FetchError::NotAUrl { url: shown(url) });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials {
                host: name.to_string(),
            });
        }
        if url.scheme() != "https" {
            return Err(FetchError::NotHttps { url: shown(url) });
        }
        let forbidden = match host {
            Host::Ipv4(address) => self
                .forbids(name, IpAddr::V4(address))
                .then_some(Some(IpAddr::V4(address))),
            Host::Ipv6(address) => self
                .forbids(name, IpAddr::V6(address))
                .then_some(Some(IpAddr::V6(address))),
            Host::Domain(name) => self.is_local(name).then_some(None),
        };
        match forbidden {
            Some(address) => Err(FetchError::AddressRefused {
                host: name.to_string(),
                address,
            }),
            None => Ok(()),
        }
    }

    /// True where `host`, which has this address, must not be connected to.
    fn forbids(&self, host: &str, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Open => false,
            Reach::Private => !self.0.private.contains(&spelled(host)),
            Reach::Never => true,
        }
    }

    /// Connects to a host, to exactly the addresses that were judged.
    pub(crate) async fn connect(&self, url: &Url, port: u16) -> Result<TcpStream, FetchError> {
        let host = url.host_str().unwrap_or_default().to_string();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let limit = Duration::from_secs(limits::CONNECT_SECONDS);
        let slow = || FetchError::NoConnection {
            host: host.clone(),
            why: format!("no answer within {} s", limits::CONNECT_SECONDS),
        };
        tokio::time::timeout(limit, self.connect_to(&host, bare, port))
            .await
            .unwrap_or_else(|_| Err(slow()))
    }

    async fn connect_to(&self, host: &str, bare: &str, port: u16) -> Result<TcpStream, FetchError> {
        let found = tokio::net::lookup_host((bare, port))
            .await
            .map_err(|_| FetchError::NoSuchHost {
                host: host.to_string(),
            })?
            .collect();
        let allowed = self
            .allowed(host, found)
            .map_err(|Forbidden { host, address }| FetchError::AddressRefused {
                host,
                address: Some(address),
            })?;
        let mut why = String::new();
        for address in allowed {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => why = error.to_string(),
            }
        }
        Err(FetchError::NoConnection {
            host: host.to_string(),
            why,
        })
    }

    /// Names that mean this machine or the operator's proxy: through a proxy no resolver of ours sees them.
    fn is_local(&self, name: &str) -> bool {
        let name = spelled(name);
        let local =
            name == "localhost" || name.ends_with(".localhost") || self.0.proxies.contains(&name);
        local && !self.0.private.contains(&name)
    }

    /// Of the addresses of a name, those that may be connected to.
    fn allowed(
        &self,
        name: &str,
        addresses: Vec<std::net::SocketAddr>,
    ) -> Result<Vec<std::net::SocketAddr>, Forbidden> {
        if self.0.proxies.contains(&spelled(name)) {
            return Ok(addresses);
        }
        let (forbidden, allowed): (Vec<_>, Vec<_>) = addresses
            .into_iter()
            .partition(|address| self.forbids(name, address.ip()));
        match (allowed.is_empty(), forbidden.first()) {
            (true, Some(address)) => Err(Forbidden {
                host: name.to_string(),
                address: address.ip(),
            }),
            _ => Ok(allowed),
        }
    }
}

/// A host as names are compared: lower case, without the final dot and the brackets of IPv6.
fn spelled(host: &str) -> String {
    host.trim()
        .trim_end_matches('.')
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_ascii_lowercase()
}

/// An address for a person: without query, shortened.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Neither can fail where there is a host, and without one there is no name and password.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.as_str()
        .chars()
        .take(limits::STRANGE_WORDS_CHARACTERS)
        .collect()
}

/// A name leads only to addresses that must not be asked; travels as the error of the resolver.
#[derive(Debug)]
pub(crate) struct Forbidden {
    pub(crate) host: String,
    pub(crate) address: IpAddr,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(into, "{} leads to {}", self.host, self.address)
    }
}

impl std::error::Error for Forbidden {}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = looked_up(name.as_str().to_string()).await?;
            let allowed = guard.allowed(name.as_str(), found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a spelling: taken, or refused because of an address (`addr`), a local name, the scheme, a password, or as no URL.
    #[track_caller]
    fn check(guard: &Guard, rows: &[(&str, &str)]) {
        for (url, expected) in rows {
            let found = match guard.read(url) {
                Ok(_) => "ok",
                Err(FetchError::AddressRefused {
                    address: Some(_), ..
                }) => "addr",
                Err(FetchError::AddressRefused { address: None, .. }) => "name",
                Err(FetchError::NotHttps { .. }) => "scheme",
                Err(FetchError::Credentials { .. }) => "password",
                Err(FetchError::NotAUrl { .. }) => "url",
                Err(other) => panic!("{url}: {other:?}"),
            };
            assert_eq!(found, *expected, "{url}");
        }
    }

    #[test]
    fn every_spelling_of_a_forbidden_address_is_refused() {
        check(
            &Guard::default(),
            &[
                ("https://127.0.0.1/", "addr"),
                ("https://127.1/", "addr"),
                ("https://127.0.1/", "addr"),
                ("https://2130706433/", "addr"),
                ("https://0x7f000001/", "addr"),
                ("https://0x7f.1/", "addr"),
                ("https://0x7f.0x0.0x0.0x1/", "addr"),
                ("https://0177.0.0.1/", "addr"),
                ("https://017700000001/", "addr"),
                ("https://0177.0x0.1/", "addr"),
                ("https://127.0.0.1./", "addr"),
                ("https://127.0.0.1:8443/", "addr"),
                ("https://１２７.０.０.１/", "addr"),
                ("https://127。0。0。1/", "addr"),
                ("https://①②⑦.⓪.⓪.①/", "addr"),
                ("https://%31%32%37.0.0.1/", "addr"),
                ("https:\\\\127.0.0.1\\", "addr"),
                ("https:127.0.0.1", "addr"),
                ("https:///127.0.0.1", "addr"),
                ("  https://127.0.0.1/  ", "addr"),
                ("ht\ntps://127.0.0.1/", "addr"),
                ("https://0/", "addr"),
                ("https://0.0.0.0/", "addr"),
                ("https://10.0.0.1/", "addr"),
                ("https://172.16.0.1/", "addr"),
                ("https://192.168.1.1/", "addr"),
                ("https://100.64.0.1/", "addr"),
                ("https://169.254.169.254/latest/meta-data/", "addr"),
                ("https://2852039166/", "addr"),
                ("https://0xa9fea9fe/", "addr"),
                ("https://0251.0376.0251.0376/", "addr"),
                ("https://224.0.0.1/", "addr"),
                ("https://255.255.255.255/", "addr"),
                ("https://[::1]/", "addr"),
                ("https://[::]/", "addr"),
                ("https://[0:0:0:0:0:0:0:1]/", "addr"),
                ("https://[::ffff:127.0.0.1]/", "addr"),
                ("https://[::ffff:7f00:1]/", "addr"),
                ("https://[::ffff:a9fe:a9fe]/", "addr"),
                ("https://[::127.0.0.1]/", "addr"),
                ("https://[64:ff9b::7f00:1]/", "addr"),
                ("https://[2002:7f00:1::]/", "addr"),
                ("https://[2001:0:7f00:1::]/", "addr"),
                ("https://[fc00::1]/", "addr"),
                ("https://[fd00:ec2::254]/", "addr"),
                ("https://[fe80::1]/", "addr"),
                ("https://[ff02::1]/", "addr"),
                ("https://localhost/", "name"),
                ("https://LOCALHOST./", "name"),
                ("https://ｌｏｃａｌｈｏｓｔ/", "name"),
                ("https://x.localhost/", "name"),
            ],
        );
    }

    #[test]
    fn other_wrong_addresses_are_refused_and_right_ones_taken() {
        check(
            &Guard::default(),
            &[
                ("http://example.org/", "scheme"),
                ("file:///etc/passwd", "scheme"),
                ("gopher://example.org/", "scheme"),
                ("ftp://example.org/", "scheme"),
                ("data:text/plain,x", "scheme"),
                ("//example.org/", "url"),
                ("example.org", "url"),
                ("", "url"),
                ("https://", "url"),
                ("https://[fe80::1%25eth0]/", "url"),
                ("https://1.2.3.4.5/", "url"),
                ("https://256.0.0.1/", "url"),
                ("https://user:secret@example.org/", "password"),
                ("https://user@127.0.0.1/", "password"),
                ("https://example.org@127.0.0.1/", "password"),
                ("https://127.0.0.1#@example.org/", "addr"),
                ("https://127.0.0.1\\@example.org/", "addr"),
                ("https://example.org/", "ok"),
                ("https://8.8.8.8/", "ok"),
                ("https://[2606:4700::1]/", "ok"),
                ("https://müller.example/", "ok"),
            ],
        );
        assert!(
            Guard::default()
                .read(&format!(
                    "https://example.org/{}",
                    "x".repeat(limits::URL_CHARACTERS)
                ))
                .is_err()
        );
    }

    #[test]
    fn what_the_operator_allowed_is_taken_but_never_everything() {
        let guard = Guard::new(
            &[
                "LocalHost".into(),
                "10.1.2.3".into(),
                "169.254.169.254".into(),
                "[fd00::7]".into(),
            ],
            vec!["proxy.example".into()],
        );
        check(
            &guard,
            &[
                ("https://localhost:8443/x", "ok"),
                ("https://localhost./x", "ok"),
                ("https://10.1.2.3/", "ok"),
                ("https://0x0a010203/", "ok"),
                ("https://[fd00::7]/", "ok"),
                ("https://127.0.0.1/", "addr"),
                ("https://10.1.2.4/", "addr"),
                ("https://169.254.169.254/", "addr"),
                ("https://sub.localhost/", "name"),
                ("https://proxy.example/", "name"),
                ("http://localhost/", "scheme"),
            ],
        );
    }

    #[test]
    fn a_name_is_judged_by_its_addresses() {
        let guard = Guard::new(&["inside.example".into()], vec!["proxy.example".into()]);
        for (name, found, expected) in [
            (
                "example.org",
                "8.8.8.8:0 10.0.0.1:0 [::1]:0",
                Some("8.8.8.8:0"),
            ),
            ("example.org", "10.0.0.1:0", None),
            (
                "example.org",
                "[::ffff:127.0.0.1]:0 169.254.169.254:0",
                None,
            ),
            ("example.org", "", Some("")),
            (
                "inside.example",
                "10.0.0.1:0 169.254.169.254:0",
                Some("10.0.0.1:0"),
            ),
            ("inside.example", "169.254.169.254:0", None),
            ("not.inside.example", "10.0.0.1:0", None),
            ("proxy.example", "10.0.0.1:0", Some("10.0.0.1:0")),
        ] {
            let sockets = |text: &str| {
                text.split_whitespace()
                    .map(|address| address.parse().unwrap())
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                guard.allowed(name, sockets(found)).ok(),
                expected.map(sockets),
                "{name} {found}"
            );
        }
    }
}
