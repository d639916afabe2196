//! What the client takes from outside: the proxy of the environment, the authorities it trusts, and the name it gives itself.

use super::client::ClientRules;
use super::guard::Guard;
use crate::refusal::refusal;
use anyhow::{Context as _, Result};
use reqwest::{ClientBuilder, NoProxy, Proxy, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// What every request has: our name, our authorities, https only, the judge of addresses, no redirect followed unseen.
pub(super) fn builder(rules: &ClientRules, connect: Duration) -> Result<(ClientBuilder, Guard)> {
    let proxy = proxy()?;
    let guard = Guard::new(
        &rules.private_hosts,
        proxy.iter().map(|(host, _)| host.clone()).collect(),
    );
    let builder = reqwest::Client::builder()
        .user_agent(user_agent(&rules.base_url))
        .tls_backend_preconfigured(tls(&rules.trusted_roots)?)
        .dns_resolver(Arc::new(guard.clone()))
        .redirect(redirect::Policy::none())
        .referer(false)
        .https_only(true)
        .no_proxy()
        .connect_timeout(connect);
    let builder = match proxy {
        Some((_, proxy)) => builder.proxy(proxy),
        None => builder,
    };
    Ok((builder, guard))
}

/// `tuermer/0.1.0 (+https://warnung.example)`: who asks, and where to complain.
fn user_agent(base_url: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let ours = base_url.starts_with("https://")
        && base_url
            .chars()
            .all(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')'));
    if ours {
        format!("tuermer/{version} (+{base_url})")
    } else {
        format!("tuermer/{version}")
    }
}

/// The proxy of the environment for https, with its host.
fn proxy() -> Result<Option<(String, Proxy)>> {
    let set = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .find_map(|name| {
            let value = std::env::var(name)
                .ok()
                .filter(|value| !value.trim().is_empty())?;
            Some((*name, value))
        });
    let Some((name, value)) = set else {
        return Ok(None);
    };
    let wrong = || refusal("feed.proxy_wrong", [("name", &name)]);
    let full = if value.contains("://") {
        value.trim().to_string()
    } else {
        format!("http://{}", value.trim())
    };
    let url = Url::parse(&full).map_err(|_| wrong())?;
    let host = url
        .host_str()
        .filter(|_| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(wrong)?
        .to_string();
    let proxy = Proxy::https(url.as_str())
        .map_err(|_| wrong())?
        .no_proxy(NoProxy::from_env());
    Ok(Some((host, proxy)))
}

/// TLS 1.2 and 1.3 with the public authorities, and those of the operator's file beside them.
pub(crate) fn tls(trusted_roots: &str) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if !trusted_roots.is_empty() {
        let unusable = || refusal("feed.roots_unusable", [("path", &trusted_roots)]);
        let pem = std::fs::read(trusted_roots).with_context(|| unusable().to_string())?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<_, _>>()
            .map_err(|_| unusable())?;
        let (added, ignored) = roots.add_parsable_certificates(certificates);
        if added == 0 || ignored > 0 {
            return Err(unusable());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context("TLS cannot be set up")?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_name_ourselves() {
        let version = env!("CARGO_PKG_VERSION");
        for (base_url, expected) in [
            (
                "https://warnung.example",
                format!("tuermer/{version} (+https://warnung.example)"),
            ),
            ("http://127.0.0.1:8480", format!("tuermer/{version}")),
            ("https://x\r\ny: z", format!("tuermer/{version}")),
        ] {
            assert_eq!(user_agent(base_url), expected);
        }
    }
}
