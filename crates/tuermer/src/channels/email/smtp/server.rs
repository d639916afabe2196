//! The configured mail server: address, encryption and log-in.

use crate::config::Tls;
use crate::context::Context;
use anyhow::{Context as _, Result, bail};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;
use tuermer_core::limits;

/// Begin of a certificate.
const PEM: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Where mails are handed over, and how.
#[derive(Clone)]
pub struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) parameters: Option<TlsParameters>,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: ClientId,
    pub(super) patience: Duration,
}

impl Server {
    /// The configured server.
    ///
    /// # Errors
    /// A drill or demo; a password or authority file that cannot be read; plain text to another machine.
    pub fn from_context(context: &Context) -> Result<Self> {
        if context.drill || context.demo {
            bail!(
                "this is a drill directory: nothing leaves by SMTP, whatever the configuration says"
            );
        }
        let mail = &context.config.mail;
        let credentials = match mail.user.as_str() {
            "" => None,
            user => Some(Credentials::new(
                user.to_string(),
                password(&mail.password_file)?,
            )),
        };
        if mail.tls == Tls::None && !loopback(&mail.host) {
            bail!(
                "mail.tls = \"none\" is only allowed towards this machine; set starttls or implicit for {}",
                mail.host
            );
        }
        let domain = mail
            .from
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain);
        Ok(Self {
            host: mail.host.clone(),
            port: mail.port,
            tls: mail.tls,
            parameters: tls_parameters(mail.tls, &mail.host, &mail.ca_file, credentials.is_some())?,
            credentials,
            hello: ClientId::Domain(domain.to_string()),
            patience: Duration::from_secs(limits::SMTP_SECONDS),
        })
    }

    /// The same server, given up after `patience` instead of [`limits::SMTP_SECONDS`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// `host:port`, for messages.
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Whether a host is this machine.
pub(super) fn loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn password(path: &str) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("mail.user is set, but mail.password_file {path:?} cannot be read")
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_string())
}

/// Opportunistic TLS accepts any certificate, as mail servers do among themselves: its alternative is plain text.
/// With a password, or where TLS is demanded, the certificate must be right.
fn tls_parameters(
    tls: Tls,
    host: &str,
    ca_file: &str,
    log_in: bool,
) -> Result<Option<TlsParameters>> {
    if tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(host.to_string());
    if !ca_file.is_empty() {
        let pem = std::fs::read(ca_file)
            .with_context(|| format!("mail.ca_file {ca_file} cannot be read"))?;
        if !pem.windows(PEM.len()).any(|bytes| bytes == PEM) {
            bail!("mail.ca_file {ca_file} holds no PEM certificate");
        }
        builder = builder.add_root_certificate(
            Certificate::from_pem(&pem)
                .with_context(|| format!("mail.ca_file {ca_file} holds no PEM certificate"))?,
        );
    }
    if tls == Tls::Opportunistic && !log_in {
        builder = builder
            .dangerous_accept_invalid_certs(true)
            .dangerous_accept_invalid_hostnames(true);
    }
    Ok(Some(builder.build().context("TLS cannot be set up")?))
}
