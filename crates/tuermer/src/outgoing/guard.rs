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
mod tests;
