//! A mailbox read over IMAP (RFC 3501), behind the same check of addresses as everything else, and only ever read: no mail
//! is marked, moved or deleted, so people and other programs see it as it was.
//!
//! ```text
//! imaps://host/INBOX ─▶ connected to judged addresses ─▶ TLS ─▶ log-in ─▶ EXAMINE ─▶ sizes of what is new ─▶ mail by mail
//! ```
//! TLS from the first byte only: a password is never sent in the clear. What one look may bring is bounded in bytes,
//! whatever the server says of the size of its mails.

use super::Secret;
use super::imap::{Imap, ImapError};
use crate::outgoing::client::{stranger_words, tls_words};
use crate::outgoing::guard::Guard;
use crate::outgoing::setup::tls;
use crate::outgoing::{ClientRules, FetchError};
use anyhow::Result;
use rustls::pki_types::ServerName;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tuermer_core::limits;
use url::Url;

/// Where a mailbox is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Server and port, judged like the address of a page.
    server: Url,
    /// Name of the mailbox.
    pub folder: String,
}

/// A mail that is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Its number in this mailbox; later mails have higher ones.
    pub uid: u32,
    /// Bytes, as the server says.
    pub size: u64,
}

/// An open mailbox.
pub struct Mailbox {
    session: Imap<TlsStream<TcpStream>>,
    /// Which numbering holds; another one means that all numbers are new.
    pub validity: u32,
    /// How many mails lie in it.
    pub mails: u32,
    url: String,
}

impl Address {
    /// Reads `imaps://host[:port]/folder`; without a folder it is INBOX.
    ///
    /// # Errors
    /// Another scheme, a password in it, a host that must not be asked, or a folder with other than ASCII characters.
    pub fn read(text: &str, rules: &ClientRules) -> Result<Self, FetchError> {
        Self::judged(text, &guard(rules))
    }

    fn judged(text: &str, guard: &Guard) -> Result<Self, FetchError> {
        let wrong = || FetchError::NotImaps {
            url: text
                .chars()
                .filter(|c| !c.is_control())
                .take(limits::SHOWN_CHARACTERS)
                .collect(),
        };
        let rest = text.trim().strip_prefix("imaps://").ok_or_else(wrong)?;
        // Judged as an address of the web is: the same hosts are open, and the same spellings are seen through.
        let server = guard.read(&format!("https://{rest}"))?;
        let folder = server.path().trim_matches('/').replace("%20", " ");
        // The port of web pages is no port of its own there, so it would be lost.
        let web = rest
            .split('/')
            .next()
            .is_some_and(|server| server.ends_with(":443"));
        let fits = !web
            && folder.chars().all(|c| {
                c == ' ' || (c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '*' | '%'))
            });
        if !fits || server.query().is_some() || server.fragment().is_some() {
            return Err(wrong());
        }
        let folder = if folder.is_empty() {
            "INBOX".to_string()
        } else {
            folder
        };
        Ok(Self { server, folder })
    }

    /// As it is kept: the port only where it is not 993.
    pub fn shown(&self) -> String {
        let port = self
            .server
            .port()
            .filter(|port| *port != IMAPS)
            .map_or_else(String::new, |port| format!(":{port}"));
        format!(
            "imaps://{}{port}/{}",
            self.host(),
            self.folder.replace(' ', "%20")
        )
    }

    /// The server.
    pub fn host(&self) -> &str {
        self.server.host_str().unwrap_or_default()
    }
}

/// The port of IMAP over TLS (RFC 8314).
const IMAPS: u16 = 993;

fn guard(rules: &ClientRules) -> Guard {
    Guard::new(&rules.private_hosts, Vec::new())
}

impl Mailbox {
    /// Connects, logs in and opens the mailbox for reading.
    ///
    /// # Errors
    /// One sentence: the address, the connection, TLS, the log-in or the folder.
    pub async fn open(url: &str, rules: &ClientRules, secret: &Secret) -> Result<Self> {
        let guard = guard(rules);
        let address = Address::judged(url, &guard)?;
        let host = address.host().to_string();
        let stream = guard
            .connect(&address.server, address.server.port().unwrap_or(IMAPS))
            .await?;
        let mut config = tls(&rules.trusted_roots)?;
        config.alpn_protocols.clear();
        let bare = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_string();
        let name = ServerName::try_from(bare).map_err(|_| FetchError::NotImaps {
            url: address.shown(),
        })?;
        let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
        let secure =
            within(&address.shown(), handshake)
                .await?
                .map_err(|error| match tls_words(&error) {
                    Some(why) => FetchError::Tls {
                        host: host.clone(),
                        why,
                    },
                    None => FetchError::NoConnection {
                        host: host.clone(),
                        why: error.to_string(),
                    },
                })?;
        Self::log_in(secure, &address, secret).await
    }

    async fn log_in(
        wire: TlsStream<TcpStream>,
        address: &Address,
        secret: &Secret,
    ) -> Result<Self> {
        let url = address.shown();
        let greeted = within(&url, Imap::greeted(wire)).await?;
        let mut session = greeted.map_err(|error| broken(&url, &error))?;
        let known = session.log_in(secret.get("user"), secret.get("password"));
        within(&url, known).await?.map_err(|error| match error {
            ImapError::Refused(why) => FetchError::LogIn {
                host: address.host().to_string(),
                why: stranger_words(&why),
            },
            error => broken(&url, &error),
        })?;
        let opened = within(&url, session.examine(&address.folder)).await?;
        let opened = opened.map_err(|error| match error {
            ImapError::Refused(why) => FetchError::NoFolder {
                folder: address.folder.clone(),
                why: stranger_words(&why),
            },
            error => broken(&url, &error),
        })?;
        Ok(Self {
            session,
            validity: opened.validity,
            mails: opened.mails,
            url,
        })
    }

    /// Mails with a higher number than `after`, the lowest first: at most [`limits::MAILBOX_MAILS`], and whether there are more.
    ///
    /// # Errors
    /// The connection broke, the answer is no IMAP, or the server refuses to list what lies there.
    pub async fn waiting(&mut self, after: u32) -> Result<(Vec<Waiting>, bool), FetchError> {
        let listed = self.listed(after.saturating_add(1)).await?;
        if listed.is_empty() && self.mails > 0 {
            return Err(broken(
                &self.url,
                &"the server lists nothing although mails lie there",
            ));
        }
        let mut found: Vec<Waiting> = listed
            .into_iter()
            .filter(|waiting| waiting.uid > after)
            .collect();
        let more = found.len() > limits::MAILBOX_MAILS;
        found.truncate(limits::MAILBOX_MAILS);
        Ok((found, more))
    }

    /// Mails from a number on, each once, the lowest first. Where any mail lies in the box at least one is named: "5:*" means the
    /// last mail, too.
    async fn listed(&mut self, from: u32) -> Result<Vec<Waiting>, FetchError> {
        let mut sizes = BTreeMap::new();
        let range = format!("{from}:*");
        let fetched = self.session.fetch(&range, "RFC822.SIZE", |mail| {
            // An answer without a size tells of something else, for example that somebody opened the mail.
            if let (Some(uid), Some(size)) = (mail.uid, mail.size) {
                sizes.insert(uid, size);
            }
        });
        let fetched = within(&self.url, fetched).await?;
        fetched.map_err(|error| broken(&self.url, &error))?;
        Ok(sizes
            .into_iter()
            .map(|(uid, size)| Waiting { uid, size })
            .collect())
    }

    /// One mail, whole; `None` where it was deleted meanwhile.
    ///
    /// # Errors
    /// The connection broke, the answer is no IMAP, the server refuses the mail, or more came than one look may bring.
    pub async fn mail(&mut self, uid: u32) -> Result<Option<Vec<u8>>, FetchError> {
        let mut found = None;
        let number = uid.to_string();
        // PEEK: the mail stays unread for people.
        let fetched = self.session.fetch(&number, "BODY.PEEK[]", |mail| {
            if let (true, Some(body)) = (mail.uid == Some(uid), mail.body) {
                found = Some(body);
            }
        });
        match within(&self.url, fetched).await? {
            // Some servers refuse a mail that is gone; whether it is says the list.
            Ok(()) | Err(ImapError::Refused(_)) => {}
            Err(error) => return Err(broken(&self.url, &error)),
        }
        if found.is_some() {
            return Ok(found);
        }
        let listed = self.listed(uid).await?;
        match listed.iter().any(|waiting| waiting.uid == uid) || listed.is_empty() {
            true => Err(broken(
                &self.url,
                &format!("the server does not give mail {uid}"),
            )),
            false => Ok(None),
        }
    }

    /// Ends the session; what the server says to that changes nothing.
    pub async fn close(mut self) {
        let _ = within(&self.url, self.session.log_out()).await;
    }
}

/// What must not take longer than one fetch.
async fn within<T>(url: &str, work: impl Future<Output = T>) -> Result<T, FetchError> {
    let limit = Duration::from_secs(limits::FETCH_SECONDS);
    tokio::time::timeout(limit, work)
        .await
        .map_err(|_| FetchError::TooSlow {
            url: url.to_string(),
            seconds: limits::FETCH_SECONDS,
        })
}

fn broken(url: &str, error: &dyn std::fmt::Display) -> FetchError {
    FetchError::Broken {
        url: url.to_string(),
        why: stranger_words(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let guard = Guard::new(&["localhost".to_string()], Vec::new());
        for (text, expected) in [
            (
                "imaps://mail.example.org",
                Some("imaps://mail.example.org/INBOX"),
            ),
            (
                "imaps://mail.example.org:993/Reports",
                Some("imaps://mail.example.org/Reports"),
            ),
            (
                "imaps://localhost:1993/INBOX/Shadowserver%20daily",
                Some("imaps://localhost:1993/INBOX/Shadowserver%20daily"),
            ),
            ("https://mail.example.org/INBOX", None),
            ("imap://mail.example.org/INBOX", None),
            ("imaps://user:password@mail.example.org/INBOX", None),
            ("imaps://10.0.0.1/INBOX", None),
            ("imaps://0x7f.1/INBOX", None),
            ("imaps://mail.example.org/Entw%C3%BCrfe", None),
            ("imaps://mail.example.org/a\"b", None),
            ("imaps://mail.example.org/INBOX?x=1", None),
            ("imaps://mail.example.org:443/INBOX", None),
        ] {
            assert_eq!(
                Address::judged(text, &guard)
                    .ok()
                    .map(|address| address.shown())
                    .as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
